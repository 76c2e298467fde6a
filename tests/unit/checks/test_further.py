"""Checks of sweeps, and of networks trained end to end."""

import copy
import re

import numpy as np

import synthetic
from checked import SETTINGS
from efficient_augmentation.checks import further
from efficient_augmentation.policies import sweep
from synthetic import columns


def test_sweep(made):
    rows = sweep.originals(made[1]["features.npz"], 5, seed=0)
    table = columns(rows)
    assert further.sweep(table, SETTINGS) == []
    table["inertia_test"][0] = -1.0
    table["silhouette_train"][1] = 1.5
    table["clusters"][2] = 2
    assert further.sweep(table, SETTINGS) == [
        "clusters.csv, line 4: clusters is 2, expected more than in the line before",
        "clusters.csv, line 2: inertia_test is -1.0, expected >= 0",
        "clusters.csv, line 3: silhouette_train is 1.5, expected within -1..1, or nan",
    ]
    assert further.sweep(table, SETTINGS | {"sweep": 2})[0] == (
        "clusters.csv: 5 rows, expected 1 to 2 (sweep)"
    )


def test_a_sweep_over_C_that_cannot_be_right_is_named():
    plan = {"values": [0.1, 10.0], "scores": ["influence"]}
    plan |= {"policies": ["baseline", "random_proportional"]}
    settings = {"C_sweep": plan}
    levels = {"C": 1.0, "floor": 0.9, "ceiling": 0.91}
    good = synthetic.C_sweep()
    assert further.C_sweep(good, levels, settings) == []
    wrong = copy.deepcopy(good)
    wrong["floor"][0], wrong["ceiling"][2], wrong["ahead"][1] = 1.5, 0.92, 0.5
    floor, ceiling, ahead = further.C_sweep(wrong, levels, settings)
    assert floor == "C_sweep.csv, line 2: floor is 1.5, expected within 0..1"
    assert re.search("line 4: ceiling is 0.92, expected 0.91, .* in baselines.json", ceiling)
    assert re.search("line 3: ahead is 0.5, expected within", ahead)
    (text,) = further.C_sweep(good, levels, settings | {"C_sweep": plan | {"values": [0.1]}})
    assert "rows differ from those of the config in [(10.0, " in text
    (text,) = further.C_sweep({**good, "chosen": np.zeros(6, int)}, levels, settings)
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
    assert further.end_to_end(good, 4, settings) == []
    wrong = {**good, "n_augmented": np.array([0, 8, 8]), "test_accuracy": np.array([0.3, 1, 0.5])}
    assert further.end_to_end(wrong, 4, settings) == [
        "end_to_end.csv, line 4: n_augmented is 8, expected the share of 8 points",
        "end_to_end.csv, line 2: test_accuracy is 0.3, expected a share of 4 test rows",
    ]
    fewer = {name: values[:2] for name, values in good.items()}
    (text,) = further.end_to_end(fewer, 4, settings)
    assert text.endswith("rows differ from those of the config in [('loss', 'baseline', 0.5, 0)]")
