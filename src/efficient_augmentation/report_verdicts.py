"""The report's verdicts: which policies need fewer points than uniform choice, beyond chance."""

import math

from efficient_augmentation import report_views, sentences


def view(material):
    """A table for every run with policies beside uniform choice; see `report.Section`."""
    runs = [(e, t) for e, t in material.runs() if t.needed is not None]
    if not runs:
        return None
    return {
        "share": sentences.percent(report_views.SHARE),
        "runs": [view_run(e, t) for e, t in runs],
    }


def view_run(experiment, transform):
    """What the template shows of one transform of an experiment."""
    columns = transform.needed
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*(values.tolist() for values in columns.values()), strict=True)
    ]
    rows = [row for row in rows if math.isclose(row["share"], report_views.SHARE)]
    labelled = {sentences.series_label(row["score"], row["policy"]): row for row in rows}
    return {
        "name": f"{experiment.name}, {transform.name}",
        "sentence": describe(list(labelled.values())),
        "rows": [
            {
                "label": label,
                "points": spread(row["points"], row["low"], row["high"]),
                "saved": spread(row["saved"], row["saved_low"], row["saved_high"]),
                "verdict": row["verdict"],
                "rounds": row["rounds"],
            }
            for label, row in labelled.items()
        ],
    }


def describe(rows):
    """How many policies are better and worse than uniform choice, in a sentence."""
    verdicts = [row["verdict"] for row in rows if row["policy"] != "baseline"]
    better, worse = verdicts.count("better"), verdicts.count("worse")
    policies = "policy" if len(verdicts) == 1 else "policies"
    needs = "needs" if better == 1 else "need"
    return (
        f"Of {len(verdicts)} {policies}, {better} {needs} fewer points than uniform choice, "
        f"{worse} more, and chance is not ruled out for {len(verdicts) - better - worse}."
    )


def spread(value, low, high):
    """A number of points with its interval, as "31 (20 to 45)"; the number alone where none is."""
    if math.isnan(low):
        return points(value)
    return f"{points(value)} ({points(low)} to {points(high)})"


def points(value):
    """A number of points as text; infinite where a share is reached nowhere, or by one alone."""
    if math.isinf(value):
        return "unbounded" if value > 0 else "uniform choice alone gets there"
    return str(round(value))
