"""Checks of files with a row a point."""

import math
import re

import numpy as np
import pytest

from checked import SETTINGS, N, assert_named, put, without_rows
from efficient_augmentation.checks import points, transform


@pytest.mark.slow
def test_scores_that_were_asked_for_must_be_there_and_be_right(made):
    data, files = made
    settings = SETTINGS | {"dpp": SETTINGS["dpp"] | {"scores": ["entropy", "hinge"]}}
    (text,) = (t for t in transform.transform(data, files, settings) if "entropy is" in t)
    assert text == "scores.csv: entropy is missing, expected by the config's scores"
    files["scores.csv"] |= {name: np.ones(N) for name in ("entropy", "entropy_after", "hinge")}
    assert not any("scores.csv" in t for t in transform.transform(data, files, settings))
    files["scores.csv"]["entropy_after"][3] = -1.0
    (text,) = (t for t in transform.transform(data, files, settings) if "scores.csv" in t)
    assert "line 5: entropy_after is -1.0, expected finite and >= 0" in text


def test_every_one_of_three_labels_is_expected(made):
    data, _ = made
    settings = SETTINGS | {"dataset": SETTINGS["dataset"] | {"classes": [3, 8, 1]}}
    expected = [
        f"dataset.npz: y_{split} holds no 2; every label was expected"
        for split in ("train", "test")
    ]
    assert points.dataset(data, settings) == expected
    data["y_train"] = np.arange(N) % 4
    data["y_test"][0] = 2
    assert points.dataset(data, settings)[0] == (
        "dataset.npz, row 3: y_train is 3, expected a label within 0..2"
    )


def test_points_may_be_known_by_their_paths(made):
    data, files = made
    paths = np.array([f"cat/{i}.png" for i in range(N)])
    # Made from train_ids 7, 8, ...
    listed, data["train_rows"] = files["selection.csv"], data["train_ids"]
    train = listed["split"] == "train"
    listed["id"] = np.where(train, paths[(listed["row"] - 7) % N], listed["id"])
    data["train_ids"], files["scores.csv"]["id"] = paths, paths.copy()
    assert transform.transform(data, files, SETTINGS) == []
    files["scores.csv"]["id"][2] = "dog/2.png"
    (found,) = transform.transform(data, files, SETTINGS)
    assert found.startswith("scores.csv, line 4: id is dog/2.png, expected that of train_ids")


def test_given_features_may_have_more_rows_of_one_point_than_of_another(made):
    data, files = made
    rows = ("x_test", "y_test", "source_test")
    files["features.npz"] |= {name: files["features.npz"][name][:-1] for name in rows}
    message = r"features\.npz, row \d+: copies of test point is 2, expected as many as"
    assert re.match(message, transform.transform(data, files, SETTINGS)[0])
    files["baselines.json"]["n_test_rows"] -= 1
    features = SETTINGS | {"dataset": SETTINGS["dataset"] | {"kind": "features"}}
    found = transform.transform(data, files, features)
    assert not [text for text in found if text.startswith("features.npz")]


DAMAGE = {
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
    assert_named(made, damage, message)


def test_a_dataset_of_another_size_or_with_other_labels(made):
    data, _ = made
    smaller = SETTINGS | {"dataset": SETTINGS["dataset"] | {"n_train": 20}}
    assert points.dataset(data, smaller) == [
        "dataset.npz: y_train: 24, expected 20 as in dataset.n_train"
    ]
    data["y_test"][3] = 2
    data["train_ids"][1] = data["train_ids"][0]
    assert points.dataset(data, SETTINGS) == [
        "dataset.npz: train_ids repeat; each point was expected once",
        "dataset.npz, row 3: y_test is 2, expected 0 or 1",
    ]


def test_a_truth_check_that_cannot_be_right_is_named():
    data = {"y_train": np.array([0, 1, 1]), "train_ids": np.array([5, 6, 9])}
    names = np.array(["3", "8", "8"])
    good = {"id": data["train_ids"], "label": names, "exact": np.array([0.0, 1e-30, 2])}
    good |= {"loss": np.ones(3)}
    assert points.truth_check(good, data, SETTINGS) == []
    wrong = {**good, "id": np.array([5, 6, 7]), "exact": np.array([0, -0.5, 1])}
    assert points.truth_check({**wrong, "loss": np.array([np.nan, 1, 1])}, data, SETTINGS) == [
        "audit.csv, line 4: id is 7, expected that of train_ids in dataset.npz",
        "audit.csv, line 3: exact is -0.5, expected finite and >= 0",
        "audit.csv, line 2: loss is nan, expected finite",
    ]
    (text,) = points.truth_check({"id": [1], "exact": [0.0]}, data, SETTINGS)
    assert text.startswith("audit.csv: label is missing")
    short = {name: values[:2] for name, values in good.items()}
    assert points.truth_check(short, data, SETTINGS) == [
        "audit.csv: rows: 2, expected 3 as in dataset.npz"
    ]
