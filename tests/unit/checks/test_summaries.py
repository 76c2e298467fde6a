"""Checks of areas and of policies compared."""

import numpy as np
import pytest

from checked import SETTINGS, N, assert_named, put, simulated, without_rows
from efficient_augmentation.analysis import summary
from efficient_augmentation.checks import transform
from efficient_augmentation.simulation import simulate
from synthetic import columns


def test_k_dpps_that_were_measured_to_the_end_pass_too(made):
    data, files = made
    settings = SETTINGS | {"dpp": SETTINGS["dpp"] | {"budgets": [4, N]}}
    model = simulate.FrozenModel(files["features.npz"], 1.0)
    files["curves.csv"], _, compared = simulated(model, settings)
    files |= compared
    files["auc.csv"] = columns(summary.summarize(files["curves.csv"], files["baselines.json"]))
    assert transform.transform(data, files, settings) == []


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
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named(made, damage, message):
    assert_named(made, damage, message)
