"""Intervals against scipy and plain loops, and their coverage in a world with known truth."""

import math

import numpy as np
import pytest
from scipy import stats

from efficient_augmentation.analysis import intervals


def test_it_is_students_where_only_one_margin_varies():
    rounds = np.random.default_rng(0).normal(0.1, 1, 9)
    found = intervals.interval(np.repeat(rounds[:, None], 50, axis=1))
    test = stats.ttest_rel(rounds, np.zeros(9))
    assert found[1:] == pytest.approx((*test.confidence_interval(), test.pvalue))
    points = np.random.default_rng(1).normal(0.1, 1, 40)
    for cells in (np.repeat(points[None], 5, axis=0), points):
        found = intervals.interval(cells)
        test = stats.ttest_1samp(points, 0)
        assert found == pytest.approx((points.mean(), *test.confidence_interval(), test.pvalue))


def test_nothing_and_one_test_point():
    assert intervals.interval(np.zeros((3, 4)))[:3] == (0, 0, 0)
    assert math.isnan(intervals.interval(np.zeros((3, 4))).p)
    assert intervals.interval(np.full((2, 2), 0.5)).p == 0
    one = intervals.interval([[0.5], [0.7]])
    assert one.mean == pytest.approx(0.6)
    assert all(math.isnan(x) for x in one[1:])


def test_what_is_left_of_both_margins_by_hand():
    cells = np.random.default_rng(2).normal(size=(4, 7))
    left = 0
    for r in range(4):
        for s in range(7):
            fitted = cells[r].mean() + cells[:, s].mean() - cells.mean()
            left += (cells[r, s] - fitted) ** 2
    assert intervals.interaction(cells) == pytest.approx(left / (3 * 6))
    several = np.random.default_rng(3).normal(size=(4, 2, 7))
    expected = [intervals.interaction(several[:, j]) for j in range(2)]
    np.testing.assert_allclose(intervals.interaction(several), expected)


@pytest.mark.parametrize("both", [0.0, 0.5, 4.0])
def test_it_covers_the_truth_over_new_rounds_and_new_test_points(both):
    rng, hits = np.random.default_rng(4), []
    for _ in range(1500):
        rounds, points = rng.normal(0, 0.3, (6, 1)), rng.normal(0, 1, (1, 30))
        found = intervals.interval(0.7 + rounds + points + rng.normal(0, both, (6, 30)))
        hits.append(found.low <= 0.7 <= found.high)
    assert 0.93 <= np.mean(hits) <= 0.98


def test_holm_by_hand():
    p = [0.01, 0.04, math.nan, 0.03, 0.005]
    # 4 x 0.005, 3 x 0.01, 2 x 0.03, then 1 x 0.04, which may not fall below what went before
    expected = [0.03, 0.06, math.nan, 0.06, 0.02]
    np.testing.assert_allclose(intervals.holm(p), expected)
    assert intervals.holm([0.6, 0.7]).tolist() == [1, 1]
