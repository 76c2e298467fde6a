"""The sweep over numbers of clusters, on the originals of an experiment."""

from collections.abc import Mapping

import numpy as np

from efficient_augmentation.policies import clusters


def originals(features: Mapping[str, np.ndarray], number: int, seed: int) -> list[dict[str, float]]:
    """Rows of clusters.csv: k-means on the originals of the training set, for many k.

    Args:
      features: mapping of the arrays of features.npz; augmented rows are left out.
      number: how many values of k, in geometric steps from 2 to n - 1; there are fewer where steps
        would be smaller than 1.
      seed: seed of the initial centres.
    Returns: rows as `clusters.sweep`.
    Raises: ValueError if there are fewer than three originals.
    """
    train = features["x_train"][features["source_train"] < 0]
    test = features["x_test"][features["source_test"] < 0]
    if len(train) < 3:
        raise ValueError(f"a sweep over 2..n - 1 clusters needs 3 originals, not {len(train)}")
    return clusters.sweep(train, test, clusters.geometric_counts(len(train), number), seed)
