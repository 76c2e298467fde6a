import numpy as np
import pytest

from efficient_augmentation.names import policies
from efficient_augmentation.policies import choosers, coresets, ranking

N = 12
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(N, 3)), np.arange(N) % 2
RESIDUALS = np.stack([0.1 + 0.8 * Y, -0.1 - 0.8 * Y], axis=1) * RNG.uniform(0.1, 1, (N, 1))
SCORES = {"loss": RNG.lognormal(size=N), "margin": RNG.lognormal(size=N)}


def chooser(name, score="loss", clusters=None, residuals=lambda: RESIDUALS):
    measured = choosers.Measured(X, Y, SCORES, residuals)
    rng = np.random.default_rng(5)
    return choosers.of(policies.parse(name), score, measured, rng, clusters)


@pytest.mark.parametrize("name", policies.EXAMPLES)
def test_every_policy_reaches_every_budget(name):
    asked, chosen = chooser(name), np.zeros(N, bool)
    before = chosen.copy()
    for budget in (1, 2, 7, N):
        asked.extend(chosen, budget)
        assert chosen.sum() == budget
        # Only subsets are drawn afresh.
        assert chosen[before].all() or policies.parse(name).diverse
        asked.update(chosen, None)
        before = chosen.copy()


def test_points_come_in_the_order_of_the_policy():
    wanted = np.argsort(-SCORES["margin"])
    for name, order in (
        ("deterministic_proportional", wanted),
        ("random_proportional", ranking.order("random_proportional", SCORES["margin"], rng())),
        ("herding", coresets.herding(X, Y)),
    ):
        asked, chosen = chooser(name, "margin"), np.zeros(N, bool)
        for budget in range(1, N + 1):
            asked.extend(chosen, budget)
            assert set(np.flatnonzero(chosen)) == set(order[:budget])
            asked.update(chosen, None)


def rng():
    return np.random.default_rng(5)


def test_new_scores_order_the_points_that_are_left():
    asked, chosen = chooser("deterministic_proportional_update"), np.zeros(N, bool)
    asked.extend(chosen, 3)
    first = set(np.flatnonzero(chosen))
    fresh = np.arange(1.0, N + 1)
    asked.update(chosen, fresh)
    asked.extend(chosen, 5)
    left = [point for point in range(N - 1, -1, -1) if point not in first]
    assert set(np.flatnonzero(chosen)) == first | set(left[:2])


def test_clusters_take_turns():
    labels = np.arange(N) % 3
    for name in ("deterministic_proportional", "k_center_greedy"):
        asked, chosen = chooser(name, clusters=labels), np.zeros(N, bool)
        asked.extend(chosen, 6)
        assert np.bincount(labels[chosen]).tolist() == [2, 2, 2]


def test_chosen_points_stand_for_others_where_the_rule_says_so():
    chosen = np.zeros(N, bool)
    asked = chooser("facility_location_weighted")
    asked.extend(chosen, 4)
    sizes = asked.represented(chosen)
    assert sizes.sum() == N
    assert ((sizes > 0) == chosen).all()
    assert chooser("facility_location").represented(chosen) is None


def test_residuals_are_asked_for_where_a_policy_looks_at_them():
    def none():
        raise AssertionError

    chooser("random_proportional", residuals=none)
    chooser("dpp_weighted", residuals=none)
    with pytest.raises(AssertionError):
        chooser("facility_location", residuals=none)
