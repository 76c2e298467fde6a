"""Accuracy at a number of points that other test points picked.

If a number of points is picked because its accuracy on a test set is high enough, that accuracy is
biased upwards. Here the test points are divided into folds. The number is picked on all folds but
one and its accuracy is measured on that one, so that no test point judges a number that it helped
to pick. All copies of a test image stay in its fold.
"""

import numpy as np

from efficient_augmentation.analysis.series import restricted

FOLDS = 5


def folds(labels, seed, count=FOLDS):
    """A fold for every test point, classes spread evenly.

    Args:
      labels: (s,) classes.
      seed: of the random order within a class.
      count: of the folds; as many as there are points where these are fewer.
    Returns: (s,) int, 0..count - 1.
    """
    labels = np.asarray(labels)
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    found = np.empty(len(labels), int)
    found[order] = np.arange(len(labels)) % min(count, len(labels))
    return found


def crossfitted(points, pick, series, n, seed):
    """Cells of policies, each test point at the number that the other folds picked.

    Args:
      points: arrays of test_points.npz.
      pick: from such arrays, of some test points, to a number of points.
      series: list of `series.Series`, measured on all test points.
      n: number of training points.
      seed: of the folds.
    Returns: (cells, numbers): a list of (r, s), one a series, None where a number lies beyond its
      budgets; the numbers picked, one a fold.
    """
    fold = folds(points["label"], seed)
    masks = [fold == k for k in range(fold.max() + 1)]
    # A single test point has no other to pick for it.
    numbers = [pick(restricted(points, ~mask) if len(masks) > 1 else points) for mask in masks]
    return [_joined(one, masks, numbers, n) for one in series], numbers


def _joined(one, masks, numbers, n):
    found = np.empty((len(one.cells), one.cells.shape[2]))
    for mask, number in zip(masks, numbers, strict=True):
        cells = one.at(number, n)
        if cells is None:
            return None
        found[:, mask] = cells[:, mask]
    return found
