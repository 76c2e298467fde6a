"""The checks of an experiment's results, on its files."""

import json
from pathlib import Path

from efficient_augmentation.analysis import checks
from efficient_augmentation.files import arrays, tables
from efficient_augmentation.names import policies

TABLES = ("scores.csv", "curves.csv", "auc.csv", "selection.csv")
COMPARED = ("comparison.csv", "needed.csv")
"""Tables of policies beside uniform choice, where both were run."""


class CheckError(ValueError):
    """Results that cannot be right; the message lists what, where, and what was expected."""


def check(folder, settings):
    """Check all results of an experiment.

    Args:
      folder: results/{experiment}.
      settings: the experiment's effective settings.
    Returns: str, what was checked, a line for each transform.
    Raises: CheckError if anything is wrong; ValueError for a file that cannot be read.
    """
    folder = Path(folder)
    data = arrays.load(folder / "dataset.npz", "y_train", "y_test", "train_ids", "test_ids")
    found = [f"{folder}/{text}" for text in checks.dataset(data, settings)]
    lines = []
    names = TABLES + COMPARED * policies.compared(settings["policies"])
    for name in settings["transforms"]:
        files = _read(folder / name, names)
        found += [f"{folder}/{name}/{text}" for text in checks.transform(data, files, settings)]
        if settings["end_to_end"]["shares"]:
            table = tables.read_csv(folder / name / "end_to_end.csv")
            wrong = checks.end_to_end(table, files["baselines.json"]["n_test_rows"], settings)
            found += [f"{folder}/{name}/{text}" for text in wrong]
        rows = ", ".join(f"{file} {_length(files[file])}" for file in names)
        lines.append(f"{name}: rows of {rows}: as they must be\n")
    if settings["sweep"]:
        table = tables.read_csv(folder / "clusters.csv")
        found += [f"{folder}/{text}" for text in checks.sweep(table, settings)]
    if settings["audit"]:
        table = tables.read_csv(folder / "audit.csv")
        found += [f"{folder}/{text}" for text in checks.truth_check(table, data)]
    if found:
        raise CheckError("\n  ".join(["results are not what they must be:", *found]))
    return "".join(lines)


def _length(columns):
    return len(next(iter(columns.values())))


def _read(folder, names):
    members = ("y_train", "source_train", "y_test", "source_test")
    sources = arrays.load(folder / "features.npz", *members)
    texts = {"selection.csv": ("id", "label")}
    columns = {name: tables.read_csv(folder / name, texts.get(name, ())) for name in names}
    levels = {
        name: json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("baselines.json", "selection.json")
    }
    return {"features.npz": sources, **levels, **columns}
