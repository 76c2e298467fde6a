import math

import numpy as np
import pytest

import synthetic
from efficient_augmentation.analysis import recommendation

PAIR = ("influence", "random_proportional")
SCORED = {"influence", "loss"}


def row(score, policy, points, low, high, verdict, measured=None):
    names = ("points", "low", "high", "measured")
    values = map(float, (points, low, high, points if measured is None else measured))
    return {
        "score": score,
        "policy": policy,
        **dict(zip(names, values, strict=True)),
        "verdict": verdict,
    }


RANDOM = row("influence", "baseline", 140, 90, 180, "equal")


def own(verdict, points=40, low=20, high=60):
    return row(*PAIR, points, low, high, verdict)


OTHER = row("loss", "deterministic_proportional", 10, 5, 15, "better")


@pytest.mark.parametrize(
    ("rows", "policy", "verdict"),
    [
        ([RANDOM, own("better")], PAIR[1], "better"),
        ([RANDOM, own("worse", 190, 185, 199)], "baseline", "worse"),
        ([RANDOM, own("equal", 138, 95, 175)], "baseline", "equal"),
        ([RANDOM, own("not determined", 100, 50, 190)], "baseline", "not determined"),
        # Even the upper end of its interval is less than random selection needs.
        ([RANDOM, own("not determined")], PAIR[1], "not determined"),
        # Cheaper beyond both intervals, or not.
        ([RANDOM, own("better"), OTHER], OTHER["policy"], "better"),
        ([RANDOM, own("better"), {**OTHER, "high": 30.0}], PAIR[1], "better"),
        ([RANDOM, own("worse"), OTHER], OTHER["policy"], "better"),
        ([RANDOM, own("not determined", 100, 50, 190), OTHER], OTHER["policy"], "better"),
        ([RANDOM, own("worse"), {**OTHER, "verdict": "not determined"}], "baseline", "worse"),
        # No list of points follows from these, or their scores are not there.
        (
            [RANDOM, own("worse"), {**OTHER, "policy": "random_proportional_update"}],
            "baseline",
            "worse",
        ),
        ([RANDOM, own("worse"), {**OTHER, "policy": "dpp_weighted"}], "baseline", "worse"),
        ([RANDOM, own("worse"), {**OTHER, "score": "hinge"}], "baseline", "worse"),
        ([RANDOM], "baseline", "not compared"),
        ([own("not compared")], PAIR[1], "not compared"),
    ],
)
def test_the_best_supported_policy(rows, policy, verdict):
    found = recommendation.recommend(rows, *PAIR, SCORED)
    assert (found.row["policy"], found.verdict) == (policy, verdict)


def test_random_selection_may_be_configured_and_nothing_suitable_simulated():
    found = recommendation.recommend([RANDOM, OTHER], "influence", "baseline", SCORED)
    assert found.row is OTHER
    found = recommendation.recommend([RANDOM], "influence", "baseline", SCORED)
    assert (found.row, found.verdict) == (RANDOM, "not compared")
    assert recommendation.recommend([], *PAIR, SCORED).row is None


@pytest.mark.parametrize(
    ("verdict", "change", "expected"),
    [
        ("better", {}, (50, False)),
        ("equal", {}, (50, False)),
        ("not determined", {}, (100, True)),
        ("not determined", {"high": math.inf}, (200, True)),
        ("not determined", {"high": 100.5}, (200, True)),
        ("not determined", {"high": math.nan}, (50, False)),
        ("better", {"measured": math.inf}, (200, True)),
    ],
)
def test_the_number_is_a_measured_one(verdict, change, expected):
    wanted = row(*PAIR, 43.2, 21, 61, verdict, measured=50) | change
    assert recommendation.number(wanted, [10, 50, 100], verdict, 200) == expected


def test_the_picker_repeats_the_rule_on_other_test_points():
    curves = synthetic.small([[0.6, 0.9], [0.62, 0.9]], budgets=(10, 20))
    points = synthetic.tallied(curves, synthetic.BASE, 100)
    pair = ("loss", "random_proportional")
    assert recommendation.picker(pair, 0.9, "better", 20, 0)(points) == 20
    assert recommendation.picker(pair, 0.2, "better", 20, 0)(points) == 10
    # Where nothing is determined, the upper end of the interval counts.
    spread = np.random.default_rng(0).permutation(100)
    uneven = {**points, "right": points["right"][:, spread]}
    assert recommendation.picker(pair, 0.25, "not determined", 20, 0)(uneven) == 20
