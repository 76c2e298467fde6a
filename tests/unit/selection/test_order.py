"""The rows of selection.csv, and how many points are enough."""

import json

import numpy as np
import pytest
from scipy import stats

import synthetic
from efficient_augmentation.analysis import chosen as stage
from efficient_augmentation.analysis.enough import difference, enough, expected
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
    assert list(rows[0]) == ["rank", "id", "label", "score", "probability", "selected"]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row["id"] for row in rows] == ids[order].tolist()
    assert [row["label"] for row in rows] == labels[order].tolist()
    assert [row["score"] for row in rows] == SCORES[order].tolist()
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


# How many are enough


def curves(*rounds, budgets=(10, 20, 40), score="influence", policy="random_proportional"):
    rows = [
        (r, n, a) for r, curve in enumerate(rounds) for n, a in zip(budgets, curve, strict=True)
    ]
    return {
        "score": np.array([score] * len(rows)),
        "policy": np.array([policy] * len(rows)),
        "clusters": np.zeros(len(rows), int),
        "round": np.array([row[0] for row in rows]),
        "n_augmented": np.array([row[1] for row in rows]),
        "test_accuracy": np.array([row[2] for row in rows]),
    }


LEVELS = {"floor": 0.5, "ceiling": 0.9, "n_train": 40}
PAIR = ("influence", "random_proportional")


def test_enough_is_where_the_mean_curve_crosses():
    found = enough(curves([0.6, 0.8, 0.9], [0.64, 0.84, 0.9]), LEVELS, *PAIR, share=0.95)
    # Mean shares of the gain: 0.3, 0.8, 1.0; 0.95 lies three quarters of the way from 20 to 40.
    assert (found.points, found.share, found.rounds) == (35, 0.95, 2)
    assert enough(curves([0.6, 0.8, 0.9]), LEVELS, *PAIR, share=0.125).points == 5


def test_its_interval_is_where_the_limits_of_the_mean_cross():
    rounds = np.array([[0.60, 0.78, 0.9], [0.62, 0.82, 0.9], [0.58, 0.80, 0.9]])
    found = enough(curves(*rounds), LEVELS, *PAIR, share=0.9)
    shares = (rounds - 0.5) / 0.4
    limits = [
        stats.t.interval(0.95, 2, shares[:, k].mean(), stats.sem(shares[:, k])) for k in range(2)
    ]
    expected = [20 + 20 * (0.9 - limit) / (1 - limit) for limit in limits[1]]
    assert found.high == np.ceil(expected[0])
    assert found.low == np.ceil(expected[1])
    assert found.low <= found.points <= found.high


def test_a_deterministic_policy_has_no_interval():
    found = enough(curves([0.6, 0.8, 0.9]), LEVELS, *PAIR)
    assert (found.low, found.high, found.rounds) == (None, None, 1)


def test_a_lower_limit_that_never_gets_there_leaves_the_interval_open():
    found = enough(curves([0.6, 0.8, 0.88], [0.6, 0.8, 0.9]), LEVELS, *PAIR, share=0.9)
    assert found.high is None
    assert found.low <= found.points


@pytest.mark.parametrize(
    ("levels", "settings", "message"),
    [
        ({"ceiling": 0.5}, {}, r"gains nothing: accuracy 0.5000 with it, 0.5000 without"),
        ({}, {"share": 0}, r"share: 0 is not in \(0, 1\]"),
        ({}, {"share": 1.1}, r"share: 1.1 is not"),
        ({}, {"policy": "baseline"}, "no row has score 'influence' and policy 'baseline'"),
        (
            {"ceiling": 0.95},
            {},
            "random_proportional by influence reaches 89% of the gain with up to 40 points, never",
        ),
    ],
)
def test_when_nothing_is_enough(levels, settings, message):
    arguments = {"score": PAIR[0], "policy": PAIR[1]} | settings
    with pytest.raises(ValueError, match=message):
        enough(curves([0.6, 0.8, 0.9]), LEVELS | levels, **arguments)


# How accurate so many are


def test_expected_accuracy_is_read_off_every_rounds_line():
    simulated = curves([0.6, 0.8, 0.9], [0.64, 0.84, 0.9], [0.62, 0.79, 0.9])
    found = expected(simulated, LEVELS, *PAIR, 25)
    rounds = [0.825, 0.855, 0.8175]  # a quarter of the way from 20 to 40 points
    assert found.accuracy == pytest.approx(np.mean(rounds))
    limits = stats.t.interval(0.95, 2, np.mean(rounds), stats.sem(rounds))
    assert (found.low, found.high) == pytest.approx(limits)
    assert found.share == pytest.approx((np.mean(rounds) - 0.5) / 0.4)
    assert expected(simulated, LEVELS, *PAIR, 5).accuracy == pytest.approx(0.5 + 0.12 / 2)


def test_nothing_is_expected_of_what_was_not_measured():
    simulated = curves([0.6, 0.8, 0.9])
    assert expected(simulated, LEVELS, *PAIR, 41) is None
    assert expected(simulated, LEVELS, "loss", "baseline", 10) is None
    alone = expected(simulated, LEVELS | {"ceiling": 0.4}, *PAIR, 10)
    assert (alone.low, alone.high, alone.share, alone.rounds) == (None, None, None, 1)


def test_differences_pair_the_rounds():
    ours, theirs = [[0.6, 0.8, 0.9], [0.7, 0.9, 0.9]], [[0.5, 0.7, 0.9], [0.61, 0.79, 0.9]]
    simulated = synthetic.joined(curves(*ours), curves(*theirs, policy="baseline"))
    found = difference(simulated, LEVELS, PAIR, ("influence", "baseline"), 15)
    gaps = [0.1, 0.1]  # (0.6 + 0.8) / 2 - (0.5 + 0.7) / 2, (0.7 + 0.9) / 2 - (0.61 + 0.79) / 2
    assert found == pytest.approx((np.mean(gaps), 0.1, 0.1))
    assert difference(simulated, LEVELS, PAIR, ("loss", "baseline"), 15) is None
    one = synthetic.joined(curves(ours[0]), curves(*theirs, policy="baseline"))
    mean, low, high = difference(one, LEVELS, PAIR, ("influence", "baseline"), 10)
    half = stats.t.ppf(0.975, 1) * np.std([0.5, 0.61], ddof=1) / np.sqrt(2)
    assert (mean, low, high) == pytest.approx((0.045, 0.045 - half, 0.045 + half))


# Of an experiment

TABLE = {"id": np.arange(40) * 2, "label": np.arange(40) % 2, "influence": -np.arange(40.0)}
SETTINGS = {"score": "influence", "policy": "random_proportional", "seed": 1}


def select(simulated, budget, levels=LEVELS, **arguments):
    return stage.select(TABLE, simulated, levels, SETTINGS | {"budget": budget}, **arguments)


def test_the_answer_of_an_experiment():
    simulated = curves([0.6, 0.8, 0.9], [0.64, 0.84, 0.9])
    rows, found = select(simulated, {"gain": 0.95})
    assert (found["verdict"], found["points"]) == ("enough", 35)
    assert sum(row["selected"] for row in rows) == 35
    assert found["accuracy"] == pytest.approx(0.82 + 0.08 * 0.75)
    assert f"Augment 35 of 40 points (88 %; 95 % interval {found['low']} to" in found["answer"]
    assert json.loads(json.dumps(found)) == found


def test_a_number_of_points_is_taken_as_it_is():
    ids, names = np.array([f"cat/{i:03}" for i in range(40)]), ["cat", "dog"]
    rows, found = select(curves([0.6, 0.8, 0.9]), 10, ids=ids, class_names=names)
    assert (found["verdict"], found["points"], found["low"]) == ("given", 10, None)
    assert found["accuracy"] == pytest.approx(0.6)
    order = ranking.order("random_proportional", TABLE["influence"], np.random.default_rng(1))
    assert [row["id"] for row in rows] == ids[order].tolist()
    assert [row["label"] for row in rows] == [names[i % 2] for i in order]
    assert [row["selected"] for row in rows] == [1] * 10 + [0] * 30
    assert select(curves([0.6, 0.8, 0.9]), 0.25)[1]["points"] == 10


@pytest.mark.parametrize(
    ("change", "verdict", "text"),
    [
        ({"levels": LEVELS | {"ceiling": 0.4}}, "no_gain", "Augment none. Nothing to gain here"),
        (
            {"levels": LEVELS | {"ceiling": 0.95}},
            "not_reached",
            "No number of points is known to give 95 % of the gain: up to 40 points chosen by "
            "influence (proportional) give 89 % at most.",
        ),
        ({"policy": "baseline"}, "not_measured", "were not simulated, so how many give 95 %"),
    ],
)
def test_where_no_number_is_found_nothing_is_selected_and_the_answer_says_why(
    change, verdict, text
):
    change = dict(change)
    levels = change.pop("levels", LEVELS)
    simulated = curves([0.6, 0.8, 0.9], **change)
    rows, found = select(simulated, {"gain": 0.95}, levels)
    assert (found["verdict"], found["points"], found["accuracy"]) == (verdict, 0, None)
    assert text in found["answer"]
    assert len(rows) == 40
    assert not any(row["selected"] for row in rows)


@pytest.mark.parametrize(
    ("random", "text"),
    [
        ([[0.5, 0.6, 0.9], [0.51, 0.6, 0.9]], "the score is worth using here"),
        ([[0.5, 0.95, 0.9], [0.8, 0.6, 0.9]], "2 rounds do not tell the two apart"),
        ([[0.7, 0.9, 0.9], [0.71, 0.9, 0.9]], "here the score chooses worse than chance"),
        ([[0.7, 0.9, 0.9]], None),
    ],
)
def test_the_choice_stands_beside_random_points(random, text):
    ours = curves(*[[0.6, 0.8, 0.9], [0.61, 0.8, 0.9]][: len(random)])
    simulated = synthetic.joined(ours, curves(*random, policy="baseline"))
    _, found = select(simulated, 10)
    assert (text or "with one round each, chance is not ruled out") in found["answer"]
    assert found["uniform"] == pytest.approx(np.mean(random, axis=0)[0])
    assert found["difference"] == pytest.approx(found["accuracy"] - found["uniform"])


def test_a_choice_that_nobody_measured_says_so():
    _, found = select(curves([0.6, 0.8, 0.9], score="loss"), 10)
    assert (found["accuracy"], found["uniform"]) == (None, None)
    assert "How accurate that is was not simulated." in found["answer"]


def test_a_score_without_a_column_is_refused():
    settings = {"budget": 3, "score": "hinge", "policy": "baseline", "seed": 0}
    with pytest.raises(ValueError, match=r"score 'hinge' is no column of scores.csv: id, label"):
        stage.select(TABLE, None, LEVELS, settings)


def test_selected_points_are_found_again_by_their_ids():
    table = {"id": np.array(["007", "7", "a/b"]), "selected": np.array([1, 0, 1])}
    assert selection.chosen(table, np.array(["a/b", "7", "007"])).tolist() == [2, 0]
    numbers = {"id": np.array(["30", "10"]), "selected": np.array([1, 1])}
    assert selection.chosen(numbers, np.array([10, 20, 30])).tolist() == [2, 0]
    with pytest.raises(ValueError, match="id '10' is no training point"):
        selection.chosen(numbers, np.array([20, 30]))
