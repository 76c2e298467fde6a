"""Monotone regression: the non-decreasing curve that is nearest to a measured one."""

import numpy as np


def rising(values):
    """Least squares fit among the curves that never fall.

    A measured curve fluctuates by chance, so the first place where it exceeds a level is too early.
    Averaging over the parts that fall removes this bias.

    Args:
      values: (..., b), curves that weigh every place alike.
    Returns: (..., b) float64.
    Cost: O(b^2) a curve, in O(b) steps for all of them.
    Source: the max-min formula of isotonic regression, Robertson, Wright and Dykstra 1988, ch. 1.
    """
    values = np.asarray(values, float)
    b = values.shape[-1]
    sums = np.concatenate([np.zeros((*values.shape[:-1], 1)), values.cumsum(axis=-1)], axis=-1)
    fitted = np.full(values.shape, -np.inf)
    for start in range(b):
        means = (sums[..., start + 1 :] - sums[..., start, None]) / np.arange(1, b - start + 1)
        # The smallest mean of a block that begins at `start` and ends here or later.
        smallest = np.minimum.accumulate(means[..., ::-1], axis=-1)[..., ::-1]
        np.maximum(fitted[..., start:], smallest, out=fitted[..., start:])
    return fitted
