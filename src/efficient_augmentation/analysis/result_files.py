"""The checks of an experiment's results, on its files."""

from pathlib import Path

from efficient_augmentation.analysis import checks
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
    data = own["dataset.npz"]
    found = [f"{folder}/{text}" for text in checks.dataset(data, settings)]
    lines, lists = [], {}
    for name in settings["transforms"]:
        read = _read(files.OF_TRANSFORM, folder / name, settings)
        trained, swept = read.pop("end_to_end.csv", None), read.pop("C_sweep.csv", None)
        found += [f"{folder}/{name}/{text}" for text in checks.transform(data, read, settings)]
        lists[name] = read["selection.csv"]
        if trained is not None:
            wrong = checks.end_to_end(trained, read["baselines.json"]["n_test_rows"], settings)
            found += [f"{folder}/{name}/{text}" for text in wrong]
        if swept is not None:
            wrong = checks.C_sweep(swept, read["baselines.json"], settings)
            found += [f"{folder}/{name}/{text}" for text in wrong]
        tables = [file for file in read if file.endswith(".csv")]
        rows = ", ".join(f"{file} {len(next(iter(read[file].values())))}" for file in tables)
        lines.append(f"{name}: rows of {rows}: as they must be\n")
    found += [f"{folder}/{text}" for text in checks.joined(own["selection_all.csv"], lists)]
    if "clusters.csv" in own:
        found += [f"{folder}/{text}" for text in checks.sweep(own["clusters.csv"], settings)]
    if "audit.csv" in own:
        found += [
            f"{folder}/{text}" for text in checks.truth_check(own["audit.csv"], data, settings)
        ]
    if found:
        raise CheckError("\n  ".join(["results are not what they must be:", *found]))
    return "".join(lines)


def _read(known, folder, settings):
    """What the files hold that the checks read, by name."""
    return {
        file.name: _ARRAYS[file.name](folder / file.name)
        if file.name in _ARRAYS
        else files.read(file, folder)
        for file in files.made(known, settings, files.CHECKS)
    }
