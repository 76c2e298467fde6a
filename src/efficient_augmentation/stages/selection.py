"""The answer of an experiment: which points to augment, and how many."""

from numbers import Real

import numpy as np

from efficient_augmentation import selection
from efficient_augmentation.enough import enough


def select(table, curves, baselines, budget, *, score, policy, seed=0, class_names=None):
    """Rows of selection.csv of one transform, and how its budget was found.

    Args:
      table: columns of scores.csv.
      curves, baselines: as in `enough.enough`; not read where the budget is a number.
      budget: as in `selection.number_of_points`, or a mapping {"gain": share} for the points that
        are enough for this share of the gain.
      score: a column of scores.csv, such as "influence".
      policy: a name that `policies.order` takes.
      seed: of the random draw.
      class_names: names of labels 0, 1, ...; None leaves numbers.
    Returns: (rows, Enough or None).
    Raises: ValueError as `enough.enough` and `selection.rows`.
    """
    found = None
    if not isinstance(budget, Real):
        found = enough(curves, baselines, score, policy, budget["gain"])
        budget = found.points
    if score not in table:
        raise ValueError(f"score {score!r} is no column of scores.csv: {', '.join(table)}")
    labels = table["label"] if class_names is None else np.asarray(class_names)[table["label"]]
    chosen = selection.rows(table[score], policy, budget, seed=seed, ids=table["id"], labels=labels)
    return chosen, found
