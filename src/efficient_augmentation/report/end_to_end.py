"""The report's networks trained end to end: does the answer of frozen features carry over?"""

import math

from efficient_augmentation.analysis import carry_over, sentences
from efficient_augmentation.experiment import figures
from efficient_augmentation.figures import end_to_end
from efficient_augmentation.report import pictures


def view(material):
    """A table and a figure for each run that trained networks; see `report.Section`."""
    found = [(e, t) for e, t in material.runs() if t.end_to_end is not None]
    return {"runs": [view_run(e, t) for e, t in found]} if found else None


def view_run(experiment, transform):
    """What the template shows of one transform of an experiment."""
    columns = transform.end_to_end
    rows = carry_over.summarize(columns)
    sentence = describe(rows)
    alt = f"Networks trained end to end, {experiment.name}, {transform.name}. {sentence}"
    network = experiment.config["end_to_end"]["network"]
    series = end_to_end.listed(rows)
    return {
        "name": f"{experiment.name}, {transform.name}",
        "network": f"{network['kind']}, {network['epochs']} epochs",
        "rounds": len(carry_over.levels(columns, "network")[0]),
        "levels": [
            " to ".join(sentences.percent(v.mean(), 2) for v in carry_over.levels(columns, m))
            for m in carry_over.MEASURES
        ],
        "rows": [view_row(row) for rows in series.values() for row in rows],
        "figure": pictures.picture(
            figures.END_TO_END, transform.figures[figures.END_TO_END.name], sentence, alt
        ),
    }


def view_row(row):
    """One policy at one share, as text."""
    return {
        "label": sentences.series_label(row["score"], row["policy"]),
        "share": sentences.percent(row["share"]),
        "cost": sentences.percent(row["cost"]),
        "accuracy": sentences.percent(row["network_mean"], 2),
        "gains": [
            "-" if math.isnan(row[f"{m}_gain"]) else sentences.percent(row[f"{m}_gain"])
            for m in carry_over.MEASURES
        ],
        "differences": [
            points(*(row[f"{m}_ahead{end}"] for end in ("", "_low", "_high")))
            for m in carry_over.MEASURES
        ]
        + [points(*(row[f"network_behind{end}"] for end in ("", "_low", "_high")))],
    }


def points(value, low, high):
    """A difference of accuracies with its interval, in percentage points."""
    if math.isnan(value):
        return "-"
    text = f"{100 * value:+.2f}"
    return text if math.isnan(low) else f"{text} ({100 * low:+.2f} to {100 * high:+.2f})"


def describe(rows):
    """Whether networks confirm the differences that are significant on frozen features."""
    found = carry_over.agreement(rows)
    if not found["settled"]:
        return "On frozen features no policy differs significantly from random selection here."
    return (
        f"Differences from random selection that are significant on frozen features: "
        f"{found['settled']}. The trained networks confirm {found['confirmed']}, reverse "
        f"{found['reversed']} and leave {found['open']} open."
    )
