"""The answer in words."""

import math

from efficient_augmentation.analysis import wording
from efficient_augmentation.analysis.comparison import BETTER, EQUAL, OPEN, UNCOMPARED, WORSE
from efficient_augmentation.analysis.recommendation import NO_GAIN
from efficient_augmentation.analysis.series import REFERENCE
from efficient_augmentation.names import policies

FEASIBLE = 100
"""How many times the rounds or test images of a run are still worth naming."""


def answer(found):
    """The answer in a few sentences.

    Args:
      found: mapping of `answer.find`, all but its words.
    Returns: str.
    """
    if found["verdict"] == NO_GAIN:
        return " ".join(["Augment none.", *no_gain(found)])
    parts = (drawn_from, compared, accuracy)
    return " ".join([f"{instruction(found)}.", *(text for part in parts for text in part(found))])


def chosen(score, policy):
    """How points are chosen, after "points": "chosen by influence (proportional)"."""
    if policies.parse(policy).blind:
        return "drawn at random"
    return f"chosen by {wording.series(score, policy)}"


def instruction(found):
    """What to do: "Augment 24 of 200 points (12 %), chosen by influence (proportional)"."""
    points, n = found["points"], found["candidates"]
    share = wording.percent(points / n, 1 if points < 0.095 * n else 0)
    if points == n:
        return f"Augment all {n} points"
    if found["policy"] == REFERENCE:
        return f"Augment about {points} of {n} points ({share}), any: drawn at random"
    return f"Augment {points} of {n} points ({share}), {chosen(found['score'], found['policy'])}"


def compared(found):
    """The verdict in sentences, a list."""
    if found["gain"] is None:
        return _given(found)
    own = found["configured"]
    name = None if own is None else wording.series(own["score"], own["policy"])
    if found["verdict"] == BETTER:
        return _better(found, own, name)
    if found["verdict"] == UNCOMPARED:
        return _uncompared(found, own)
    needs = f"it needs {needed(own)}, random selection {needed(found['random'])}"
    return {
        WORSE: [f"Here {name} is worse than random selection: {needs}."],
        EQUAL: [f"Random selection does as well as {name}: {needs}."],
        OPEN: [
            f"Whether {name} is better than random selection is not determined at this size: "
            f"{needs}.",
            *_safe(found),
            wanted(found),
        ],
    }[found["verdict"]]


def _safe(found):
    """What the number is, where nothing is determined."""
    points = found["measured_points"]
    if not found["safe"] or points == found["n_train"]:
        return []
    return [f"{points} is the safe number: it lies above that interval."]


def drawn_from(found):
    """From what the points are drawn where that is not the training points, as sentences."""
    n, trained, measured = (found[key] for key in ("candidates", "n_train", "measured_points"))
    if n == trained:
        return []
    share = f", of which this share is {measured}" if measured < found["points"] < n else ""
    return [
        f"The list is drawn from all {n} images, the held-out ones included.",
        f"What follows was measured with {trained} training points{share}.",
    ]


def test_images(found):
    """What to do with the images of the test set, in a sentence."""
    n, test = found["candidates"], found["candidates"] - found["n_train"]
    if test:
        return (
            f"The lists are drawn from all {n} images: the {test} that were held out for the "
            "measurement (split test) are ranked like the others. Train the final classifier on "
            f"all {n}; no image is left to measure it with."
        )
    return (
        f"The {found['n_test']} test images stand last in each list (split test), without a rank: "
        "do not train on them, they measure what augmenting brings."
    )


def _better(found, own, name):
    text = f"That is better than random selection, which needs {needed(found['random'])}."
    if found["measured_points"] == found["n_train"]:
        text = (
            f"Points {chosen(found['score'], found['policy'])} are better than random ones, but no "
            f"number between the {found['estimate']} that are needed and all was simulated."
        )
    if own is None or (own["score"], own["policy"]) == (found["score"], found["policy"]):
        return [text]
    if own["verdict"] == BETTER:
        return [text, f"It is also cheaper than {name}, which needs {needed(own)}."]
    return [text, f"The configured {name}, which needs {needed(own)}, is not shown to be better."]


def _uncompared(found, own):
    if own is None:
        return ["The configured score and policy were not simulated."]
    if found["policy"] == REFERENCE:
        return []
    return ["Random selection was not simulated, so there is nothing to compare this with."]


def _given(found):
    """What as many random points give, for a number that the config names."""
    if found["difference"] is None:
        return []
    digits = wording.accuracy_digits(found["floor"], found["ceiling"])
    text = f"As many random points give {wording.percent(found['uniform'], digits)}"
    verdict = {
        BETTER: "the score is better than random selection",
        WORSE: "the score is worse than random selection",
    }.get(found["verdict"], "the difference is not significant")
    return [f"{text}: {verdict}."]


def needed(row):
    """Points of a row of needed.csv: "about 138 (95 % interval 90 to 160)"."""
    if row is None:
        return "an unknown number"
    if not _finite(row["points"]):
        return "more than was simulated"
    text = f"about {math.ceil(row['points'])}"
    if row["low"] is None or math.isnan(row["low"]):
        return text
    end = f"{math.ceil(row['high'])}" if _finite(row["high"]) else "more than was simulated"
    return f"{text} (95 % interval {math.ceil(row['low'])} to {end})"


def wanted(found):
    """What would determine it, in a sentence."""
    rounds, images, times = (
        found.get(f"{name}_wanted") for name in ("rounds", "test_points", "times")
    )
    start = "To determine it would take about"
    if _finite(rounds) and rounds <= FEASIBLE * found["rounds"]:
        return f"{start} {rounded(rounds)} rounds."
    if _finite(images) and images <= FEASIBLE * found["n_test"]:
        return f"{start} {rounded(images)} test images."
    if _finite(times) and times <= FEASIBLE:
        both = f"{rounded(times * found['n_test'])} test images"
        return f"{start} {both} and {rounded(times * found['rounds'])} rounds."
    return "The two are too close for any practical number of rounds or test images."


def rounded(number):
    """A number to two digits, upwards: 1234 becomes "1300"."""
    step = 10 ** max(0, math.floor(math.log10(max(number, 1))) - 1)
    return f"{math.ceil(number / step) * step:.0f}"


def accuracy(found):
    """What the points give, as sentences."""
    if found["accuracy"] is None:
        return ["How accurate that is was not simulated."]
    digits = wording.accuracy_digits(found["floor"], found["ceiling"])
    with_these, floor, ceiling = (
        wording.percent(found[key], digits) for key in ("accuracy", "floor", "ceiling")
    )
    share = found["share_of_gain"]
    of_gain = "" if share is None else f", {wording.percent(share)} of the gain"
    n, points = found["n_train"], "these points"
    if found["candidates"] != n:
        points = f"{found['measured_points']} of {n} training points"
    text = f"Accuracy: {with_these} with {points}{of_gain}, {floor} with none augmented"
    text += f", {ceiling} with all"
    if not found["numbers_of_folds"]:
        return [f"{text}."]
    return [f"{text}, measured on test images that did not help to pick the number."]


def no_gain(found):
    """Why nothing is gained, and what would show a gain, as sentences."""
    digits = wording.accuracy_digits(found["floor"], found["ceiling"])
    gain, low, high = (
        "unknown" if found[key] is None else f"{100 * found[key]:+.{digits}f}"
        for key in ("gain_of_all", "gain_of_all_low", "gain_of_all_high")
    )
    levels = " and ".join(wording.percent(found[key], digits) for key in ("ceiling", "floor"))
    text = (
        f"Augmenting every point or none gives {levels}, a gain of {gain} percentage points (95 % "
        f"interval {low} to {high})"
    )
    if not found["gain_of_all"] > 0:
        return [f"{text}."]
    images = found.get("test_points_wanted")
    text = f"{text}, which is within chance."
    if not _finite(images) or images > FEASIBLE * found["n_test"]:
        return [text]
    return [text, f"About {rounded(images)} test images would show a gain of this size."]


def _finite(number):
    return number is not None and math.isfinite(number)
