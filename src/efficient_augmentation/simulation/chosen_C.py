"""The C of an experiment: the number in its settings, or the one that C.json holds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from efficient_augmentation.heads import regularization
from efficient_augmentation.names import as_published
from efficient_augmentation.names import regularization as names


def choose(features: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The content of C.json.

    Args:
      features: mapping with x_train, y_train and source_train of features.npz.
    Returns: mapping of the fields of `regularization.Choice`, with lists in place of tuples.
    Raises: ValueError as `regularization.choose`.
    """
    choice = regularization.choose(*(features[f"{x}_train"] for x in ("x", "y", "source")))
    return {k: list(v) if isinstance(v, tuple) else v for k, v in choice._asdict().items()}


def settle(settings: Mapping[str, Any], path: str | Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings with the number that is used for C, and its origin.

    Args:
      settings: mapping with the experiment's C and faithful, among others.
      path: C.json; empty if C is given.
    Returns: (settings, record): the settings with a number for C; the mapping of C.json, or one of
      only C and `rule`.
    """
    if path:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
        record.pop("provenance")
    elif "C" in as_published.parts(settings["faithful"]):
        record = {"C": as_published.C, "rule": names.AS_PUBLISHED}
    else:
        record = {"C": settings["C"], "rule": names.GIVEN}
    return {**settings, "C": record["C"]}, record
