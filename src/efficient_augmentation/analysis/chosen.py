"""The answer of a run: how many points to augment, and which."""

import numpy as np

from efficient_augmentation.analysis import answer
from efficient_augmentation.selection import order


def select(table, curves, baselines, settings, ids=None, class_names=None):
    """Rows of selection.csv of one transform, and what they come to.

    Args:
      table: columns of scores.csv.
      curves, baselines: as in `answer.find`.
      settings: as in `answer.find`, and seed, of the random draw. The score is a column of
        scores.csv, such as "influence".
      ids: (n,) the points' identifiers; None takes those of scores.csv.
      class_names: names of labels 0, 1, ...; None leaves numbers.
    Returns: (rows, answer): rows as `order.rows`, of which none is selected where the verdict
      is none of `answer.FOUND`; the mapping of `answer.find`.
    Raises: ValueError as `answer.find` and `order.rows`.
    """
    score, policy = settings["score"], settings["policy"]
    if score not in table:
        raise ValueError(f"score {score!r} is no column of scores.csv: {', '.join(table)}")
    found = answer.find(curves, baselines, settings)
    labels = table["label"] if class_names is None else np.asarray(class_names)[table["label"]]
    ids = table["id"] if ids is None else ids
    # The order does not depend on the budget, which may stand for no point.
    rows = order.rows(table[score], policy, 1, seed=settings["seed"], ids=ids, labels=labels)
    return [row | {"selected": int(row["rank"] <= found["points"])} for row in rows], found
