"""A data set and files of a transform, as the stages make them, and ways to damage them."""

import re

import numpy as np

from efficient_augmentation.analysis import comparison
from efficient_augmentation.checks import transform
from efficient_augmentation.simulation import panels
from problems import augmented_features
from synthetic import columns

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


def simulated(model, settings):
    """Columns of curves.csv, arrays of test_points.npz, and the tables that compare policies."""
    features = augmented_features(N)
    rows, points = panels.tallied(model, settings, features["source_test"], features["y_test"])
    compared = {
        "comparison.csv": columns(comparison.differences(points)),
        "needed.csv": columns(comparison.needed(points, 0)),
    }
    return columns(rows), points, compared


def put(file, name, row, value):
    """Damage: one value of a column or an array."""

    def damage(data, files):
        files[file][name] = files[file][name].astype(type(value))
        files[file][name][row] = value

    return damage


def level(name, value):
    """Damage: another value in baselines.json."""
    return lambda data, files: files["baselines.json"].update({name: value})


def without_rows(file, *rows):
    """Damage: rows that are missing."""

    def damage(data, files):
        files[file] = {name: np.delete(c, rows, axis=0) for name, c in files[file].items()}

    return damage


def twice(data, files):
    """Damage: the first measurement stands there twice."""
    files["curves.csv"] = {n: np.append(c, c[:1], axis=0) for n, c in files["curves.csv"].items()}


def drop(file, name):
    """Damage: a column or a key that is missing."""
    return lambda data, files: files[file].pop(name)


def assert_named(made, damage, message):
    """The checks of a transform name what was damaged."""
    data, files = made
    damage(data, files)
    found = transform.transform(data, files, SETTINGS)
    assert any(re.search(message, text) for text in found), found
