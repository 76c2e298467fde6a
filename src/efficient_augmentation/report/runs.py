"""The report's sections on each experiment, and what other sections share with them."""

import math

from efficient_augmentation.analysis import sentences, summary, wording
from efficient_augmentation.experiment import figures
from efficient_augmentation.names import policies
from efficient_augmentation.report import pictures, swatches, texts

SHARE = 0.95
"""Share of the gain by which the answer counts the points needed."""


def view(material):
    """Every experiment with its transforms; see `report.Section`."""
    experiments = [view_experiment(e) for e in material.experiments]
    return {
        "contents": [(f"run-{e['name']}", e["name"]) for e in experiments],
        "experiments": experiments,
        "share": wording.percent(SHARE),
    }


def levels(baselines):
    """Floor, ceiling, gain and the virtual support vectors' accuracy as text."""
    floor, ceiling = baselines["floor"], baselines["ceiling"]
    digits = wording.accuracy_digits(floor, ceiling)
    return {
        "floor": wording.percent(floor, digits),
        "ceiling": wording.percent(ceiling, digits),
        "gain": f"{100 * (ceiling - floor):+.{digits}f} pp",
        "vsv": wording.percent(baselines["vsv_accuracy"], digits),
    }


def view_points(row, transform):
    """Points needed, as text and as a share of the training points; None where not run."""
    if row is None:
        return None
    n = transform.baselines["n_train"]
    last = int(max(transform.curves["n_augmented"]))
    missed = "no gain" if sentences.nothing_to_gain(transform.baselines) else f"> {last}"
    reached = not math.isnan(row["points"])
    points = math.ceil(row["points"]) if reached else None
    return {
        "label": f"{row['score']}, {wording.policy(row['policy'])}",
        "policy": wording.policy(row["policy"]),
        "score": row["score"],
        "points": points,
        "share": min(points / n, 1.0) if reached else None,
        "percent": wording.percent(points / n) if reached else "",
        "text": str(points) if reached else missed,
    }


def view_experiment(experiment):
    """What the template shows of one experiment."""
    shown = pictures.of_experiment
    return {
        "name": experiment.name,
        "facts": texts.facts(experiment),
        "training": shown(figures.TRAINING, experiment.training_figure, experiment),
        "sweep": shown(figures.SWEEP, experiment.sweep_figure, experiment),
        "transforms": [view_transform(experiment, t) for t in experiment.transforms],
    }


def anchor(experiment, transform):
    """The id of a transform's section."""
    return f"run-{experiment.name}-{transform.name}"


def view_transform(experiment, transform):
    """What the template shows of one transform."""
    baselines = transform.baselines
    scores = list(dict.fromkeys(score for score, _ in summary.pairs(transform.curves)))
    return {
        "name": transform.name,
        "anchor": anchor(experiment, transform),
        **levels(baselines),
        "plain": wording.percent(baselines["floor_plain_test"], 1),
        "vsv_points": baselines["n_support_vectors"],
        "vsv_share": describe_vsv(baselines),
        "nothing": sentences.nothing_to_gain(baselines),
        "warnings": baselines.get("warnings", []),
        "pictures": pictures.opening(transform),
        "sections": pictures.sections(transform, scores),
        "refinements": refinements(transform),
        "table": auc_table(transform, scores),
    }


def describe_vsv(baselines):
    """What the virtual support vectors recover of the gain, as text."""
    share = summary.vsv_share(baselines)
    return "nothing to gain" if math.isnan(share) else f"{wording.percent(share)} of the gain"


def refinements(transform):
    """What update and downweight change at early budgets: rows by score, influence first."""
    curves, baselines = transform.curves, transform.baselines
    if sentences.nothing_to_gain(baselines):
        return []
    rows = []
    for score, name in summary.pairs(curves):
        policy = policies.parse(name)
        if name == policy.base or not summary.has(curves, score, policy.base):
            continue
        found = summary.compare(curves, baselines, (score, name), (score, policy.base))
        one = math.isnan(found.low)
        rows.append(
            {
                "score": score,
                "label": wording.policy(name),
                "swatch": swatches.swatch(name),
                "ours": wording.percent(found.ours.mean()),
                "theirs": wording.percent(found.theirs.mean()),
                "difference": f"{100 * found.difference:+.1f} %",
                "interval": "one round" if one else interval(found),
                "settled": not one and (found.low > 0 or found.high < 0),
                "budgets": sentences.describe_budgets(found.budgets),
            }
        )
    found = {}
    for row in sorted(rows, key=lambda row: row["score"] != "influence"):
        found.setdefault(row["score"], []).append(row)
    return list(found.items())


def interval(found):
    """A comparison's interval in percent of the gain."""
    return f"{100 * found.low:+.1f} to {100 * found.high:+.1f} %"


def auc_table(transform, scores):
    """The area under each curve and the points needed, one row per policy, for every score."""
    auc = transform.auc
    keys = list(zip(auc["score"].tolist(), auc["policy"].tolist(), strict=True))
    areas = dict(zip(keys, zip(auc["auc_mean"], auc["auc_std"], strict=True), strict=True))
    best = {s: max(a[0] for (score, _), a in areas.items() if score == s) for s in scores}
    needed = {
        (row["score"], row["policy"]): view_points(row, transform)
        for row in summary.points_needed(transform.curves, transform.baselines, SHARE)
    }
    rows = []
    for policy in summary.in_order(p for _, p in areas):
        cells = []
        for s in scores:
            mean, std = areas.get((s, policy), (math.nan, math.nan))
            cells.append(
                {
                    "mean": "" if math.isnan(mean) else f"{mean:.2f}",
                    "std": "" if math.isnan(std) else f"{std:.2f}",
                    "best": mean == best[s],
                    "points": needed.get((s, policy)),
                }
            )
        label = wording.policy(policy)
        rows.append({"label": label, "swatch": swatches.swatch(policy), "cells": cells})
    baselines = transform.baselines
    n, accuracy = baselines["n_support_vectors"], levels(baselines)["vsv"]
    note = f"{n} points, {accuracy} accuracy, {describe_vsv(baselines)}"
    return {"scores": scores, "rows": rows, "vsv": note}
