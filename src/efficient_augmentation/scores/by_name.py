"""Scores by name, for the simulation, the baselines and the selection of points.

A score is a function of `Points`, listed in `_OF_POINTS`, or of `Points` and `Fits`, listed in
`_OF_FITS` together with `of_head.SCORES`, which use only the head's probabilities. All numbers of
classes, and both frozen features and refitted networks, use this module.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.heads import head, logistic
from efficient_augmentation.names import as_published, scores
from efficient_augmentation.scores import knn_shapley, of_head

if TYPE_CHECKING:
    from efficient_augmentation.scores import svm


class Fits(NamedTuple):
    """R fits of the rows of `Points`."""

    theta: np.ndarray
    """(R, d + 1) for two classes, (R, k, d + 1) for k, intercept last."""
    weights: np.ndarray
    """(R, m) sample weights of the fits."""
    C: float | None
    """Inverse penalty in the Hessian of the influence; None leaves it out, as published."""
    kind: str = "influence"
    """How influence is computed, see `softmax_influence.loo_influence`."""
    calls: int = 1
    """Number of scores like this in the job; kind "auto" decides by their total cost."""


class Points:
    """Rows that are fitted; the first n of them are the points to score.

    Args:
      X: features, (m, d), finite.
      y: labels, (m,), 0..k-1.
      n: number of points, rows 0..n-1. None means all rows.
      faithful: parts of the published code to repeat, as `as_published.parts` takes them; only for
        two classes.
      given: mapping from names to further scores (n,), which do not depend on fits.
    Raises: ValueError for a wrong shape or value.
    """

    def __init__(
        self,
        X: np.ndarray,
        y: np.ndarray,
        n: int | None = None,
        *,
        faithful: bool | Iterable[str] = False,
        given: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        repeated = as_published.parts(faithful)
        self.head = head.of(y, faithful=bool(repeated))
        self.X, self.y = self.head.check_rows(X, y)
        self.n = len(self.y) if n is None else n
        self._hinge_as_published = "hinge" in repeated
        self.given = {name: np.asarray(values) for name, values in (given or {}).items()}
        for name, values in self.given.items():
            if values.shape != (self.n,):
                raise ValueError(f"{name} must have shape ({self.n},), not {values.shape}")

    @property
    def originals(self) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, d) and labels (n,) of the points."""
        return self.X[: self.n], self.y[: self.n]

    @cached_property
    def rows(self) -> np.ndarray:
        """(m, d + 1): all rows with their intercept column."""
        return logistic.with_intercept(self.X)

    @cached_property
    def separator(self) -> "svm.Separator":
        """The support vector machine of the points, see `svm.fit`."""
        # It imports scikit-learn, a second that jobs without this score save.
        from efficient_augmentation.scores import svm

        return svm.fit(*self.originals, faithful=self._hinge_as_published)


def score(name: str, points: Points, fits: Fits) -> np.ndarray:
    """Scores of all points under each fit.

    Args:
      name: one of `NAMES`, or of the points' given scores.
      points: `Points`.
      fits: `Fits` of their rows.
    Returns: (R, n) float64; magnitudes count.
    Raises: ValueError for an unknown name, and as the score's function.
    """
    check_name(name, points.given)
    if name in _OF_FITS:
        return _OF_FITS[name](points, fits)
    found = points.given[name] if name in points.given else _OF_POINTS[name](points)
    return np.tile(found, (len(fits.weights), 1))


def score_alone(name: str, X: np.ndarray, y: np.ndarray, C: float) -> np.ndarray:
    """Scores of points under the fit on themselves; nothing is fitted if the score needs no fit.

    Args:
      name: one of `NAMES`.
      X: features, (n, d), finite.
      y: labels, (n,), 0..k-1, all present.
      C: inverse strength of the penalty.
    Returns: (n,) float64; magnitudes count.
    Raises: as `score`, and for a wrong shape or value.
    """
    check_name(name)
    points = Points(X, y)
    if name in _OF_POINTS:
        return _OF_POINTS[name](points)
    theta = points.head.fit(*points.originals, C)
    return _OF_FITS[name](points, Fits(theta[None], np.ones((1, points.n)), C))[0]


def check_name(name: str, given: Collection[str] = ()) -> None:
    """Raise a ValueError for an unknown score, or for one whose input is not there."""
    if name in scores.GIVEN and name not in given:
        raise ValueError(
            f"score {name!r} comes from the training of the network that makes the features, and "
            "no history of it was given"
        )
    if name not in (*NAMES, *given):
        raise ValueError(f"unknown score {name!r}; a score is one of {', '.join(NAMES)}")


def _loss(points: Points, fits: Fits) -> np.ndarray:
    return np.stack([points.head.loss(theta, *points.originals) for theta in fits.theta])


def _influence(points: Points, fits: Fits) -> np.ndarray:
    y = points.originals[1]
    return points.head.loo_influence_many(
        fits.theta, points.rows, y, fits.weights, fits.C, fits.kind, calls=fits.calls
    )


def _of_head(function: Callable[..., np.ndarray]) -> Callable[[Points, Fits], np.ndarray]:
    return lambda points, fits: np.stack(
        [function(theta, *points.originals) for theta in fits.theta]
    )


# Functions (Points, Fits) -> (R, n): scores that change with the fit.
_OF_FITS = {
    "loss": _loss,
    "influence": _influence,
    **{name: _of_head(function) for name, function in of_head.SCORES.items()},
}
# Functions Points -> (n,): scores that do not.
_OF_POINTS = {
    "margin": lambda points: points.separator.margin,
    "hinge": lambda points: points.separator.hinge,
    "knn_shapley": lambda points: knn_shapley.score(*points.originals),
}
NAMES = (*_OF_FITS, *_OF_POINTS)
"""All scores that can be computed; margin and hinge belong to the SVM, see `svm`."""
