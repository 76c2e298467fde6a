"""A sentence about each table other than the curves, which is computed from the table."""

import math

import numpy as np

from efficient_augmentation.analysis import C_sweep, carry_over, summary, table1, wording
from efficient_augmentation.files import tables
from efficient_augmentation.names import regularization
from efficient_augmentation.names.table1 import EXPERIMENTS


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
    known = wording.percent(last["accuracy"], 1)
    sentence += f" and {known} of the training images are classified correctly"
    if np.isfinite(last.get("test_accuracy", np.nan)):
        sentence += f", {wording.percent(last['test_accuracy'], 1)} of the test images"
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
    held = wording.percent(before[:tenth].sum() / before.sum())
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


def C_sweep_sentence(columns):
    """Computed sentences on the sweep over C: a policy each (columns of C_sweep.csv)."""
    return " ".join(
        f"Compared with random selection, {wording.series(*pair)} is {C_sweep.describe(places)}."
        for pair, places in C_sweep.sides(columns).items()
    )


def audit_sentence(columns):
    """Which score ranks best by the magnitude of Spearman (columns of audit_summary.csv)."""
    found = [
        (abs(rho), str(score), rho)
        for score, rho in zip(columns["score"], columns["spearman"], strict=True)
        if not math.isnan(rho)
    ]
    if not found:
        return "No score's ranking can be compared with that of retraining."
    (_, best, high), (_, worst, low) = max(found), min(found)
    return (
        f"The ranking by {best} is closest to that of exact retraining (Spearman {high:.4f}), the "
        f"ranking by {worst} farthest from it (Spearman {low:.4f})."
    )


def end_to_end_sentence(columns):
    """Whether networks confirm the answer of frozen features (columns of end_to_end.csv)."""
    found = carry_over.agreement(carry_over.summarize(columns))
    if not found["settled"]:
        return "On frozen features no policy differs significantly from random selection here."
    return (
        f"Differences from random selection that are significant on frozen features: "
        f"{found['settled']}. The trained networks confirm {found['confirmed']}, reverse "
        f"{found['reversed']} and leave {found['open']} open."
    )


def table1_sentence(columns):
    """What the policy named beforehand brings, a clause an experiment (columns of table1.csv)."""
    rows, found = tables.rows(columns), []
    for experiment in EXPERIMENTS:
        own = {row["column"]: row for row in rows if row["experiment"] == experiment}
        named, uniform = (own.get(f"{kind}_10") for kind in ("named", "random"))
        if named and uniform and not math.isnan(named["share"] + uniform["share"]):
            shares = [wording.percent(row["share"]) for row in (named, uniform)]
            found.append(
                f"{experiment}: a tenth of the points by {wording.series(*table1.NAMED)} "
                f"brings {shares[0]} of the gain, random selection {shares[1]}"
            )
    return "; ".join(found) + "." if found else "Nothing of ours was measured at a tenth."
