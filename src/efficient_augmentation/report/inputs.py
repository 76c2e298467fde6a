"""What the report is made of: results of experiments, read from the files of their rules."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from efficient_augmentation.files import arrays, tables
from efficient_augmentation.names import policies
from efficient_augmentation.selection import order

THUMBNAILS = 24
"""Chosen points whose images the report holds, for each transform."""


class Selection(NamedTuple):
    """The points chosen for one transform.

    Attributes:
      answer: mapping of selection.json.
      table: columns of selection.csv, ids and labels as text.
      images: (m, h, w, c) the images of the first `THUMBNAILS` points chosen, or None where the
        points have none.
    """

    answer: dict
    table: dict
    images: np.ndarray | None = None


class TransformResult(NamedTuple):
    """What was found for one transform.

    Attributes:
      name: of the transform.
      parameters: of the transform, as configured.
      baselines: mapping of baselines.json.
      curves: columns of curves.csv.
      auc: columns of auc.csv.
      scores: columns of scores.csv.
      figures: name of each figure to the bytes of its PNG.
      selection: Selection.
      end_to_end: columns of end_to_end.csv, or None where no network was trained end to end.
      needed: columns of needed.csv, or None where nothing stands beside uniform choice.
    """

    name: str
    parameters: dict
    baselines: dict
    curves: dict
    auc: dict
    scores: dict
    figures: dict
    selection: Selection
    end_to_end: dict | None = None
    needed: dict | None = None


class ExperimentResult(NamedTuple):
    """What was found in one experiment.

    Attributes:
      name: of the experiment.
      config: its effective settings.
      transforms: list of TransformResult in the order of the settings.
      sweep: columns of clusters.csv, or None where no sweep is configured.
      sweep_figure: bytes of its PNG, or None.
      training: columns of the network's history.csv, or None where the experiment trains none.
      training_figure: bytes of the PNG beside it, or None.
      origins: stage -> list of what its files come from, as `provenance.of` says it, or None.
      audit: columns of audit_summary.csv, or None where no truth check is configured.
      audit_figure: bytes of its PNG, or None.
      test_share: share of the points that was split off for a test set, 0 where the data had one.
    """

    name: str
    config: dict
    transforms: list
    sweep: dict | None = None
    sweep_figure: bytes | None = None
    training: dict | None = None
    training_figure: bytes | None = None
    origins: dict | None = None
    audit: dict | None = None
    audit_figure: bytes | None = None
    test_share: float = 0.0


class Material(NamedTuple):
    """What every section of the report is made from.

    Attributes:
      experiments: list of ExperimentResult, at least one.
      made_by: what the report itself comes from, as `provenance.of` returns it, or None.
      table1: columns of table1.csv, or None where the paper is not the subject.
      table1_figure: bytes of its PNG, or None.
    """

    experiments: list
    made_by: dict | None = None
    table1: dict | None = None
    table1_figure: bytes | None = None

    def runs(self):
        """Every (ExperimentResult, TransformResult)."""
        return [(e, t) for e in self.experiments for t in e.transforms]


def read_experiment(directory, config, network=None):
    """Results of one experiment, from the files that its rules wrote.

    Args:
      directory: results/{experiment}.
      config: effective settings of the experiment.
      network: folder of the network that the experiment trains, None if it trains none.
    Returns: ExperimentResult.
    Raises: ValueError naming the file or folder that is missing.
    """
    directory = Path(directory)
    check_files([directory / "dataset.npz"])
    # Data of a user's own say which share of them was split off.
    own = "test_share" in config["dataset"]
    names = ("x_train", "train_ids") + ("test_share",) * own
    data = arrays.load(directory / "dataset.npz", *names)
    found = [
        read_transform(
            directory / name,
            parameters,
            data,
            end_to_end=bool(config["end_to_end"]["shares"]),
            compared=policies.compared(config["policies"]),
        )
        for name, parameters in config["transforms"].items()
    ]
    sweep, training, audit = (None, None), (None, None), (None, None)
    if config["sweep"]:
        sweep = _table_and_picture(
            directory / "clusters.csv", directory / "figures" / "clusters_sweep.png"
        )
    if config["audit"]:
        audit = _table_and_picture(
            directory / "audit_summary.csv", directory / "figures" / "audit.png"
        )
    if network:
        training = _table_and_picture(Path(network, "history.csv"), Path(network, "training.png"))
    origins = read_origins(directory, list(config["transforms"]), network)
    share = float(data.get("test_share", 0.0))
    return ExperimentResult(
        directory.name, config, found, *sweep, *training, origins, *audit, share
    )


def read_origins(directory, transforms, network=None):
    """What the files of each stage come from; a network that was not trained here is no stage."""
    stages = {
        "data set": (arrays, [directory / "dataset.npz"]),
        "network": (arrays, [Path(network, "weights.npz")] if network else []),
        "features": (arrays, [directory / name / "features.npz" for name in transforms]),
        "scores": (tables, [directory / name / "scores.csv" for name in transforms]),
        "curves": (tables, [directory / name / "curves.csv" for name in transforms]),
        "selection": (tables, [directory / name / "selection.csv" for name in transforms]),
    }
    check_files(path for _, paths in stages.values() for path in paths)
    return {
        stage: [kind.read_provenance(path) for path in paths]
        for stage, (kind, paths) in stages.items()
        if paths
    }


def read_table1(folder):
    """Table 1 and its figure: (columns of table1.csv, bytes of table1.png)."""
    return _table_and_picture(folder / "table1.csv", folder / "table1.png")


def _table_and_picture(table, picture):
    check_files([table, picture])
    return tables.read_csv(table), picture.read_bytes()


def read_transform(directory, parameters, data, *, end_to_end=False, compared=False):
    """Results of one transform, from results/{experiment}/{transform}.

    Args:
      directory: the folder.
      parameters: of the transform.
      data: mapping with x_train and train_ids of dataset.npz.
      end_to_end: whether networks were trained end to end.
      compared: whether there are policies beside uniform choice.
    Returns: TransformResult.
    """
    tabled = ("curves.csv", "auc.csv", "scores.csv", "selection.csv")
    files = {name: directory / name for name in ("baselines.json", "selection.json", *tabled)}
    if end_to_end:
        files["end_to_end.csv"] = directory / "end_to_end.csv"
    if compared:
        files["needed.csv"] = directory / "needed.csv"
    check_files(files.values())
    pictures = sorted((directory / "figures").glob("*.png"))
    if not pictures:
        raise ValueError(f"report: no figure (*.png) in {directory / 'figures'}")
    return TransformResult(
        name=directory.name,
        parameters=parameters,
        baselines=json.loads(files["baselines.json"].read_text(encoding="utf-8")),
        curves=tables.read_csv(files["curves.csv"]),
        auc=tables.read_csv(files["auc.csv"]),
        scores=tables.read_csv(files["scores.csv"]),
        figures={path.stem: path.read_bytes() for path in pictures},
        selection=read_selection(files["selection.json"], files["selection.csv"], data),
        end_to_end=tables.read_csv(files["end_to_end.csv"]) if end_to_end else None,
        needed=tables.read_csv(files["needed.csv"]) if compared else None,
    )


def read_selection(answer, table, data):
    """The points chosen, with their images where they have any."""
    columns = tables.read_csv(table, texts=("id", "label"))
    images = None
    if data["x_train"].ndim == 4:
        first = order.chosen(columns, data["train_ids"])[:THUMBNAILS]
        images = data["x_train"][first]
    return Selection(json.loads(answer.read_text(encoding="utf-8")), columns, images)


def check_files(paths):
    """Raise ValueError naming the first file that is missing."""
    for path in paths:
        if not path.is_file():
            raise ValueError(f"report: {path} is missing; make it with `snakemake {path}`")


def class_names(config):
    """Names of the classes as configured, in the order of the labels."""
    return [str(c) for c in config["dataset"]["classes"]]
