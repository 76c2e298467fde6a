"""Warnings for readers of the answer, in sentences."""

from efficient_augmentation.analysis import wording
from efficient_augmentation.analysis.comparison import OPEN
from efficient_augmentation.names import policies

FEW = 10
"""With fewer test images of a class, its accuracy is mostly chance."""
UNEVEN = 3
"""From this ratio of largest to smallest class on, accuracy hides errors in small classes."""


COARSE = 2
"""A warning is due if the next budget is more than this many times the number needed."""


def warnings(found):
    """Warnings for an answer.

    Args:
      found: mapping of `answer.find`.
    Returns: list of str.
    """
    parts = (_gain, _classes, _uneven, _rounds, _open_end, _interpolated, _coarse)
    return [text for part in parts for text in part(found)]


def _gain(found):
    gain, low = found["gain_of_all"], found["gain_of_all_low"]
    if gain > 0 and not low > 0:
        digits = wording.accuracy_digits(found["floor"], found["ceiling"])
        yield (
            f"The gain from augmenting every point, {100 * gain:+.{digits}f} percentage points "
            f"(95 % interval {100 * low:+.{digits}f} to "
            f"{100 * found['gain_of_all_high']:+.{digits}f}), is within chance."
        )


def _classes(found):
    few = [row for row in found["by_class"] if row["test"] < FEW]
    if few:
        shown = ", ".join(f"{row['class']} ({row['test']})" for row in few[:5])
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        yield (
            f"Classes with fewer than {FEW} test images: {shown}{more}. Their accuracy, and the "
            "balanced accuracy, is uncertain."
        )


def _uneven(found):
    counts = [row["test"] for row in found["by_class"] if row["test"]]
    if max(counts) >= UNEVEN * min(counts):
        levels = ", ".join(
            f"{wording.percent(found[key], 1)} {text}"
            for key, text in (
                ("balanced_floor", "with none augmented"),
                ("balanced_accuracy", "with these points"),
                ("balanced_ceiling", "with all"),
            )
            if found[key] is not None
        )
        yield (
            f"The classes are imbalanced ({min(counts)} to {max(counts)} test images), and "
            f"accuracy is mostly that of the large ones. Balanced accuracy: {levels}."
        )


def _rounds(found):
    if found["rounds"] == 1 and policies.parse(found["policy"]).random:
        yield (
            "The simulation drew the points once, so how much the draw matters is not known. Set "
            "`rounds` to 20 or more."
        )


def _open_end(found):
    if found["safe"] and found["measured_points"] == found["n_train"] and found["verdict"] == OPEN:
        yield (
            "The upper end of the interval for the number of points was not reached: only "
            "augmenting every point is known to be enough."
        )


def _interpolated(found):
    if found["accuracy"] is not None and not found["measured"]:
        yield (
            f"{found['measured_points']} points were not simulated: the accuracy is interpolated "
            "between the nearest budgets. Add the number to `budgets` to measure it."
        )


def _coarse(found):
    estimate = found["estimate"]
    if estimate and not found["safe"] and found["measured_points"] > COARSE * estimate:
        yield (
            f"About {estimate} points are needed, and the next number that was simulated is "
            f"{found['measured_points']}. Add numbers in between to `budgets`."
        )
