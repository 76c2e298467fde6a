"""Checks of results: what is right passes, every kind of damage is named."""

import copy
import math
import re

import numpy as np
import pytest

import synthetic
from efficient_augmentation.analysis import checks, chosen, comparison, summary
from efficient_augmentation.policies import sweep
from efficient_augmentation.selection import every_image, joined, order
from efficient_augmentation.simulation import baselines, panels, simulate
from problems import augmented_features

N = 24
SETTINGS = {
    "dataset": {"kind": "digits", "n_train": N, "classes": [3, 8]},
    "scores": ["loss", "influence"],
    "policies": ["baseline", "deterministic_proportional_update", "random_proportional_downweight"],
    "budgets": [1, 8, N],
    "rounds": 2,
    "clusters": {"counts": [3], "policies": ["baseline"], "scores": ["loss"]},
    "sweep": 5,
    "dpp": {"budgets": [2, 4], "policies": ["dpp_weighted"], "scores": ["influence"]},
    "faithful": False,
    "seed": 0,
}


def columns(rows):
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def simulated(model, settings):
    """Columns of curves.csv, arrays of test_points.npz, and the tables that compare policies."""
    features = augmented_features(N)
    rows, points = panels.tallied(model, settings, features["source_test"], features["y_test"])
    compared = {
        "comparison.csv": columns(comparison.differences(points)),
        "needed.csv": columns(comparison.needed(points, 0)),
    }
    return columns(rows), points, compared


@pytest.fixture(scope="module")
def whole():
    """Dataset and files of a transform, as the stages make them."""
    features = augmented_features(N)
    data = {f"y_{s}": features[f"y_{s}"][features[f"source_{s}"] < 0] for s in ("train", "test")}
    data |= {f"{s}_ids": np.arange(len(data[f"y_{s}"])) + 7 for s in ("train", "test")}
    model = simulate.FrozenModel(features, 1.0)
    scores, levels = baselines.evaluate(model, features, data["train_ids"], class_names=["3", "8"])
    curves, points, compared = simulated(model, SETTINGS)
    choice = {"score": "influence", "policy": "baseline", "budget": 5, "seed": 0}
    images = every_image.of(data)
    rows, answer = chosen.select(columns(scores), points, levels, choice, images, ["3", "8"])
    return data, {
        "selection.csv": columns(rows),
        "selection.json": answer,
        "selected.npy": chosen.selected_rows(rows),
        "features.npz": features,
        "scores.csv": columns(scores),
        "baselines.json": levels,
        "curves.csv": curves,
        **compared,
        "auc.csv": columns(summary.summarize(curves, levels)),
    }


@pytest.fixture
def made(whole):
    return copy.deepcopy(whole)


@pytest.mark.slow
def test_scores_that_were_asked_for_must_be_there_and_be_right(made):
    data, files = made
    settings = SETTINGS | {"dpp": SETTINGS["dpp"] | {"scores": ["entropy", "hinge"]}}
    (text,) = (t for t in checks.transform(data, files, settings) if "entropy is" in t)
    assert text == "scores.csv: entropy is missing, expected by the config's scores"
    files["scores.csv"] |= {name: np.ones(N) for name in ("entropy", "entropy_after", "hinge")}
    assert not any("scores.csv" in t for t in checks.transform(data, files, settings))
    files["scores.csv"]["entropy_after"][3] = -1.0
    (text,) = (t for t in checks.transform(data, files, settings) if "scores.csv" in t)
    assert "line 5: entropy_after is -1.0, expected finite and >= 0" in text


def test_results_as_the_stages_make_them_pass(made):
    data, files = made
    assert checks.dataset(data, SETTINGS) == []
    assert checks.transform(data, files, SETTINGS) == []


def test_every_one_of_three_labels_is_expected(made):
    data, _ = made
    settings = SETTINGS | {"dataset": SETTINGS["dataset"] | {"classes": [3, 8, 1]}}
    expected = [
        f"dataset.npz: y_{split} holds no 2; every label was expected"
        for split in ("train", "test")
    ]
    assert checks.dataset(data, settings) == expected
    data["y_train"] = np.arange(N) % 4
    data["y_test"][0] = 2
    assert checks.dataset(data, settings)[0] == (
        "dataset.npz, row 3: y_train is 3, expected a label within 0..2"
    )


def test_k_dpps_that_were_measured_to_the_end_pass_too(made):
    data, files = made
    settings = SETTINGS | {"dpp": SETTINGS["dpp"] | {"budgets": [4, N]}}
    model = simulate.FrozenModel(files["features.npz"], 1.0)
    files["curves.csv"], _, compared = simulated(model, settings)
    files |= compared
    files["auc.csv"] = columns(summary.summarize(files["curves.csv"], files["baselines.json"]))
    assert checks.transform(data, files, settings) == []


def test_points_may_be_known_by_their_paths(made):
    data, files = made
    paths = np.array([f"cat/{i}.png" for i in range(N)])
    # Made from train_ids 7, 8, ...
    listed, data["train_rows"] = files["selection.csv"], data["train_ids"]
    train = listed["split"] == "train"
    listed["id"] = np.where(train, paths[(listed["row"] - 7) % N], listed["id"])
    data["train_ids"], files["scores.csv"]["id"] = paths, paths.copy()
    assert checks.transform(data, files, SETTINGS) == []
    files["scores.csv"]["id"][2] = "dog/2.png"
    (found,) = checks.transform(data, files, SETTINGS)
    assert found.startswith("scores.csv, line 4: id is dog/2.png, expected that of train_ids")


def test_given_features_may_have_more_rows_of_one_point_than_of_another(made):
    data, files = made
    rows = ("x_test", "y_test", "source_test")
    files["features.npz"] |= {name: files["features.npz"][name][:-1] for name in rows}
    message = r"features\.npz, row \d+: copies of test point is 2, expected as many as"
    assert re.match(message, checks.transform(data, files, SETTINGS)[0])
    files["baselines.json"]["n_test_rows"] -= 1
    features = SETTINGS | {"dataset": SETTINGS["dataset"] | {"kind": "features"}}
    found = checks.transform(data, files, features)
    assert not [text for text in found if text.startswith("features.npz")]


def put(file, name, row, value):
    """Damage: one value of a column or an array."""

    def damage(data, files):
        files[file][name] = files[file][name].astype(type(value))
        files[file][name][row] = value

    return damage


def level(name, value):
    return lambda data, files: files["baselines.json"].update({name: value})


def without_rows(file, *rows):
    def damage(data, files):
        files[file] = {name: np.delete(c, rows, axis=0) for name, c in files[file].items()}

    return damage


def twice(data, files):
    files["curves.csv"] = {n: np.append(c, c[:1], axis=0) for n, c in files["curves.csv"].items()}


def drop(file, name):
    return lambda data, files: files[file].pop(name)


DAMAGE = {
    "difference of other curves": (
        put("comparison.csv", "difference", 1, 0.75),
        r"^comparison\.csv, line 3: difference is 0\.75, expected that of curves\.csv$",
    ),
    "interval beside its value": (
        put("comparison.csv", "low", 1, 0.75),
        r"^comparison\.csv, line 3: difference is \S+, expected within low and high$",
    ),
    "comparison missing": (
        without_rows("comparison.csv", 0),
        r"^comparison\.csv: rows differ from those of the config in \[\('loss', '\w+', 1\)\]$",
    ),
    "points needed twice": (
        lambda data, files: files["needed.csv"].update(
            {n: np.append(c, c[:1]) for n, c in files["needed.csv"].items()}
        ),
        r"^needed\.csv: rows differ from those of the config in a row twice$",
    ),
    "probability above 1": (
        put("needed.csv", "p_holm", 1, 1.5),
        r"^needed\.csv, line 3: p_holm is 1\.5, expected within 0\.\.1$",
    ),
    "verdict of its own": (
        put("needed.csv", "verdict", 0, "bettter"),
        r"^needed\.csv, line 2: verdict is bet\w+, expected a verdict$",
    ),
    "verdict of the answer's own": (
        lambda data, files: files["selection.json"].update(
            configured={"score": "loss", "policy": "baseline", "share": 0.95, "verdict": "worse"}
        ),
        r"^selection\.json: configured is worse, expected \['[a-z ]+'\] as in needed\.csv$",
    ),
    "rank out of place": (
        put("selection.csv", "rank", 1, 3.0),
        r"^selection\.csv, line 3: rank is 3\.0, expected the line's place, nan of no candidate$",
    ),
    "chosen point that does not exist": (
        put("selection.csv", "id", 2, "99"),
        r"^selection\.csv, line 4: id is 99, expected an image of dataset\.npz, each once$",
    ),
    "chosen points other than the answer's": (
        put("selection.csv", "selected", 5, 1),
        r"^selection\.csv, line 7: selected is 1, expected 1 in the first 5 rows as in selection\.",
    ),
    "probability below 0": (
        put("selection.csv", "probability", 0, -0.5),
        r"^selection\.csv, line 2: probability is -0\.5, expected >= 0, and 0 of no candidate$",
    ),
    "probabilities that are none": (
        put("selection.csv", "probability", 0, 0.5),
        r"^selection\.csv: probabilities add up to 1\.4\d+, expected 1$",
    ),
    "choice of some points": (
        without_rows("selection.csv", 0),
        r"^selection\.csv: rows: 63, expected 64 as in dataset\.npz$",
    ),
    "held-out image among the candidates": (
        put("selection.csv", "split", 2, "test"),
        r"^selection\.csv, line \d+: id is \S+, expected an image of dataset\.npz, each once$",
    ),
    "class of another image": (
        lambda data, files: files["selection.csv"].update(
            label=np.roll(files["selection.csv"]["label"], 1)
        ),
        r"^selection\.csv, line \d+: label is [38], expected that of dataset\.npz$",
    ),
    "row of another image": (
        put("selection.csv", "row", 3, 6),
        r"^selection\.csv, line 5: row is 6, expected that of dataset\.npz$",
    ),
    "score without its place": (
        put("selection.csv", "score_rank", 2, 0.0),
        r"^selection\.csv, line 4: score_rank is 0\.0, expected the place by \|score\|, each once$",
    ),
    "test image with a rank": (
        put("selection.csv", "rank", 30, 31.0),
        r"^selection\.csv, line 32: rank is 31\.0, expected the line's place, nan of no candidate$",
    ),
    "test image with a score": (
        put("selection.csv", "score", 30, 1.0),
        r"^selection\.csv, line 32: score is 1\.0, expected finite of candidates, nan of others$",
    ),
    "candidates that were not scored": (
        lambda data, files: files["selection.json"].update(candidates=64),
        r"^selection\.json: candidates: 64, expected 24 as in dataset\.npz$",
    ),
    "row numbers in another order": (
        lambda data, files: files.update({"selected.npy": files["selected.npy"][::-1]}),
        r"^selected\.npy: not the rows that selection\.csv selects, in its order, as int64$",
    ),
    "accuracy above 1": (
        put("curves.csv", "test_accuracy", 1, 1.25),
        r"^curves\.csv, line 3: test_accuracy is 1\.25, expected within 0\.\.1$",
    ),
    "accuracy that is no number": (
        put("curves.csv", "test_accuracy", 0, math.nan),
        r"^curves\.csv, line 2: test_accuracy is nan, expected within 0\.\.1$",
    ),
    "accuracy of a fraction of a row": (
        put("curves.csv", "test_accuracy", 0, 0.501),
        r"^curves\.csv, line 2: test_accuracy is 0\.501, expected a whole number of 160 test rows",
    ),
    "end below the ceiling": (
        put("curves.csv", "test_accuracy", 2, 0.0),
        r"^curves\.csv, line 4: test_accuracy is 0\.0, expected the ceiling, 0\.\d+$",
    ),
    "row missing": (
        without_rows("curves.csv", 4),
        r"^curves\.csv: no row \(loss, baseline, clusters 0, round 1, 8 points\), expected by",
    ),
    "row twice": (
        twice,
        r"^curves\.csv, line \d+: row \(loss, baseline, .*, 1 points\), expected once$",
    ),
    "row nobody asked for": (
        put("curves.csv", "round", 0, 5),
        r"^curves\.csv, line 2: row \(loss, baseline, clusters 0, round 5, .*expected nowhere$",
    ),
    "many rows missing": (without_rows("curves.csv", *range(10)), r"^curves\.csv: 7 more like"),
    "accuracy that is text": (
        put("curves.csv", "test_accuracy", 0, "high"),
        r"^curves\.csv: test_accuracy holds text, expected numbers$",
    ),
    "no policies": (drop("curves.csv", "policy"), r"^curves\.csv: policy is missing, expected"),
    "loss below 0": (
        put("scores.csv", "loss", 5, -0.5),
        r"^scores\.csv, line 7: loss is -0\.5, expected finite and >= 0$",
    ),
    "influence above 0": (
        put("scores.csv", "influence_after", 0, 0.5),
        r"^scores\.csv, line 2: influence_after is 0\.5, expected finite and <= 0$",
    ),
    "infinite margin": (
        put("scores.csv", "margin", 0, math.inf),
        r"^scores\.csv, line 2: margin is inf, expected finite",
    ),
    "another point": (
        put("scores.csv", "id", 0, 99),
        r"^scores\.csv, line 2: id is 99, expected that of train_ids in dataset\.npz$",
    ),
    "point missing": (
        without_rows("scores.csv", 0),
        r"^scores\.csv: rows: 23, expected 24 as in dataset\.npz$",
    ),
    "support vectors counted wrongly": (
        level("n_support_vectors", 1000),
        r"^baselines\.json: n_support_vectors: 1000, expected \d+ as in scores\.csv$",
    ),
    "floor above 1": (
        level("floor", 1.5),
        r"^baselines\.json: floor is 1\.5, expected within 0\.\.1$",
    ),
    "another C than the one chosen": (
        level("C", 2.0),
        r"^baselines\.json: C is 2\.0, expected .* which C_choice holds$",
    ),
    "C that the rule does not give": (
        lambda data, files: files["baselines.json"].update(
            C=100.0, C_choice=synthetic.penalty() | {"C": 100.0}
        ),
        r"^baselines\.json: C is 100\.0, expected 10\.0, the least with a loss of at most 0\.23$",
    ),
    "ceiling missing": (
        drop("baselines.json", "ceiling"),
        r"^baselines\.json: ceiling is missing, expected beside floor",
    ),
    "area of other curves": (
        put("auc.csv", "auc_mean", 0, 3.0),
        r"^auc\.csv, line 2: auc_mean is 3\.0, expected the area under curves\.csv$",
    ),
    "spread of one round": (
        put("auc.csv", "auc_std", 2, 0.1),
        r"^auc\.csv, line 4: auc_std is 0\.1, expected >= 0, or nan of a single round$",
    ),
    "area missing": (
        without_rows("auc.csv", 1),
        r"^auc\.csv: rows differ .*random_proportional_downweight",
    ),
    "rounds of another run": (
        put("auc.csv", "rounds", 0, 9),
        r"^auc\.csv, line 2: rounds is 9, expected the config's$",
    ),
    "label of a copy": (
        lambda data, files: put("features.npz", "y_train", 30, int(1 - data["y_train"][6]))(
            data, files
        ),
        r"^features\.npz, row 30: y_train is \d, expected the label of its original$",
    ),
    "copy of no point": (
        put("features.npz", "source_train", 30, N),
        r"^features\.npz, row 30: source_train is 24, expected -1 in the first 24 rows and 0\.\.23",
    ),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named(made, damage, message):
    data, files = made
    damage(data, files)
    found = checks.transform(data, files, SETTINGS)
    assert any(re.search(message, text) for text in found), found


def test_a_dataset_of_another_size_or_with_other_labels(made):
    data, _ = made
    smaller = SETTINGS | {"dataset": SETTINGS["dataset"] | {"n_train": 20}}
    assert checks.dataset(data, smaller) == [
        "dataset.npz: y_train: 24, expected 20 as in dataset.n_train"
    ]
    data["y_test"][3] = 2
    data["train_ids"][1] = data["train_ids"][0]
    assert checks.dataset(data, SETTINGS) == [
        "dataset.npz: train_ids repeat; each point was expected once",
        "dataset.npz, row 3: y_test is 2, expected 0 or 1",
    ]


def test_sweep(made):
    rows = sweep.originals(made[1]["features.npz"], 5, seed=0)
    table = columns(rows)
    assert checks.sweep(table, SETTINGS) == []
    table["inertia_test"][0] = -1.0
    table["silhouette_train"][1] = 1.5
    table["clusters"][2] = 2
    assert checks.sweep(table, SETTINGS) == [
        "clusters.csv, line 4: clusters is 2, expected more than in the line before",
        "clusters.csv, line 2: inertia_test is -1.0, expected >= 0",
        "clusters.csv, line 3: silhouette_train is 1.5, expected within -1..1, or nan",
    ]
    assert checks.sweep(table, SETTINGS | {"sweep": 2})[0] == (
        "clusters.csv: 5 rows, expected 1 to 2 (sweep)"
    )


def test_a_truth_check_that_cannot_be_right_is_named():
    data = {"y_train": np.array([0, 1, 1]), "train_ids": np.array([5, 6, 9])}
    names = np.array(["3", "8", "8"])
    good = {"id": data["train_ids"], "label": names, "exact": np.array([0.0, 1e-30, 2])}
    good |= {"loss": np.ones(3)}
    assert checks.truth_check(good, data, SETTINGS) == []
    wrong = {**good, "id": np.array([5, 6, 7]), "exact": np.array([0, -0.5, 1])}
    assert checks.truth_check({**wrong, "loss": np.array([np.nan, 1, 1])}, data, SETTINGS) == [
        "audit.csv, line 4: id is 7, expected that of train_ids in dataset.npz",
        "audit.csv, line 3: exact is -0.5, expected finite and >= 0",
        "audit.csv, line 2: loss is nan, expected finite",
    ]
    (text,) = checks.truth_check({"id": [1], "exact": [0.0]}, data, SETTINGS)
    assert text.startswith("audit.csv: label is missing")
    short = {name: values[:2] for name, values in good.items()}
    assert checks.truth_check(short, data, SETTINGS) == [
        "audit.csv: rows: 2, expected 3 as in dataset.npz"
    ]


@pytest.fixture
def refitted(made):
    """Files of a transform whose list is drawn from all images."""
    data, files = made
    images = every_image.of(data)
    scores = np.linspace(-2.0, 1.0, len(images.ids))
    answer = files["selection.json"] | {"candidates": len(scores), "points": 14}
    columns_of = {"ids": images.ids, "split": images.split, "row": images.rows}
    labels = np.array(["3", "8"])[images.y]
    rows = order.rows(scores, "baseline", 14, labels=labels, **columns_of)
    files["refit.csv"] = {"id": images.ids, "split": images.split, "label": labels, "loss": scores}
    files |= {"selection.json": answer, "selection.csv": columns(rows)}
    files["selected.npy"] = chosen.selected_rows(rows)
    return data, files


def test_a_list_of_all_images_passes(refitted):
    assert checks.transform(*refitted, SETTINGS) == []
    refitted[1].pop("refit.csv")
    (found,) = checks.transform(*refitted, SETTINGS)
    assert found == "selection.json: candidates: 64, expected 24 as in dataset.npz"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("id", "99", r"line 27: id is 99, expected that of dataset\.npz$"),
        ("split", "train", r"line 27: split is train, expected that of dataset\.npz$"),
        ("label", "5", r"line 27: label is 5, expected the class of y in dataset\.npz$"),
        ("loss", math.inf, r"line 27: loss is inf, expected finite$"),
    ],
)
def test_scores_of_all_images_that_cannot_be_right_are_named(refitted, name, value, message):
    data, files = refitted
    put("refit.csv", name, 25, value)(data, files)
    (found,) = (t for t in checks.transform(data, files, SETTINGS) if t.startswith("refit.csv"))
    assert re.match(rf"refit\.csv, {message}", found)


def test_a_table_of_all_transforms_is_that_of_their_lists(made):
    data, files = made
    lists = {"crop": files["selection.csv"]}
    good = columns(joined.rows(lists, every_image.of(data), ["3", "8"]))
    assert checks.joined(good, lists) == []
    place = int(np.argmax(good["selected_crop"]))
    wrong = {name: column.copy() for name, column in good.items()}
    wrong["selected_crop"][place] = 0
    first, second = checks.joined(wrong, lists)
    assert f"line {place + 2}: selected_crop is 0, expected as in selection.csv of crop" in first
    assert f"line {place + 2}: transforms is 1, expected how many chose" in second
    wrong = {name: np.append(column, column[:1]) for name, column in good.items()}
    assert checks.joined(wrong, lists) == [
        "selection_all.csv: an image stands there twice, expected each once"
    ]
    (text,) = checks.joined(good, lists | {"turn": files["selection.csv"]})
    assert text.startswith("selection_all.csv: selected_turn is missing")


def test_a_sweep_over_C_that_cannot_be_right_is_named():
    plan = {"values": [0.1, 10.0], "scores": ["influence"]}
    plan |= {"policies": ["baseline", "random_proportional"]}
    settings = {"C_sweep": plan}
    levels = {"C": 1.0, "floor": 0.9, "ceiling": 0.91}
    good = synthetic.C_sweep()
    assert checks.C_sweep(good, levels, settings) == []
    wrong = copy.deepcopy(good)
    wrong["floor"][0], wrong["ceiling"][2], wrong["ahead"][1] = 1.5, 0.92, 0.5
    floor, ceiling, ahead = checks.C_sweep(wrong, levels, settings)
    assert floor == "C_sweep.csv, line 2: floor is 1.5, expected within 0..1"
    assert re.search("line 4: ceiling is 0.92, expected 0.91, .* in baselines.json", ceiling)
    assert re.search("line 3: ahead is 0.5, expected within", ahead)
    (text,) = checks.C_sweep(good, levels, settings | {"C_sweep": plan | {"values": [0.1]}})
    assert "rows differ from those of the config in [(10.0, " in text
    (text,) = checks.C_sweep({**good, "chosen": np.zeros(6, int)}, levels, settings)
    assert "chosen marks 0 values" in text


def test_networks_end_to_end_that_cannot_be_right_are_named():
    plan = {"scores": ["loss"], "policies": ["baseline"], "shares": [0.5], "rounds": 1}
    settings = {"end_to_end": plan, "dataset": {"n_train": 8}}
    good = {
        "score": np.array(["-", "-", "loss"]),
        "policy": np.array(["none", "all", "baseline"]),
        "round": np.zeros(3, int),
        "share": np.array([0.0, 1.0, 0.5]),
        "n_augmented": np.array([0, 8, 4]),
        "images": np.array([8, 24, 16]),
        "test_accuracy": np.array([0.25, 1.0, 0.5]),
        "frozen_accuracy": np.array([0.25, 1.0, 0.5]),
    }
    assert checks.end_to_end(good, 4, settings) == []
    wrong = {**good, "n_augmented": np.array([0, 8, 8]), "test_accuracy": np.array([0.3, 1, 0.5])}
    assert checks.end_to_end(wrong, 4, settings) == [
        "end_to_end.csv, line 4: n_augmented is 8, expected the share of 8 points",
        "end_to_end.csv, line 2: test_accuracy is 0.3, expected a share of 4 test rows",
    ]
    fewer = {name: values[:2] for name, values in good.items()}
    (text,) = checks.end_to_end(fewer, 4, settings)
    assert text.endswith("rows differ from those of the config in [('loss', 'baseline', 0.5, 0)]")
