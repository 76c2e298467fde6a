"""Verdicts by hand, in a world with known truth, and what is made of degenerate measurements."""

import math

import numpy as np
import pytest

import synthetic
from efficient_augmentation.analysis import comparison, intervals
from efficient_augmentation.analysis.series import Series, by_class, restricted

BUDGETS = np.array([10, 20, 40, 80])
TRUE = {"baseline": BUDGETS / 80, "random_proportional": np.minimum(BUDGETS / 40, 1)}
FLOOR, CEILING = 0.5, 0.9


def world(rng, rounds=8, s=300, policies=TRUE):
    """Arrays of test_points.npz of policies whose true shares of the gain are known.

    A test point is classified correctly where its difficulty, shared by all fits, lies below the
    accuracy of the fit, which varies by the round; a few points go either way by chance.
    """
    hard, rows = rng.random(s), []
    for policy, shares in policies.items():
        random = policy.startswith(("b", "r"))
        for r in range(rounds if random else 1):
            shift = rng.normal(0, 0.02) * random
            for budget, share in zip(BUDGETS, shares, strict=True):
                level = FLOOR + (CEILING - FLOOR) * share + shift * (share < 1)
                rows.append(("loss", policy, 0, r, budget, right(rng, hard, level)))
    names = ("score", "policy", "clusters", "round", "n_augmented", "right")
    points = {n: np.array(c) for n, c in zip(names, zip(*rows, strict=True), strict=True)}
    ends = {"floor": right(rng, hard, FLOOR), "ceiling": right(rng, hard, CEILING)}
    return points | ends | {"rows": np.ones(s, int), "label": np.arange(s) % 2}


def right(rng, hard, level, noise=0.1):
    # A share `noise` of the points is drawn anew, with the same probability.
    anew = rng.random(len(hard)) < noise
    return np.where(anew, rng.random(len(hard)), hard) < level


def test_cells_are_shares_of_rows_scaled_to_accuracy():
    points = world(np.random.default_rng(0), rounds=2, s=4)
    points |= {"rows": np.array([1, 3, 1, 3]), "right": points["right"] * [1, 2, 1, 3]}
    one = Series(points, "loss", "random_proportional")
    rows = (points["policy"] == "random_proportional") & (points["n_augmented"] == 20)
    expected = points["right"][rows].sum(axis=1) / 8
    np.testing.assert_allclose(one.by_round[:, 1], expected)
    np.testing.assert_allclose(one.by_point.mean(axis=1), one.by_round.mean(axis=0))
    half = (one.cells[:, 1] + one.cells[:, 2]) / 2
    np.testing.assert_allclose(one.at(30, 80), half)
    np.testing.assert_array_equal(one.at(20, 80), one.cells[:, 1])
    assert one.at(81, 99) is None
    np.testing.assert_allclose(one.at(99, 99).mean(), points["ceiling"].sum() / 8)
    np.testing.assert_allclose(one.at(0, 80).mean(), points["floor"].sum() / 8)
    of_class = [points["ceiling"][k::2].sum() / points["rows"][k::2].sum() for k in range(2)]
    cells = points["ceiling"] * 4 / 8
    np.testing.assert_allclose(by_class(points, cells), of_class)
    some = restricted(points, np.array([True, False, False, True]))
    assert some["right"].shape[1] == len(some["rows"]) == len(some["floor"]) == 2


def test_differences_are_paired_by_round_and_by_test_point():
    points = world(
        np.random.default_rng(4), policies=TRUE | {"deterministic_proportional": BUDGETS / 80}
    )
    rows = comparison.differences(points)
    assert [(r["policy"], r["n_augmented"]) for r in rows] == [
        (p, b) for p in ("random_proportional", "deterministic_proportional") for b in BUDGETS
    ]

    def of(policy, budget):
        rows = (points["policy"] == policy) & (points["n_augmented"] == budget)
        return points["right"][rows].astype(float)

    for row in rows:
        ours, theirs = (of(p, row["n_augmented"]) for p in (row["policy"], "baseline"))
        expected = intervals.interval(ours - theirs)
        found = tuple(row[name] for name in ("difference", "low", "high", "p"))
        assert found == pytest.approx(expected, abs=1e-6)
        certain = row["p_holm"] < 0.05
        sign = "better" if row["difference"] > 0 else "worse"
        assert row["verdict"] == (sign if certain else "not determined")
        assert row["p_holm"] >= row["p"]
    assert rows[1]["verdict"] == "better"
    assert rows[-1]["verdict"] == "not determined"
    assert [rows[0]["rounds"], rows[-1]["rounds"]] == [8, 1]


def test_a_policy_without_scores_is_tested_once_for_all():
    points = world(np.random.default_rng(5), policies=TRUE | {"herding": BUDGETS / 80})
    alone = {r["policy"]: r for r in comparison.differences(points)[-1:]}["herding"]
    keep = points["policy"] != "random_proportional"
    names = ("score", "policy", "clusters", "round", "n_augmented", "right")
    other = {**points, "score": np.full(len(points["score"]), "x")}
    both = {n: np.concatenate([points[n], other[n][keep]]) for n in names}
    rows = comparison.differences(points | both)
    same = [r for r in rows if (r["policy"], r["n_augmented"]) == ("herding", 80)]
    assert len(same) == 2
    assert {r["p_holm"] for r in same} == {alone["p_holm"]}


def test_needed_is_where_the_mean_curve_crosses_and_covers_the_truth():
    hits, saved = [], []
    for seed in range(100):
        points = world(np.random.default_rng(seed))
        rows = comparison.needed(points, 0, (0.5, 0.8), replicates=300)
        if seed == 0:
            mean = points["right"][points["policy"] == "random_proportional"]
            mean = mean.reshape(8, 4, -1).mean(axis=(0, 2))
            floor, ceiling = points["floor"].mean(), points["ceiling"].mean()
            recovered = (mean - floor) / (ceiling - floor)
            expected = np.interp(0.5, [0, *recovered], [0, *BUDGETS])
            assert rows[1]["points"] == pytest.approx(expected, rel=1e-5)
            assert rows[1]["measured"] == BUDGETS[(recovered >= 0.5).argmax()]
        # The truth: random selection needs 0.5 x 80 points, the other 0.5 x 40; where curves have a
        # corner, a mean curve's crossing is biased, so the share that is judged lies inside.
        uniform, other = rows[0], rows[1]
        hits.append(other["low"] <= 20 <= other["high"])
        saved.append(other["saved_low"] <= 20 <= other["saved_high"])
        assert uniform["verdict"] == "equal"
        assert other["verdict"] == "better"
    assert np.mean(hits) >= 0.88
    assert np.mean(saved) >= 0.88


def test_what_is_never_reached_is_infinite_and_no_interval_comes_from_one_round():
    low = {"baseline": BUDGETS / 160, "deterministic_proportional": BUDGETS / 80}
    rows = comparison.needed(world(np.random.default_rng(6), policies=low), 0, replicates=200)
    at = {(r["policy"], r["share"]): r for r in rows}
    assert at["baseline", 0.99]["points"] == at["baseline", 0.99]["high"] == math.inf
    assert at["baseline", 0.99]["measured"] == math.inf
    found = at["deterministic_proportional", 0.8]
    assert found["low"] <= found["points"] <= found["high"] < math.inf
    assert found["points"] <= found["measured"] == 80
    assert found["saved"] == math.inf
    assert found["verdict"] == "better"
    once = world(np.random.default_rng(6), rounds=1, policies=low)
    alone = comparison.needed(once, 0, replicates=50)
    assert all(math.isnan(r["saved_low"]) and math.isnan(r["p"]) for r in alone)
    assert all(math.isnan(r["low"]) == (r["policy"] == "baseline") for r in alone)
    assert {r["verdict"] for r in alone} == {"not determined"}


def test_equal_means_that_little_can_be_saved_and_open_says_what_would_tell():
    near = {"baseline": BUDGETS / 80, "deterministic_proportional": BUDGETS / 80}
    large = comparison.needed(world(np.random.default_rng(1), 20, 20_000, near), 0, (0.8,), 300)
    assert large[1]["verdict"] == "equal"
    assert -4 <= large[1]["saved_low"] <= large[1]["saved_high"] <= 4  # 5 % of 80 points
    assert all(math.isnan(large[1][f"{name}_wanted"]) for name in ("rounds", "times"))
    near["deterministic_proportional"] = np.array([0.2, 0.3, 0.55, 1])
    small = comparison.needed(world(np.random.default_rng(2), 4, 60, near), 0, (0.5,), 300)
    assert small[1]["verdict"] == "not determined"
    assert small[1]["times_wanted"] > 1


def test_a_measurement_without_gain_and_draws_without_gain():
    points = world(np.random.default_rng(3))
    flat = {**points, "ceiling": points["floor"]}
    for row in comparison.needed(flat, 0, (0.5,), replicates=50):
        assert math.isinf(row["measured"])
        assert math.isinf(row["points"])
        assert math.isnan(row["low"])
        assert row["verdict"] in ("not determined", "equal")
    # Half of the draws gain nothing; the others are what is known.
    gained = points["floor"].copy()
    gained[np.flatnonzero(~gained)[0]] = True
    for row in comparison.needed({**points, "ceiling": gained}, 0, (0.5,), replicates=50):
        assert row["low"] <= row["high"]


def test_the_gain_is_tested_over_test_points():
    points = world(np.random.default_rng(8), s=50)
    found = comparison.gain(points)
    expected = intervals.interval(points["ceiling"].astype(float) - points["floor"])
    assert found == pytest.approx(expected)


def test_the_seed_decides():
    points = world(np.random.default_rng(7))
    runs = [comparison.needed(points, seed, replicates=100) for seed in (0, 0, 1)]
    assert str(runs[0]) == str(runs[1]) != str(runs[2])


def test_without_random_selection_there_is_nothing_to_compare():
    points = world(np.random.default_rng(8), policies={"random_proportional": BUDGETS / 80})
    with pytest.raises(ValueError, match="no policy besides baseline"):
        comparison.differences(points)
    rows = comparison.needed(points, 0, replicates=50)
    assert {row["verdict"] for row in rows} == {"not compared"}
    assert all(row["low"] <= row["points"] <= row["high"] for row in rows)


def test_measurements_that_are_missing_are_refused():
    points = synthetic.tallied(synthetic.small([[0.6, 0.8]]), synthetic.BASE, 10)
    with pytest.raises(ValueError, match="loss, herding: 0 rows"):
        Series(points, "loss", "herding")
    twice = {**points, "n_augmented": np.array([10, 10])}
    with pytest.raises(ValueError, match="loss, random_proportional: 2 rows are not 1 rounds x 1"):
        Series(twice, "loss", "random_proportional")
