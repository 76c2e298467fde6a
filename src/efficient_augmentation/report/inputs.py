"""What the report is made of: results of experiments, read from the files of their rules."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from efficient_augmentation.experiment import figures, files
from efficient_augmentation.files import arrays, tables
from efficient_augmentation.selection import every_image

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
      classes: names of the classes, in the order of the labels.
      end_to_end: columns of end_to_end.csv, or None where no network was trained end to end.
      needed: columns of needed.csv, or None where nothing stands compared with random selection.
      C_sweep: columns of C_sweep.csv, or None where no other C was tried.
    """

    name: str
    parameters: dict
    baselines: dict
    curves: dict
    auc: dict
    scores: dict
    figures: dict
    selection: Selection
    classes: list
    end_to_end: dict | None = None
    needed: dict | None = None
    C_sweep: dict | None = None


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
    Raises: ValueError naming the file that is missing.
    """
    directory = Path(directory)
    located = files.located(directory, config, files.REPORT, network)
    check_files(path for _, path in located)
    # Data of a user's own say which share of them was split off.
    own = "test_share" in config["dataset"]
    names = ("x_train", "train_ids", "x_test", "test_ids") + ("test_share",) * own
    data = arrays.load(directory / "dataset.npz", *names)
    own_tables = read_tables(files.OF_EXPERIMENT, directory, config)
    pictures = read_pictures(figures.OF_EXPERIMENT, directory / "figures", config)
    trained = read_tables(files.OF_NETWORK, Path(network), config) if network else {}
    shown = read_pictures([figures.TRAINING], Path(network), config) if network else {}
    return ExperimentResult(
        directory.name,
        config,
        [read_transform(directory / name, config, data) for name in config["transforms"]],
        sweep=own_tables.get("clusters.csv"),
        sweep_figure=pictures.get(figures.SWEEP.name),
        training=trained.get("history.csv"),
        training_figure=shown.get(figures.TRAINING.name),
        origins=read_origins(located),
        audit=own_tables.get("audit_summary.csv"),
        audit_figure=pictures.get(figures.AUDIT.name),
        test_share=float(data.get("test_share", 0.0)),
    )


def read_origins(located):
    """What the files of each stage come from.

    Args:
      located: list of (File, path), as `experiment.files.located` returns it.
    Returns: dict from stage to what `provenance.of` said of each of its files.
    """
    found = {}
    for file, path in located:
        if file.stage:
            kind = arrays if path.suffix == ".npz" else tables
            found.setdefault(file.stage, []).append(kind.read_provenance(path))
    return found


def read_table1(folder):
    """Table 1 and its figure: (columns of table1.csv, bytes of table1.png)."""
    paths = folder / "table1.csv", folder / f"{figures.TABLE1.name}.png"
    check_files(paths)
    return tables.read_csv(paths[0]), paths[1].read_bytes()


def read_tables(known, directory, config):
    """What the tables and JSON files hold that the report reads, by name."""
    return {
        file.name: files.read(file, directory)
        for file in files.made(known, config, files.REPORT)
        if not file.name.endswith(".npz")
    }


def read_pictures(known, directory, config):
    """The PNG of each figure that the experiment has, by name."""
    paths = {name: directory / f"{name}.png" for name in figures.named(known, config)}
    check_files(paths.values())
    return {name: path.read_bytes() for name, path in paths.items()}


def read_transform(directory, config, data):
    """Results of one transform.

    Args:
      directory: results/{experiment}/{transform}.
      config: effective settings of the experiment.
      data: mapping with x_train, train_ids, x_test and test_ids of dataset.npz.
    Returns: TransformResult.
    """
    found = read_tables(files.OF_TRANSFORM, directory, config)
    return TransformResult(
        name=directory.name,
        parameters=config["transforms"][directory.name],
        baselines=found["baselines.json"],
        curves=found["curves.csv"],
        auc=found["auc.csv"],
        scores=found["scores.csv"],
        figures=read_pictures(figures.OF_TRANSFORM, directory / "figures", config),
        selection=with_images(found["selection.json"], found["selection.csv"], data),
        classes=class_names(config),
        end_to_end=found.get("end_to_end.csv"),
        needed=found.get("needed.csv"),
        C_sweep=found.get("C_sweep.csv"),
    )


def with_images(answer, table, data):
    """The points chosen, with their images where they have any."""
    images = None
    if data["x_train"].ndim == 4:
        chosen = every_image.places(table, data["train_ids"], data["test_ids"])
        images = every_image.pixels(data, chosen[:THUMBNAILS])
    return Selection(answer, table, images)


def check_files(paths):
    """Raise ValueError naming the first file that is missing."""
    for path in paths:
        if not path.is_file():
            raise ValueError(f"report: {path} is missing; make it with `snakemake {path}`")


def class_names(config):
    """Names of the classes as configured, in the order of the labels."""
    return [str(c) for c in config["dataset"]["classes"]]
