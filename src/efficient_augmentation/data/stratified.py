"""Random subsets that hold every class in proportion."""

import numpy as np


def split(y, share, seed):
    """Positions of training and of test points, every class in both.

    Of the m points of a class, round(share m) become test points (halves are rounded up), but at
    least one and at most m - 1.

    Args:
      y: labels, (n,), integers >= 0, at least two of each class.
      share: share of the test points, in (0, 1).
      seed: non-negative integer that determines the draw.
    Returns: (train, test), int64 positions, ascending; together they are 0..n-1.
    Raises: ValueError if a class has only one point, which cannot be in both.
    """
    counts = np.bincount(y)
    if (counts == 1).any():
        raise ValueError(f"class {int(np.argmax(counts == 1))} has 1 point; a split needs 2")
    held_out = np.clip(np.floor(share * counts + 0.5), 1, np.maximum(counts - 1, 1))
    is_test = _ranks(y, seed) < held_out[y]
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def draw(y, n, seed):
    """Positions of n points, with at least one of every class and classes in proportion.

    Each class is put in random order. Point r = 1, 2, ... of a class of m points gets the key
    (r - 1/2) / m, and the first of every class a key below all others; the n lowest keys are drawn.
    The numbers of points per class are therefore those of the Sainte-Lague method, and a larger
    draw contains every smaller one.

    Args:
      y: labels, (m,), integers 0..k-1, all present.
      n: number of points to draw, k..m.
      seed: non-negative integer that determines the draw.
    Returns: (n,) int64 positions, ascending.
    Raises: ValueError if n is outside k..m.
    """
    counts = np.bincount(y)
    if not len(counts) <= n <= len(y):
        raise ValueError(f"n: {n} is not within {len(counts)}..{len(y)}")
    ranks = _ranks(y, seed)
    key = np.where(ranks == 0, -1.0, (ranks + 0.5) / counts[y])
    return np.sort(np.lexsort((y, key))[:n])


def _ranks(y, seed):
    """Rank 0, 1, ... of every point in a random order of its class, (n,)."""
    order = np.lexsort((np.random.default_rng(seed).random(len(y)), y))
    starts = np.cumsum(np.bincount(y)) - np.bincount(y)
    ranks = np.empty(len(y), np.int64)
    ranks[order] = np.arange(len(y)) - starts[y[order]]
    return ranks
