"""Wrong labels on purpose: do scores that prefer hard points prefer mislabelled ones?"""

import numpy as np

# Readers draw from the same seed; another stream keeps these draws independent of theirs.
_STREAM = 1


def flip(points, share, seed=0):
    """Give a share of the training points the label of another class; test labels stay.

    Points are drawn uniformly from all classes, and the new label uniformly from the other classes.
    With the same seed, a larger share flips all points that a smaller one flips.

    Args:
      points: mapping with y_train (n,), 0..k-1, and train_ids (n,); see `data.dataset.load`.
      share: share of the training points, in [0, 1]; round(share n) of n points are flipped.
      seed: non-negative integer.
    Returns: the points with another y_train and, in addition, flipped_ids, the ids of the flipped
      points in the points' order; if nothing is flipped, the points as they are.
    Raises: ValueError if the share is outside [0, 1], or a class is left without a point.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"dataset.label_noise: {share!r} is not a number within 0..1")
    y = np.array(points["y_train"])
    k, count = int(y.max()) + 1, round(share * len(y))
    if not count:
        return points
    rng = np.random.default_rng([seed, _STREAM])
    order, steps = rng.permutation(len(y)), rng.integers(1, k, len(y))
    flipped = np.sort(order[:count])
    y[flipped] = (y[flipped] + steps[flipped]) % k
    if len(np.unique(y)) < k:
        raise ValueError(
            f"dataset.label_noise: {share} leaves a class without a training point; give less, or "
            "another dataset.seed"
        )
    return {**points, "y_train": y, "flipped_ids": np.asarray(points["train_ids"])[flipped]}


def flip_rows(rows, share, seed=0):
    """`flip` for rows of originals, which come first, and of their copies.

    Args:
      rows: mapping with y_train (rows,) and source_train (rows,), -1 for an original, else the
        number of the row's original.
      share, seed: as in `flip`, which flips the same points.
    Returns: rows, with another y_train.
    Raises: ValueError as `flip`.
    """
    source = np.asarray(rows["source_train"])
    n = int((source < 0).sum())
    y = flip({"y_train": rows["y_train"][:n], "train_ids": np.arange(n)}, share, seed)["y_train"]
    return {**rows, "y_train": y[np.where(source < 0, np.arange(len(source)), source)]}
