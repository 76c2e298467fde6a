"""The report's networks trained end to end: does the answer of frozen features carry over?"""

import math

from efficient_augmentation.analysis import carry_over, wording
from efficient_augmentation.experiment import figures
from efficient_augmentation.figures import end_to_end
from efficient_augmentation.report import parts, pictures

NOTE = (
    "Points are chosen by scores on frozen features, as everywhere in this report. Here the "
    "network itself is then trained from scratch on all originals and on the copies of the chosen "
    "points. Cost: images in an epoch, as a share of those of augmenting every point; all "
    "trainings have the same number of epochs. Differences are percentage points of accuracy, "
    "rounds paired, with 95 % Student t intervals, not corrected for many comparisons."
)
HEAD = [
    *("Policy", "Points", "Cost", "Network"),
    *("Share of the gain: network", "frozen features"),
    *("Ahead of random: network", "frozen features"),
    "Network, minus augmenting all",
]


def view(material):
    """A table and a figure for each run that trained networks; see `report.Section`."""
    found = [(e, t) for e, t in material.runs() if t.end_to_end is not None]
    return {"note": NOTE, "parts": [view_run(e, t) for e, t in found]} if found else None


def view_run(experiment, transform):
    """What the page shows of one transform of an experiment."""
    name = f"{experiment.name}, {transform.name}"
    figure, png = figures.END_TO_END, transform.figures[figures.END_TO_END.name]
    series = end_to_end.listed(carry_over.summarize(transform.end_to_end))
    return parts.Part(
        name,
        HEAD,
        [view_row(row) for rows in series.values() for row in rows],
        describe(transform.end_to_end, experiment.config["end_to_end"]["network"]),
        [pictures.view(figure, png, transform, f"{figure.alt}, {name}")],
    )


def describe(columns, network):
    """What was trained, and what augmenting everything gains."""
    rounds = len(carry_over.levels(columns, "network")[0])
    trained, frozen = (
        " to ".join(wording.percent(v.mean(), 2) for v in carry_over.levels(columns, measure))
        for measure in carry_over.MEASURES
    )
    return (
        f"{network['kind']}, {network['epochs']} epochs, {rounds} "
        f"{'round' if rounds == 1 else 'rounds'}. From augmenting nothing to augmenting "
        f"everything: network {trained}, frozen features {frozen}."
    )


def view_row(row):
    """One policy at one share, as text."""
    gains = (row[f"{measure}_gain"] for measure in carry_over.MEASURES)
    differences = (*(f"{measure}_ahead" for measure in carry_over.MEASURES), "network_behind")
    return [
        wording.series(row["score"], row["policy"]),
        wording.percent(row["share"]),
        wording.percent(row["cost"]),
        wording.percent(row["network_mean"], 2),
        *("-" if math.isnan(gain) else wording.percent(gain) for gain in gains),
        *(points(*(row[name + end] for end in ("", "_low", "_high"))) for name in differences),
    ]


def points(value, low, high):
    """A difference of accuracies with its interval, in percentage points."""
    if math.isnan(value):
        return "-"
    text = f"{100 * value:+.2f}"
    return text if math.isnan(low) else f"{text} ({100 * low:+.2f} to {100 * high:+.2f})"
