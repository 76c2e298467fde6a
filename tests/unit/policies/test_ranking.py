import itertools

import numpy as np
import pytest
from scipy import special, stats

from efficient_augmentation.names import policies
from efficient_augmentation.policies import coresets, ranking

ORDERED = [name for name in policies.BASES if not policies.unordered(name)]
SCORES = np.array([-0.2, 1.5, 0.7, -3.0])
WEIGHTS = {
    "baseline": np.ones(4),
    "random_proportional": np.abs(SCORES),
    "random_inverse_proportional": 1 / np.abs(SCORES),
    "random_softmax_proportional": special.softmax(np.abs(SCORES)),
    "random_inverse_softmax_proportional": special.softmax(1 / np.abs(SCORES)),
    "random_power_0.5": np.abs(SCORES) ** 0.5,
    "random_power_2": np.abs(SCORES) ** 2,
}


def probability(order, weights):
    """Of drawing this order one by one without replacement."""
    result, left = 1.0, weights.sum()
    for i in order:
        result *= weights[i] / left
        left -= weights[i]
    return result


@pytest.mark.parametrize("policy", WEIGHTS)
def test_orders_have_the_probabilities_of_sequential_draws(policy):
    rng = np.random.default_rng(0)
    orders = list(itertools.permutations(range(4)))
    draws = [tuple(ranking.order(policy, SCORES, rng)) for _ in range(20_000)]
    observed = np.array([draws.count(o) for o in orders])
    expected = 20_000 * np.array([probability(o, WEIGHTS[policy]) for o in orders])
    rare = expected < 5
    observed = np.append(observed[~rare], observed[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    keep = expected > 0
    assert stats.chisquare(observed[keep], expected[keep]).pvalue > 1e-3


@pytest.mark.parametrize("policy", WEIGHTS)
def test_rounding_of_scores_does_not_change_an_order(policy):
    scores = np.random.default_rng(1).lognormal(size=1000)
    nearly = scores * (1 + 1e-9 * np.random.default_rng(2).normal(size=1000))
    orders = [ranking.order(policy, s, np.random.default_rng(3)) for s in (scores, nearly)]
    np.testing.assert_array_equal(*orders)


def test_deterministic_policies_sort_by_magnitude_and_keep_ties_in_order():
    scores, rng = [0.5, -2.0, 0.0, 2.0, 0.5], np.random.default_rng(0)
    assert ranking.order("deterministic_proportional", scores, rng).tolist() == [1, 3, 0, 4, 2]
    down = ranking.order("deterministic_inverse_proportional", scores, rng)
    assert down.tolist() == [2, 0, 4, 1, 3]


def test_zero_scores_come_last_or_first_in_random_order():
    scores = np.array([0.0, 1.0, 0.0, 2.0, 0.0])
    last, first = set(), set()
    for seed in range(60):
        last.add(tuple(ranking.order("random_proportional", scores, np.random.default_rng(seed))))
        inverse = ranking.order(
            "random_inverse_softmax_proportional", scores, np.random.default_rng(seed)
        )
        first.add(tuple(inverse[:3]))
    assert all(set(order[:2]) == {1, 3} for order in last)
    assert first == set(itertools.permutations([0, 2, 4]))


def test_extreme_scores_neither_overflow_nor_hide_a_point():
    scores = np.array([5e-324, 1e308, 0.0, 1.0, 745.0])
    for policy in ORDERED:
        order = ranking.order(policy, scores, np.random.default_rng(0))
        assert sorted(order) == list(range(5))


def test_equal_generators_pair_the_policies():
    first = ranking.order("baseline", np.full(50, 0.3), np.random.default_rng(5))
    second = ranking.order("random_proportional", np.full(50, 0.3), np.random.default_rng(5))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("policy", ORDERED)
def test_clusters_are_served_in_turn_and_keep_their_inner_order(policy):
    scores = np.random.default_rng(0).lognormal(size=30)
    clusters = np.array([7] * 20 + [3] * 8 + [5] * 2)
    plain = ranking.order(policy, scores, np.random.default_rng(1))
    stratified = ranking.order(policy, scores, np.random.default_rng(1), clusters)
    turns = list(dict.fromkeys(clusters[stratified]))
    expected, queues = [], [[i for i in plain if clusters[i] == c] for c in turns]
    for turn in itertools.zip_longest(*queues):
        expected += [i for i in turn if i is not None]
    assert stratified.tolist() == expected


def test_clusters_take_their_turns_in_random_order():
    rng, clusters = np.random.default_rng(0), np.array([2, 2, 0, 1, 1, 1])
    draws = [
        tuple(
            clusters[ranking.order("deterministic_proportional", np.arange(6), rng, clusters)[:3]]
        )
        for _ in range(600)
    ]
    counts = [draws.count(o) for o in itertools.permutations(range(3))]
    assert sum(counts) == 600
    assert stats.chisquare(counts).pvalue > 1e-3


def test_one_cluster_is_the_policy_itself():
    scores = np.random.default_rng(0).lognormal(size=30)
    orders = [
        ranking.order("random_proportional", scores, np.random.default_rng(1), clusters)
        for clusters in (None, np.zeros(30, int))
    ]
    np.testing.assert_array_equal(*orders)


def test_names_are_taken_apart():
    policy = policies.parse("random_proportional_update_downweight")
    base = "random_proportional"
    assert policy == ("random_proportional_update_downweight", base, True, True, None)
    assert policy.random
    power = policies.parse("random_power_0.25_update_downweight")
    assert power[1:] == ("random_power", True, True, 0.25)
    assert power.random
    assert not power.blind
    assert not policies.parse("deterministic_inverse_proportional_downweight").random
    assert len({policies.parse(name) for name in policies.PAPER_PANEL}) == 12


@pytest.mark.parametrize(
    "name",
    [
        "",
        "random",
        "baseline_downweight_update",
        "_update",
        "dpp_raw_update",
        "herding_update",
        "dpp_map_weighted_update",
        "random_power",
        "random_power_",
        "random_power_0",
        "random_power_0.50",
        "random_power_-1",
        "random_power_inf",
        "random_power_1e3",
    ],
)
def test_unknown_names_are_refused(name):
    with pytest.raises(ValueError, match=f"unknown policy '{name}'; a policy is one of baseline"):
        policies.parse(name)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([], r"shape \(n,\), n >= 1, not \(0,\)"),
        ([[1.0]], r"not \(1, 1\)"),
        ([1.0, np.nan], "point 1 has nan"),
        ([np.inf, 1.0], "point 0 has inf"),
    ],
)
def test_bad_scores_are_refused(scores, message):
    with pytest.raises(ValueError, match=message):
        ranking.order("baseline", scores, np.random.default_rng(0))


def test_a_power_of_one_is_proportional_and_a_high_one_sorts():
    scores = np.random.default_rng(0).lognormal(size=40)
    names = {
        "random_power_1": "random_proportional",
        "random_power_99999": "deterministic_proportional",
    }
    for power, other in names.items():
        orders = [ranking.order(p, scores, np.random.default_rng(7)) for p in (power, other)]
        np.testing.assert_array_equal(*orders)


def test_coresets_look_at_more_than_scores():
    names = [name for name in policies.BASES if policies.parse(name).coreset]
    assert len(names) == 6
    for name in names:
        assert not policies.parse(name).random
        assert policies.parse(name).blind == (name != "dpp_map_weighted")
        with pytest.raises(ValueError, match="orders points by their features"):
            ranking.order(name, SCORES, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        (policies.DRAWN, ranking.LOG_WEIGHTS),
        (policies.SORTED, ranking.SORT_KEYS),
        (policies.CORESET, coresets.ORDERS),
    ],
)
def test_every_registered_rule_has_its_function(kind, known):
    assert {name for name, rule in policies.RULES.items() if rule.kind == kind} == set(known)


def test_subsets_have_no_order():
    with pytest.raises(ValueError, match="'dpp_weighted' draws subsets; it has no order"):
        ranking.order("dpp_weighted", [1.0, 2.0], np.random.default_rng(0))


def test_clusters_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"clusters must have shape \(2,\), not \(3,\)"):
        ranking.order("baseline", [1, 2], np.random.default_rng(0), clusters=[0, 0, 1])
