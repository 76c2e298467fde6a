"""The figures of one transform that are drawn together, each by its registered name."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from efficient_augmentation.analysis import summary
from efficient_augmentation.figures import compare, images, regularization, score_plots, strata
from efficient_augmentation.figures import curves as accuracy_curves


class Measured(NamedTuple):
    """What the figures of a transform show.

    Attributes:
      x: training images (n, h, w, c), or features (n, d), of which no images are drawn.
      y: their labels (n,).
      scores: columns of scores.csv.
      baselines: mapping of baselines.json.
      curves: columns of curves.csv.
      variants: the transform's, as `catalogue.variants` returns them.
      transform: its name.
      class_names: name of each class, in the order of the labels.
    """

    x: np.ndarray
    y: np.ndarray
    scores: dict
    baselines: dict
    curves: dict
    variants: list
    transform: str
    class_names: list

    def column(self, name):
        """A column of scores.csv; ValueError where it is missing or no row is a point's."""
        if name not in self.scores:
            raise ValueError(f"scores: no column {name!r}; there are {', '.join(self.scores)}")
        if len(self.scores[name]) != len(self.x):
            n = len(self.x)
            raise ValueError(f"scores: {len(self.scores[name])} rows for {n} training images")
        return self.scores[name]

    def of(self, score):
        """Curves and baselines; ValueError where the curves hold no row of the score."""
        known = dict.fromkeys(s for s, _ in summary.pairs(self.curves))
        if score not in known:
            raise ValueError(f"curves: no row of score {score!r}; there are {', '.join(known)}")
        return self.curves, self.baselines


DRAWINGS = (
    accuracy_curves.DRAWINGS
    | compare.DRAWINGS
    | images.DRAWINGS
    | regularization.DRAWINGS
    | score_plots.DRAWINGS
    | strata.DRAWINGS
)
"""Registered names of figures -> functions of Measured, and of the score or policy."""


def transform_figures(wanted, measured) -> Iterator[tuple[str, Figure]]:
    """Figures of one transform, drawn one at a time.

    Args:
      wanted: mapping from each figure's name to the name under which it is registered and the
        score or policy that it is made for.
      measured: Measured.
    Yields: (figure's name, Figure).
    Raises: ValueError if what a figure shows was not measured.
    """
    for name, (registered, made_for) in wanted.items():
        yield name, DRAWINGS[registered](measured, made_for)
