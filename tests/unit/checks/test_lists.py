"""Checks of lists of images."""

import math
import re

import numpy as np
import pytest

from checked import SETTINGS, assert_named, put, without_rows
from efficient_augmentation.analysis import chosen
from efficient_augmentation.checks import lists, transform
from efficient_augmentation.selection import every_image, joined, order
from synthetic import columns

DAMAGE = {
    "rank out of place": (
        put("selection.csv", "rank", 1, 3.0),
        r"^selection\.csv, line 3: rank is 3\.0, expected the line's place, nan of no candidate$",
    ),
    "chosen point that does not exist": (
        put("selection.csv", "id", 2, "99"),
        r"^selection\.csv, line 4: id is 99, expected an image of dataset\.npz, each once$",
    ),
    "chosen points other than the answer's": (
        put("selection.csv", "selected", 5, 1),
        r"^selection\.csv, line 7: selected is 1, expected 1 in the first 5 rows as in selection\.",
    ),
    "probability below 0": (
        put("selection.csv", "probability", 0, -0.5),
        r"^selection\.csv, line 2: probability is -0\.5, expected >= 0, and 0 of no candidate$",
    ),
    "probabilities that are none": (
        put("selection.csv", "probability", 0, 0.5),
        r"^selection\.csv: probabilities add up to 1\.4\d+, expected 1$",
    ),
    "choice of some points": (
        without_rows("selection.csv", 0),
        r"^selection\.csv: rows: 63, expected 64 as in dataset\.npz$",
    ),
    "held-out image among the candidates": (
        put("selection.csv", "split", 2, "test"),
        r"^selection\.csv, line \d+: id is \S+, expected an image of dataset\.npz, each once$",
    ),
    "class of another image": (
        lambda data, files: files["selection.csv"].update(
            label=np.roll(files["selection.csv"]["label"], 1)
        ),
        r"^selection\.csv, line \d+: label is [38], expected that of dataset\.npz$",
    ),
    "row of another image": (
        put("selection.csv", "row", 3, 6),
        r"^selection\.csv, line 5: row is 6, expected that of dataset\.npz$",
    ),
    "score without its place": (
        put("selection.csv", "score_rank", 2, 0.0),
        r"^selection\.csv, line 4: score_rank is 0\.0, expected the place by \|score\|, each once$",
    ),
    "test image with a rank": (
        put("selection.csv", "rank", 30, 31.0),
        r"^selection\.csv, line 32: rank is 31\.0, expected the line's place, nan of no candidate$",
    ),
    "test image with a score": (
        put("selection.csv", "score", 30, 1.0),
        r"^selection\.csv, line 32: score is 1\.0, expected finite of candidates, nan of others$",
    ),
    "candidates that were not scored": (
        lambda data, files: files["selection.json"].update(candidates=64),
        r"^selection\.json: candidates: 64, expected 24 as in dataset\.npz$",
    ),
    "row numbers in another order": (
        lambda data, files: files.update({"selected.npy": files["selected.npy"][::-1]}),
        r"^selected\.npy: not the rows that selection\.csv selects, in its order, as int64$",
    ),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named(made, damage, message):
    assert_named(made, damage, message)


@pytest.fixture
def refitted(made):
    """Files of a transform whose list is drawn from all images."""
    data, files = made
    images = every_image.of(data)
    scores = np.linspace(-2.0, 1.0, len(images.ids))
    answer = files["selection.json"] | {"candidates": len(scores), "points": 14}
    columns_of = {"ids": images.ids, "split": images.split, "row": images.rows}
    labels = np.array(["3", "8"])[images.y]
    rows = order.rows(scores, "baseline", 14, labels=labels, **columns_of)
    files["refit.csv"] = {"id": images.ids, "split": images.split, "label": labels, "loss": scores}
    files |= {"selection.json": answer, "selection.csv": columns(rows)}
    files["selected.npy"] = chosen.selected_rows(rows)
    return data, files


def test_a_list_of_all_images_passes(refitted):
    assert transform.transform(*refitted, SETTINGS) == []
    refitted[1].pop("refit.csv")
    (found,) = transform.transform(*refitted, SETTINGS)
    assert found == "selection.json: candidates: 64, expected 24 as in dataset.npz"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("id", "99", r"line 27: id is 99, expected that of dataset\.npz$"),
        ("split", "train", r"line 27: split is train, expected that of dataset\.npz$"),
        ("label", "5", r"line 27: label is 5, expected the class of y in dataset\.npz$"),
        ("loss", math.inf, r"line 27: loss is inf, expected finite$"),
    ],
)
def test_scores_of_all_images_that_cannot_be_right_are_named(refitted, name, value, message):
    data, files = refitted
    put("refit.csv", name, 25, value)(data, files)
    (found,) = (t for t in transform.transform(data, files, SETTINGS) if t.startswith("refit.csv"))
    assert re.match(rf"refit\.csv, {message}", found)


def test_a_table_of_all_transforms_is_that_of_their_lists(made):
    data, files = made
    chosen_of = {"crop": files["selection.csv"]}
    good = columns(joined.rows(chosen_of, every_image.of(data), ["3", "8"]))
    assert lists.joined(good, chosen_of) == []
    place = int(np.argmax(good["selected_crop"]))
    wrong = {name: column.copy() for name, column in good.items()}
    wrong["selected_crop"][place] = 0
    first, second = lists.joined(wrong, chosen_of)
    assert f"line {place + 2}: selected_crop is 0, expected as in selection.csv of crop" in first
    assert f"line {place + 2}: transforms is 1, expected how many chose" in second
    wrong = {name: np.append(column, column[:1]) for name, column in good.items()}
    assert lists.joined(wrong, chosen_of) == [
        "selection_all.csv: an image stands there twice, expected each once"
    ]
    (text,) = lists.joined(good, chosen_of | {"turn": files["selection.csv"]})
    assert text.startswith("selection_all.csv: selected_turn is missing")
