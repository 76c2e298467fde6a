"""k-means clusters of the featurized originals, and how well they fit, for many k."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from efficient_augmentation import progress


def labels(features: ArrayLike, counts: Iterable[int], seed: int) -> dict[int, np.ndarray]:
    """Cluster labels of all points for every number of clusters.

    Args:
      features: (n, d), finite.
      counts: numbers of clusters, each within 1..n.
      seed: seed of the initial centres.
    Returns: dict from k to (n,) integer labels 0..k-1.
    Raises: ValueError if a count is outside 1..n, or features are not finite or of another shape.
    Cost: O(n k d) per iteration of k-means.
    Source: Kuchnik and Smith 2019, appendix.
    """
    features = _checked("features", features)
    _check(counts, len(features))
    return {k: _cluster(features, k, seed).labels_ for k in counts}


def sweep(
    train: ArrayLike, test: ArrayLike, counts: Iterable[int], seed: int
) -> list[dict[str, float]]:
    """Inertia and silhouette over the number of clusters.

    Args:
      train: features of the training points, (n, d); k-means is fitted on them.
      test: features of the test points, (m, d); each is assigned to the nearest centre.
      counts: numbers of clusters, each within 2..n-1, for which a silhouette is defined.
      seed: seed of the initial centres.
    Returns: rows, one for each k: clusters, inertia_train, inertia_test (sums of squared distances
      to the nearest centre), silhouette_train, silhouette_test (means, -1..1; NaN if the test
      points are all in one cluster, or each in its own).
    Raises: ValueError if a count is outside 2..n-1, or features are not finite or differ in number.
    Source: Kuchnik and Smith 2019, appendix.
    """
    train = _checked("features of training points", np.asarray(train, np.float64))
    test = _checked("features of test points", np.asarray(test, np.float64))
    if test.shape[1] != train.shape[1]:
        raise ValueError(f"{test.shape[1]} features of test points, {train.shape[1]} of training")
    _check(counts, len(train) - 1, least=2)
    rows = []
    for k in progress.track(list(counts), "sweep clusters", "number of clusters"):
        fitted = _cluster(train, k, seed)
        nearest = fitted.predict(test)
        rows.append(
            {
                "clusters": int(k),
                "inertia_train": float(fitted.inertia_),
                "inertia_test": float(((test - fitted.cluster_centers_[nearest]) ** 2).sum()),
                "silhouette_train": _silhouette(train, fitted.labels_),
                "silhouette_test": _silhouette(test, nearest),
            }
        )
    return rows


def geometric_counts(n: int, number: int = 50) -> list[int]:
    """At most `number` distinct whole numbers from 2 to n - 1, in geometric steps."""
    if n < 3:
        return []
    return np.unique(np.geomspace(2, n - 1, number).round().astype(int)).tolist()


def _cluster(features: np.ndarray, k: int, seed: int) -> Any:
    # Imported here, since it takes a second and most simulations have no clusters.
    from sklearn.cluster import KMeans

    # With one thread, results do not depend on the machine's number of cores.
    with threadpool_limits(1):
        return KMeans(k, n_init=1, random_state=seed).fit(features)


def _silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    from sklearn.metrics import silhouette_score

    if not 2 <= len(np.unique(labels)) < len(points):
        return float("nan")
    return float(silhouette_score(points, labels))


def _checked(name: str, features: ArrayLike) -> np.ndarray:
    features = np.asarray(features)
    if features.ndim != 2 or not features.size:
        raise ValueError(f"{name} must have shape (n, d), not {features.shape}")
    # k-means sums squares over all points, so their sum must be finite too.
    with np.errstate(over="ignore"):
        spread = np.square(features, dtype=np.float64).sum()
    if not np.isfinite(spread):
        raise ValueError(f"{name} must be finite, and their squares too")
    return features


def _check(counts: Iterable[int], most: int, least: int = 1) -> None:
    for k in counts:
        if k % 1 or not least <= k <= most:
            raise ValueError(
                f"a number of clusters must be whole and within {least}..{most}, not {k}"
            )
