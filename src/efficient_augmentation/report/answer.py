"""The report's first section: which points to augment, how many, and how accurate that is."""

import base64
import io
import statistics

import numpy as np
from PIL import Image

from efficient_augmentation.analysis import answer, sentences
from efficient_augmentation.report import inputs
from efficient_augmentation.report import runs as report_views

SIDE = 96
"""Pixels to which the longer side of a larger image is reduced in the report."""
FEW = 3
"""Runs up to which the chosen points of each stand in the open."""
FEW_ROWS = 20
"""Test rows below which a gain is called small."""
_COLUMNS = ("rank", "id", "label", "score", "probability")
_IDS = {
    "folder": "the paths of the images below {train}",
    "npz": "positions in x_train of {file}, from 0",
    "features": "positions among the originals in x_train of {file}, from 0",
    "digits": "positions in scikit-learn's load_digits(), from 0",
}


def view(material):
    """What every run comes to; see `report.Section`."""
    runs = [view_run(*run) for run in material.runs()]
    warnings = [text for _, t in material.runs() for text in t.baselines.get("warnings", [])]
    return {
        "warnings": list(dict.fromkeys(warnings)),
        "runs": runs,
        "open": len(runs) <= FEW,
        "splits": splits(material.experiments),
        "ids": meanings(material.experiments),
        "example": runs[0]["file"],
    }


def view_run(experiment, transform):
    """What one run comes to, its first points with their images, and where all of them stand."""
    found, table = transform.selection.answer, transform.selection.table
    digits = sentences.accuracy_digits(found["floor"], found["ceiling"])
    levels = {
        key: "" if found[key] is None else sentences.percent(found[key], digits)
        for key in ("accuracy", "uniform", "floor", "ceiling")
    }
    folder = f"{experiment.name}/{transform.name}"
    chosen = found["verdict"] in answer.FOUND
    return {
        "name": f"{experiment.name}, {transform.name}",
        "anchor": report_views.anchor(experiment, transform),
        "verdict": found["verdict"],
        "sentence": explanation(found) if chosen else found["answer"],
        "caution": caution(transform.baselines) if chosen else None,
        "points": found["points"] if chosen else "",
        "n_train": found["n_train"],
        "share": found["points"] / found["n_train"],
        "percent": sentences.percent(found["points"] / found["n_train"]) if chosen else "",
        "interval": points_interval(found),
        "gain": 100 * (found["ceiling"] - found["floor"]),
        **levels,
        "file": f"{folder}/selection.csv",
        "images": f"{folder}/selected" if experiment.config["selection"]["images"] else None,
        "first": first_points(table, transform.selection.images) if chosen else [],
    }


def explanation(found):
    """What the numbers of a run do not say by themselves."""
    start = f"The points are {answer.chosen(found['score'], found['policy'])}"
    if found["share_of_gain"] is None:
        return f"{start}."
    share = sentences.percent(found["share_of_gain"])
    text = f"{start} and give {share} of the gain from augmenting all of them."
    if found["gain"] is not None and found["low"] is None:
        text += " Their number is known from one round only."
    return " ".join([text, *answer.beside_random(found)])


def caution(baselines):
    """A sentence where the whole gain rests on few test rows, else None."""
    n = baselines["n_test_rows"]
    rows = round((baselines["ceiling"] - baselines["floor"]) * n)
    if not 0 < rows < FEW_ROWS:
        return None
    what = "one row" if rows == 1 else f"{rows} rows"
    return f"The whole gain is {what} of the {n} in the test set: that may well be chance."


def points_interval(found):
    """The interval of the number of points for a table: "43 to 80"."""
    if found["low"] is None:
        return ""
    return f"{found['low']} to {'?' if found['high'] is None else found['high']}"


def first_points(table, images, most=inputs.THUMBNAILS):
    """The first points chosen, best first: what selection.csv says, and a thumbnail or None."""
    m = min(most, int(np.sum(table["selected"])))
    thumbnails = [None] * m if images is None else [thumbnail(image) for image in images[:m]]
    rows = zip(*(table[name][:m].tolist() for name in _COLUMNS), thumbnails, strict=True)
    return [
        {
            "rank": rank,
            "id": name,
            "label": label,
            "score": f"{score:.3g}",
            "probability": f"{probability:.2g}",
            "source": source,
            "alt": f"{rank}: {name}, class {label}",
        }
        for rank, name, label, score, probability, source in rows
    ]


def thumbnail(image):
    """An image (h, w, 1 or 3), uint8 or within [0, 1], as the text of a PNG for an img element."""
    if image.dtype != np.uint8:
        image = np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    picture.thumbnail((SIDE, SIDE))
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def splits(experiments):
    """A sentence for every experiment whose data brought no test set."""
    return [
        f"{e.name} brought no test set: a stratified split of {sentences.percent(e.test_share)} of "
        "its points was held out for one."
        for e in experiments
        if e.test_share
    ]


def meanings(experiments):
    """What the ids of every experiment are, as (name, text)."""
    published = "positions in the publisher's training file, from 0"
    return [
        (e.name, _IDS.get(e.config["dataset"]["kind"], published).format(**e.config["dataset"]))
        for e in experiments
    ]


def lede(material):
    """The answer of all runs in a sentence or two."""
    found = [(e, t, t.selection.answer) for e, t in material.runs()]
    if len(found) == 1:
        return found[0][2]["answer"]
    useful = [run for run in found if run[2]["verdict"] in answer.FOUND]
    if not useful:
        return "In none of these runs are points known that are worth augmenting."
    gains = {run[2]["gain"] for run in useful}
    opening, aim = "To augment,", "for the gain that was asked for, or as given"
    if len(gains) == 1 and None not in gains:
        opening, aim = "Enough", f"for {sentences.percent(*gains)} of what augmenting all gains"
    if len(found) <= FEW:
        parts = [
            f"{best['points']} of {best['n_train']} points on {e.name}, {t.name}"
            for e, t, best in useful
        ]
        none = " Elsewhere, none are known to be worth it." if len(useful) < len(found) else ""
        return f"{opening} {aim}: {'; '.join(parts)}.{none}"
    shares = [run[2]["points"] / run[2]["n_train"] for run in useful]
    experiment, transform, best = max(useful, key=lambda run: run[2]["ceiling"] - run[2]["floor"])
    most = report_views.levels(transform.baselines)["gain"]
    return (
        f"In {len(useful)} of {len(found)} runs, a median of "
        f"{sentences.percent(statistics.median(shares))} of the training points is enough {aim}. "
        f"Most is gained on {experiment.name}, {transform.name} ({most}), with {best['points']} of "
        f"{best['n_train']} points."
    )
