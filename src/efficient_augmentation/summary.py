"""What the curves say: areas, shares of the gain, points needed, and the sentences built on them.

`curves` is always the mapping of columns in curves.csv (score, policy, clusters, round,
n_augmented, test_accuracy); `baselines` the mapping in baselines.json (floor, ceiling, n_train).
Only unstratified rows (clusters = 0) are read here.
"""

import math

import numpy as np
from scipy import stats

from efficient_augmentation import policies

LEVEL = 0.95
LABELS = {
    "baseline": "uniform random",
    "random_proportional": "proportional",
    "random_inverse_proportional": "inverse",
    "random_softmax_proportional": "softmax",
    "random_inverse_softmax_proportional": "inverse softmax",
    "deterministic_proportional": "highest first",
    "deterministic_inverse_proportional": "lowest first",
}


def policy_label(name):
    """A policy's name for people: "proportional + update"."""
    policy = policies.parse(name)
    modifiers = [m for m in policies.MODIFIERS if getattr(policy, m)]
    return " + ".join([LABELS[policy.base], *modifiers])


def in_order(names):
    """Policies without repetition in the order of the tables: by base, then by modifiers."""

    def rank(name):
        policy = policies.parse(name)
        return policies.BASES.index(policy.base), policy.downweight, policy.update

    return sorted(set(names), key=rank)


def pairs(curves):
    """The (score, policy) pairs that were measured, scores as they come, policies in order."""
    plain = np.asarray(curves["clusters"]) == 0
    scores = list(dict.fromkeys(np.asarray(curves["score"])[plain].tolist()))
    names = np.asarray(curves["policy"])
    for score in scores:
        here = plain & (np.asarray(curves["score"]) == score)
        yield from ((score, policy) for policy in in_order(names[here].tolist()))


def accuracies(curves, score, policy):
    """Accuracy by round and budget of one policy.

    Args:
      curves: columns of curves.csv.
      score: name of the score that ordered the points.
      policy: name of the policy.
    Returns: (budgets, accuracy): int (b,) ascending, float (rounds, b).
    Raises: ValueError if there is no such row, or if a budget is missing from or repeated in a
      round.
    """
    rows = (
        (np.asarray(curves["clusters"]) == 0)
        & (np.asarray(curves["score"]) == score)
        & (np.asarray(curves["policy"]) == policy)
    )
    if not rows.any():
        raise ValueError(f"curves: no row has score {score!r} and policy {policy!r}")
    rounds, i = np.unique(np.asarray(curves["round"])[rows], return_inverse=True)
    budgets, j = np.unique(np.asarray(curves["n_augmented"])[rows], return_inverse=True)
    if len(i) != len(rounds) * len(budgets) or len(set(zip(i, j, strict=True))) != len(i):
        raise ValueError(
            f"curves: {score}, {policy}: {len(i)} rows are not {len(rounds)} rounds "
            f"x {len(budgets)} budgets; each round needs each budget exactly once"
        )
    accuracy = np.empty((len(rounds), len(budgets)))
    accuracy[i, j] = np.asarray(curves["test_accuracy"], dtype=float)[rows]
    return budgets, accuracy


def has(curves, score, policy):
    """Whether the pair was measured (unstratified)."""
    return (score, policy) in set(pairs(curves))


def area(budgets, accuracy, floor):
    """Area under accuracy over the number of augmented points, by the trapezoidal rule.

    The curve starts at 0 points with the floor. The area is not divided by the range of
    points: its unit is accuracy times points, as in the paper's tables.

    Args:
      budgets: augmented points, (b,), ascending, > 0.
      accuracy: (..., b), in [0, 1].
      floor: accuracy with nothing augmented.
    Returns: (...,).
    """
    start = np.full((*np.shape(accuracy)[:-1], 1), floor)
    heights = np.concatenate([start, accuracy], axis=-1)
    return np.trapezoid(heights, np.concatenate([[0], budgets]), axis=-1)


def summarize(curves, baselines):
    """Area under each policy's curve: the rows of auc.csv.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`.
    Returns: list of mappings score, policy, auc_mean, auc_std, rounds; auc_std is the sample
      standard deviation over rounds (ddof = 1), nan where there is one round.
    """
    rows = []
    for score, policy in pairs(curves):
        areas = area(*accuracies(curves, score, policy), baselines["floor"])
        spread = float(areas.std(ddof=1)) if len(areas) > 1 else math.nan
        rows.append(
            {
                "score": score,
                "policy": policy,
                "auc_mean": float(areas.mean()),
                "auc_std": spread,
                "rounds": len(areas),
            }
        )
    return rows


def mean_interval(values, axis=0):
    """Mean and its two-sided 95 % Student t interval.

    Args:
      values: (r, ...) independent repetitions along `axis`.
      axis: the repetitions' axis.
    Returns: (mean, low, high), each without `axis`; low and high are nan for one repetition.
    """
    values = np.asarray(values, dtype=float)
    r = values.shape[axis]
    mean = values.mean(axis=axis)
    if r == 1:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = stats.t.ppf((1 + LEVEL) / 2, r - 1) * values.std(axis=axis, ddof=1) / math.sqrt(r)
    return mean, mean - half, mean + half


def difference_interval(a, b):
    """95 % interval of mean(a) - mean(b) for independent samples (Welch).

    A sample of one value counts as exact: a deterministic policy has no spread.

    Args:
      a: (r,) values.
      b: (s,) values; at least one of r, s is above 1.
    Returns: (low, high).
    Raises: ValueError if both samples hold one value.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if len(a) == len(b) == 1:
        raise ValueError("difference_interval: two samples of one value have no interval")
    parts = [(x.var(ddof=1) / len(x), len(x) - 1) for x in (a, b) if len(x) > 1]
    variance = sum(v for v, _ in parts)
    difference = a.mean() - b.mean()
    if variance == 0:
        return difference, difference
    freedom = variance**2 / sum(v**2 / f for v, f in parts)
    half = stats.t.ppf((1 + LEVEL) / 2, freedom) * math.sqrt(variance)
    return difference - half, difference + half


def shares(accuracy, baselines):
    """(accuracy - floor) / (ceiling - floor); nan everywhere where there is nothing to gain."""
    gain = baselines["ceiling"] - baselines["floor"]
    if gain <= 0:
        return np.full(np.shape(accuracy), np.nan)
    return (np.asarray(accuracy) - baselines["floor"]) / gain


def gain_recovered(curves, baselines):
    """Share of the gain of augmenting everything, by policy and budget.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor` and `ceiling`.
    Returns: list of mappings score, policy, n_augmented, share_mean, share_low, share_high,
      rounds; low and high bound the mean's 95 % t interval over rounds (nan for one round).
      All shares are nan if ceiling <= floor.
    """
    rows = []
    for score, policy in pairs(curves):
        budgets, accuracy = accuracies(curves, score, policy)
        columns = mean_interval(shares(accuracy, baselines))
        for n, mean, low, high in zip(budgets, *columns, strict=True):
            rows.append(
                {
                    "score": score,
                    "policy": policy,
                    "n_augmented": int(n),
                    "share_mean": float(mean),
                    "share_low": float(low),
                    "share_high": float(high),
                    "rounds": len(accuracy),
                }
            )
    return rows


def first_crossing(budgets, curve, target):
    """Where a curve from (0, 0) through (budgets, curve) first reaches target; nan if nowhere."""
    x, y = np.concatenate([[0.0], budgets]), np.concatenate([[0.0], curve])
    reached = np.flatnonzero(y >= target)
    if len(reached) == 0:
        return math.nan
    k = reached[0]
    if k == 0:
        return 0.0
    return float(x[k - 1] + (target - y[k - 1]) / (y[k] - y[k - 1]) * (x[k] - x[k - 1]))


def points_needed(curves, baselines, share=LEVEL):
    """Augmented points at which each policy's mean curve first recovers a share of the gain.

    The mean curve over rounds is linear between budgets and starts at the floor.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor` and `ceiling`.
      share: of the gain, in (0, 1].
    Returns: list of mappings score, policy, points; points is nan where the share is never
      reached or where ceiling <= floor.
    Raises: ValueError if share lies outside (0, 1].
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: {share} is not in (0, 1]")
    rows = []
    for score, policy in pairs(curves):
        budgets, accuracy = accuracies(curves, score, policy)
        curve = shares(accuracy, baselines).mean(axis=0)
        points = first_crossing(budgets, curve, share)
        rows.append({"score": score, "policy": policy, "points": points})
    return rows


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
    """Index of the budget to speak about, chosen by a rule that favours none of the policies.

    The smallest budget at which any of them recovers `share` of the gain; where none does, the
    largest budget short of the whole training set (or the only one).
    """
    budgets, _ = accuracies(curves, score, names[0])
    means = [shares(accuracies(curves, score, p)[1], baselines).mean(axis=0) for p in names]
    reached = np.flatnonzero(np.max(means, axis=0) >= share)
    short = np.flatnonzero(budgets < baselines["n_train"])
    return int(reached[0]) if len(reached) else int(short[-1]) if len(short) else 0


def describe_share(values):
    """Mean and t interval, as "91 % (88 to 94 %)"; the mean alone for one round."""
    mean, low, high = mean_interval(values)
    if math.isnan(low):
        return percent(mean)
    return f"{percent(mean)} ({100 * low:.0f} to {percent(high)})"


def verdict(a, b):
    """What the rounds allow to say about two policies' shares, as the sentence's end."""
    if len(a) == len(b) == 1:
        return "One round each: chance is not ruled out."
    low, high = difference_interval(a, b)
    if low <= 0 <= high:
        return f"{max(len(a), len(b))} rounds do not tell the two apart."
    return ""


def gain_sentence(curves, baselines, score, policy, reference="baseline"):
    """One computed sentence: what a policy recovers of the gain, beside uniform random choice.

    Speaks about the budget of `telling_budget`; intervals are 95 % t intervals over rounds, and
    a difference whose Welch interval holds 0 is called undecided.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling` and `n_train`.
      score: name of the score.
      policy: name of the policy; must have been measured.
      reference: policy beside which it is set, if it was measured too.
    Returns: str, such as "With 50 of 200 points augmented, influence (proportional) recovers
      91 % (88 to 94 %) of the gain, uniform random 63 % (60 to 66 %)."
    """
    if sentence := nothing_to_gain(baselines):
        return sentence
    both = [policy, reference] if has(curves, score, reference) else [policy]
    k = telling_budget(curves, baselines, score, both)
    budgets, accuracy = accuracies(curves, score, policy)
    ours = shares(accuracy, baselines)[:, k]
    sentence = (
        f"With {budgets[k]} of {baselines['n_train']} points augmented, {score} "
        f"({policy_label(policy)}) recovers {describe_share(ours)} of the gain"
    )
    if len(both) == 1:
        return f"{sentence}."
    theirs = shares(accuracies(curves, score, reference)[1], baselines)[:, k]
    sentence += f", {policy_label(reference)} {describe_share(theirs)}."
    return f"{sentence} {verdict(ours, theirs)}".rstrip()


def spearman(before, after):
    """Spearman's rank correlation of finite magnitudes; nan where one side is constant.

    Args:
      before: (n,).
      after: (n,).
    Returns: float in [-1, 1], or nan.
    """
    before, after = np.abs(np.asarray(before, float)), np.abs(np.asarray(after, float))
    finite = np.isfinite(before) & np.isfinite(after)
    before, after = before[finite], after[finite]
    if len(before) < 2 or np.ptp(before) == 0 or np.ptp(after) == 0:
        return float("nan")
    return float(stats.spearmanr(before, after).statistic)


def extreme_points(scores, count=100):
    """Indices of the highest- and the lowest-scoring points.

    Args:
      scores: (n,), any sign; magnitudes count.
      count: how many of each, n // 2 where there are fewer points.
    Returns: (highest, lowest): descending, ascending; ties in the points' order. Disjoint.
    """
    ascending = np.argsort(np.abs(np.asarray(scores, float)), kind="stable")
    count = min(count, len(ascending) // 2)
    return ascending[::-1][:count], ascending[:count]


def scores_sentence(scores, score):
    """One computed sentence on a score before and after augmenting everything.

    Args:
      scores: columns of scores.csv.
      score: name of the score; its column and `{score}_after` are read.
    Returns: str.
    """
    before = np.sort(np.abs(np.asarray(scores[score], float)))[::-1]
    rho = spearman(scores[score], scores[f"{score}_after"])
    before = before[np.isfinite(before)]
    tenth = max(1, len(before) // 10)
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
    Returns: str.
    """
    values = np.asarray(scores[score], float)
    labels = np.asarray(scores["label"])
    parts = []
    for name, chosen in zip(("highest", "lowest"), extreme_points(values), strict=True):
        counts = [
            f"{int((labels[chosen] == k).sum())} of class {label}"
            for k, label in enumerate(class_names)
        ]
        parts.append(f"the {len(chosen)} {name} are {' and '.join(counts)}")
    return f"By |{score}|, {parts[0]}; {parts[1]}."


LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "&%$#_"},
}


def escape_latex(text):
    """Text with LaTeX's ten special characters escaped."""
    return "".join(LATEX.get(c, c) for c in text)


def auc_cell(row, best):
    """One cell of the table: mean and deviation, bold where the mean is the column's best."""
    mean = f"{row['auc_mean']:.2f}"
    mean = rf"\mathbf{{{mean}}}" if best else mean
    spread = "" if math.isnan(row["auc_std"]) else rf" \pm {row['auc_std']:.2f}"
    return f"${mean}{spread}$"


def to_latex(rows, caption):
    """The areas as a LaTeX table: a row a policy, a column a score, each column's best in bold.

    Args:
      rows: as `summarize` returns them.
      caption: plain text; special characters are escaped here.
    Returns: str, a `table` that needs the booktabs package.
    Raises: ValueError if rows is empty.
    """
    if not rows:
        raise ValueError("auc table: there is no row to show")
    table = {(r["score"], r["policy"]): r for r in rows}
    scores = list(dict.fromkeys(r["score"] for r in rows))
    best = {s: max(r["auc_mean"] for r in rows if r["score"] == s) for s in scores}
    lines = []
    for policy in in_order(r["policy"] for r in rows):
        found = [table.get((s, policy)) for s in scores]
        cells = [auc_cell(r, r["auc_mean"] == best[r["score"]]) if r else "--" for r in found]
        lines.append(" & ".join([escape_latex(policy_label(policy)), *cells]) + r" \\")
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escape_latex(caption)}}}",
            rf"  \begin{{tabular}}{{l{'r' * len(scores)}}}",
            r"    \toprule",
            "    " + " & ".join(["policy", *map(escape_latex, scores)]) + r" \\",
            r"    \midrule",
            *(f"    {line}" for line in lines),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )
