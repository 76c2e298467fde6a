"""The checks of an experiment's results, on its files."""

from pathlib import Path

from efficient_augmentation.checks import further, lists, points, transform
from efficient_augmentation.experiment import files
from efficient_augmentation.files import arrays
from efficient_augmentation.selection import every_image

_ARRAYS = {
    "dataset.npz": every_image.read,
    "features.npz": lambda path: arrays.load(
        path, "y_train", "source_train", "y_test", "source_test"
    ),
}


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
    own = _read(files.OF_EXPERIMENT, folder, settings)
    data, chosen, lines = own["dataset.npz"], {}, []
    found = [(folder, points.dataset(data, settings))]
    for name in settings["transforms"]:
        read = _read(files.OF_TRANSFORM, folder / name, settings)
        found.append((folder / name, transform.transform(data, read, settings)))
        chosen[name] = read["selection.csv"]
        lines.append(f"{name}: rows of {_sizes(read)}: as they must be\n")
    found.append((folder, lists.joined(own["selection_all.csv"], chosen)))
    if "clusters.csv" in own:
        found.append((folder, further.sweep(own["clusters.csv"], settings)))
    if "audit.csv" in own:
        found.append((folder, points.truth_check(own["audit.csv"], data, settings)))
    if wrong := [f"{place}/{text}" for place, texts in found for text in texts]:
        raise CheckError("\n  ".join(["results are not what they must be:", *wrong]))
    return "".join(lines)


def _sizes(read):
    """Numbers of rows of the tables that every transform has."""
    tables = [file for file in read if file.endswith(".csv") and file not in further.COLUMNS]
    return ", ".join(f"{file} {len(next(iter(read[file].values())))}" for file in tables)


def _read(known, folder, settings):
    """What the files hold that the checks read, by name."""
    return {
        file.name: _ARRAYS[file.name](folder / file.name)
        if file.name in _ARRAYS
        else files.read(file, folder)
        for file in files.made(known, settings, files.CHECKS)
    }
