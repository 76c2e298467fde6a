"""Made-up data to draw, and figures as a test reads them."""

import warnings
from typing import NamedTuple

import numpy as np

import synthetic
from efficient_augmentation.figures import curves as accuracy_curves

BUDGETS = [1, 10, 50, 100, 250, 500, 750, 1000]


class Variant(NamedTuple):
    label: str
    apply: object


VARIANTS = [Variant("flip", lambda x: x[:, ::-1]), Variant("darker", lambda x: x // 2)]


def dataset(n=30, channels=1, side=8):
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (n, side, side, channels)).astype(np.uint8),
        "y_train": np.arange(n) % 2,
    }


def drawn(figure):
    """Draw, with warnings as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    return figure


def panel(baselines, family="random", **kwargs):
    curves = synthetic.curves(baselines, BUDGETS, **kwargs)
    return drawn(accuracy_curves.accuracy(curves, baselines, "influence", family))


def lines(figure):
    """Label to line of all policies' curves."""
    found = figure.axes[0].get_lines()
    return {line.get_label(): line for line in found if not line.get_label().startswith("_")}
