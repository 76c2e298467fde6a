"""Checks of baselines.json and curves.csv: every kind of damage is named."""

import math

import pytest

import synthetic
from checked import assert_named, drop, level, put, twice, without_rows

DAMAGE = {
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
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named(made, damage, message):
    assert_named(made, damage, message)
