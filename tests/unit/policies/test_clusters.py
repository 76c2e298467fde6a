import itertools

import numpy as np
import pytest

from efficient_augmentation.policies import clusters


def blobs(n, seed=0):
    rng = np.random.default_rng(seed)
    which = np.arange(n) % 3
    return np.array([[0, 0], [9, 0], [0, 9]])[which] + rng.normal(size=(n, 2)), which


def test_blobs_are_found_and_every_point_gets_a_label():
    X, which = blobs(60)
    found = clusters.labels(X, [1, 3, 60], seed=0)
    assert set(found[1]) == {0}
    assert sorted(found[60]) == list(range(60))
    assert any(
        (np.array(order)[found[3]] == which).all() for order in itertools.permutations(range(3))
    )


def test_sweep_measures_distances_and_silhouettes():
    X, _ = blobs(60)
    test, _ = blobs(45, seed=1)
    rows = clusters.sweep(X, test, [2, 3, 7], seed=0)
    assert [row["clusters"] for row in rows] == [2, 3, 7]
    labels = clusters.labels(X, [3], seed=0)[3]
    centres = np.array([X[labels == c].mean(axis=0) for c in range(3)])
    for name, points in (("train", X), ("test", test)):
        distance = np.linalg.norm(points[:, None] - centres, axis=2)
        assert rows[1][f"inertia_{name}"] == pytest.approx((distance.min(axis=1) ** 2).sum())
        assert rows[1][f"silhouette_{name}"] == pytest.approx(
            silhouette(points, distance.argmin(axis=1))
        )
    assert rows[0]["inertia_train"] > rows[1]["inertia_train"] > rows[2]["inertia_train"]
    assert max(rows, key=lambda row: row["silhouette_train"])["clusters"] == 3


def silhouette(points, labels):
    """Mean of (b - a) / max(a, b), written out."""
    values = []
    for i, own in enumerate(labels):
        distance = np.linalg.norm(points - points[i], axis=1)
        a = distance[labels == own].sum() / ((labels == own).sum() - 1)
        b = min(distance[labels == other].mean() for other in set(labels) - {own})
        values.append((b - a) / max(a, b))
    return np.mean(values)


def test_silhouette_of_one_cluster_of_test_points_is_no_number():
    X, _ = blobs(30)
    (row,) = clusters.sweep(X, np.zeros((4, 2)), [3], seed=0)
    assert np.isnan(row["silhouette_test"])


def test_counts_grow_geometrically():
    counts = clusters.geometric_counts(1000)
    assert (counts[0], counts[-1]) == (2, 999)
    assert len(counts) <= 50
    assert counts == sorted(set(counts))
    assert clusters.geometric_counts(4) == [2, 3]


@pytest.mark.parametrize("k", [0, 31, 2.5])
def test_impossible_counts_are_refused(k):
    with pytest.raises(ValueError, match=rf"within 1\.\.30, not {k}"):
        clusters.labels(np.zeros((30, 2)), [k], seed=0)
