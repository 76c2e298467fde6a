"""The report's comparison of policies: points that each run needs for most of the gain."""

import math

from efficient_augmentation.analysis import sentences, summary, wording
from efficient_augmentation.report import runs


def view(material):
    """A line for every run; see `report.Section`."""
    return {
        "lines": [line(*run) for run in material.runs()],
        "share": wording.percent(runs.SHARE),
    }


def line(experiment, transform):
    """One line of the table: floor, ceiling, and the points that three choices need.

    The best policy is the one that needs the fewest points, over all scores; it is picked after
    seeing the results, so its number is too optimistic.
    """
    baselines = transform.baselines
    needed = summary.points_needed(transform.curves, baselines, runs.SHARE)
    needed.sort(key=lambda row: math.inf if math.isnan(row["points"]) else row["points"])
    scored = [row for row in needed if row["policy"] != "baseline"]
    best = scored[0] if scored else None
    score = best["score"] if best else None
    uniform = [row for row in needed if row["policy"] == "baseline"]
    uniform.sort(key=lambda row: row["score"] != score)
    leading = "influence", sentences.LEADING["random"]
    paper = [row for row in scored if (row["score"], row["policy"]) == leading]
    return {
        "experiment": experiment.name,
        "transform": transform.name,
        "anchor": runs.anchor(experiment, transform),
        "n_train": baselines["n_train"],
        **runs.levels(baselines),
        "nothing": sentences.nothing_to_gain(baselines),
        "best": runs.view_points(best, transform),
        "paper": runs.view_points(paper[0] if paper else None, transform),
        "uniform": runs.view_points(uniform[0] if uniform else None, transform),
    }
