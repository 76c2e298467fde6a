"""A small made-up problem of several classes that the tests of the multinomial numerics share."""

import numpy as np


def several_classes(n, d, k, seed=0, gap=1.0):
    """Overlapping Gaussian classes with skewed, correlated features; all classes present."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % k).astype(np.int32)
    X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d)
    X += gap * rng.normal(size=(k, d))[y]
    return np.maximum(X, -0.5).astype(np.float32), y
