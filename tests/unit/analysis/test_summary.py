"""Summaries of the curves against hand-made numbers and scipy."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

import synthetic
from efficient_augmentation.analysis import summary
from efficient_augmentation.names import policies
from synthetic import BASE, clustered, joined, small


def test_area_is_the_hand_computed_trapezoid_from_the_floor():
    # (0.5 + 0.7) / 2 * 10 + (0.7 + 0.9) / 2 * 10 = 6 + 8
    (row,) = summary.summarize(small([[0.7, 0.9]]), BASE)
    assert row["auc_mean"] == pytest.approx(14.0)
    assert row["rounds"] == 1
    assert math.isnan(row["auc_std"])


def test_area_agrees_with_scipy_and_uses_the_sample_deviation():
    rng = np.random.default_rng(0)
    budgets, values = np.array([1, 10, 50, 200]), rng.uniform(0.5, 1, (5, 4))
    (row,) = summary.summarize(small(values, budgets=budgets), BASE)
    areas = [integrate.trapezoid([0.5, *v], [0, *budgets]) for v in values]
    assert row["auc_mean"] == pytest.approx(np.mean(areas))
    assert row["auc_std"] == pytest.approx(stats.tstd(areas))


def test_rows_may_come_in_any_order():
    curves = small(np.random.default_rng(1).uniform(size=(3, 2)))
    shuffled = {k: v[np.random.default_rng(2).permutation(6)] for k, v in curves.items()}
    shuffled = {k: curves[k][np.random.default_rng(2).permutation(6)] for k in shuffled}
    assert summary.summarize(shuffled, BASE) == summary.summarize(curves, BASE)


def test_stratified_rows_are_left_out():
    curves = small([[0.7, 0.9]])
    stratified = {**small([[0.1, 0.1]]), "clusters": np.array([10, 10])}
    assert summary.summarize(joined(curves, stratified), BASE) == summary.summarize(curves, BASE)


def test_a_missing_budget_is_an_error_that_names_the_policy():
    curves = {k: v[:-1] for k, v in small([[0.7, 0.9], [0.6, 0.9]]).items()}
    with pytest.raises(ValueError, match="loss, random_proportional: 3 rows"):
        summary.summarize(curves, BASE)
    with pytest.raises(ValueError, match="no row has score 'influence'"):
        summary.accuracies(curves, "influence", "baseline")


def test_mean_interval_is_scipys():
    values = np.random.default_rng(3).normal(size=7)
    mean, low, high = summary.mean_interval(values)
    expected = stats.t.interval(0.95, 6, loc=values.mean(), scale=stats.sem(values))
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(expected)


def test_difference_interval_is_welchs():
    rng = np.random.default_rng(4)
    a, b = rng.normal(1, 1, 5), rng.normal(0, 3, 8)
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert summary.difference_interval(a, b) == pytest.approx(tuple(expected))
    single = stats.ttest_1samp(a, 0.3).confidence_interval(0.95)
    low, high = summary.difference_interval(a, [0.3])
    assert (low, high) == pytest.approx((single.low - 0.3, single.high - 0.3))
    assert summary.difference_interval([1.0, 1.0], [0.5]) == (0.5, 0.5)
    with pytest.raises(ValueError, match="no interval"):
        summary.difference_interval([1.0], [2.0])


def test_interval_of_the_mean_is_students():
    mean, low, high = summary.mean_interval([[0.25, 1.0], [0.75, 1.0]])
    half = 12.7062 * 0.25  # t quantile of one degree of freedom, times sqrt(1/8)/sqrt(2)
    assert mean == pytest.approx([0.5, 1])
    assert high - mean == pytest.approx([half, 0], rel=1e-4)
    assert mean - low == pytest.approx([half, 0], rel=1e-4)


@pytest.mark.parametrize("ceiling", [0.5, 0.4])
def test_nothing_to_gain_is_never_divided_by(ceiling):
    baselines = {**BASE, "ceiling": ceiling}
    curves = small([[0.6, 0.9], [0.8, 0.9]])
    assert np.isnan(summary.shares([0.6, 0.9], baselines)).all()
    assert math.isnan(summary.points_needed(curves, baselines)[0]["points"])


def test_points_needed_interpolates_the_mean_curve():
    curves = small([[0.6, 0.9], [0.8, 0.9]])  # shares 0, .5, 1 at 0, 10, 20
    for share, points in ((0.25, 5), (0.5, 10), (0.75, 15), (1, 20)):
        (row,) = summary.points_needed(curves, BASE, share)
        assert row["points"] == pytest.approx(points)
    assert math.isnan(summary.points_needed(small([[0.6, 0.7]]), BASE, 0.95)[0]["points"])
    with pytest.raises(ValueError, match="share: 95"):
        summary.points_needed(curves, BASE, 95)


def test_order_of_tables_is_that_of_the_paper():
    assert tuple(summary.in_order(reversed(policies.PAPER_PANEL))) == policies.PAPER_PANEL


def all_panels(rounds=5):
    baselines = synthetic.baselines()
    budgets = [1, 10, 50, 100, 250, 500, 1000]
    return synthetic.all_curves(baselines, budgets, counts=(1, 50, 1000), rounds=rounds), baselines


def test_areas_and_points_needed_are_those_of_the_main_panel_alone():
    curves, baselines = all_panels()
    main = {k: v[(curves["clusters"] == 0)] for k, v in curves.items()}
    main = {k: v[~np.char.startswith(main["policy"], "dpp")] for k, v in main.items()}
    for table in (summary.summarize, summary.points_needed):
        assert str(table(curves, baselines)) == str(table(main, baselines))
    assert summary.pairs(curves) == summary.pairs(main)


def test_a_dpp_measured_as_far_as_the_others_has_an_area():
    far = small([[0.7, 0.9]], policy="dpp_raw")
    near = small([[0.7]], policy="dpp_weighted", budgets=(10,))
    curves = joined(small([[0.7, 0.9]]), far, near)
    assert [p for _, p in summary.pairs(curves)] == ["random_proportional", "dpp_raw"]
    assert summary.dpp_pairs(curves) == [("loss", "dpp_weighted"), ("loss", "dpp_raw")]
    assert summary.pairs(near) == [("loss", "dpp_weighted")]


def test_stratified_rows_have_their_own_accessors():
    curves, _ = all_panels()
    assert summary.stratified(curves) == {
        (s, p): [1, 50, 1000]
        for s in ("loss", "influence")
        for p in ("baseline", "random_proportional")
    }
    rows = (
        (curves["clusters"] == 50)
        & (curves["policy"] == "baseline")
        & (curves["score"] == "loss")
        & (curves["n_augmented"] == 100)
    )
    budgets, accuracy = summary.accuracies(curves, "loss", "baseline", 50)
    assert accuracy[:, budgets == 100].ravel().tolist() == curves["test_accuracy"][rows].tolist()
    with pytest.raises(ValueError, match="'baseline' in 7 clusters"):
        summary.accuracies(curves, "loss", "baseline", 7)


def test_a_comparison_is_scipys_paired_test_over_the_early_shared_budgets():
    rng = np.random.default_rng(6)
    ours, theirs = rng.uniform(0.5, 0.9, (4, 4)), rng.uniform(0.5, 0.9, (4, 4))
    curves = joined(
        small(ours, budgets=(1, 3, 5, 10)),
        small(theirs, policy="baseline", budgets=(1, 4, 5, 10)),
    )
    found = summary.compare(curves, BASE, ("loss", "random_proportional"), ("loss", "baseline"))
    assert found.budgets.tolist() == [1, 5]
    a, b = ((x[:, [0, 2]].mean(axis=1) - 0.5) / 0.4 for x in (ours, theirs))
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.difference == pytest.approx((a - b).mean())


def test_a_comparison_without_early_budgets_uses_those_short_of_all_points():
    both = joined(
        small([[0.7, 0.9], [0.8, 0.9]]),
        small([[0.6, 0.9], [0.6, 0.9]], policy="baseline"),
    )
    series = ("loss", "random_proportional"), ("loss", "baseline")
    assert summary.compare(both, BASE, *series).budgets.tolist() == [10]
    apart = joined(
        small([[0.7]], budgets=(3,)),
        small([[0.6]], policy="baseline", budgets=(4,)),
    )
    assert summary.compare(apart, BASE, *series) is None


def test_the_best_number_of_clusters_pays_for_having_been_picked():
    plain = small([[0.6, 0.9], [0.64, 0.9], [0.68, 0.9]], policy="baseline")
    good = [[0.7, 0.9], [0.77, 0.9], [0.78, 0.9]]
    curves = joined(
        plain,
        *(clustered(v, k) for k, v in ((1, good), (2, good), (5, [[0.6, 0.9]] * 3), (20, good))),
    )
    k, tried, found = summary.best_clusters(curves, BASE, "loss", "baseline")
    assert (k, tried) == (2, 2)  # 1 is no stratification, 20 of 20 points random selection
    gains = np.array([0.1, 0.13, 0.1]) / 0.4
    expected = stats.ttest_1samp(gains, 0).confidence_interval(0.975)
    assert (found.low, found.high) == pytest.approx(tuple(expected))


def test_spearman_ignores_signs_and_what_is_not_finite():
    rng = np.random.default_rng(5)
    before, after = rng.normal(size=30), rng.normal(size=30)
    expected = stats.spearmanr(abs(before), abs(after)).statistic
    assert summary.spearman(before, after) == pytest.approx(expected)
    with_holes = (np.append(before, [np.inf, 1]), np.append(after, [1, np.nan]))
    assert summary.spearman(*with_holes) == pytest.approx(expected)
    assert math.isnan(summary.spearman(np.ones(4), np.arange(4)))


def test_extreme_points_are_disjoint_and_stable():
    highest, lowest = summary.extreme_points([-3, 0, 1, -2, 1], count=100)
    assert highest.tolist() == [0, 3]
    assert lowest.tolist() == [1, 2]
    highest, lowest = summary.extreme_points(np.arange(500.0))
    assert (len(highest), len(lowest), highest[0], lowest[0]) == (100, 100, 499, 0)
