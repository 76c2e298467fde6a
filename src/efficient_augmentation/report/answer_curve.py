"""The picture next to the answer: accuracy over points augmented, with the answer marked."""

import math

from efficient_augmentation.analysis import sentences, summary
from efficient_augmentation.analysis.series import REFERENCE

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 30, 52


def view(found, curves):
    """What the template draws as SVG.

    Args:
      found: mapping of selection.json.
      curves: columns of curves.csv.
    Returns: mapping of coordinates and labels; None where nothing is to be shown: no points, or
      neither the policy nor random selection was measured.
    """
    score, policy = found["score"], found["policy"]
    shown = [(score, REFERENCE, "random")]
    own = found["configured"]
    if policy != REFERENCE:
        shown.append((score, policy, "chosen"))
    elif own is not None and own["policy"] != REFERENCE:
        shown.append((own["score"], own["policy"], "chosen"))
    shown = [line for line in shown if summary.has(curves, *line[:2])]
    if not shown or not found["points"]:
        return None
    return _view(found, {line: _means(curves, *line[:2]) for line in shown})


def _means(curves, score, policy):
    budgets, accuracy = summary.accuracies(curves, score, policy)
    return budgets.tolist(), accuracy.mean(axis=0).tolist()


def _view(found, lines):
    n, first = found["n_train"], min(budgets[0] for budgets, _ in lines.values())
    levels = [found["floor"], found["ceiling"]]
    values = levels + [value for _, means in lines.values() for value in means]
    low, high = min(values), max(values)
    pad = 0.05 * (high - low) or 0.01
    low, high = low - pad, high + pad

    def x(points):
        position = math.log(points / first) / math.log(n / first) if n > first else 0.5
        return round(LEFT + position * (WIDTH - LEFT - RIGHT), 1)

    def y(accuracy):
        return round(TOP + (high - accuracy) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    digits = sentences.accuracy_digits(*levels)
    budgets, means = (
        next(reversed(lines.values())) if _by_policy(found) else next(iter(lines.values()))
    )
    at = dict(zip(budgets, means, strict=True))
    points = found["measured_points"]
    accuracy = at.get(points, found["ceiling"] if points == n else None)
    ticks = sorted({first, n, *(round(n * share) for share in (0.02, 0.05, 0.1, 0.2, 0.5))})
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "lines": [
            {
                "kind": kind,
                "label": "random selection" if kind == "random" else _label(score, policy),
                "path": " ".join(f"{x(b)},{y(a)}" for b, a in zip(*curve, strict=True)),
            }
            for (score, policy, kind), curve in lines.items()
        ],
        "levels": [
            {"y": y(found[key]), "label": sentences.percent(found[key], digits), "name": name}
            for key, name in (("floor", "none augmented"), ("ceiling", "all augmented"))
        ],
        "ticks": [{"x": x(points), "label": str(points)} for points in ticks if points >= first],
        "point": None if accuracy is None else {"x": x(points), "y": y(accuracy)},
        "alt": (
            f"Accuracy over the number of points augmented, from {first} to {n}. The recommended "
            f"number, {points}, is marked."
        ),
    }


def _by_policy(found):
    return found["policy"] != REFERENCE


def _label(score, policy):
    return sentences.series_label(score, policy)
