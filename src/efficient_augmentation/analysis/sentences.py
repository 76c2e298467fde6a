"""Sentences about the curves, which are computed from the results.

`curves` and `baselines` are what `summary` takes.
"""

import math

import numpy as np

from efficient_augmentation.analysis import summary, wording
from efficient_augmentation.names import policies

LEADING = {"random": "random_proportional", "deterministic": "deterministic_proportional"}
"""The policy of each family that the sentences are about, if it was run."""


def nothing_to_gain(baselines):
    """The sentence for ceiling <= floor, or None where there is something to gain."""
    floor, ceiling = baselines["floor"], baselines["ceiling"]
    if ceiling > floor:
        return None
    digits = wording.accuracy_digits(floor, ceiling)
    return (
        f"Nothing to gain here: augmenting every point gives {wording.percent(ceiling, digits)}, "
        f"augmenting none {wording.percent(floor, digits)}."
    )


def telling_budget(curves, baselines, score, names, share=0.9):
    """Index of the budget for a sentence, chosen by a rule that favours none of the policies.

    The smallest budget at which any of them recovers `share` of the gain; where none does, the
    largest budget short of the whole training set (or the only one).
    """
    budgets, _ = summary.accuracies(curves, score, names[0])
    means = [
        summary.shares(summary.accuracies(curves, score, p)[1], baselines).mean(axis=0)
        for p in names
    ]
    reached = np.flatnonzero(np.max(means, axis=0) >= share)
    short = np.flatnonzero(budgets < baselines["n_train"])
    return int(reached[0]) if len(reached) else int(short[-1]) if len(short) else 0


def describe_share(values):
    """Mean and t interval, as "91 % (88 to 94 %)"; the mean alone for one round."""
    mean, low, high = summary.mean_interval(values)
    if math.isnan(low):
        return wording.percent(mean)
    return f"{wording.percent(mean)} ({100 * low:.0f} to {wording.percent(high)})"


def describe_difference(found):
    """A difference and its interval, as "+4.1 % of the gain (95 % interval +1.2 to +7.0 %)"."""
    text = f"{100 * found.difference:+.1f} % of the gain"
    if math.isnan(found.low):
        return text
    return f"{text} (95 % interval {100 * found.low:+.1f} to {100 * found.high:+.1f} %)"


def describe_budgets(budgets):
    """Budgets that were averaged over, as the beginning of a sentence."""
    if len(budgets) == 1:
        return f"With {budgets[0]} points augmented"
    return f"Averaged over {len(budgets)} budgets up to {budgets[-1]} points"


def verdict(a, b):
    """The end of a sentence: whether two policies' shares differ significantly over rounds."""
    if len(a) == len(b) == 1:
        return "One round each, so the difference has no interval."
    low, high = summary.difference_interval(a, b)
    if low <= 0 <= high:
        return f"Over {max(len(a), len(b))} rounds the difference is not significant."
    return ""


def gain_sentence(curves, baselines, score, policy, reference="baseline"):
    """One computed sentence: the gain that a policy recovers, compared with random selection.

    Speaks about the budget of `telling_budget`; intervals are 95 % t intervals over rounds, and
    a difference whose Welch interval holds 0 is called undecided.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling` and `n_train`.
      score: name of the score.
      policy: name of the policy; must have been measured.
      reference: policy with which it is compared, if it was measured too.
    Returns: str, such as "With 50 of 200 points augmented, influence (proportional) recovers
      91 % (88 to 94 %) of the gain, uniform random 63 % (60 to 66 %)."
    """
    if sentence := nothing_to_gain(baselines):
        return sentence
    both = [policy, reference] if summary.has(curves, score, reference) else [policy]
    k = telling_budget(curves, baselines, score, both)
    budgets, accuracy = summary.accuracies(curves, score, policy)
    ours = summary.shares(accuracy, baselines)[:, k]
    sentence = (
        f"With {budgets[k]} of {baselines['n_train']} points augmented, {score} "
        f"({wording.policy(policy)}) recovers {describe_share(ours)} of the gain"
    )
    if len(both) == 1:
        return f"{sentence}."
    theirs = summary.shares(summary.accuracies(curves, score, reference)[1], baselines)[:, k]
    sentence += f", {wording.policy(reference)} {describe_share(theirs)}."
    return f"{sentence} {verdict(ours, theirs)}".rstrip()


def family_sentence(curves, baselines, score, family):
    """What the leading policy of a family (random or deterministic) gains with a score."""
    policy = _leading(curves, score, family)
    if policy is None:
        return "No policy of this family was run."
    return gain_sentence(curves, baselines, score, policy)


def compare_sentence(curves, baselines, ours, theirs):
    """One or two computed sentences that compare two policies, see `compare`.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling` and `n_train`.
      ours: (score, policy) or (score, policy, clusters).
      theirs: the same.
    Returns: str; says so where there is nothing to gain, no shared budget, or one round.
    """
    if sentence := nothing_to_gain(baselines):
        return sentence
    found = summary.compare(curves, baselines, ours, theirs)
    names = wording.series(*ours), wording.series(*theirs)
    if found is None:
        return f"{names[0]} and {names[1]} share no budget: they cannot be compared."
    means = wording.percent(found.ours.mean()), wording.percent(found.theirs.mean())
    sentence = (
        f"{describe_budgets(found.budgets)}, {names[0]} recovers {means[0]} of the gain, "
        f"{names[1]} {means[1]}: {describe_difference(found)}."
    )
    if math.isnan(found.low):
        return f"{sentence} One round each, so the difference has no interval."
    if found.low <= 0 <= found.high:
        rounds = max(len(found.ours), len(found.theirs))
        return f"{sentence} Over {rounds} rounds the difference is not significant."
    return sentence


def influence_sentence(curves, baselines, score, family):
    """Influence compared with another score, by the leading policies of a family."""
    ours = _leading(curves, "influence", family)
    theirs = _leading(curves, score, family, inverse=score == "margin")
    return _beside(curves, baselines, ("influence", ours), (score, theirs))


def dpp_sentence(curves, baselines, policy):
    """A k-DPP by influence compared with independent draws."""
    beside = "baseline" if policies.parse(policy).blind else LEADING["random"]
    return _beside(curves, baselines, ("influence", policy), ("influence", beside))


def _leading(curves, score, family, inverse=False):
    """The policy that stands for a family: the paper's if it was run, else the first; or None.

    A score whose low values matter is represented by the inverse policy.
    """
    found = [
        p
        for s, p in summary.pairs(curves)
        if s == score and p != "baseline" and policies.parse(p).random == (family == "random")
    ]
    leading = LEADING[family].replace("_", "_inverse_", 1) if inverse else LEADING[family]
    return leading if leading in found else next(iter(found), None)


def _beside(curves, baselines, ours, theirs):
    """One series compared with another, or that they cannot be compared."""
    if not all(summary.has(curves, *series) for series in (ours, theirs)):
        return "The policies that this figure compares were not both run."
    return compare_sentence(curves, baselines, ours, theirs)


def strata_sentence(curves, baselines, score):
    """What clusters change in each stratified policy of a score."""
    names = [policy for s, policy in summary.stratified(curves) if s == score]
    found = (clusters_sentence(curves, baselines, score, policy) for policy in names)
    return " ".join(dict.fromkeys(found))


def clusters_sentence(curves, baselines, score, policy):
    """One or two computed sentences: whether stratifying by clusters helps a policy at any k."""
    if sentence := nothing_to_gain(baselines):
        return sentence
    found = summary.best_clusters(curves, baselines, score, policy)
    name = wording.series(score, policy)
    if found is None:
        return f"For {name} there is nothing to compare clusters with."
    k, tried, comparison = found
    counts = f"Of {tried} numbers of clusters, k = {k} serves" if tried > 1 else f"k = {k} serves"
    best = " best" if tried > 1 else ""
    sentence = f"{counts} {name}{best}: {describe_difference(comparison)} beside no clusters"
    if math.isnan(comparison.low):
        return f"{sentence}. One round each, so the difference has no interval."
    at_once = f" ({tried} intervals held at once)" if tried > 1 else ""
    if comparison.low > 0:
        return f"{sentence}{at_once}. There, stratifying helps."
    return f"{sentence}{at_once}. No number of clusters is shown to help."
