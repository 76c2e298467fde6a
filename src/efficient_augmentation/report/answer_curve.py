"""The picture next to the answer: accuracy over points augmented, with the answer marked."""

import math
from typing import NamedTuple

from efficient_augmentation.analysis import summary, wording
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


class _Scale(NamedTuple):
    """From points, on a logarithmic scale, and accuracies to places in the picture."""

    first: int
    last: int
    low: float
    high: float

    def x(self, points):
        position = 0.5
        if self.last > self.first:
            position = math.log(points / self.first) / math.log(self.last / self.first)
        return round(LEFT + position * (WIDTH - LEFT - RIGHT), 1)

    def y(self, accuracy):
        position = (self.high - accuracy) / (self.high - self.low)
        return round(TOP + position * (HEIGHT - TOP - BOTTOM), 1)


def _scale(found, lines):
    """The scale on which all lines and levels can be seen."""
    values = [found["floor"], found["ceiling"]]
    values += [value for _, means in lines.values() for value in means]
    low, high = min(values), max(values)
    pad = 0.05 * (high - low) or 0.01
    first = min(budgets[0] for budgets, _ in lines.values())
    return _Scale(first, found["n_train"], low - pad, high + pad)


def _point(found, lines, scale):
    """Where the answer lies, None where nothing was measured there."""
    curves = list(lines.values())
    at = dict(zip(*curves[-1 if found["policy"] != REFERENCE else 0], strict=True))
    points = found["measured_points"]
    accuracy = at.get(points, found["ceiling"] if points == found["n_train"] else None)
    return None if accuracy is None else {"x": scale.x(points), "y": scale.y(accuracy)}


def _view(found, lines):
    scale, n = _scale(found, lines), found["n_train"]
    digits = wording.accuracy_digits(found["floor"], found["ceiling"])
    ticks = {scale.first, n, *(round(n * share) for share in (0.02, 0.05, 0.1, 0.2, 0.5))}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "lines": [
            {
                "kind": kind,
                "label": "random selection" if kind == "random" else wording.series(score, policy),
                "path": " ".join(f"{scale.x(b)},{scale.y(a)}" for b, a in zip(*curve, strict=True)),
            }
            for (score, policy, kind), curve in lines.items()
        ],
        "levels": [
            {"y": scale.y(found[key]), "label": wording.percent(found[key], digits), "name": name}
            for key, name in (("floor", "none augmented"), ("ceiling", "all augmented"))
        ],
        "ticks": [{"x": scale.x(k), "label": str(k)} for k in sorted(ticks) if k >= scale.first],
        "point": _point(found, lines, scale),
        "alt": (
            f"Accuracy over the number of points augmented, from {scale.first} to {n}. The "
            f"recommended number, {found['measured_points']}, is marked."
        ),
    }
