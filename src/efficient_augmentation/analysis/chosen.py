"""The answer of a run: how many points to augment, and which."""

import numpy as np

from efficient_augmentation.analysis import answer
from efficient_augmentation.selection import order


def select(table, points, baselines, settings, ids=None, class_names=None):
    """Rows of selection.csv of one transform, and what they come to.

    Args:
      table: columns of scores.csv.
      points, baselines: as in `answer.find`.
      settings: as in `answer.find`; its seed is also that of the random draw. The score is a column
        of scores.csv, such as "influence".
      ids: (n,) the points' identifiers; None takes those of scores.csv.
      class_names: names of labels 0, 1, ...; None leaves numbers.
    Returns: (rows, answer): rows as `order.rows`, by the policy that the answer recommends; the
      mapping of `answer.find`.
    Raises: ValueError as `answer.find` and `order.rows`.
    """
    if settings["score"] not in table:
        known = ", ".join(table)
        raise ValueError(f"score {settings['score']!r} is no column of scores.csv: {known}")
    labels = np.asarray(table["label"])
    found = answer.find(points, baselines, settings, set(table), class_names, labels)
    names = labels if class_names is None else np.asarray(class_names)[labels]
    ids = table["id"] if ids is None else ids
    # The order does not depend on the budget, which may stand for no point.
    score, policy, seed = table[found["score"]], found["policy"], settings["seed"]
    rows = order.rows(score, policy, 1, seed=seed, ids=ids, labels=names)
    return [row | {"selected": int(row["rank"] <= found["points"])} for row in rows], found
