"""The panels of curves.csv: plain policies, policies stratified by clusters, diverse subsets."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from efficient_augmentation.simulation import simulate
from efficient_augmentation.simulation.tally import Tally


def run(
    model: simulate.Model, plan: Mapping[str, Any], tally: Tally | None = None
) -> list[dict[str, Any]]:
    """Simulate every panel of a plan.

    Args:
      model: a `simulate.Model`, which all panels share.
      plan: mapping with the experiment's budgets, faithful, policies, rounds, scores and seed; for
        stratified policies also `clusters`, with counts, policies and scores; for k-DPPs also
        `dpp`, with budgets, policies and scores.
      tally: `tally.Tally` that records which test points are classified correctly, or None.
    Returns: rows of curves.csv, panel by panel, each as `simulate.run` returns them.
    Raises: ValueError as `simulate.run`.
    """
    main = simulate.Plan(*(plan[key] for key in simulate.Plan._fields[:-1]))
    panels = [main]
    if stratified := plan.get("clusters"):
        chosen = {key: stratified[key] for key in ("scores", "policies")}
        panels.append(main._replace(**chosen, clusters=stratified["counts"]))
    if diverse := plan.get("dpp"):
        chosen = {key: diverse[key] for key in ("scores", "policies", "budgets")}
        panels.append(main._replace(**chosen))
    return [
        row
        for panel in panels
        for row in simulate.run(model, panel, faithful=plan["faithful"], tally=tally)
    ]


def tallied(
    model: simulate.Model, plan: Mapping[str, Any], source_test: np.ndarray, y_test: np.ndarray
) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """Call `run`, and record which test points are classified correctly.

    Args:
      model, plan: as in `run`.
      source_test, y_test: (m,), as in features.npz.
    Returns: (rows of curves.csv, arrays of test_points.npz, see `tally.Tally.arrays`).
    Raises: ValueError as `run`.
    Cost: that of `run` and two fits.
    """
    tally = Tally(source_test, y_test)
    rows = run(model, plan, tally)
    every = np.ones(len(model.rows))
    tally.set_levels(
        *model.correct(model.fit(np.stack([model.rows.original, every]).astype(float)))
    )
    return rows, tally.arrays()
