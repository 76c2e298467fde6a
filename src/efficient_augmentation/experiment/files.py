"""The files of an experiment except its figures: which there are, and who reads them.

A new file is one entry of `OF_EXPERIMENT`, `OF_NETWORK` or `OF_TRANSFORM`. Rules, checks and report
use these tables.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from efficient_augmentation.files import tables
from efficient_augmentation.names import policies

FINAL, CHECKS, REPORT = "final", "checks", "report"
"""Uses of a file: it is a final result; the checks read it; the report reads it."""


def _always(settings):
    return True


def _compared(settings):
    return policies.compared(settings["policies"])


def _swept(settings):
    return bool(settings["sweep"])


def _audited(settings):
    return settings["audit"]


def _trained_end_to_end(settings):
    return bool(settings["end_to_end"]["shares"])


def _swept_over_C(settings):
    return bool(settings["C_sweep"]["values"])


def _refitted(settings):
    return settings["selection"]["refit"]


def _with_images(settings):
    return settings["selection"]["images"]


class File(NamedTuple):
    """A file, or a folder of images, that a stage writes.

    Attributes:
      name: its name within the folder.
      uses: some of `FINAL`, `CHECKS` and `REPORT`.
      made: function of the effective settings that says whether the experiment has the file.
      stage: name of the stage in the report's table of provenance; None if the file is not listed
        there.
      texts: columns that are always text.
    """

    name: str
    uses: tuple[str, ...]
    made: Callable[[dict], bool] = _always
    stage: str | None = None
    texts: tuple[str, ...] = ()


# Ids and names of classes may be file names such as 001, so they are read as text.
_TEXTS = ("id", "label")
AUDIT = (
    File("audit.csv", (FINAL, CHECKS), _audited, texts=_TEXTS),
    File("audit_summary.csv", (FINAL, REPORT), _audited),
)
"""Files of the truth check, which is also a target of its own."""
OF_EXPERIMENT = (
    File("dataset.npz", (CHECKS, REPORT), stage="data set"),
    File("clusters.csv", (FINAL, CHECKS, REPORT), _swept),
    *AUDIT,
    File("selection_all.csv", (FINAL, CHECKS), texts=_TEXTS),
)
"""Files in results/{experiment}."""
OF_NETWORK = (
    File("weights.npz", (REPORT,), stage="network"),
    File("history.csv", (REPORT,)),
)
"""Files in the folder of a network that is trained for experiments."""
OF_TRANSFORM = (
    File("features.npz", (CHECKS, REPORT), stage="features"),
    File("scores.csv", (FINAL, CHECKS, REPORT), stage="scores", texts=_TEXTS),
    File("baselines.json", (FINAL, CHECKS, REPORT)),
    File("curves.csv", (FINAL, CHECKS, REPORT), stage="curves"),
    File("auc.csv", (FINAL, CHECKS, REPORT)),
    File("auc.tex", (FINAL,)),
    File("refit.csv", (FINAL, CHECKS), _refitted, texts=_TEXTS),
    File("selection.csv", (FINAL, CHECKS, REPORT), stage="selection", texts=_TEXTS),
    File("selection.json", (FINAL, CHECKS, REPORT)),
    File("selected.npy", (FINAL, CHECKS)),
    File("comparison.csv", (FINAL, CHECKS), _compared),
    File("needed.csv", (FINAL, CHECKS, REPORT), _compared),
    File("selected", (FINAL,), _with_images),
    File("end_to_end.csv", (FINAL, CHECKS, REPORT), _trained_end_to_end),
    File("C_sweep.csv", (FINAL, CHECKS, REPORT), _swept_over_C),
)
"""Files in results/{experiment}/{transform}."""


def made(files, settings, use):
    """Files that an experiment has for a use.

    Args:
      files: one of the tables above.
      settings: the experiment's effective settings.
      use: `FINAL`, `CHECKS` or `REPORT`.
    Returns: list of File, in the order of the table.
    """
    return [file for file in files if use in file.uses and file.made(settings)]


def located(folder, settings, use, network=None):
    """All files of an experiment for a use, with their paths.

    Args:
      folder: results/{experiment}.
      settings: the experiment's effective settings.
      use: `FINAL`, `CHECKS` or `REPORT`.
      network: folder of the network that the experiment trains, None if it trains none.
    Returns: list of (File, Path): the experiment's own, the network's, those of each transform.
    """
    places: list[tuple[Path, tuple[File, ...]]] = [(Path(folder), OF_EXPERIMENT)]
    places += [(Path(network), OF_NETWORK)] if network else []
    places += [(Path(folder, transform), OF_TRANSFORM) for transform in settings["transforms"]]
    return [
        (file, place / file.name) for place, files in places for file in made(files, settings, use)
    ]


def read(file, folder):
    """Read a table, a JSON file or a single array.

    Args:
      file: File whose name ends in .csv, .json or .npy.
      folder: its folder.
    Returns: for a table, a dict from column to array (rows,); for JSON, its content; else the
      array.
    Raises: ValueError as `tables.read_csv`; OSError if it cannot be read.
    """
    path = Path(folder, file.name)
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    return tables.read_csv(path, file.texts)
