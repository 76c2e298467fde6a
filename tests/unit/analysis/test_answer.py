"""The answer of a run: verdict, number, what it is worth, and what to be warned of."""

import json
import math

import numpy as np
import pytest

import synthetic
from efficient_augmentation.analysis import answer, answer_words, chosen, comparison
from efficient_augmentation.policies import ranking
from efficient_augmentation.selection import every_image, joined

N = 40
LEVELS = {"floor": 0.5, "ceiling": 0.9, "n_train": N}
PAIR = ("influence", "random_proportional")
TABLE = {"influence": -np.arange(float(N))}
TRAIN = np.arange(N) * 2
TESTED = 300
IMAGES = every_image.of(
    {
        "train_ids": TRAIN,
        "y_train": np.arange(N) % 2,
        "test_ids": np.arange(TESTED),
        "y_test": np.arange(TESTED) % 2,
    }
)
SETTINGS = {"score": "influence", "policy": "random_proportional", "seed": 1}
BUDGETS = (4, 10, 20, 40)
FAST, SLOW = [0.8, 0.89, 0.9, 0.9], [0.54, 0.6, 0.7, 0.9]


def curves(ours=FAST, random=SLOW, rounds=4, policy=PAIR[1], **more):
    """Curves by influence, with some noise by round; None leaves one out."""
    rng = np.random.default_rng(0)

    def noisy(curve):
        noise = rng.normal(0, 0.004, (rounds, len(curve)))
        noise[:, -1] = 0
        return np.array(curve) + noise

    named = {policy: ours, "baseline": random, **more}
    return synthetic.joined(
        *(
            synthetic.small(noisy(curve), name, BUDGETS, "influence")
            for name, curve in named.items()
            if curve is not None
        )
    )


def select(simulated, budget=None, levels=LEVELS, n_test=300, points=None, **settings):
    points = points or synthetic.tallied(simulated, levels, n_test)
    given = SETTINGS | {"budget": budget or {"gain": 0.95}} | settings
    return chosen.select(TABLE, points, levels, given, IMAGES, ["cat", "dog"])


def test_better_than_random_selection():
    rows, found = select(curves())
    assert (found["verdict"], found["points"], found["policy"]) == ("better", 10, PAIR[1])
    assert found["measured"]
    assert not found["safe"]
    assert found["low"] <= found["estimate"] <= found["high"]
    assert found["estimate"] <= 10
    assert found["points"] in BUDGETS
    assert sum(row["selected"] for row in rows) == 10
    order = ranking.order(PAIR[1], TABLE["influence"], np.random.default_rng(1))
    assert [row["row"] for row in rows[:N]] == TRAIN[order].tolist()
    assert {row["label"] for row in rows} == {"cat", "dog"}
    assert json.loads(json.dumps(found)) == found
    assert "Augment 10 of 40 points" in found["answer"]
    assert "better than random selection" in found["answer"]
    assert found["accuracy"] == pytest.approx(0.89, abs=0.01)
    assert found["uniform"] == pytest.approx(0.6, abs=0.01)
    assert found["difference_low"] <= found["difference"] <= found["difference_high"]
    assert found["share_of_gain"] == pytest.approx((found["accuracy"] - 0.5) / 0.4)
    assert len(found["numbers_of_folds"]) == 5
    assert list(found)[:3] == ["verdict", "answer", "points"]


def test_the_verdict_is_that_of_needed_csv():
    simulated = curves()
    points = synthetic.tallied(simulated, LEVELS, 300)
    _, found = select(simulated, points=points)
    rows = comparison.needed(points, SETTINGS["seed"])
    (same,) = [r for r in rows if (r["policy"], r["share"]) == (PAIR[1], 0.95)]
    expected = {k: v for k, v in same.items() if not (isinstance(v, float) and math.isnan(v))}
    assert {k: v for k, v in found["configured"].items() if v is not None} == expected


def test_where_random_selection_does_as_well_the_list_is_random():
    rows, found = select(curves(ours=SLOW), n_test=2000)
    assert (found["verdict"], found["policy"]) == ("equal", "baseline")
    assert found["points"] == 40
    order = ranking.order("baseline", TABLE["influence"], np.random.default_rng(1))
    assert [row["row"] for row in rows[:N]] == TRAIN[order].tolist()
    rows, found = select(curves(ours=FAST, random=FAST), n_test=2000)
    assert (found["verdict"], found["points"]) == ("equal", 10)
    assert "any: drawn at random" in found["answer"]
    assert found["difference"] is None
    assert found["uniform"] == found["accuracy"]


def test_worse_than_random_selection():
    _, found = select(curves(ours=SLOW, random=FAST))
    assert (found["verdict"], found["policy"], found["points"]) == ("worse", "baseline", 10)
    assert "worse than random selection" in found["answer"]


def test_what_is_not_determined_says_so_gives_the_safe_number_and_what_would_tell():
    rng = np.random.default_rng(1)
    simulated = curves(ours=[0.7, 0.85, 0.89, 0.9], random=[0.65, 0.8, 0.89, 0.9])
    points = synthetic.tallied(simulated, LEVELS, 40)
    # Every fit is right on points of its own: few test points then say little.
    points["right"] = np.stack([rng.permutation(row) for row in points["right"]])
    _, found = select(simulated, points=points)
    assert (found["verdict"], found["safe"]) == ("not determined", True)
    assert found["high"] is None or found["points"] >= found["high"]
    assert "not determined" in found["answer"]
    assert any(found[f"{k}_wanted"] for k in ("rounds", "test_points", "times"))


def test_another_policy_that_is_cheaper_is_named_and_taken():
    more = {"deterministic_proportional": [0.9, 0.9, 0.9, 0.9]}
    _, found = select(curves(ours=[0.6, 0.75, 0.9, 0.9], **more), n_test=2000)
    assert (found["verdict"], found["policy"]) == ("better", "deterministic_proportional")
    assert found["points"] == 4
    assert found["configured"]["policy"] == PAIR[1]
    assert "highest first" in found["answer"]


@pytest.mark.parametrize(
    ("ceiling", "n_test", "within_chance"),
    [(0.4, 300, False), (0.5, 300, False), (0.51, 300, True)],
)
def test_no_gain_that_is_significant_means_none(ceiling, n_test, within_chance):
    levels = LEVELS | {"ceiling": ceiling}
    rows, found = select(curves([0.5] * 4, [0.5] * 4), levels=levels, n_test=n_test)
    assert (found["verdict"], found["points"], found["accuracy"]) == ("no gain", 0, None)
    assert found["answer"].startswith("Augment none.")
    assert found["gain_of_all_low"] <= found["gain_of_all"] <= found["gain_of_all_high"]
    assert any("within chance" in text for text in found["warnings"]) == within_chance
    assert len(rows) == N + TESTED
    assert not any(row["selected"] for row in rows)


def test_a_number_of_points_is_taken_as_it_is():
    rows, found = select(curves(), 10)
    assert (found["verdict"], found["points"], found["low"]) == ("better", 10, None)
    assert (found["measured"], found["gain"], found["numbers_of_folds"]) == (True, None, [])
    assert [row["selected"] for row in rows] == [1] * 10 + [0] * (30 + TESTED)
    assert select(curves(), 0.25)[1]["points"] == 10
    _, found = select(curves(ours=SLOW, random=FAST), 10)
    assert (found["verdict"], found["policy"]) == ("worse", PAIR[1])


def test_a_number_between_budgets_is_marked_as_interpolated():
    _, found = select(curves(), 15)
    assert not found["measured"]
    assert found["accuracy"] == pytest.approx(0.895, abs=0.01)
    assert any("interpolated" in text for text in found["warnings"])


def test_what_was_not_simulated():
    _, found = select(curves(policy="deterministic_proportional"), 10)
    assert (found["verdict"], found["accuracy"]) == ("not compared", None)
    assert "not simulated" in found["answer"]
    _, found = select(curves(random=None))
    assert (found["verdict"], found["points"], found["policy"]) == ("not compared", 10, PAIR[1])
    assert found["uniform"] is None
    _, found = select(curves(ours=None))
    assert (found["verdict"], found["policy"]) == ("not compared", "baseline")


def test_a_single_round_is_warned_of():
    _, found = select(curves(rounds=1))
    assert found["verdict"] == "not determined"
    assert (found["low"], found["high"]) == (None, None)
    assert any("`rounds`" in text for text in found["warnings"])


def test_a_coarse_grid_is_warned_of():
    coarse = synthetic.small([[0.88, 0.9], [0.881, 0.9], [0.882, 0.9]], PAIR[1], (10, N), PAIR[0])
    random = synthetic.small([[0.6, 0.9], [0.61, 0.9], [0.59, 0.9]], "baseline", (10, N), PAIR[0])
    _, found = select(synthetic.joined(coarse, random), {"gain": 0.955}, n_test=2000)
    assert (found["verdict"], found["points"]) == ("better", N)
    assert found["estimate"] < N / 2
    assert "Augment all 40 points" in found["answer"]
    assert "which needs" not in found["answer"]
    assert any("`budgets`" in text for text in found["warnings"])


def test_classes_are_counted_and_small_ones_warned_of():
    simulated = curves()
    points = synthetic.tallied(simulated, LEVELS, 100)
    points["label"] = (np.arange(100) >= 95).astype(int)
    _, found = select(simulated, points=points)
    counts = [(row["class"], row["train"], row["test"]) for row in found["by_class"]]
    assert counts == [("cat", 20, 95), ("dog", 20, 5)]
    # The hardest points are the last ones: the small class is never classified correctly.
    assert found["by_class"][1]["ceiling"] == 0
    assert found["balanced_ceiling"] == pytest.approx((90 / 95 + 0) / 2)
    texts = " ".join(found["warnings"])
    assert "dog (5)" in texts
    assert "imbalanced" in texts
    assert not select(simulated)[1]["warnings"]


def test_a_score_without_a_column_is_refused():
    settings = {"budget": 3, "score": "hinge", "policy": "baseline", "seed": 0}
    with pytest.raises(ValueError, match=r"score 'hinge' is no column of scores.csv: influence"):
        chosen.select(TABLE, None, LEVELS, settings, IMAGES)


def test_numbers_are_rounded_upwards_to_two_digits():
    texts = [answer_words.rounded(x) for x in (1, 7.2, 12, 101, 1234, 99_001)]
    assert texts == ["1", "8", "12", "110", "1300", "100000"]


def test_what_would_determine_it_names_the_cheapest_that_is_feasible():
    found = {"rounds": 10, "n_test": 100, "rounds_wanted": 30.0, "test_points_wanted": 200.0}
    assert "30 rounds" in answer_words.wanted(found | {"times_wanted": 2.0})
    found["rounds_wanted"] = math.inf
    assert "200 test images" in answer_words.wanted(found | {"times_wanted": 2.0})
    found["test_points_wanted"] = None
    text = answer_words.wanted(found | {"times_wanted": 2.0})
    assert "200 test images" in text
    assert "20 rounds" in text
    assert "too close" in answer_words.wanted(found | {"times_wanted": 1e6})


# --- all images -----------------------------------------------------------------------------------

HELD_OUT = 20
ALL = {"influence": -np.random.default_rng(5).permutation(N + HELD_OUT).astype(float)}
SPLIT = every_image.of(
    {
        "train_ids": [f"a/{i}.png" for i in range(N)],
        "y_train": np.arange(N) % 2,
        "train_rows": np.delete(np.arange(N + HELD_OUT), np.s_[:HELD_OUT]),
        "test_ids": [f"b/{i}.png" for i in range(HELD_OUT)],
        "y_test": np.arange(HELD_OUT) % 2,
        "test_rows": np.arange(HELD_OUT),
    }
)


def select_all(simulated, budget=None, table=ALL, n_test=HELD_OUT):
    points = synthetic.tallied(simulated, LEVELS, n_test)
    given = SETTINGS | {"budget": budget or {"gain": 0.95}}
    return chosen.select(table, points, LEVELS, given, SPLIT, ["cat", "dog"])


def test_held_out_images_are_candidates_of_a_fit_on_all():
    rows, found = select_all(curves(), n_test=300)
    # A quarter of the 40 training points, so a quarter of all 60 images.
    assert (found["measured_points"], found["points"], found["candidates"]) == (
        10,
        15,
        N + HELD_OUT,
    )
    order = ranking.order(PAIR[1], ALL["influence"], np.random.default_rng(1))
    assert [row["id"] for row in rows] == SPLIT.ids[order].tolist()
    assert [row["split"] for row in rows] == SPLIT.split[order].tolist()
    assert {row["split"] for row in rows[:15]} == {"train", "test"}
    assert [row["selected"] for row in rows] == [1] * 15 + [0] * 45
    assert chosen.selected_rows(rows).tolist() == SPLIT.rows[order][:15].tolist()
    places = np.argsort(np.argsort(ALL["influence"])) + 1
    assert [row["score_rank"] for row in rows] == places[order].tolist()


def test_what_was_measured_is_the_same_whatever_the_list_is_drawn_from():
    one = select_all(curves(), n_test=300)[1]
    other = select_all(curves(), table={"influence": ALL["influence"][:N]}, n_test=300)[1]
    told = {"answer", "points", "candidates", "test_images"}
    assert {key for key in one if one[key] != other[key]} == told
    assert (other["points"], other["candidates"]) == (10, N)


def test_sentences_say_what_the_number_is_of_and_what_to_do_with_the_rest():
    _, found = select_all(curves(), n_test=300)
    assert found["answer"].startswith("Augment 15 of 60 points")
    assert "drawn from all 60 images" in found["answer"]
    assert "with 40 training points, of which this share is 10." in found["answer"]
    assert "with 10 of 40 training points" in found["answer"]
    # A number that was given stays, and all are all.
    assert "this share" not in select_all(curves(), 10)[1]["answer"]
    assert "this share" not in select_all(curves(ours=SLOW), n_test=2000)[1]["answer"]
    assert "Train the final classifier on all 60" in found["test_images"]
    _, found = select(curves())
    assert "300 test images" in found["test_images"]
    assert "do not train on them" in found["test_images"]
    assert "training points" not in found["answer"]


@pytest.mark.parametrize(
    ("points", "budget", "expected"),
    [
        (0, {"gain": 0.95}, 0),
        (1, {"gain": 0.95}, 2),
        (40, {"gain": 0.95}, 60),
        (7, 7, 7),
        (10, 0.25, 15),
    ],
)
def test_the_share_stays_and_a_number_stays_a_number(points, budget, expected):
    assert answer.of_all(points, budget, 40, 60) == expected


def test_images_that_cannot_be_chosen_have_no_rank():
    rows, _ = select(curves(), 10)
    last = rows[N:]
    assert [row["row"] for row in last] == list(range(TESTED))
    assert {row["split"] for row in last} == {"test"}
    assert all(math.isnan(row[name]) for row in last for name in ("rank", "score", "score_rank"))
    assert {row["selected"] for row in last} == {0}
    assert [list(row) for row in rows] == [list(rows[0])] * len(rows)


def test_one_table_says_which_transforms_chose_an_image():
    lists = {}
    for name, budget in (("crop", 3), ("turn", 0.5)):
        rows, _ = select_all(curves(), budget)
        lists[name] = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    lists["crop"]["rank"] = lists["crop"]["rank"].astype(float)
    rows = joined.rows(lists, SPLIT, ["cat", "dog"])
    assert [row["id"] for row in rows] == SPLIT.ids.tolist()
    rows = joined.rows(lists, SPLIT, ["cat", "dog"], test_apart=False)
    assert [row["row"] for row in rows] == list(range(N + HELD_OUT))
    assert rows[0]["id"] == "b/0.png"
    for row in rows:
        told = {name: dict(zip(t["id"], t["selected"], strict=True)) for name, t in lists.items()}
        assert row["selected_crop"] == told["crop"][row["id"]]
        assert row["selected_turn"] == told["turn"][row["id"]]
        assert row["transforms"] == row["selected_crop"] + row["selected_turn"]
        assert isinstance(row["rank_crop"], int)
    assert sum(row["selected_crop"] for row in rows) == 3
    assert {row["label"] for row in rows if row["id"] == "a/1.png"} == {"dog"}
