import math

import numpy as np

from efficient_augmentation import report_verdicts, report_views


def columns(*rows):
    names = ("score", "policy", "share", "points", "low", "high", "saved", "saved_low")
    names += ("saved_high", "p", "p_holm", "verdict", "rounds")
    table = zip(*rows, strict=True)
    return {name: np.array(column) for name, column in zip(names, table, strict=True)}


def test_rows_are_those_of_the_share_with_intervals_and_verdicts():
    share = report_views.SHARE
    needed = columns(
        ("loss", "baseline", share, 80.4, 60.0, math.inf, 0, 0, 0, math.nan, math.nan, "equal", 5),
        ("loss", "herding", share, 20, 10, 31, 60, 22, math.inf, 0.01, 0.02, "better", 1),
        ("influence", "herding", share, 20, 10, 31, 60, 22, math.inf, 0.01, 0.02, "better", 1),
        ("loss", "herding", 0.5, 2, 1, 3, 6, 2, 7, 0.01, 0.02, "better", 1),
        ("loss", "random_power_2", share, math.inf, math.nan, math.nan, -math.inf,
         math.nan, math.nan, math.nan, math.nan, "undecided", 1),
    )  # fmt: skip
    one = type("Run", (), {"name": "mine", "needed": needed})
    found = report_verdicts.view_run(one, one)
    assert found["sentence"] == (
        "Of 2 policies, 1 needs fewer points than uniform choice, 0 more, and chance is not ruled "
        "out for 1."
    )
    assert [list(row.values()) for row in found["rows"]] == [
        ["uniform random", "80 (60 to unbounded)", "0 (0 to 0)", "equal", 5],
        ["herding", "20 (10 to 31)", "60 (22 to unbounded)", "better", 1],
        ["loss (power 2)", "unbounded", "uniform choice alone gets there", "undecided", 1],
    ]


def test_without_comparisons_the_section_is_left_out():
    one = type("Run", (), {"name": "mine", "needed": None})
    material = type("Material", (), {"runs": lambda self: [(one, one)]})()
    assert report_verdicts.view(material) is None
