"""Checks of the tables that summarize curves.csv: areas, and comparisons of policies."""

import numpy as np

from efficient_augmentation.analysis import answer
from efficient_augmentation.checks import measurements, messages

COLUMNS = {
    "auc.csv": (*messages.SERIES, "auc_mean", "auc_std", "rounds"),
    "comparison.csv": (
        *(*messages.SERIES, "n_augmented", "difference", "low", "high"),
        *("p_holm", "verdict"),
    ),
    "needed.csv": (*messages.SERIES, "share", "points", "low", "high", "p_holm", "verdict"),
}
"""Columns that the tables must have."""


def areas(files, settings):
    """What is wrong with auc.csv, compared with curves.csv and baselines.json."""
    file, columns = "auc.csv", files["auc.csv"]
    pairs = messages.keys(columns, messages.SERIES)
    expected = _summarized(settings)
    if sorted(pairs) != sorted(expected):
        other = sorted(set(pairs) ^ set(expected)) or "a pair twice"
        return [f"{file}: rows differ from the unstratified policies of the config in {other}"]
    rounds = np.array([measurements.rounds(policy, settings) for _, policy in pairs])
    found = messages.lines(
        file, "rounds", columns["rounds"], columns["rounds"] == rounds, "the config's"
    )
    floor = files["baselines.json"]["floor"]
    area = np.array([_area(files["curves.csv"], pair, floor) for pair in pairs])
    equal = np.isclose(columns["auc_mean"], area, rtol=messages.ROUNDING, atol=0)
    found += messages.lines(
        file, "auc_mean", columns["auc_mean"], equal, "the area under curves.csv"
    )
    spread = np.where(rounds > 1, columns["auc_std"] >= 0, np.isnan(columns["auc_std"]))
    return found + messages.lines(
        file, "auc_std", columns["auc_std"], spread, ">= 0, or nan of a single round"
    )


def comparisons(files, settings):
    """What is wrong with comparison.csv and needed.csv, compared with curves and selection."""
    file, columns, expected = "comparison.csv", files["comparison.csv"], _leads(files["curves.csv"])
    keys = messages.keys(columns, (*messages.SERIES, "n_augmented"))
    found = messages.same_keys(file, keys, expected)
    if not found:
        difference = columns["difference"]
        equal = np.isclose(
            difference, [expected[key] for key in keys], rtol=0, atol=messages.ROUNDING
        )
        found = messages.lines(file, "difference", difference, equal, "that of curves.csv")
    found += _around(file, columns, "difference")
    file, columns = "needed.csv", files["needed.csv"]
    wanted = {(*pair, share) for pair in _summarized(settings) for share in set(columns["share"])}
    keys = messages.keys(columns, (*messages.SERIES, "share"))
    found += messages.same_keys(file, keys, wanted)
    found += _same_verdict(columns, files["selection.json"])
    return found + _around(file, columns, "points")


def _leads(curves):
    """Mean accuracy minus that of random selection, by (score, policy, budget)."""
    accuracy: dict[tuple, list] = {}
    names = (*messages.SERIES, "n_augmented", "clusters", "test_accuracy")
    for *key, k, value in messages.keys(curves, names):
        if not k:
            accuracy.setdefault(tuple(key), []).append(value)
    mean = {key: np.mean(values) for key, values in accuracy.items()}
    return {
        (score, policy, budget): mean[score, policy, budget] - mean[score, "baseline", budget]
        for score, policy, budget in mean
        if policy != "baseline" and (score, "baseline", budget) in mean
    }


def _same_verdict(columns, found):
    """Where selection.json says something else than needed.csv."""
    own = found["configured"]
    if own is None:
        return []
    rows = (columns["score"] == own["score"]) & (columns["policy"] == own["policy"])
    rows &= np.isclose(columns["share"], own["share"])
    verdicts = columns["verdict"][rows].tolist()
    if verdicts == [own["verdict"]]:
        return []
    return [f"selection.json: configured is {own['verdict']}, expected {verdicts} as in needed.csv"]


def _around(file, columns, name):
    """What is wrong with intervals, p-values and verdicts."""
    value, low, high = columns[name], columns["low"], columns["high"]
    inside = np.isnan(low) | ((low <= value) & (value <= high))
    p, verdicts = columns["p_holm"], answer.VERDICTS
    return [
        *messages.lines(file, name, value, inside, "within low and high"),
        *messages.lines(file, "p_holm", p, np.isnan(p) | ((p >= 0) & (p <= 1)), "within 0..1"),
        *messages.lines(
            file, "verdict", columns["verdict"], np.isin(columns["verdict"], verdicts), "a verdict"
        ),
    ]


def _summarized(settings):
    """(score, policy) of the main panel, and of k-DPPs that were measured as far."""
    dpp, end = settings["dpp"], settings["budgets"][-1]
    pairs = [(score, policy) for score in settings["scores"] for policy in settings["policies"]]
    if dpp["budgets"] and dpp["budgets"][-1] >= end:
        pairs += [(score, policy) for score in dpp["scores"] for policy in dpp["policies"]]
    return pairs


def _area(curves, pair, floor):
    """Mean over rounds of the trapezoid from (0, floor) on."""
    rows = (curves["score"] == pair[0]) & (curves["policy"] == pair[1]) & (curves["clusters"] == 0)
    budgets = np.unique(curves["n_augmented"][rows])
    means = [curves["test_accuracy"][rows & (curves["n_augmented"] == b)].mean() for b in budgets]
    heights, widths = np.array([floor, *means]), np.diff([0, *budgets])
    return float((widths * (heights[1:] + heights[:-1])).sum() / 2)
