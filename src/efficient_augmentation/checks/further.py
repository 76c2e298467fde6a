"""Checks of results that are optional: sweeps, and networks trained end to end."""

import numpy as np

from efficient_augmentation.checks import messages

_SWEEP = ("inertia_train", "inertia_test", "silhouette_train", "silhouette_test")
_INTERVALS = ("gain", "points", "difference", "ahead")
COLUMNS = {
    "clusters.csv": ("clusters", *_SWEEP),
    "C_sweep.csv": (
        *("C", "chosen", *messages.SERIES, "floor", "ceiling"),
        *(name + end for name in _INTERVALS for end in ("", "_low", "_high")),
    ),
    "end_to_end.csv": (
        *(*messages.SERIES, "round", "share", "n_augmented", "images"),
        *("test_accuracy", "frozen_accuracy"),
    ),
}
"""Columns that the tables must have."""


def sweep(columns, settings):
    """What is wrong with clusters.csv.

    Args:
      columns: of the file.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file, n = "clusters.csv", settings["dataset"]["n_train"]
    if found := messages.columns(file, columns, COLUMNS[file]):
        return found
    counts = columns["clusters"]
    found = []
    if not 1 <= len(counts) <= settings["sweep"]:
        found.append(f"{file}: {len(counts)} rows, expected 1 to {settings['sweep']} (sweep)")
    inside = (counts >= 2) & (counts <= n - 1)
    found += messages.lines(file, "clusters", counts, inside, f"within 2..{n - 1}")
    rising = np.diff(counts, prepend=0) > 0
    found += messages.lines(file, "clusters", counts, rising, "more than in the line before")
    for name in _SWEEP:
        values = columns[name]
        if name.startswith("inertia"):
            found += messages.lines(file, name, values, np.isfinite(values) & (values >= 0), ">= 0")
        else:
            good = np.isnan(values) | (np.abs(values) <= 1)
            found += messages.lines(file, name, values, good, "within -1..1, or nan")
    return found


def end_to_end(columns, n_test_rows, settings):
    """What is wrong with end_to_end.csv.

    Args:
      columns: of the file.
      n_test_rows: number of rows of the expanded test set.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file, plan, n = "end_to_end.csv", settings["end_to_end"], settings["dataset"]["n_train"]
    if found := messages.columns(file, columns, COLUMNS[file]):
        return found
    ends = [("-", "none", 0.0), ("-", "all", 1.0)]
    series = [(s, p, a) for s in plan["scores"] for p in plan["policies"] for a in plan["shares"]]
    expected = [(*key, r) for key in (*ends, *series) for r in range(plan["rounds"])]
    keys = messages.keys(columns, (*messages.SERIES, "share", "round"))
    if found := messages.same_keys(file, keys, expected):
        return found
    augmented, share = columns["n_augmented"], columns["share"]
    near = np.abs(augmented - share * n) <= 1
    found += messages.lines(file, "n_augmented", augmented, near, f"the share of {n} points")
    for name in ("test_accuracy", "frozen_accuracy"):
        good, share = messages.is_share(columns[name], n_test_rows), f"{n_test_rows} test rows"
        found += messages.lines(file, name, columns[name], good, f"a share of {share}")
    return found


def C_sweep(columns, levels, settings):
    """What is wrong with C_sweep.csv.

    Args:
      columns: of the file.
      levels: content of baselines.json.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file, plan = "C_sweep.csv", settings["C_sweep"]
    if found := messages.columns(file, columns, COLUMNS[file]):
        return found
    C, chosen = columns["C"], columns["chosen"] == 1
    if len(marked := np.unique(C[chosen])) != 1:
        return [f"{file}: chosen marks {len(marked)} values of C, expected one"]
    expected = [
        (value, score, policy)
        for value in {*plan["values"], *marked.tolist()}
        for score in plan["scores"]
        for policy in plan["policies"]
    ]
    if found := messages.same_keys(file, messages.keys(columns, ("C", *messages.SERIES)), expected):
        return found
    for level in ("floor", "ceiling"):
        values, known = columns[level], levels[level]
        found += messages.lines(file, level, values, (values >= 0) & (values <= 1), "within 0..1")
        same = (levels["C"] != C) | (np.abs(values - known) <= messages.ROUNDING)
        found += messages.lines(
            file, level, values, same, f"{known}, as at the same C in baselines.json"
        )
    # Percentile intervals, of the points, need not hold the estimate.
    for name in ("gain", "difference", "ahead"):
        value, low, high = (columns[name + end] for end in ("", "_low", "_high"))
        inside = np.isnan(low) | ((low <= value) & (value <= high))
        found += messages.lines(file, name, value, inside, "within its interval")
    return found
