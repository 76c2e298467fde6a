"""Intervals against scipy, their coverage in a world with known truth, and what is made of them."""

import math

import numpy as np
import pytest
from scipy import stats

from efficient_augmentation.analysis import comparison

BUDGETS = np.array([10, 20, 40, 80])
TRUE = {"baseline": BUDGETS / 80, "random_proportional": np.minimum(BUDGETS / 40, 1)}


def world(rng, rounds=8, s=60, policies=TRUE, noise=0.05):
    """Curves and test points of policies whose true shares of the gain are known.

    Rounds and test points each move all accuracies, as they do in a simulation: those of a round
    are paired, and a point's own difficulty is in floor and ceiling too.
    """
    hard = rng.normal(0, 0.3, s)
    floor, ceiling = 0.5 + hard, 0.9 + hard
    rows, groups = [], {"score": [], "policy": [], "n_augmented": [], "right": []}
    for policy, shares in policies.items():
        by_point = rng.normal(0, noise, (len(BUDGETS), s))
        by_round = rng.normal(0, noise, (rounds, len(BUDGETS))) * policy.startswith(("b", "r"))
        both = 0.5 + 0.4 * shares[:, None] + hard + by_point
        both = both + by_round[:, :, None]
        n = rounds if policy.startswith(("b", "r")) else 1
        for j, budget in enumerate(BUDGETS):
            groups["score"].append("loss")
            groups["policy"].append(policy)
            groups["n_augmented"].append(budget)
            groups["right"].append(both[:n, j].mean(axis=0))
            rows += [("loss", policy, 0, r, budget, both[r, j].mean()) for r in range(n)]
    names = ("score", "policy", "clusters", "round", "n_augmented", "test_accuracy")
    columns = zip(*rows, strict=True)
    curves = {name: np.array(column) for name, column in zip(names, columns, strict=True)}
    points = {name: np.array(column) for name, column in groups.items()}
    points |= {"clusters": np.zeros(len(points["policy"]), int), "floor": floor, "ceiling": ceiling}
    return curves, points


def test_interval_is_students_where_only_one_margin_varies():
    rounds = np.random.default_rng(0).normal(0.1, 1, 9)
    found = comparison.interval(rounds, np.full(50, rounds.mean()))
    test = stats.ttest_rel(rounds, np.zeros(9))
    assert found[1:] == pytest.approx((*test.confidence_interval(), test.pvalue))
    points = np.random.default_rng(1).normal(0.1, 1, 40)
    found = comparison.interval(np.full(5, points.mean()), points)
    test = stats.ttest_1samp(points, 0)
    assert found == pytest.approx((points.mean(), *test.confidence_interval(), test.pvalue))


def test_interval_of_nothing_and_of_one_round():
    assert comparison.interval(np.zeros(3), np.zeros(4))[:3] == (0, 0, 0)
    assert math.isnan(comparison.interval(np.zeros(3), np.zeros(4)).p)
    for one in (comparison.interval([0.5], [0.4, 0.6]), comparison.interval([0.4, 0.6], [0.5])):
        assert one.mean == 0.5
        assert all(math.isnan(x) for x in one[1:])
    assert comparison.interval([0.5, 0.5], [0.5, 0.5]).p == 0


def test_interval_covers_the_truth_over_new_rounds_and_new_test_points():
    rng, hits = np.random.default_rng(2), []
    for _ in range(1500):
        rounds, points = rng.normal(0, 1, (6, 1)), rng.normal(0, 2, (1, 30))
        values = 0.7 + rounds + points + rng.normal(0, 0.5, (6, 30))
        found = comparison.interval(values.mean(axis=1), values.mean(axis=0))
        hits.append(found.low <= 0.7 <= found.high)
    assert 0.935 <= np.mean(hits) <= 0.98


def test_chance_in_rounds_and_points_at_once_only_widens():
    rng, hits = np.random.default_rng(3), []
    for _ in range(800):
        values = 0.7 + rng.normal(0, 1, (6, 30))
        found = comparison.interval(values.mean(axis=1), values.mean(axis=0))
        hits.append(found.low <= 0.7 <= found.high)
    assert np.mean(hits) >= 0.95


def test_holm_by_hand():
    p = [0.01, 0.04, math.nan, 0.03, 0.005]
    # 4 x 0.005, 3 x 0.01, 2 x 0.03, then 1 x 0.04, which may not fall below what went before
    expected = [0.03, 0.06, math.nan, 0.06, 0.02]
    np.testing.assert_allclose(comparison.holm(p), expected)
    assert comparison.holm([0.6, 0.7]).tolist() == [1, 1]


def test_differences_are_paired_by_round_and_by_test_point():
    rng = np.random.default_rng(4)
    curves, points = world(rng, policies=TRUE | {"deterministic_proportional": BUDGETS / 80})
    rows = comparison.differences(curves, points)
    assert [(r["policy"], r["n_augmented"]) for r in rows] == [
        (p, b) for p in ("random_proportional", "deterministic_proportional") for b in BUDGETS
    ]

    def of(policy, budget, name="test_accuracy"):
        table = curves if name == "test_accuracy" else points
        return table[name][(table["policy"] == policy) & (table["n_augmented"] == budget)]

    for row in rows:
        pair, budget = (row["policy"], "baseline"), row["n_augmented"]
        rounds, share = (
            np.subtract(*(of(p, budget, name) for p in pair)) for name in ("test_accuracy", "right")
        )
        expected = comparison.interval(rounds, share[0])
        assert (row["difference"], row["low"], row["high"], row["p"]) == pytest.approx(expected)
        certain = row["p_holm"] < 0.05
        sign = "better" if row["difference"] > 0 else "worse"
        assert row["verdict"] == (sign if certain else "undecided")
        assert row["p_holm"] >= row["p"]
        assert not certain or row["low"] * row["high"] > 0
    assert rows[1]["verdict"] == "better"
    assert rows[-1]["verdict"] == "undecided"
    assert [rows[0]["rounds"], rows[-1]["rounds"]] == [8, 1]


def test_a_policy_without_scores_is_tested_once_for_all():
    curves, points = world(np.random.default_rng(5), policies=TRUE | {"herding": BUDGETS / 80})
    alone = {r["policy"]: r for r in comparison.differences(curves, points)[-1:]}["herding"]

    def twice(table, names):
        other = {name: table[name] for name in names} | {"score": np.full(len(table["score"]), "x")}
        keep = other["policy"] != "random_proportional"
        return {n: np.concatenate([table[n], other[n][keep]]) for n in names}

    names = ("score", "policy", "clusters", "n_augmented")
    curves = twice(curves, (*names, "round", "test_accuracy"))
    points |= twice(points, (*names, "right"))
    rows = comparison.differences(curves, points)
    same = [r for r in rows if (r["policy"], r["n_augmented"]) == ("herding", 80)]
    assert len(same) == 2
    assert {r["p_holm"] for r in same} == {alone["p_holm"]}


def test_needed_is_where_the_mean_curve_crosses_and_covers_the_truth():
    hits, saved, shares = [], [], None
    for seed in range(120):
        curves, points = world(np.random.default_rng(seed), noise=0.02)
        rows = comparison.needed(curves, points, seed=0, replicates=300)
        if shares is None:
            shares = [r["share"] for r in rows[::2]]
            mean = points["right"][4:].mean(axis=1)
            recovered = (mean - points["floor"].mean()) / np.ptp(
                [points["floor"].mean(), points["ceiling"].mean()]
            )
            expected = np.interp(0.5, [0, *recovered], [0, *BUDGETS])
            assert rows[1]["points"] == pytest.approx(expected)
        # The truth: uniform choice needs 0.5 x 80 points, the other 0.5 x 40; where curves have a
        # corner, a mean curve's crossing is biased, so the share that is judged lies inside.
        uniform, other = rows[0], rows[1]
        hits.append(other["low"] <= 20 <= other["high"])
        saved.append(other["saved_low"] <= 20 <= other["saved_high"])
        assert uniform["verdict"] == "equal"
        assert other["verdict"] == "better"
    assert shares == list(comparison.SHARES)
    assert np.mean(hits) >= 0.92
    assert np.mean(saved) >= 0.92


def test_what_is_never_reached_is_infinite_and_no_interval_comes_from_one_round():
    low = {"baseline": BUDGETS / 160, "deterministic_proportional": BUDGETS / 80}
    rows = comparison.needed(*world(np.random.default_rng(6), policies=low), 0, 200)
    at = {(r["policy"], r["share"]): r for r in rows}
    assert at["baseline", 0.99]["points"] == at["baseline", 0.99]["high"] == math.inf
    found = at["deterministic_proportional", 0.8]
    assert found["low"] <= found["points"] <= found["high"] < math.inf
    assert found["saved"] == math.inf
    assert found["verdict"] == "better"
    alone = comparison.needed(*world(np.random.default_rng(6), rounds=1, policies=low), 0, 50)
    assert all(math.isnan(r["saved_low"]) and math.isnan(r["p"]) for r in alone)
    assert all(math.isnan(r["low"]) == (r["policy"] == "baseline") for r in alone)
    assert {r["verdict"] for r in alone} == {"undecided"}


def test_the_seed_decides():
    curves, points = world(np.random.default_rng(7))
    runs = [comparison.needed(curves, points, seed, 100) for seed in (0, 0, 1)]
    assert str(runs[0]) == str(runs[1]) != str(runs[2])


def test_without_uniform_choice_there_is_nothing_to_compare():
    only = {"random_proportional": BUDGETS / 80}
    arguments = world(np.random.default_rng(8), policies=only)
    with pytest.raises(ValueError, match="no policy beside baseline"):
        comparison.differences(*arguments)
    with pytest.raises(ValueError, match="no policy beside baseline"):
        comparison.needed(*arguments, seed=0)


def test_test_points_of_other_budgets_are_refused():
    curves, points = world(np.random.default_rng(9))
    points["n_augmented"] = points["n_augmented"] + 1
    with pytest.raises(ValueError, match=r"test points: loss, random_proportional: budgets \[11"):
        comparison.differences(curves, points)
