"""Checks of lists of images: the scores by which they are chosen, and the chosen ones."""

import numpy as np

from efficient_augmentation.checks import messages, points
from efficient_augmentation.selection import every_image, order

COLUMNS = {
    "refit.csv": ("id", "split", "label"),
    "selection.csv": order.COLUMNS,
    "selection.json": ("verdict", "points", "n_train", "candidates", "configured"),
    "selection_all.csv": ("id", "split", "label", "row", "transforms"),
}
"""Columns and keys that the files must have."""


def refit(files, data, settings):
    """What is wrong with refit.csv; nothing if the experiment has none."""
    if "refit.csv" not in files:
        return []
    file, columns, images = "refit.csv", files["refit.csv"], every_image.of(data)
    if found := messages.size(f"{file}: rows", len(columns["id"]), len(images.ids), "dataset.npz"):
        return found
    found = messages.lines(
        file, "id", columns["id"], columns["id"] == images.ids, "that of dataset.npz"
    )
    split = columns["split"]
    found += messages.lines(file, "split", split, split == images.split, "that of dataset.npz")
    names = points.class_names(settings)[images.y]
    label = columns["label"]
    found += messages.lines(file, "label", label, label == names, "the class of y in dataset.npz")
    for name in [name for name in columns if name not in COLUMNS[file]]:
        found += messages.lines(file, name, columns[name], np.isfinite(columns[name]), "finite")
    return found


def selection(files, data, settings):
    """What is wrong with the list: every image once, those that can be chosen first, as drawn."""
    file, columns, answer = "selection.csv", files["selection.csv"], files["selection.json"]
    images, n = every_image.of(data), answer["candidates"]
    wanted = len(images.ids) if "refit.csv" in files else len(data["train_ids"])
    found = messages.size("selection.json: candidates", n, wanted, "dataset.npz")
    found += messages.size(f"{file}: rows", len(columns["rank"]), len(images.ids), "dataset.npz")
    if found:
        return found
    place = {key: i for i, key in enumerate(zip(images.split, images.ids, strict=True))}
    keys = list(zip(columns["split"], columns["id"].astype(str), strict=True))
    places = np.array([place.pop(key, -1) for key in keys])
    ids, candidate = columns["id"], np.arange(len(places)) < n
    if found := messages.lines(file, "id", ids, places >= 0, "an image of dataset.npz, each once"):
        return found
    good = (places < n) == candidate
    found += messages.lines(
        file, "split", columns["split"], good, f"of a candidate in {n} rows, then not"
    )
    for name, known in (("label", points.class_names(settings)[images.y]), ("row", images.rows)):
        good = columns[name].astype(str) == known[places].astype(str)
        found += messages.lines(file, name, columns[name], good, "that of dataset.npz")
    return found + _ranked(file, columns, answer["points"], n) + _row_numbers(files)


def _ranked(file, columns, points, n):
    """What is wrong with ranks, scores, probabilities and marks; n rows have some."""
    line = np.arange(len(columns["rank"])) + 1
    candidate, found = line <= n, []
    rank = np.where(candidate, columns["rank"] == line, np.isnan(columns["rank"]))
    found += messages.lines(
        file, "rank", columns["rank"], rank, "the line's place, nan of no candidate"
    )
    places, size = columns["score_rank"][:n], np.abs(columns["score"][:n])
    ascending = np.sort(size)
    # Of equal scores any may come first.
    first = n - np.searchsorted(ascending, size, side="right") + 1
    last = n - np.searchsorted(ascending, size, side="left")
    once = np.isin(np.arange(n), np.unique(places, return_index=True)[1])
    good = once & (places >= first) & (places <= last)
    found += messages.lines(file, "score_rank", places, good, "the place by |score|, each once")
    for name in ("score", "score_rank"):
        good = np.isfinite(columns[name]) == candidate
        found += messages.lines(
            file, name, columns[name], good, "finite of candidates, nan of others"
        )
    chosen = columns["selected"] == (line <= points)
    first = f"1 in the first {points} rows as in selection.json, else 0"
    found += messages.lines(file, "selected", columns["selected"], chosen, first)
    probability = columns["probability"]
    good = np.where(candidate, probability >= 0, probability == 0)
    found += messages.lines(file, "probability", probability, good, ">= 0, and 0 of no candidate")
    if abs(probability.sum() - 1) > messages.ROUNDING:
        found.append(f"{file}: probabilities add up to {probability.sum()}, expected 1")
    return found


def _row_numbers(files):
    columns, rows = files["selection.csv"], files["selected.npy"]
    known = columns["row"][columns["selected"] == 1]
    if rows.dtype == np.int64 and np.array_equal(rows, known):
        return []
    return ["selected.npy: not the rows that selection.csv selects, in its order, as int64"]


def joined(columns, lists):
    """What is wrong with selection_all.csv.

    Args:
      columns: of the file.
      lists: mapping from each transform's name to the columns of its selection.csv.
    Returns: list of str.
    """
    file, count = "selection_all.csv", np.zeros(len(columns["id"]), np.int64)
    if found := messages.columns(file, columns, COLUMNS[file]):
        return found
    keys = list(zip(columns["split"].tolist(), columns["id"].tolist(), strict=True))
    found = []
    for name, table in lists.items():
        if f"selected_{name}" not in columns:
            return [f"{file}: selected_{name} is missing, expected by the config's transforms"]
        listed = zip(table["split"].tolist(), table["id"].tolist(), strict=True)
        known = dict(zip(listed, table["selected"].tolist(), strict=True))
        good = np.array([known.get(key) for key in keys]) == columns[f"selected_{name}"]
        place = f"as in selection.csv of {name}"
        found += messages.lines(file, f"selected_{name}", columns[f"selected_{name}"], good, place)
        count += columns[f"selected_{name}"]
    if len(set(keys)) < len(keys):
        found.append(f"{file}: an image stands there twice, expected each once")
    total = columns["transforms"]
    return found + messages.lines(
        file, "transforms", total, total == count, "how many chose the image"
    )
