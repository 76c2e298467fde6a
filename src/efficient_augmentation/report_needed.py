"""The report's comparison of policies: points that each run needs for most of the gain."""

import math
import statistics

from efficient_augmentation import report_figures, report_views, sentences, summary


def view(material):
    """A line for every run; see `report.Section`."""
    return {
        "lines": [line(*run) for run in material.runs()],
        "share": sentences.percent(report_views.SHARE),
    }


def line(experiment, transform):
    """One line of the table: floor, ceiling, and the points that three choices need.

    The best policy is the one that needs the fewest points, over all scores; it is picked
    after seeing the results, which flatters it.
    """
    baselines = transform.baselines
    needed = summary.points_needed(transform.curves, baselines, report_views.SHARE)
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
        "anchor": report_views.anchor(experiment, transform),
        "n_train": baselines["n_train"],
        **report_views.levels(baselines),
        "nothing": sentences.nothing_to_gain(baselines),
        "best": report_views.view_points(best, transform),
        "paper": report_views.view_points(paper[0] if paper else None, transform),
        "uniform": report_views.view_points(uniform[0] if uniform else None, transform),
    }


def lede(material):
    """The answer in one sentence or two, computed from the lines of the table."""
    answers = [line(*run) for run in material.runs()]
    useful = [a for a in answers if not a["nothing"] and a["best"] and a["uniform"]]
    share = sentences.percent(report_views.SHARE)
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
