"""The answer of a run: how many points to augment, and how accurate that is."""

from numbers import Real

from efficient_augmentation.analysis import sentences, summary
from efficient_augmentation.analysis.enough import NotEnough, difference, enough, expected
from efficient_augmentation.names import policies
from efficient_augmentation.selection import order

FOUND = ("enough", "given")
"""Verdicts with which points are selected."""

_DIFFERENCE = ("difference", "difference_low", "difference_high")


def find(curves, baselines, settings):
    """How many points to augment.

    Args:
      curves: columns of curves.csv.
      baselines: mapping of baselines.json.
      settings: mapping with budget, a number as in `order.number_of_points` or {"gain": share}
        for the points that are enough for this share of the gain; score and policy of the points.
    Returns: mapping that JSON can hold, with
      verdict: "enough": found for the share of the gain; "given": the budget is a number;
        "no_gain": augmenting everything does not help; "not_reached": no measured budget recovers
        the share; "not_measured": the simulation does not hold this score with this policy;
      answer: the same in a sentence or two;
      points, low, high: number of points and its 95 % interval as `enough.Enough` has them; points
        is 0 where the verdict is none of `FOUND`;
      gain: share of the gain that was asked for, or None;
      share_of_gain, accuracy, accuracy_low, accuracy_high: of so many points as `enough.Expected`
        has them, None where they were not measured;
      uniform: accuracy of as many points drawn uniformly at random, or None;
      difference, difference_low, difference_high: accuracy minus uniform, with its 95 % interval as
        `enough.difference` has it; None where one of the two is, or the choice is itself uniform;
      floor, ceiling, n_train, score, policy, rounds;
      warnings: list of str, those of baselines.json: of the data, and of the fit.
    Raises: ValueError as `order.number_of_points`.
    """
    pair, n = (settings["score"], settings["policy"]), baselines["n_train"]
    found = {"points": 0, "low": None, "high": None, "gain": None}
    if isinstance(settings["budget"], Real):
        verdict, found["points"] = "given", order.number_of_points(settings["budget"], n)
    else:
        found["gain"] = settings["budget"]["gain"]
        verdict, searched = _searched(curves, baselines, pair, found["gain"])
        found |= searched
    measured = uniform = beside = None
    if verdict in FOUND:
        random = pair[0], "baseline"
        measured = expected(curves, baselines, *pair, found["points"])
        uniform = expected(curves, baselines, *random, found["points"])
        if pair != random:
            beside = difference(curves, baselines, pair, random, found["points"])
    found |= {
        "share_of_gain": measured and measured.share,
        "accuracy": measured and measured.accuracy,
        "accuracy_low": measured and measured.low,
        "accuracy_high": measured and measured.high,
        "uniform": uniform and uniform.accuracy,
        **dict(zip(_DIFFERENCE, beside or (None,) * 3, strict=True)),
        **{key: baselines[key] for key in ("floor", "ceiling", "n_train")},
        **dict(zip(("score", "policy"), pair, strict=True)),
        "rounds": measured.rounds if measured else 0,
        "warnings": baselines.get("warnings", []),
    }
    words = _WORDS[verdict](found, curves)
    return {"verdict": verdict, "answer": words, **found}


def _searched(curves, baselines, pair, share):
    if not summary.has(curves, *pair):
        return "not_measured", {}
    try:
        searched = enough(curves, baselines, *pair, share)
    except NotEnough as error:
        return error.reason, {}
    return "enough", {key: getattr(searched, key) for key in ("points", "low", "high")}


# --- words --------------------------------------------------------------------------------------


def chosen(score, policy):
    """How points are chosen, after "points": "chosen by influence (proportional)"."""
    if policies.parse(policy).blind:
        return "drawn uniformly at random"
    return f"chosen by {sentences.series_label(score, policy)}"


def interval(found):
    """The interval of the number of points: "95 % interval 43 to 80", or why there is none."""
    if found["low"] is None:
        return "one round, so how sure that is is not known"
    if found["high"] is None:
        return f"95 % interval from {found['low']} up to more than was measured"
    return f"95 % interval {found['low']} to {found['high']}"


def _points_to_augment(found, _):
    points, n = found["points"], found["n_train"]
    about = [sentences.percent(points / n)] + [interval(found)] * (found["gain"] is not None)
    who = chosen(found["score"], found["policy"])
    start = f"Augment {points} of {n} points ({'; '.join(about)}), {who}"
    if found["accuracy"] is None:
        return f"{start}. How accurate that is was not simulated."
    digits = sentences.accuracy_digits(found["floor"], found["ceiling"])
    accuracy, floor, ceiling = (
        sentences.percent(found[key], digits) for key in ("accuracy", "floor", "ceiling")
    )
    text = f"{start}: {accuracy} accuracy, "
    if found["share_of_gain"] is None:
        return f"{text}where augmenting all gains nothing ({ceiling}; none: {floor})."
    share = sentences.percent(found["share_of_gain"])
    text += f"{share} of the gain from augmenting all ({floor} without, {ceiling} with)."
    return " ".join([text, *beside_random(found)])


def beside_random(found):
    """What the choice is worth beside as many random points: a sentence, or none, in a list."""
    if found["difference"] is None:
        return []
    digits = sentences.accuracy_digits(found["floor"], found["ceiling"])
    text = f"As many random points give {sentences.percent(found['uniform'], digits)}"
    if found["difference_low"] is None:
        return [f"{text}; with one round each, chance is not ruled out."]
    if found["difference_low"] > 0:
        return [f"{text}: the score is worth using here."]
    if found["difference_high"] < 0:
        return [f"{text}: here the score chooses worse than chance."]
    return [f"{text}: {found['rounds']} rounds do not tell the two apart."]


def _no_gain(found, _):
    return f"Augment none. {sentences.nothing_to_gain(found)}"


def _not_reached(found, curves):
    budgets, accuracy = summary.accuracies(curves, found["score"], found["policy"])
    best = summary.shares(accuracy, found).mean(axis=0).max()
    who = chosen(found["score"], found["policy"])
    return (
        f"No number of points is known to give {sentences.percent(found['gain'])} of the gain: up "
        f"to {budgets[-1]} points {who} give {sentences.percent(best)} at most. Ask for less of "
        "the gain, for another score or policy, or for a number of points."
    )


def _not_measured(found, _):
    who = chosen(found["score"], found["policy"])
    return (
        f"Points {who} were not simulated, so how many give {sentences.percent(found['gain'])} of "
        "the gain is not known. Name a score and a policy that the experiment simulates, or a "
        "number of points, under `selection` in the config."
    )


_WORDS = {
    "enough": _points_to_augment,
    "given": _points_to_augment,
    "no_gain": _no_gain,
    "not_reached": _not_reached,
    "not_measured": _not_measured,
}
