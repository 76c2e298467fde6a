"""Policies as objects that are asked for their points, budget by budget.

A `Chooser` is one policy in one run. `of` makes it for any kind of policy; callers need not know
the kind.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

import numpy as np

from efficient_augmentation.names import policies
from efficient_augmentation.policies import coresets, dpp, ranking


class Chooser(Protocol):
    """A policy in one run."""

    def extend(self, chosen: np.ndarray, budget: int) -> None:
        """Mark points in chosen, (n,) bool, until `budget` points are marked."""

    def update(self, chosen: np.ndarray, scores: np.ndarray | None) -> None:
        """Prepare for the next budget.

        Args:
          chosen: (n,) bool, the points up to this budget.
          scores: (n,) under the current fit; None for a policy that does not update scores.
        """

    def represented(self, chosen: np.ndarray) -> np.ndarray | None:
        """(n,) number of points that each chosen one represents; None if each counts once."""


class Measured:
    """What policies know about the points before any is augmented.

    Args:
      features: (n, d), finite.
      labels: (n,), 0..k-1.
      scores: mapping from names of scores to (n,).
      residuals: function that returns the residuals (n, k) of the points; called only for policies
        that use them.
      sample: function that draws from a k-DPP, like `dpp.sample_k_dpp`.
    """

    def __init__(
        self,
        features: np.ndarray,
        labels: np.ndarray,
        scores: Mapping[str, np.ndarray],
        residuals: Callable[[], np.ndarray],
        sample: Callable[..., np.ndarray] = dpp.sample_k_dpp,
    ) -> None:
        self.features, self.labels, self.scores, self.sample = features, labels, scores, sample
        # These do not depend on the round, so all runs share them.
        self.residuals = cache(residuals)
        self.order = cache(self._order)
        self.spectrum = cache(self._spectrum)

    def _order(self, base: str, score: str) -> np.ndarray:
        """Order of a coreset."""
        points = self.features, self.labels, self.residuals(), self.scores[score]
        return coresets.order(base, *points)

    def _spectrum(self, score: str | None) -> dpp.Spectrum:
        """Spectrum of a k-DPP's kernel, weighted by a score or, with None, not."""
        return dpp.spectrum(self.features, None if score is None else self.scores[score])


def of(
    policy: policies.Policy,
    score: str,
    measured: Measured,
    rng: np.random.Generator,
    clusters: np.ndarray | None = None,
) -> Chooser:
    """A policy at the start of a run.

    Args:
      policy: the policy.
      score: name of the score that it uses, if it uses one.
      measured: what is known about the points.
      rng: the run's generator; policies with equal generators are paired.
      clusters: (n,) integer labels to stratify by, or None; k-DPPs ignore them.
    Returns: Chooser.
    Raises: ValueError as the functions of this package that the policy uses.
    """
    if policy.rule.kind == policies.SUBSETS:
        spectrum = measured.spectrum(score if policy.rule.scored else None)
        return _Subsets(lambda budget: measured.sample(spectrum, budget, rng))
    if policy.rule.kind == policies.CORESET:
        order = measured.order(policy.base, score)
        if clusters is not None:
            order = ranking.round_robin(order, clusters, rng)
        return _Represented(order, measured) if policy.rule.weighted else _Ordered(order)
    return _Ranked(policy.name, measured.scores[score], rng, clusters)


class _Ordered:
    """Takes points in an order that is known from the start."""

    def __init__(self, order: np.ndarray) -> None:
        self._order = order

    def extend(self, chosen: np.ndarray, budget: int) -> None:
        chosen[self._order[: budget - chosen.sum()]] = True

    def update(self, chosen: np.ndarray, scores: np.ndarray | None) -> None:
        self._order = self._order[~chosen[self._order]]

    def represented(self, chosen: np.ndarray) -> np.ndarray | None:
        return None


class _Represented(_Ordered):
    """Takes points in such an order; each represents the points that are nearest to it."""

    def __init__(self, order: np.ndarray, measured: Measured) -> None:
        super().__init__(order)
        self._points = measured.residuals(), measured.features, measured.labels

    def represented(self, chosen: np.ndarray) -> np.ndarray | None:
        return coresets.cluster_sizes(chosen, *self._points)


class _Ranked(_Ordered):
    """Takes points in an order by scores; new scores give the remaining points a new order."""

    def __init__(
        self,
        name: str,
        scores: np.ndarray,
        rng: np.random.Generator,
        clusters: np.ndarray | None,
    ) -> None:
        self._name, self._rng, self._clusters = name, rng, clusters
        super().__init__(self._ranked(scores, np.arange(len(scores))))

    def update(self, chosen: np.ndarray, scores: np.ndarray | None) -> None:
        left = np.flatnonzero(~chosen)
        if scores is None or not len(left):
            super().update(chosen, scores)
        else:
            self._order = self._ranked(scores, left)

    def _ranked(self, scores: np.ndarray, points: np.ndarray) -> np.ndarray:
        clusters = None if self._clusters is None else self._clusters[points]
        return points[ranking.order(self._name, scores[points], self._rng, clusters)]


class _Subsets:
    """Draws a new subset at every budget."""

    def __init__(self, draw: Callable[[int], np.ndarray]) -> None:
        self._draw = draw

    def extend(self, chosen: np.ndarray, budget: int) -> None:
        chosen[:] = False
        chosen[self._draw(budget)] = True

    def update(self, chosen: np.ndarray, scores: np.ndarray | None) -> None:
        """Do nothing: no subset depends on earlier ones."""

    def represented(self, chosen: np.ndarray) -> np.ndarray | None:
        return None
