"""Claims of the paper, and the paper's questions, judged by what a run shows.

Each claim has a rule that was fixed before any result: it turns the curves of one transform into a
verdict and the numbers behind it. Where the paper is not known to answer a question, the statement
that is judged is ours and says so in `source`.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from efficient_augmentation.analysis import sentences, summary, wording
from efficient_augmentation.names import policies

HOLDS, FAILS, OPEN, UNTESTED = "holds", "does not hold", "undecided", "not testable here"
VERDICTS = (HOLDS, FAILS, OPEN, UNTESTED)
TENTH = 0.1
SMALL = 1 - summary.LEVEL
"""Differences below this share of the gain, the rest beyond 95 % of it, do not matter."""
PROPORTIONAL = "random_proportional"


class Finding(NamedTuple):
    """The verdict of one transform's results on a claim.

    Attributes:
      verdict: one of `VERDICTS`.
      evidence: the numbers, in a sentence, or why there are none.
    """

    verdict: str
    evidence: str


class Claim(NamedTuple):
    """A statement and how it is judged.

    Attributes:
      statement: what is judged.
      source: where the paper says or asks it.
      rule: how the verdict is reached; a difference is one of `summary.compare`, above 0 or little
        by where its whole interval lies.
      judge: (curves, baselines) -> Finding; called only where there is something to gain.
    """

    statement: str
    source: str
    rule: str
    judge: Callable


def judge(claim, curves, baselines):
    """A claim judged by one transform's results.

    Args:
      claim: Claim.
      curves: columns of curves.csv.
      baselines: mapping of baselines.json.
    Returns: Finding; not testable where augmenting everything gains nothing.
    """
    if nothing := sentences.nothing_to_gain(baselines):
        return Finding(UNTESTED, nothing)
    return claim.judge(curves, baselines)


def a_tenth_is_enough(curves, baselines):
    """Whether some policy by loss or influence recovers 95 % of the gain with a tenth."""
    n = baselines["n_train"]
    rows = [
        row
        for row in summary.points_needed(curves, baselines)
        if row["score"] in ("loss", "influence") and not policies.parse(row["policy"]).blind
    ]
    if not rows:
        return Finding(UNTESTED, "No policy by loss or influence was run.")
    best = min(rows, key=lambda row: math.inf if math.isnan(row["points"]) else row["points"])
    if math.isnan(best["points"]):
        return Finding(FAILS, f"None of {len(rows)} policies reaches it at any measured budget.")
    points = math.ceil(best["points"])
    return Finding(
        HOLDS if best["points"] <= TENTH * n else FAILS,
        f"{wording.series(best['score'], best['policy'])}, the best of {len(rows)}, needs "
        f"{points} of {n} points ({wording.percent(points / n)}).",
    )


def above(ours, theirs, curves, baselines):
    """Holds where a difference is above 0 beyond chance, fails where it is below."""
    return decided(ours, theirs, curves, baselines, 0.0, upwards=True)


def adds_little(ours, theirs, curves, baselines):
    """Holds where a difference is below 5 % of the gain beyond chance, fails where above."""
    return decided(ours, theirs, curves, baselines, SMALL, upwards=False)


def decided(ours, theirs, curves, baselines, bound, upwards):
    """Judge a difference of two policies by the side of a bound on which its interval lies."""
    missing = [s for s in (ours, theirs) if not summary.has(curves, *s)]
    if missing:
        return Finding(UNTESTED, f"{wording.series(*missing[0])} was not run.")
    found = summary.compare(curves, baselines, ours, theirs)
    evidence = sentences.compare_sentence(curves, baselines, ours, theirs)
    if found is None or math.isnan(found.low):
        return Finding(UNTESTED, evidence)
    return Finding(side(found.low, found.high, bound, upwards), evidence)


def side(low, high, bound, upwards):
    """Verdict by an interval: on the wanted side of a bound, on the other, or across it."""
    if low > bound:
        return HOLDS if upwards else FAILS
    if high < bound:
        return FAILS if upwards else HOLDS
    # An interval that has shrunk to the bound itself: no difference at all.
    return FAILS if upwards and low == high else HOLDS if low == high else OPEN


def beats_uniform(score):
    """Judge of: sampling in proportion to a score beats random selection."""
    return lambda curves, baselines: above(
        (score, PROPORTIONAL), (score, "baseline"), curves, baselines
    )


def influence_adds_little(curves, baselines):
    """Judge of: influence is little better than loss."""
    ours, theirs = ("influence", PROPORTIONAL), ("loss", PROPORTIONAL)
    return adds_little(ours, theirs, curves, baselines)


def modifier_adds_little(modifier):
    """Judge of: a modifier adds little to sampling in proportion to the score."""

    def judged(curves, baselines):
        score = "influence" if summary.has(curves, "influence", PROPORTIONAL) else "loss"
        ours, theirs = (score, f"{PROPORTIONAL}_{modifier}"), (score, PROPORTIONAL)
        return adds_little(ours, theirs, curves, baselines)

    return judged


def matches_support_vectors(curves, baselines):
    """Judge of: sampling by influence does as well as the support vectors, at as many points."""
    if not summary.has(curves, "influence", PROPORTIONAL):
        return Finding(UNTESTED, "influence (proportional) was not run.")
    n = baselines["n_support_vectors"]
    budgets, accuracy = summary.accuracies(curves, "influence", PROPORTIONAL)
    if n > budgets[-1]:
        return Finding(UNTESTED, f"{n} support vectors are more than the last budget.")
    recovered = summary.shares(accuracy, baselines)
    x = np.concatenate([[0], budgets])
    ours = np.array([np.interp(n, x, np.concatenate([[0.0], row])) for row in recovered])
    _, low, high = summary.mean_interval(ours)
    vsv = summary.vsv_share(baselines)
    evidence = (
        f"{n} support vectors recover {wording.percent(vsv)} of the gain, influence "
        f"(proportional) with as many points {sentences.describe_share(ours)}."
    )
    if math.isnan(low):
        return Finding(UNTESTED, f"{evidence} One round, so there is no interval.")
    return Finding(side(low, high, vsv - SMALL, upwards=True), evidence)


def dpp_adds_little(policy, beside):
    """Judge of: a k-DPP adds little to independent draws."""
    return lambda curves, baselines: adds_little(
        ("influence", policy), ("influence", beside), curves, baselines
    )


def clusters_add_little(curves, baselines):
    """Judge of: stratifying by clusters adds little to sampling in proportion to influence."""
    found = summary.best_clusters(curves, baselines, "influence", PROPORTIONAL)
    if found is None:
        return Finding(UNTESTED, "Clusters were not run for influence (proportional).")
    evidence = sentences.clusters_sentence(curves, baselines, "influence", PROPORTIONAL)
    comparison = found[2]
    if math.isnan(comparison.low):
        return Finding(UNTESTED, evidence)
    return Finding(side(comparison.low, comparison.high, SMALL, upwards=False), evidence)


CURVE = "the published curve of CIFAR-10, translate, influence"
ASKED = "asked in the paper; the statement is ours"

CLAIMS = (
    Claim(
        "Augmenting a tenth of the points keeps the accuracy gained by augmenting all.",
        "abstract: a 90 % smaller augmentation set by policies of influence and loss",
        f"Holds if the mean curve of some policy by loss or influence reaches "
        f"{wording.percent(summary.LEVEL)} of the gain within a tenth of the training points. "
        "The best of many policies is picked after seeing the results, which favours the claim.",
        a_tenth_is_enough,
    ),
    Claim(
        "Sampling in proportion to influence beats random selection at small budgets.",
        CURVE,
        "Proportional minus uniform random is above 0.",
        beats_uniform("influence"),
    ),
    Claim(
        "Sampling in proportion to loss beats random selection at small budgets.",
        "abstract: policies of influence and loss",
        "Proportional minus uniform random is above 0.",
        beats_uniform("loss"),
    ),
    Claim(
        "Influence serves little better than the cheaper loss.",
        ASKED,
        "Influence minus loss, both proportional, is little.",
        influence_adds_little,
    ),
    Claim(
        "Updating the scores at every budget adds little.",
        CURVE,
        "Proportional + update minus proportional is little.",
        modifier_adds_little("update"),
    ),
    Claim(
        "Downweighting augmented points does not help.",
        CURVE,
        "Proportional + downweight minus proportional is little.",
        modifier_adds_little("downweight"),
    ),
    Claim(
        "Sampling by influence does as well as the support vectors, at as many points.",
        "virtual support vectors are the paper's baseline; the statement is ours",
        "Their share of the gain minus that of the mean curve (linear between budgets) at their "
        "number is little.",
        matches_support_vectors,
    ),
    Claim(
        "Stratifying by k-means clusters adds little to sampling by influence.",
        ASKED,
        "The best number of clusters minus none, both proportional, is little; the interval is "
        "widened because the best of many is picked (Bonferroni).",
        clusters_add_little,
    ),
    Claim(
        "A k-DPP weighted by influence adds little to sampling in proportion to it.",
        ASKED,
        "k-DPP minus proportional, at the budgets of both, is little.",
        dpp_adds_little("dpp_weighted", PROPORTIONAL),
    ),
    Claim(
        "Diversity alone, a k-DPP without scores, adds little to random selection.",
        ASKED,
        "Raw k-DPP minus uniform random, at the budgets of both, is little.",
        dpp_adds_little("dpp_raw", "baseline"),
    ),
)
