"""What the curves say in words: labels, percents, and sentences computed from the results.

`curves` and `baselines` are what `summary` takes.
"""

import math

import numpy as np

from efficient_augmentation.analysis import summary
from efficient_augmentation.names import policies, regularization


def policy_label(name):
    """A policy's name for people: "proportional + update"."""
    policy = policies.parse(name)
    modifiers = [m for m in policies.MODIFIERS if getattr(policy, m)]
    label = policy.rule.label
    if policy.exponent is not None:
        label += f" {policy.exponent:g}"
    return " + ".join([label, *modifiers])


def series_label(score, policy, clusters=0):
    """A measured series for people: "influence (proportional, 50 clusters)"."""
    label = policy_label(policy)
    if policies.parse(policy).blind:
        return f"{label}, {clusters} clusters" if clusters else label
    return f"{score} ({label}{f', {clusters} clusters' if clusters else ''})"


def percent(share, digits=0):
    """A share for people: 0.914 becomes "91 %"."""
    return f"{100 * share:.{digits}f} %"


def accuracy_digits(floor, ceiling):
    """Digits, 1 to 3, with which two accuracies in percent show a tenth of their gap."""
    gap = abs(ceiling - floor)
    return next((d for d in (1, 2) if gap == 0 or gap >= 0.999 * 10.0 ** -(d + 1)), 3)


def nothing_to_gain(baselines):
    """The sentence for ceiling <= floor, or None where there is something to gain."""
    floor, ceiling = baselines["floor"], baselines["ceiling"]
    if ceiling > floor:
        return None
    digits = accuracy_digits(floor, ceiling)
    return (
        f"Nothing to gain here: augmenting every point gives {percent(ceiling, digits)}, "
        f"augmenting none {percent(floor, digits)}."
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
        return percent(mean)
    return f"{percent(mean)} ({100 * low:.0f} to {percent(high)})"


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
        f"({policy_label(policy)}) recovers {describe_share(ours)} of the gain"
    )
    if len(both) == 1:
        return f"{sentence}."
    theirs = summary.shares(summary.accuracies(curves, score, reference)[1], baselines)[:, k]
    sentence += f", {policy_label(reference)} {describe_share(theirs)}."
    return f"{sentence} {verdict(ours, theirs)}".rstrip()


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
    names = series_label(*ours), series_label(*theirs)
    if found is None:
        return f"{names[0]} and {names[1]} share no budget: they cannot be compared."
    sentence = (
        f"{describe_budgets(found.budgets)}, {names[0]} recovers {percent(found.ours.mean())} of "
        f"the gain, {names[1]} {percent(found.theirs.mean())}: {describe_difference(found)}."
    )
    if math.isnan(found.low):
        return f"{sentence} One round each, so the difference has no interval."
    if found.low <= 0 <= found.high:
        rounds = max(len(found.ours), len(found.theirs))
        return f"{sentence} Over {rounds} rounds the difference is not significant."
    return sentence


def clusters_sentence(curves, baselines, score, policy):
    """One or two computed sentences: whether stratifying by clusters helps a policy at any k."""
    if sentence := nothing_to_gain(baselines):
        return sentence
    found = summary.best_clusters(curves, baselines, score, policy)
    name = series_label(score, policy)
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


def penalty_sentence(choice):
    """How the inverse penalty C was chosen, from the mapping of C.json."""
    said = regularization.described(choice["C"], choice["rule"])
    if not choice["losses"]:
        return f"{said}."
    place = choice["grid"].index(choice["C"])
    best = min(range(len(choice["losses"])), key=choice["losses"].__getitem__)
    least, error = choice["losses"][best], choice["standard_errors"][best]
    return (
        f"{said}: {choice['losses'][place]:.4f} nats; the least, at C = "
        f"{choice['grid'][best]:.4g}, is {least:.4f} with a standard error of {error:.4f}."
    )


def sweep_sentence(columns):
    """One computed sentence on the sweep over numbers of clusters (columns of clusters.csv)."""
    k = np.asarray(columns["clusters"])
    silhouette = np.asarray(columns["silhouette_test"], float)
    if not np.isfinite(silhouette).any():
        return f"No silhouette is defined for the {len(k)} numbers of clusters tried."
    best = int(np.nanargmax(silhouette))
    # 0.25 is the rule of thumb of Kaufman and Rousseeuw (1990): below it, no structure was found.
    apart = "well" if silhouette[best] > 0.5 else "weakly" if silhouette[best] > 0.25 else "hardly"
    return (
        f"Of {len(k)} numbers of clusters from {k.min()} to {k.max()}, k = {k[best]} has the "
        f"highest test silhouette, {silhouette[best]:.2f}: the clusters are {apart} separated."
    )


def training_sentence(columns):
    """One computed sentence on the training of a network (columns of history.csv)."""
    n, last = len(columns["epoch"]), {name: values[-1] for name, values in columns.items()}
    sentence = f"After {n} {'epoch' if n == 1 else 'epochs'} the loss is {last['loss']:.3g}"
    sentence += (
        f" and {percent(last['accuracy'], 1)} of the training images are classified correctly"
    )
    if np.isfinite(last.get("test_accuracy", np.nan)):
        sentence += f", {percent(last['test_accuracy'], 1)} of the test images"
    return sentence + "."


def scores_sentence(scores, score):
    """One computed sentence on a score before and after augmenting everything.

    Args:
      scores: columns of scores.csv.
      score: name of the score; its column and `{score}_after` are read.
    Returns: str.
    """
    before = np.sort(np.abs(np.asarray(scores[score], float)))[::-1]
    before = before[np.isfinite(before)]
    tenth = max(1, len(before) // 10)
    rho = summary.spearman(scores[score], scores[f"{score}_after"])
    ranks = "The ranking cannot be compared: all points score the same"
    if not math.isnan(rho):
        kept = "keeps" if rho >= 0.9 else "roughly keeps" if rho >= 0.6 else "changes"
        ranks = f"Augmenting everything {kept} the ranking of the points (Spearman {rho:.2f})"
    if before.sum() == 0:
        return f"{ranks}."
    held = percent(before[:tenth].sum() / before.sum())
    return f"{ranks}; the top {tenth} of {len(before)} points hold {held} of all |{score}| before."


def images_sentence(scores, score, class_names):
    """One computed sentence on the classes of the highest- and lowest-scoring points.

    Args:
      scores: columns of scores.csv.
      score: name of the score.
      class_names: name of each class, in the order of the labels.
    Returns: str; of more than three classes it names the three that are there most.
    """
    values = np.asarray(scores[score], float)
    labels = np.asarray(scores["label"])
    parts = []
    for name, chosen in zip(("highest", "lowest"), summary.extreme_points(values), strict=True):
        counts = np.array([(labels[chosen] == label).sum() for label in class_names])
        shown = range(len(counts)) if len(counts) <= 3 else np.argsort(-counts, kind="stable")[:3]
        texts = [f"{counts[k]} of class {class_names[k]}" for k in shown]
        if len(counts) > 3:
            texts.append(f"{len(chosen) - counts[shown].sum()} of others")
        joined = " and ".join(texts) if len(texts) == 2 else ", ".join(texts)
        parts.append(f"the {len(chosen)} {name} are {joined}")
    return f"By |{score}|, {parts[0]}; {parts[1]}."
