import math
import re

import numpy as np

from efficient_augmentation.report import runs, verdicts


def columns(*rows):
    names = ("score", "policy", "share", "points", "low", "high", "saved", "saved_low")
    names += ("saved_high", "p", "p_holm", "verdict", "rounds")
    table = zip(*rows, strict=True)
    return {name: np.array(column) for name, column in zip(names, table, strict=True)}


def test_rows_are_those_of_the_share_with_intervals_and_verdicts():
    share = runs.SHARE
    needed = columns(
        ("loss", "baseline", share, 80.4, 60.0, math.inf, 0, 0, 0, math.nan, math.nan, "equal", 5),
        ("loss", "herding", share, 20, 10, 31, 60, 22, math.inf, 0.01, 0.02, "better", 1),
        ("influence", "herding", share, 20, 10, 31, 60, 22, math.inf, 0.01, 0.02, "better", 1),
        ("loss", "herding", 0.5, 2, 1, 3, 6, 2, 7, 0.01, 0.02, "better", 1),
        ("loss", "random_power_2", share, math.inf, math.nan, math.nan, -math.inf,
         math.nan, math.nan, math.nan, math.nan, "not determined", 1),
    )  # fmt: skip
    other = columns(
        ("loss", "baseline", share, 50, 40, 60, 0, 0, 0, math.nan, math.nan, "equal", 5),
        ("loss", "herding", share, 90, 80, 99, -40, -50, -22, 0.01, 0.02, "worse", 1),
    )
    transforms = [
        type("Transform", (), {"name": name, "needed": table})
        for name, table in (("crop", needed), ("rotate", other))
    ]
    found = verdicts.view_experiment("mine", transforms)
    sentence = found["sentence"]
    assert re.findall(r"\d+", sentence) == ["3", "1", "1", "1"]
    assert "not significant" in sentence
    assert found["columns"] == ["crop", "rotate"]
    cells = {row["label"]: [list(c.values()) for c in row["cells"]] for row in found["rows"]}
    assert cells == {
        "uniform random": [[80.4, "81", "60 to never", "equal"], [50, "50", "40 to 60", "equal"]],
        "herding": [[20, "20", "10 to 31", "better"], [90, "90", "80 to 99", "worse"]],
        "loss (power 2)": [[math.inf, "never", "", "not determined"], ["", "", "", ""]],
    }


def test_without_comparisons_the_section_is_left_out():
    transform = type("Transform", (), {"needed": None})
    experiment = type("Experiment", (), {"name": "mine", "transforms": [transform]})
    material = type("Material", (), {"experiments": [experiment]})
    assert verdicts.view(material) is None
