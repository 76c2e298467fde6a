"""Checks of all files of one transform."""

from efficient_augmentation.checks import (
    further,
    lists,
    measurements,
    messages,
    points,
    summaries,
)
from efficient_augmentation.names import policies

COLUMNS = points.COLUMNS | measurements.COLUMNS | summaries.COLUMNS | lists.COLUMNS
"""Columns and keys that the files must have, by the file's name."""


def transform(data, files, settings):
    """What is wrong with the files of one transform.

    Args:
      data: mapping with y_train, train_ids, y_test and test_ids of dataset.npz and, where they are
        there, train_rows and test_rows.
      files: mapping from "features.npz" to its y_train, source_train, y_test and source_test, from
        "scores.csv", "curves.csv", "auc.csv", "selection.csv" and, where there is something to
        compare, "comparison.csv" and "needed.csv", with refit "refit.csv" to their columns, from
        "baselines.json" and "selection.json" to their content, and from "selected.npy" to its
        array; where they were asked for, from "end_to_end.csv" and "C_sweep.csv" to their columns.
      settings: the experiment's effective settings.
    Returns: list of str. Where a column is missing or is no number, only that is told.
    """
    known = [name for name in files if name in COLUMNS]
    if found := [t for name in known for t in messages.columns(name, files[name], COLUMNS[name])]:
        return found
    compared = policies.compared(settings["policies"])
    levels = files["baselines.json"]
    found = [
        *points.features(files["features.npz"], data, settings["dataset"]["kind"]),
        *points.scores(files["scores.csv"], data, settings),
        *measurements.baselines(files, settings),
        *measurements.curves(files["curves.csv"], levels, settings),
        *summaries.areas(files, settings),
        *lists.refit(files, data, settings),
        *lists.selection(files, data, settings),
        *(summaries.comparisons(files, settings) if compared else []),
    ]
    if "end_to_end.csv" in files:
        found += further.end_to_end(files["end_to_end.csv"], levels["n_test_rows"], settings)
    if "C_sweep.csv" in files:
        found += further.C_sweep(files["C_sweep.csv"], levels, settings)
    return found
