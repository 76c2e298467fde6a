"""Checks of baselines.json, and of curves.csv, which has one row per measurement."""

import numpy as np

from efficient_augmentation.checks import messages
from efficient_augmentation.names import policies

_LEVELS = ("floor", "floor_plain_test", "ceiling", "vsv_accuracy")
_KEY = (*messages.SERIES, "clusters", "round", "n_augmented")
COLUMNS = {
    "baselines.json": (*_LEVELS, "C", "C_choice", "n_train", "n_test_rows", "n_support_vectors"),
    "curves.csv": (*_KEY, "test_accuracy"),
}
"""Keys and columns that the files must have."""


def baselines(files, settings):
    """What is wrong with baselines.json, compared with features.npz and scores.csv."""
    file, levels = "baselines.json", files["baselines.json"]
    found = messages.size(
        f"{file}: n_train", levels["n_train"], settings["dataset"]["n_train"], "config"
    )
    rows = len(files["features.npz"]["y_test"])
    found += messages.size(f"{file}: n_test_rows", levels["n_test_rows"], rows, "features.npz")
    support = int(files["scores.csv"]["support_vector"].sum())
    found += messages.size(
        f"{file}: n_support_vectors", levels["n_support_vectors"], support, "scores.csv"
    )
    for name in _LEVELS:
        if not 0 <= levels[name] <= 1:
            found.append(f"{file}: {name} is {levels[name]}, expected within 0..1")
    return found + _penalty(file, levels)


def _penalty(file, levels):
    """What is wrong with the C that was used: it must be the one that the recorded rule gives."""
    C, choice = levels["C"], levels["C_choice"]
    if choice["C"] != C:
        return [f"{file}: C is {C}, expected {choice['C']}, which C_choice holds"]
    if not choice.get("losses"):
        return []
    best = int(np.argmin(choice["losses"]))
    bound = choice["losses"][best] + choice["standard_errors"][best]
    pairs = zip(choice["grid"], choice["losses"], strict=True)
    expected = min(value for value, loss in pairs if loss <= bound)
    if expected == C:
        return []
    return [f"{file}: C is {C}, expected {expected}, the least with a loss of at most {bound:.6g}"]


def curves(columns, levels, settings):
    """What is wrong with curves.csv, compared with baselines.json."""
    file = "curves.csv"
    found = _completeness(messages.keys(columns, _KEY), _expected_keys(settings))
    accuracy, budget = columns["test_accuracy"], columns["n_augmented"]
    inside = (accuracy >= 0) & (accuracy <= 1)
    found += messages.lines(file, "test_accuracy", accuracy, inside, "within 0..1")
    whole = ~inside | messages.is_share(accuracy, levels["n_test_rows"])
    share = f"a whole number of {levels['n_test_rows']} test rows"
    found += messages.lines(file, "test_accuracy", accuracy, whole, share)
    # Every point is augmented there: what is left of a policy is the fit on all rows.
    everything = budget == settings["dataset"]["n_train"]
    everything &= ~np.char.endswith(columns["policy"], "_downweight")
    ends = ~everything | (accuracy == levels["ceiling"])
    ceiling = f"the ceiling, {levels['ceiling']}"
    return found + messages.lines(file, "test_accuracy", accuracy, ends, ceiling)


def _expected_keys(settings):
    """(score, policy, clusters, round, budget) of every row that curves.csv must hold."""
    stratified, dpp = settings["clusters"], settings["dpp"]
    panels = (
        (settings["scores"], settings["policies"], [0], settings["budgets"]),
        (stratified["scores"], stratified["policies"], stratified["counts"], settings["budgets"]),
        (dpp["scores"], dpp["policies"], [0], dpp["budgets"]),
    )
    return [
        (score, policy, k, number, budget)
        for scores, names, counts, budgets in panels
        for score in scores
        for policy in names
        for k in counts
        for number in range(rounds(policy, settings))
        for budget in budgets
    ]


def rounds(policy, settings):
    """Number of rounds of a policy."""
    return settings["rounds"] if policies.parse(policy).random else 1


def _completeness(keys, expected):
    there, wanted, seen = set(keys), set(expected), set()
    absent = [
        f"curves.csv: no row {_said(key)}, expected by the config"
        for key in expected
        if key not in there
    ]
    wrong = []
    for line, key in enumerate(keys, start=2):
        if key not in wanted or key in seen:
            times = "once" if key in seen else "nowhere"
            wrong.append(f"curves.csv, line {line}: row {_said(key)}, expected {times}")
        seen.add(key)
    return [*messages.shortened("curves.csv", absent), *messages.shortened("curves.csv", wrong)]


def _said(key):
    score, policy, clusters, number, budget = key
    return f"({score}, {policy}, clusters {clusters}, round {number}, {budget} points)"
