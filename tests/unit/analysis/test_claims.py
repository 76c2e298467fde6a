"""Claims: every rule by hand-made curves that it must accept, reject, leave open and decline."""

import numpy as np
import pytest

import synthetic
from efficient_augmentation.analysis import claims

BASE = {
    "floor": 0.5,
    "ceiling": 0.9,
    "n_train": 100,
    "n_support_vectors": 10,
    "vsv_accuracy": 0.7,
}
BUDGETS = (5, 10, 20, 100)
NOISE = np.array([-0.1, 0.05, 0.05])
NAMES = (
    "tenth",
    "influence",
    "loss",
    "beside",
    "update",
    "downweight",
    "vsv",
    "clusters",
    "dpp",
    "raw",
)
CLAIM = dict(zip(NAMES, claims.CLAIMS, strict=True))
PLAIN = ("influence", "random_proportional", 0)
UNIFORM = ("influence", "baseline", 0)


def curves(series, noise=0.001, rounds=3):
    """Columns of curves.csv; series maps (score, policy, clusters) to shares of the gain."""
    rows = []
    for i, ((score, policy, k), share) in enumerate(series.items()):
        for r in range(rounds):
            for n in BUDGETS:
                wobble = noise * 10 * NOISE[(r + i) % 3]
                value = 1.0 if n == 100 else share + wobble
                rows.append(
                    {
                        "score": score,
                        "policy": policy,
                        "clusters": k,
                        "round": r,
                        "n_augmented": n,
                        "test_accuracy": 0.5 + 0.4 * value,
                    }
                )
    return synthetic.columns(rows)


def verdict(name, series, baselines=BASE, **kwargs):
    return claims.judge(CLAIM[name], curves(series, **kwargs), baselines).verdict


PAIRS = {
    "influence": (PLAIN, UNIFORM),
    "loss": (("loss", "random_proportional", 0), ("loss", "baseline", 0)),
    "beside": (PLAIN, ("loss", "random_proportional", 0)),
    "update": (("influence", "random_proportional_update", 0), PLAIN),
    "downweight": (("influence", "random_proportional_downweight", 0), PLAIN),
    "clusters": (("influence", "random_proportional", 7), PLAIN),
    "dpp": (("influence", "dpp_weighted", 0), PLAIN),
    "raw": (("influence", "dpp_raw", 0), UNIFORM),
}


@pytest.mark.parametrize("name", PAIRS)
def test_differences_are_judged_by_the_side_of_their_interval(name):
    ours, theirs = PAIRS[name]
    upwards = name in ("influence", "loss")
    better, worse = {ours: 0.7, theirs: 0.5}, {ours: 0.5, theirs: 0.7}
    assert verdict(name, better) == (claims.HOLDS if upwards else claims.FAILS)
    assert verdict(name, worse) == (claims.FAILS if upwards else claims.HOLDS)
    assert verdict(name, better, noise=1.0) == claims.OPEN
    assert verdict(name, {ours: 0.7}) == claims.UNTESTED
    assert verdict(name, {theirs: 0.7}) == claims.UNTESTED
    assert verdict(name, better, rounds=1) == claims.UNTESTED


def test_a_gain_of_four_percent_is_little_and_still_beats_uniform():
    assert verdict("update", dict(zip(PAIRS["update"], (0.54, 0.5), strict=True))) == claims.HOLDS
    assert verdict("update", dict(zip(PAIRS["update"], (0.56, 0.5), strict=True))) == claims.FAILS
    assert verdict("influence", {PLAIN: 0.54, UNIFORM: 0.5}) == claims.HOLDS


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ({PLAIN: 0.97}, claims.HOLDS),
        ({PLAIN: 0.5, ("loss", "deterministic_proportional", 0): 0.97}, claims.HOLDS),
        ({PLAIN: 0.90}, claims.FAILS),
        ({PLAIN: 0.5, UNIFORM: 0.97}, claims.FAILS),
        ({PLAIN: 0.5, ("margin", "random_proportional", 0): 0.97}, claims.FAILS),
        ({PLAIN: 0.5, ("influence", "random_proportional", 4): 0.97}, claims.FAILS),
        ({UNIFORM: 0.97}, claims.UNTESTED),
    ],
)
def test_a_tenth_is_enough_by_a_policy_of_loss_or_influence(series, expected):
    assert verdict("tenth", series) == expected


def test_a_tenth_is_one_in_ten():
    # The curve passes 95 % of the gain just before 5 points.
    for n, expected in ((50, claims.HOLDS), (40, claims.FAILS)):
        assert verdict("tenth", {PLAIN: 0.97}, {**BASE, "n_train": n}) == expected


def test_the_support_vectors_are_met_at_their_number_or_not():
    for vsv, expected in ((0.52, claims.HOLDS), (0.9, claims.FAILS)):
        assert verdict("vsv", {PLAIN: 0.5}, {**BASE, "vsv_accuracy": 0.5 + 0.4 * vsv}) == expected
    assert verdict("vsv", {PLAIN: 0.5}, noise=0.1) == claims.OPEN
    assert verdict("vsv", {PLAIN: 0.5}, rounds=1) == claims.UNTESTED
    assert verdict("vsv", {UNIFORM: 0.5}) == claims.UNTESTED
    assert verdict("vsv", {PLAIN: 0.5}, {**BASE, "n_support_vectors": 101}) == claims.UNTESTED
    # Between budgets the mean curve is linear: half of 0.5 at 2.5 of 5 points.
    half = {**BASE, "n_support_vectors": 2.5, "vsv_accuracy": 0.5 + 0.4 * 0.25}
    found = claims.judge(CLAIM["vsv"], curves({PLAIN: 0.5}), half)
    assert "2.5 support vectors recover 25 % of the gain" in found.evidence
    assert "25 % (2" in found.evidence.split("points")[1]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_gain_tests_nothing(name):
    found = claims.judge(CLAIM[name], curves({PLAIN: 0.5}), {**BASE, "ceiling": 0.5})
    assert found.verdict == claims.UNTESTED
    assert found.evidence.startswith("Nothing to gain")


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.2), (-0.2, -0.1), (-0.1, 0.2), (0.0, 0.0)])
def test_no_difference_at_all_is_little_and_does_not_beat(low, high):
    up = claims.side(low, high, 0.0, upwards=True)
    down = claims.side(low, high, 0.0, upwards=False)
    expected = {0.1: (claims.HOLDS, claims.FAILS), -0.1: (claims.OPEN, claims.OPEN)}
    assert (up, down) == expected.get(low, (claims.FAILS, claims.HOLDS))


def test_every_claim_says_where_it_comes_from_and_how_it_is_judged():
    assert len({claim.statement for claim in claims.CLAIMS}) == len(claims.CLAIMS)
    assert all(claim.source and claim.rule.endswith(".") for claim in claims.CLAIMS)
