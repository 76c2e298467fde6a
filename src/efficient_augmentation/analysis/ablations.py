"""What the answer depends on: experiments that differ in one setting, compared with each other.

The first experiment of each kind of data is the base; every other one of that kind varies the
settings in which it differs from it.
"""

import math

from efficient_augmentation.analysis import summary
from efficient_augmentation.names import as_published

VARIED = ("label_noise", "n_train", "faithful")
"""Settings whose variation is named; any other difference is called "other"."""


def values(settings):
    """The settings of `VARIED` of an experiment.

    Args:
      settings: effective settings of an experiment.
    Returns: dict; `faithful` as text: the published code's parts joined by +, or "none".
    """
    repeated = as_published.parts(settings["faithful"])
    parts = [part for part in as_published.PARTS if part in repeated]
    whole = len(parts) == len(as_published.PARTS)
    return {
        "label_noise": float(settings["dataset"].get("label_noise", 0.0)),
        "n_train": int(settings["dataset"]["n_train"]),
        "faithful": "all" if whole else "+".join(parts) or "none",
    }


def varied(experiments):
    """The settings in which each experiment differs from its base.

    Args:
      experiments: mapping from name to effective settings, in the order of the run.
    Returns: dict from name to "base", or to names of `VARIED` joined by +.
    Raises: ValueError if an experiment does not differ from its base in any of `VARIED`.
    """
    base, found = {}, {}
    for name, settings in experiments.items():
        kind = settings["dataset"]["kind"]
        if kind not in base:
            base[kind], found[name] = values(settings), "base"
            continue
        ours = values(settings)
        changed = [key for key in VARIED if ours[key] != base[kind][key]]
        if not changed:
            raise ValueError(
                f"run: {name} differs from the first experiment on {kind} in none of "
                f"{', '.join(VARIED)}; ablations compare these"
            )
        found[name] = "+".join(changed)
    return found


def rows(experiments, results):
    """Rows of ablations.csv: every policy compared with random selection, in every experiment.

    Args:
      experiments: mapping from name to effective settings, in the order of the run.
      results: mapping from name to {transform: (columns of curves.csv, mapping of
        baselines.json)}.
    Returns: list of mappings: experiment, dataset, transform, varies, label_noise, n_train,
      faithful, score, policy, floor, ceiling; `ahead`, the mean share of the gain over early
      budgets minus that of random selection, with `ahead_low` and `ahead_high`, see
      `summary.compare`; `points`, where the mean curve first has 95 % of the gain, with
      `points_low` and `points_high`, where the upper and the lower limit of its interval do, and
      `points_uniform`, where the mean curve of random selection does. What is undefined or never
      reached is nan.
    Raises: ValueError as `varied`.
    """
    changed = varied(experiments)
    return [
        {
            "experiment": name,
            "dataset": settings["dataset"]["kind"],
            "transform": transform,
            "varies": changed[name],
            **values(settings),
            "score": score,
            "policy": policy,
            "floor": baselines["floor"],
            "ceiling": baselines["ceiling"],
            **_ahead(curves, baselines, score, policy),
            **_points(curves, baselines, score, policy),
        }
        for name, settings in experiments.items()
        for transform, (curves, baselines) in results[name].items()
        for score, policy in summary.unstratified(curves)
        if policy != "baseline"
    ]


def _ahead(curves, baselines, score, policy):
    names = ("ahead", "ahead_low", "ahead_high")
    found = None
    if baselines["ceiling"] > baselines["floor"] and summary.has(curves, score, "baseline"):
        found = summary.compare(curves, baselines, (score, policy), (score, "baseline"))
    if found is None:
        return dict.fromkeys(names, math.nan)
    return dict(zip(names, (found.difference, found.low, found.high), strict=True))


def _points(curves, baselines, score, policy):
    budgets, accuracy = summary.accuracies(curves, score, policy)
    mean, low, high = summary.mean_interval(summary.shares(accuracy, baselines))
    crossings = {"points": mean, "points_low": high, "points_high": low}
    found = {
        name: summary.first_crossing(budgets, curve, summary.LEVEL)
        for name, curve in crossings.items()
    }
    uniform = math.nan
    if policy != "baseline" and summary.has(curves, score, "baseline"):
        uniform = _points(curves, baselines, score, "baseline")["points"]
    return found | {"points_uniform": uniform}
