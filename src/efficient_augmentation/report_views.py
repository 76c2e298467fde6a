"""What the template of the report gets: the answer, the claims, and each experiment."""

import math
import statistics

from efficient_augmentation import (
    claims,
    policies,
    report_figures,
    report_inputs,
    report_texts,
    sentences,
    summary,
)

SHARE = 0.95
"""Share of the gain by which the answer counts the points needed."""
MARKS = dict(zip(claims.VERDICTS, ("holds", "fails", "open", "untested"), strict=True))
"""The class by which the page colours a verdict."""


def answer(experiment, transform):
    """One line of the answer: floor, ceiling, and the points that three choices need.

    The best policy is the one that needs the fewest points, over all scores; it is picked
    after seeing the results, which flatters it.
    """
    baselines = transform.baselines
    needed = summary.points_needed(transform.curves, baselines, SHARE)
    needed.sort(key=lambda row: math.inf if math.isnan(row["points"]) else row["points"])
    scored = [row for row in needed if row["policy"] != "baseline"]
    best = scored[0] if scored else None
    score = best["score"] if best else None
    uniform = [row for row in needed if row["policy"] == "baseline"]
    uniform.sort(key=lambda row: row["score"] != score)
    leading = "influence", report_figures.LEADING["random"]
    paper = [row for row in scored if (row["score"], row["policy"]) == leading]
    return {
        "experiment": experiment.name,
        "transform": transform.name,
        "anchor": anchor(experiment, transform),
        "n_train": baselines["n_train"],
        **levels(baselines),
        "nothing": sentences.nothing_to_gain(baselines),
        "best": view_points(best, transform),
        "paper": view_points(paper[0] if paper else None, transform),
        "uniform": view_points(uniform[0] if uniform else None, transform),
    }


def levels(baselines):
    """Floor, ceiling, gain and the virtual support vectors' accuracy as text."""
    floor, ceiling = baselines["floor"], baselines["ceiling"]
    digits = sentences.accuracy_digits(floor, ceiling)
    return {
        "floor": sentences.percent(floor, digits),
        "ceiling": sentences.percent(ceiling, digits),
        "gain": f"{100 * (ceiling - floor):+.{digits}f} pp",
        "vsv": sentences.percent(baselines["vsv_accuracy"], digits),
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
        "label": f"{row['score']}, {sentences.policy_label(row['policy'])}",
        "policy": sentences.policy_label(row["policy"]),
        "score": row["score"],
        "points": points,
        "share": min(points / n, 1.0) if reached else None,
        "percent": sentences.percent(points / n) if reached else "",
        "text": str(points) if reached else missed,
    }


def lede(answers):
    """The answer in one sentence or two, computed from the lines of the table."""
    useful = [a for a in answers if not a["nothing"] and a["best"] and a["uniform"]]
    share = sentences.percent(SHARE)
    if not useful:
        return "In these runs there was nothing to gain from augmenting, or no score was compared."
    if len(useful) == 1:
        a = useful[0]
        return (
            f"On {a['experiment']}, {a['transform']}: "
            f"{needs(a['best'], a)} to recover {share} of what augmenting everything gains, "
            f"if {a['best']['score']} chooses them ({a['best']['policy']}); "
            f"uniform random choice needs {a['uniform']['text']}."
        )
    return (
        f"Over {len(useful)} comparisons, the best policy recovers {share} of what augmenting "
        f"everything gains with a median of {median_share(useful, 'best')} of the training "
        f"points; uniform random choice needs {median_share(useful, 'uniform')}."
    )


def needs(points, line):
    """How many points are enough, as the beginning of a sentence."""
    if points["points"] is None:
        return f"no measured budget (up to {line['n_train']} points) is enough"
    return f"{points['points']} of {line['n_train']} points are enough"


def median_share(lines, key):
    """Median over lines of the share of training points needed, as text."""
    middle = statistics.median_high(
        math.inf if a[key]["share"] is None else a[key]["share"] for a in lines
    )
    return "more than was measured" if math.isinf(middle) else sentences.percent(middle)


def view_claim(claim, experiments):
    """A claim beside what every transform of every experiment shows."""
    rows = []
    for experiment in experiments:
        for transform in experiment.transforms:
            found = claims.judge(claim, transform.curves, transform.baselines)
            rows.append(
                {
                    "run": f"{experiment.name}, {transform.name}",
                    "anchor": anchor(experiment, transform),
                    "verdict": found.verdict,
                    "mark": MARKS[found.verdict],
                    "evidence": found.evidence,
                }
            )
    tally = [(v, MARKS[v], sum(row["verdict"] == v for row in rows)) for v in claims.VERDICTS]
    return {
        "statement": claim.statement,
        "source": claim.source,
        "rule": claim.rule,
        "tally": [entry for entry in tally if entry[2]],
        "rows": rows,
        "brief": len(rows) <= 3,
    }


def view_experiment(experiment):
    """What the template shows of one experiment."""
    return {
        "name": experiment.name,
        "facts": report_texts.facts(experiment),
        "training": report_figures.view_training(experiment),
        "sweep": report_figures.view_sweep(experiment),
        "transforms": [view_transform(experiment, t) for t in experiment.transforms],
    }


def anchor(experiment, transform):
    """The id of a transform's section."""
    return f"run-{experiment.name}-{transform.name}"


def view_transform(experiment, transform):
    """What the template shows of one transform."""
    classes = report_inputs.class_names(experiment.config)
    baselines = transform.baselines
    scores = list(dict.fromkeys(score for score, _ in summary.pairs(transform.curves)))
    return {
        "name": transform.name,
        "anchor": anchor(experiment, transform),
        **levels(baselines),
        "plain": sentences.percent(baselines["floor_plain_test"], 1),
        "vsv_points": baselines["n_support_vectors"],
        "vsv_share": describe_vsv(baselines),
        "nothing": sentences.nothing_to_gain(baselines),
        "warnings": baselines.get("warnings", []),
        "pictures": report_figures.view_figures(transform, [("transform", None, None)], classes),
        "sections": report_figures.sections(transform, scores, classes),
        "refinements": refinements(transform),
        "table": auc_table(transform, scores),
    }


def describe_vsv(baselines):
    """What the virtual support vectors recover of the gain, as text."""
    share = summary.vsv_share(baselines)
    return "nothing to gain" if math.isnan(share) else f"{sentences.percent(share)} of the gain"


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
                "label": sentences.policy_label(name),
                "swatch": report_figures.swatch(name),
                "ours": sentences.percent(found.ours.mean()),
                "theirs": sentences.percent(found.theirs.mean()),
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
    """The area under each curve and the points needed, a row a policy, for every score."""
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
        label = sentences.policy_label(policy)
        rows.append({"label": label, "swatch": report_figures.swatch(policy), "cells": cells})
    baselines = transform.baselines
    n, accuracy = baselines["n_support_vectors"], levels(baselines)["vsv"]
    note = f"{n} points, {accuracy} accuracy, {describe_vsv(baselines)}"
    return {"scores": scores, "rows": rows, "vsv": note}


def view_origins(experiments):
    """A row for each stage of each experiment: what its files come from, in the order of rules."""
    rows = []
    for experiment in experiments:
        for stage, origins in (experiment.origins or {}).items():
            seeds = [seed for origin in origins for seed in origin["seeds"].values()]
            found = {key: [o[key] for o in origins] for key in ("config", "code", "device")}
            rows.append(
                {
                    "experiment": experiment.name,
                    "stage": stage,
                    **{key: distinct(values) for key, values in found.items()},
                    "seeds": distinct(seeds) or "none",
                }
            )
    return rows


def versions(experiments, made_by=None):
    """Packages that made the files shown, and the report: "python 3.11.2, jax 0.10.2"."""
    origins = [o for e in experiments for found in (e.origins or {}).values() for o in found]
    origins += [made_by] if made_by else []
    found = {}
    for origin in origins:
        for package, version in origin["versions"].items():
            found.setdefault(package, []).append(version)
    return ", ".join(f"{package} {distinct(found[package], ' and ')}" for package in sorted(found))


def distinct(values, separator=", "):
    """Values as text, each once."""
    return separator.join(dict.fromkeys(map(str, values)))


def view_policies():
    """Base policies in the glossary: their look in the figures, their name, what they do."""
    return [
        {
            "label": sentences.policy_label(name),
            "swatch": report_figures.swatch(name),
            "text": text,
            "name": name,
        }
        for name, text in report_texts.POLICY_TEXTS.items()
    ]
