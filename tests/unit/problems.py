"""Small made-up problems that the tests of the numerics share."""

import numpy as np


def two_classes(n, d, seed=0, gap=1.0):
    """Overlapping Gaussian classes with skewed, correlated features; both classes present."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.int32)
    X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d)
    X += gap * np.outer(2 * y - 1, rng.normal(size=d)) / np.sqrt(d)
    return np.maximum(X, -0.5).astype(np.float32), y


def augmented_features(n=24, d=5, v=3, n_test=40, seed=0, classes=two_classes):
    """Mapping like features.npz: originals, then v perturbed copies of all of them."""
    rng = np.random.default_rng(seed)
    X, y = classes(n + n_test, d, seed=seed)

    def expand(X, y):
        rows = [X, *(X + 0.6 * rng.normal(size=X.shape) + 0.4 for _ in range(v))]
        source = np.concatenate([np.full(len(X), -1), np.tile(np.arange(len(X)), v)])
        return np.concatenate(rows).astype(np.float32), np.tile(y, v + 1), source.astype(np.int32)

    names = ("x", "y", "source")
    train = dict(zip((f"{a}_train" for a in names), expand(X[:n], y[:n]), strict=True))
    test = dict(zip((f"{a}_test" for a in names), expand(X[n:], y[n:]), strict=True))
    return train | test
