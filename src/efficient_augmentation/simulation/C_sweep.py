"""Policies simulated again at other values of C, on the same features."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from efficient_augmentation.simulation import panels, simulate

_log = logging.getLogger(__name__)


def values(settings: Mapping[str, Any], chosen: float) -> list[float]:
    """Every C of the sweep, rising: those of the config, and the one that the data choose.

    Args:
      settings: mapping with `values`, see the config's `C_sweep`.
      chosen: C of C.json.
    Returns: list of float without repetition.
    """
    return sorted({*map(float, settings["values"]), float(chosen)})


def curves(
    features: Mapping[str, np.ndarray], C: float, settings: Mapping[str, Any]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What the policies of the sweep reach at one C.

    Args:
      features: mapping of features.npz.
      C: inverse strength of the penalty, of the fits and of the scores.
      settings: mapping with the experiment's budgets, faithful, influence and seed, and `C_sweep`.
    Returns: (columns of curves.csv, arrays of test_points.npz). Policies draw the same random
      numbers at every C.
    Raises: ValueError as `simulate.FrozenModel` and `simulate.run`.
    """
    plan = {key: settings["C_sweep"][key] for key in ("policies", "rounds", "scores")}
    plan |= {key: settings[key] for key in ("budgets", "faithful", "seed")}
    repeated, kind = settings["faithful"], settings["influence"]
    model = simulate.FrozenModel(features, C, faithful=repeated, kind=kind)
    rows, points = panels.tallied(model, plan, features["source_test"], features["y_test"])
    floor, ceiling = (points[end].sum() / points["rows"].sum() for end in ("floor", "ceiling"))
    _log.info(f"C = {C:.4g}: {floor:.2%} to {ceiling:.2%}")
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}, points
