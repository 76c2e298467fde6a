"""The answer of a run: how many points to augment, and which."""

import numpy as np

from efficient_augmentation.analysis import answer
from efficient_augmentation.selection import order


def select(scores, points, baselines, settings, images, class_names=None):
    """Rows of selection.csv of one transform, and the answer.

    Args:
      scores: mapping from the names of scores to (n,) of each: the columns of scores.csv, or those
        of refit.csv, which has all images. Other columns are ignored.
      points, baselines: as in `answer.find`.
      settings: as in `answer.find`; its seed is also that of the random draw. The score is one of
        `scores`, such as "influence".
      images: `every_image.Images` of the data set. The first n of them can be chosen.
      class_names: names of labels 0, 1, ...; None leaves numbers.
    Returns: (rows, answer): rows as `order.rows`, by the policy that the answer recommends, then
      those of the images that cannot be chosen; the mapping of `answer.find`.
    Raises: ValueError as `answer.find` and `order.rows`.
    """
    if settings["score"] not in scores:
        known = ", ".join(scores)
        raise ValueError(f"score {settings['score']!r} is no column of scores.csv: {known}")
    n, labels = len(scores[settings["score"]]), np.asarray(images.y)
    trained = labels[: baselines["n_train"]]
    found = answer.find(points, baselines, settings, set(scores), class_names, trained, n)
    names = labels if class_names is None else np.asarray(class_names)[labels]
    # The order does not depend on the budget; it is 1 here, since `points` may be 0.
    score, policy, seed = scores[found["score"]], found["policy"], settings["seed"]
    columns = {"ids": images.ids, "labels": names, "row": images.rows}
    own = {name: column[:n] for name, column in columns.items()}
    rows = order.rows(score, policy, 1, seed=seed, split=images.split[:n], **own)
    rows = [row | {"selected": int(row["rank"] <= found["points"])} for row in rows]
    return [*rows, *order.unranked(**{name: c[n:] for name, c in columns.items()})], found


def selected_rows(rows):
    """Row numbers of the points to augment, in their order, (m,) int64: what selected.npy holds."""
    return np.array([row["row"] for row in rows if row["selected"]], np.int64)
