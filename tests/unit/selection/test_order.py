"""The rows of selection.csv."""

import numpy as np
import pytest
from scipy import stats

from efficient_augmentation.names import policies
from efficient_augmentation.policies import ranking
from efficient_augmentation.selection import order as selection

SCORES = np.array([-0.5, 0.0, 3.0, -1.0, 0.25, 2.0])
ORDERED = [*filter(lambda name: not policies.unordered(name), policies.BASES), "random_power_0.5"]


# Points of a budget


@pytest.mark.parametrize(
    ("budget", "n", "points"),
    [
        *[(1, 10, 1), (10, 10, 10), (3.0, 10, 3), (0.1, 1000, 100), (0.25, 10, 3), (0.24, 10, 2)],
        *[(0.001, 10, 1), (0.999, 10, 10), (np.int64(4), 10, 4), (np.float32(0.5), 10, 5)],
    ],
)
def test_points_of_a_budget(budget, n, points):
    assert selection.number_of_points(budget, n) == points


@pytest.mark.parametrize("budget", [0, 11, -1, 2.5, 11.0, float("inf"), float("nan"), -0.1])
def test_budgets_that_are_none(budget):
    with pytest.raises(ValueError, match=r"budget must be a whole number within 1\.\.10, or a sh"):
        selection.number_of_points(budget, 10)


@pytest.mark.parametrize("budget", [True, "3", None, [3]])
def test_budgets_that_are_no_numbers(budget):
    with pytest.raises(ValueError, match="budget must be"):
        selection.number_of_points(budget, 10)


# Rows


def test_rows_are_the_policys_order():
    ids = np.array([f"cat/{i}.png" for i in range(6)])
    labels = np.array([0, 1, 1, 0, 0, 1])
    rows = selection.rows(SCORES, "random_proportional", 2, seed=3, ids=ids, labels=labels)
    order = ranking.order("random_proportional", SCORES, np.random.default_rng(3))
    assert tuple(rows[0]) == selection.COLUMNS
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row["id"] for row in rows] == ids[order].tolist()
    assert [row["label"] for row in rows] == labels[order].tolist()
    assert [row["score"] for row in rows] == SCORES[order].tolist()
    # By magnitude: 3.0, 2.0, -1.0, -0.5, 0.25, 0.0.
    assert [row["score_rank"] for row in rows] == np.array([4, 6, 1, 3, 5, 2])[order].tolist()
    assert [row["row"] for row in rows] == order.tolist()
    assert {row["split"] for row in rows} == {"train"}
    assert [row["selected"] for row in rows] == [1, 1, 0, 0, 0, 0]


def test_rows_without_ids_and_labels():
    rows = selection.rows(SCORES, "deterministic_proportional", 0.5)
    assert [row["id"] for row in rows] == [2, 5, 3, 0, 4, 1]
    assert "label" not in rows[0]
    assert sum(row["selected"] for row in rows) == 3


def test_labels_that_are_true_or_false_become_numbers():
    rows = selection.rows(SCORES, "baseline", 1, labels=SCORES > 0)
    assert {row["label"] for row in rows} == {0, 1}
    assert not any(isinstance(row["label"], bool) for row in rows)


def test_columns_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"ids must have shape \(6,\), one a score, not \(5,\)"):
        selection.rows(SCORES, "baseline", 1, ids=np.arange(5))
    with pytest.raises(ValueError, match=r"labels must have shape \(6,\)"):
        selection.rows(SCORES, "baseline", 1, labels=np.zeros((6, 1)))


@pytest.mark.parametrize("policy", ORDERED)
def test_probabilities_are_how_often_a_point_comes_first(policy):
    rng, draws = np.random.default_rng(0), 4000
    probability = selection.first_choice(policy, SCORES)
    assert probability.sum() == pytest.approx(1)
    first = [ranking.order(policy, SCORES, rng)[0] for _ in range(draws)]
    counts = np.bincount(first, minlength=6)
    possible = probability * draws > 5
    expected = np.append(probability[possible], probability[~possible].sum()) * draws
    found = np.append(counts[possible], counts[~possible].sum())
    assert found[-1] <= 5 + expected[-1]
    if possible.sum() > 1:
        assert (
            stats.chisquare(
                found[:-1], expected[:-1] * found[:-1].sum() / expected[:-1].sum()
            ).pvalue
            > 1e-4
        )


def test_probability_where_weights_overflow():
    tiny = np.array([1e-310, 1.0, 1e-310])
    found = selection.first_choice("random_inverse_softmax_proportional", tiny)
    np.testing.assert_array_equal(found, [0.5, 0, 0.5])
    huge = selection.first_choice("random_softmax_proportional", np.array([1e308, 1.0]))
    np.testing.assert_array_equal(huge, [1, 0])


def test_subsets_have_no_order():
    with pytest.raises(ValueError, match="draws subsets"):
        selection.rows(SCORES, "dpp_raw", 1)


def test_equal_scores_take_places_in_the_order_of_the_data():
    assert selection.score_ranks([1.0, -2.0, 2.0, 0.0, 0.0]).tolist() == [3, 1, 2, 4, 5]
