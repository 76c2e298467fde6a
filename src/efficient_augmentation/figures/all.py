"""The figures of one transform that are drawn together, each by its registered name."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from efficient_augmentation.analysis import summary
from efficient_augmentation.experiment import figures
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


def transform_figures(names, measured) -> Iterator[tuple[str, Figure]]:
    """Figures of one transform, drawn one at a time.

    Args:
      names: as `experiment.figures.named` gives them for `DRAWN_TOGETHER`.
      measured: Measured.
    Yields: (figure's name, Figure).
    Raises: ValueError for a name that no figure has, or if what a figure shows was not measured.
    """
    for name in names:
        figure, made_for = figures.find(name)
        yield name, DRAWINGS[figure.name](measured, made_for)


def _accuracy(family):
    return lambda m, score: accuracy_curves.accuracy(*m.of(score), score, family)


def _beside_influence(family):
    def draw(m, score):
        m.of("influence")
        return compare.scores(*m.of(score), "influence", score, family)

    return draw


def _before_after(m, score):
    return score_plots.before_after(m.column(score), m.column(f"{score}_after"), score)


def _extremes(m, score):
    return images.extremes(m.x, m.y, m.column(score), score, m.class_names)


DRAWINGS = {
    "transform": lambda m, _: images.transform(m.x, m.y, m.variants, m.transform, m.class_names),
    "regularization": lambda m, _: regularization.losses(m.baselines["C_choice"]),
    "accuracy_{}_random": _accuracy("random"),
    "accuracy_{}_deterministic": _accuracy("deterministic"),
    "compare_{}_random": _beside_influence("random"),
    "compare_{}_deterministic": _beside_influence("deterministic"),
    "clusters_{}": lambda m, score: strata.clusters(m.curves, m.baselines, score),
    "compare_{}": lambda m, policy: compare.dpp(m.curves, m.baselines, "influence", policy),
    "scores_{}": _before_after,
    "images_{}": _extremes,
}
"""Registered name of each figure of `DRAWN_TOGETHER` -> function of Measured and of the score or
policy that the figure is made for."""
