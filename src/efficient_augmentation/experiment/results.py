"""Paths under results/ that the workflow makes for experiments.

The argument `experiments` is a mapping from name to effective settings. All paths are relative to
the working directory.
"""

from pathlib import Path

from efficient_augmentation.experiment import figures, files, inputs
from efficient_augmentation.files import tables

ROOT = Path("results")
SUFFIXES = ("png", "pdf")
"""Of the two files of a figure."""


def with_metadata(paths):
    """Files, and for each table also the file that holds its provenance.

    Returns: list of paths.
    """
    return [
        str(each)
        for path in paths
        for each in ((path, tables.metadata(path)) if str(path).endswith(".csv") else (path,))
    ]


TABLE1 = with_metadata([f"{ROOT}/table1.csv", f"{ROOT}/{figures.TABLE1.name}.png"])
"""Table 1 of the paper with our results, and its figure, which the report on the paper shows."""
ABLATIONS = with_metadata([f"{ROOT}/ablations.csv", f"{ROOT}/{figures.ABLATIONS.name}.png"])
"""The table and the figure of the ablations."""


def final(experiments):
    """Final files of experiments, figures and the metadata of tables included.

    Returns: list of paths, each once.
    """
    found = []
    for name, settings in experiments.items():
        found += _located(name, settings, files.FINAL)
        found += [f"{ROOT / name}/{file}" for file in pictures(settings)]
        if folder := inputs.network_folder(name, settings):
            stem = ROOT / folder / figures.TRAINING.name
            found += [f"{stem}.{suffix}" for suffix in SUFFIXES]
    return list(dict.fromkeys(with_metadata(found)))


def pictures(settings):
    """Files of all figures in an experiment's folder.

    Args:
      settings: the experiment's effective settings.
    Returns: list of paths, relative to that folder.
    """
    stems = [f"figures/{name}" for name in figures.named(figures.OF_EXPERIMENT, settings)]
    for transform in settings["transforms"]:
        found = figures.named(figures.OF_TRANSFORM, settings)
        stems += [f"{transform}/figures/{name}" for name in found]
    return [f"{stem}.{suffix}" for stem in stems for suffix in SUFFIXES]


def reported(experiments):
    """Files that a report on experiments needs: final files, and others that the report reads.

    Returns: list of paths, each once.
    """
    read = [
        path
        for name, settings in experiments.items()
        for path in _located(name, settings, files.REPORT)
    ]
    return list(dict.fromkeys(final(experiments) + with_metadata(read)))


def checked(name, settings):
    """Files that the checks of one experiment read."""
    return _located(name, settings, files.CHECKS)


def checks(experiments):
    """Files that show that the results of experiments were checked."""
    return [f"{ROOT / name}/checks.txt" for name in experiments]


def audits(experiments):
    """Files of experiments' truth checks, even if their settings do not ask for one."""
    names = [file.name for file in files.AUDIT]
    names += [f"figures/{figures.AUDIT.name}.{suffix}" for suffix in SUFFIXES]
    return with_metadata(f"{ROOT / name}/{file}" for name in experiments for file in names)


def ablations(experiments):
    """Files from which ablations are summarized."""
    return [
        f"{ROOT / name / transform}/{file}"
        for name, settings in experiments.items()
        for transform in settings["transforms"]
        for file in ("curves.csv", "baselines.json")
    ]


def _located(name, settings, use):
    folder = inputs.network_folder(name, settings)
    located = files.located(ROOT / name, settings, use, folder and ROOT / folder)
    return [str(path) for _, path in located]
