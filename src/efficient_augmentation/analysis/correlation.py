"""Correlations of two rankings.

`scipy.stats` has them too, but takes a second to import in each of the many jobs that need one.
"""

import numpy as np


def pearson(a, b):
    """Pearson's correlation.

    Args:
      a, b: (n,) finite values, neither constant.
    Returns: float in [-1, 1].
    """
    return float(np.corrcoef(a, b)[0, 1])


def spearman(a, b):
    """Spearman's rank correlation: Pearson's of the ranks.

    Args:
      a, b: (n,) finite values, neither constant; equal values share the mean of their ranks.
    Returns: float in [-1, 1].
    """
    return pearson(_ranks(a), _ranks(b))


def _ranks(values):
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[where]
