"""The report's first section: which points to augment, how many, and how accurate that is."""

import base64
import io
import statistics

import numpy as np
from PIL import Image

from efficient_augmentation.analysis import answer_words, wording
from efficient_augmentation.analysis.series import REFERENCE
from efficient_augmentation.report import answer_curve, inputs
from efficient_augmentation.report import runs as report_views

SIDE = 96
"""Pixels to which the longer side of a larger image is reduced in the report."""
FEW = 3
"""Runs up to which the chosen points of each stand in the open."""
_COLUMNS = ("rank", "id", "label", "score", "probability")
_IDS = {
    "folder": "the paths of the images below {train}",
    "npz": "ids of {file}, or else positions in x_train, from 0",
    "features": "ids of {file}, or else positions among the originals in x_train, from 0",
    "digits": "positions in scikit-learn's load_digits(), from 0",
}


def view(material):
    """The answer of every run; see `report.Section`."""
    runs = [view_run(*run) for run in material.runs()]
    warnings = [text for _, t in material.runs() for text in t.baselines.get("warnings", [])]
    return {
        "warnings": list(dict.fromkeys(warnings)),
        "runs": runs,
        "open": len(runs) <= FEW,
        "splits": splits(material.experiments),
        "test_images": test_images(material.experiments),
        "ids": meanings(material.experiments),
        "example": runs[0]["file"],
    }


def view_run(experiment, transform):
    """The answer of one run, its first points with their images, and the file with all points."""
    found, table = transform.selection.answer, transform.selection.table
    baselines = transform.baselines
    digits = wording.accuracy_digits(found["floor"], found["ceiling"])
    levels = {
        key: "" if found[key] is None else wording.percent(found[key], digits)
        for key in ("accuracy", "uniform", "floor", "ceiling")
    }
    folder = f"{experiment.name}/{transform.name}"
    chosen = found["points"] > 0
    return {
        "name": f"{experiment.name}, {transform.name}",
        "anchor": report_views.anchor(experiment, transform),
        "verdict": found["verdict"],
        "sentence": found["answer"],
        # Warnings about the data and the fit stand once, above the runs.
        "warnings": [t for t in found["warnings"] if t not in baselines.get("warnings", [])],
        "points": found["points"] if chosen else "",
        "candidates": found["candidates"],
        "refitted": found["candidates"] != found["n_train"],
        "share": found["points"] / found["candidates"],
        "percent": wording.percent(found["points"] / found["candidates"]) if chosen else "",
        "interval": points_interval(found),
        "random": found["policy"] == REFERENCE,
        "gain": 100 * (found["ceiling"] - found["floor"]),
        **levels,
        "curve": answer_curve.view(found, transform.curves),
        "by_class": by_class(found),
        "file": f"{folder}/selection.csv",
        "images": f"{folder}/selected" if experiment.config["selection"]["images"] else None,
        "first": first_points(table, transform.selection.images) if chosen else [],
    }


def by_class(found):
    """Counts and accuracies of every class, and the balanced accuracy, as rows of a table."""
    keys = ("floor", "accuracy", "ceiling")
    rows = [
        [row["class"], row["train"], row["test"], *(_percent(row.get(key)) for key in keys)]
        for row in found["by_class"]
    ]
    total = [sum(row[name] for row in found["by_class"]) for name in ("train", "test")]
    balanced = (_percent(found[f"balanced_{key}"]) for key in keys)
    return [*rows, ["all, each class counted alike", *total, *balanced]]


def _percent(share):
    return "" if share is None else wording.percent(share, 1)


def points_interval(found):
    """The interval of the number of points for a table: "43 to 80".

    It is one of training points: "43 to 80 of 90" where the list is drawn from more.
    """
    if found["low"] is None:
        return ""
    text = f"{found['low']} to {'?' if found['high'] is None else found['high']}"
    refitted = found["candidates"] != found["n_train"]
    return f"{text} of {found['n_train']}" if refitted else text


def first_points(table, images, most=inputs.THUMBNAILS):
    """The first points chosen, best first: what selection.csv says, and a thumbnail or None."""
    m = min(most, int(np.sum(table["selected"])))
    thumbnails = [None] * m if images is None else [thumbnail(image) for image in images[:m]]
    rows = zip(*(table[name][:m].tolist() for name in _COLUMNS), thumbnails, strict=True)
    return [
        {
            "rank": int(rank),
            "id": name,
            "label": label,
            "score": f"{score:.3g}",
            "probability": f"{probability:.2g}",
            "source": source,
            "alt": f"{int(rank)}: {name}, class {label}",
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
        f"{e.name} brought no test set: a stratified split of {wording.percent(e.test_share)} of "
        "its points was held out for one."
        for e in experiments
        if e.test_share
    ]


def test_images(experiments):
    """What to do with the test images of every experiment, as (name, text)."""
    return [(e.name, e.transforms[0].selection.answer["test_images"]) for e in experiments]


def meanings(experiments):
    """What the ids of every experiment are, as (name, text)."""
    published = "positions in the publisher's training file, from 0"
    return [
        (e.name, _IDS.get(e.config["dataset"]["kind"], published).format(**e.config["dataset"]))
        for e in experiments
    ]


def short(found):
    """What to do, and whether it is better than random selection."""
    if not found["points"]:
        return found["answer"]
    return " ".join([f"{answer_words.instruction(found)}.", *answer_words.compared(found)])


def run_words(found):
    """What to do in a few words: "augment 24 of 200 points, chosen by ..."."""
    if not found["points"]:
        return "augment none, no gain is shown"
    text = answer_words.instruction(found)
    return text[0].lower() + text[1:]


def lede(material):
    """The answer of all runs in a sentence or two."""
    found = [(e, t, t.selection.answer) for e, t in material.runs()]
    if len(found) == 1:
        return short(found[0][2])
    useful = [run for run in found if run[2]["points"]]
    if not useful:
        return "In none of these runs are points known that are worth augmenting."
    if len(found) <= FEW:
        return f"{'. '.join(f'{e.name}, {t.name}: {run_words(best)}' for e, t, best in found)}."
    answers = [best for _, _, best in useful]
    experiment, transform, best = max(useful, key=lambda run: run[2]["ceiling"] - run[2]["floor"])
    most = report_views.levels(transform.baselines)["gain"]
    sentences = [
        *_enough([best for best in answers if best["gain"] is not None], len(found)),
        _in_runs(sum(best["gain"] is None for best in answers), "the number of points was given"),
        _in_runs(
            sum(best["policy"] == REFERENCE for best in answers), "the points are drawn at random"
        ),
        f"Most is gained on {experiment.name}, {transform.name} ({most}), with "
        f"{best['points']} of {best['candidates']} points.",
    ]
    return " ".join(filter(None, sentences))


def _enough(answers, n_runs):
    """How many points are enough, in the runs that measured it."""
    if answers:
        gains = {best["gain"] for best in answers}
        aim = wording.percent(*gains) if len(gains) == 1 else "the share that was asked for"
        median = statistics.median(best["points"] / best["candidates"] for best in answers)
        yield (
            f"In {len(answers)} of {n_runs} runs, a median of {wording.percent(median)} of the "
            f"training points is enough for {aim} of what augmenting all gains."
        )


def _in_runs(n, what):
    return f"In {n} {'run' if n == 1 else 'runs'} {what}." if n else ""
