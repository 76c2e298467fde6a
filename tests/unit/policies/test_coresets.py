"""Orders of coresets against the plain greedy algorithms, written out, and against enumeration."""

import itertools

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from efficient_augmentation.policies import coresets, dpp
from efficient_augmentation.scores import of_head
from many_classes import several_classes

X = several_classes(36, 4, 3)[0].astype(np.float64)
LABELS = np.array([0] * 16 + [1] * 12 + [2] * 8)  # 4 : 3 : 2
RESIDUALS = of_head.residuals(np.random.default_rng(1).normal(size=(3, 5)), X, LABELS)
GRADIENTS = np.stack([np.kron(r, [*x, 1.0]) for r, x in zip(RESIDUALS, X, strict=True)])
ORDERS = {
    "k_center": lambda: coresets.k_center_greedy(X),
    "herding": lambda: coresets.herding(X, LABELS),
    "facility_location": lambda: coresets.facility_location(RESIDUALS, X, LABELS),
}


@pytest.mark.parametrize("order", ORDERS)
def test_every_point_comes_once(order):
    assert sorted(ORDERS[order]()) == list(range(36))


@pytest.mark.parametrize("order", ["herding", "facility_location"])
def test_every_beginning_holds_the_classes_in_proportion(order):
    labels = LABELS[ORDERS[order]()]
    for b in range(1, 37):
        counts = np.bincount(labels[:b], minlength=3)
        assert np.abs(counts - b * np.array([16, 12, 8]) / 36).max() <= 1


def test_k_center_takes_the_farthest_each_time():
    expected = [int(np.linalg.norm(X - X.mean(axis=0), axis=1).argmin())]
    while len(expected) < 36:
        distance = cdist(X, X[expected]).min(axis=1)
        expected.append(int(distance.argmax()))
    assert coresets.k_center_greedy(X).tolist() == expected


def test_k_center_stays_within_twice_the_best_radius():
    points, order = X[:9], coresets.k_center_greedy(X[:9])
    distance = cdist(points, points)
    for b in (2, 3, 4):
        radius = distance[:, order[:b]].min(axis=1).max()
        every = itertools.combinations(range(9), b)
        assert radius <= 2 * min(distance[:, list(c)].min(axis=1).max() for c in every)


def test_copies_of_a_point_are_taken_once_each():
    copies = np.repeat(X[:3], 4, axis=0)
    assert sorted(coresets.k_center_greedy(copies)) == list(range(12))
    assert sorted(coresets.herding(copies, np.zeros(12, int))) == list(range(12))


def test_herding_keeps_the_mean_of_the_chosen_nearest_to_that_of_the_class():
    order = coresets.herding(X, LABELS)
    for label in range(3):
        rows, mean = np.flatnonzero(label == LABELS), X[label == LABELS].mean(axis=0)
        chosen = []
        for _ in rows:
            left = [i for i in rows if i not in chosen]
            means = [X[[*chosen, i]].mean(axis=0) for i in left]
            chosen.append(left[np.linalg.norm(means - mean, axis=1).argmin()])
        assert order[LABELS[order] == label].tolist() == chosen


def test_facility_location_is_the_plain_greedy_choice_on_the_gradients():
    order = coresets.facility_location(RESIDUALS, X, LABELS)
    for label in range(3):
        rows = np.flatnonzero(label == LABELS)
        distance = cdist(GRADIENTS[rows], GRADIENTS[rows])
        similarity, chosen = distance.max() - distance, []
        for _ in rows:
            left = [j for j in range(len(rows)) if j not in chosen]
            sums = [similarity[:, [*chosen, j]].max(axis=1).sum() for j in left]
            chosen.append(left[int(np.argmax(np.round(sums, 9)))])
        assert order[LABELS[order] == label].tolist() == rows[chosen].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_lazy_greedy_is_greedy_and_near_the_best_subset(seed):
    similarity = np.random.default_rng(seed).integers(0, 9, (11, 11)).astype(float)  # with ties
    chosen = []
    for _ in range(11):
        sums = [
            -1 if j in chosen else similarity[:, [*chosen, j]].max(axis=1).sum() for j in range(11)
        ]
        chosen.append(int(np.argmax(sums)))
    order = coresets.lazy_greedy(similarity)
    assert order.tolist() == chosen
    reached = similarity[:, order[:3]].max(axis=1).sum()
    every = itertools.combinations(range(11), 3)
    best = max(similarity[:, list(c)].max(axis=1).sum() for c in every)
    assert (1 - 1 / np.e) * best <= reached <= best


def test_cluster_sizes_count_the_nearest_chosen_gradient_of_the_class():
    chosen = np.isin(np.arange(36), [3, 7, 20, 16])
    expected = np.zeros(36, int)
    for i in range(36):
        centres = [j for j in np.flatnonzero(chosen) if LABELS[j] == LABELS[i]]
        if centres:
            nearest = np.linalg.norm(GRADIENTS[centres] - GRADIENTS[i], axis=1).argmin()
            expected[centres[nearest]] += 1
    found = coresets.cluster_sizes(chosen, RESIDUALS, X, LABELS)
    assert found.tolist() == expected.tolist()
    assert found.sum() == 28  # no point of class 2 was chosen


def test_all_points_stand_for_themselves_even_among_copies():
    twice = np.tile(X, (2, 1)), np.tile(LABELS, 2), np.tile(RESIDUALS, (2, 1))
    sizes = coresets.cluster_sizes(np.ones(72, bool), twice[2], twice[0], twice[1])
    assert (sizes == 1).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_greedy_map_raises_the_determinant_most(scale):
    L = scale * dpp.kernel(X[:12], RESIDUALS[:12, 0])
    chosen = []
    for _ in range(12):
        left = [j for j in range(12) if j not in chosen]
        blocks = [np.linalg.slogdet(L[np.ix_([*chosen, j], [*chosen, j])])[1] for j in left]
        chosen.append(left[int(np.argmax(blocks))])
    assert dpp.greedy_map(L).tolist() == chosen


def test_greedy_map_beyond_the_rank_goes_by_index():
    order = dpp.greedy_map(X[:9] @ X[:9].T)
    assert sorted(order[:4]) != [0, 1, 2, 3]
    assert order[4:].tolist() == sorted(set(range(9)) - set(order[:4]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coresets.k_center_greedy([[np.nan]]), "features must be finite; row 0"),
        (lambda: coresets.herding(X, LABELS[:-1]), r"not \(36, 4\) and \(35,\)"),
        (lambda: coresets.facility_location(RESIDUALS[:-1], X, LABELS), "residuals must be finite"),
        (lambda: coresets.lazy_greedy(-np.eye(3)), "similarity must be"),
        (lambda: coresets.lazy_greedy(np.zeros((2, 3))), "similarity must be"),
        (lambda: dpp.greedy_map(np.triu(np.ones((3, 3)))), "L must be symmetric"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
