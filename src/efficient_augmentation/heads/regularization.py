"""C chosen from the data by cross-validation over points, independent of the features' scale.

The meaning of a fixed C depends on the network: features multiplied by a have the same fits at
C / a^2. So the grid holds C in units of 1 / s^2, where s^2 is the mean squared distance of the
points from their mean. Points are held out together with their copies, and judged by the log loss
of all these rows. A network that has memorised its training images classifies held-out points too
well, which favours penalties that are too weak. Therefore the strongest penalty within one standard
error of the best is chosen.
"""

import logging
from typing import NamedTuple

import numpy as np

from efficient_augmentation import progress
from efficient_augmentation.heads import expanded, logistic
from efficient_augmentation.heads import head as heads
from efficient_augmentation.names.regularization import (
    AUTO,
    CROSS_VALIDATION,
    NO_COPIES,
    described,
)

_log = logging.getLogger(__name__)

GRID = tuple(10 ** (half / 2) for half in range(-6, 9))
"""Values of C tried, in units of 1 / s^2: half decades from 0.001 to 10,000."""
ALONE = 10.0
"""C in the same units if there are no copies to judge it by; see docs/method.md, section 4."""
FOLDS = 5
_SEED = 0  # of the folds, so that equal points have equal folds
# In standard errors of theta: held-out losses then have at least three correct digits, far more
# than their statistical error needs.
_TOLERANCE = 3e-5


class Choice(NamedTuple):
    """The chosen C, and the evidence for it."""

    C: float
    rule: str
    """CROSS_VALIDATION or NO_COPIES."""
    scale: float
    """s^2, the mean squared distance of the points from their mean."""
    grid: tuple = ()
    """(G,) values of C tried, increasing; empty if there are no copies."""
    losses: tuple = ()
    """(G,) mean log loss of held-out points, nats; a point's loss is the mean over its rows."""
    standard_errors: tuple = ()
    """(G,) standard errors of these means, over points."""
    points: int = 0
    """Number of points, each of which was held out once."""
    folds: int = 0


def choose(X, y, source):
    """Choose C for rows of points and of their copies.

    Args:
      X: features, (m, d), finite.
      y: labels, (m,), 0..k-1, all present.
      source: (m,), -1 for a point itself (all points come first), else the point of a copy.
    Returns: Choice, the same for the same arrays; features multiplied by a give C / a^2.
    Raises: ValueError if the points do not differ, or no class has two of them.
    Cost: FOLDS fits of all rows for each value of GRID, each started from the previous value's.
    Source: one standard error: Breiman et al. 1984, section 3.4.3; Hastie, Tibshirani and Friedman
      2009, section 7.10.
    """
    head = heads.of(y)
    X, y = head.check_rows(X, y)
    rows = expanded.Rows(source)
    n = rows.n
    squared = scale(X[:n])
    if n == len(rows):
        return Choice(ALONE / squared, NO_COPIES, squared)
    fold = folds(y[:n])
    if not (fold >= 0).any():
        raise ValueError(
            f'C: "{AUTO}" holds points out, and so needs a class of two points or more; {n} points '
            f"of {len(np.unique(y))} classes have none. Give a number for C"
        )
    grid = np.array(GRID) / squared
    losses = held_out_losses(head, X, y, rows.point, fold, grid)
    mean, error = losses.mean(axis=1), losses.std(axis=1, ddof=1) / np.sqrt(losses.shape[1])
    chosen = strongest_within_one_error(mean, error)
    return Choice(
        float(grid[chosen]),
        CROSS_VALIDATION,
        squared,
        *(tuple(map(float, values)) for values in (grid, mean, error)),
        losses.shape[1],
        int(fold.max()) + 1,
    )


def number(C, X, y, source):
    """C itself if it is a number; for "auto" the one that `choose` finds, which is logged.

    Raises: ValueError if C is neither "auto" nor a positive number, and as `choose`.
    """
    check(C)
    if C != AUTO:
        return C
    choice = choose(X, y, source)
    _log.info(described(choice.C, choice.rule))
    return choice.C


def check(C):
    """Raise a ValueError if C is neither "auto" nor a positive number."""
    if not isinstance(C, str):
        logistic.check_C(C)
    elif C != AUTO:
        raise ValueError(f'C must be a positive number or "{AUTO}", not {C!r}')


def scale(X):
    """s^2, the mean squared distance of points (n, d) from their mean.

    Raises: ValueError if the points do not differ by more than rounding, or if s^2 overflows.
    """
    X = np.asarray(X, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        found = float(((X - X.mean(axis=0)) ** 2).sum(axis=1).mean())
        rounding = (8 * np.finfo(float).eps * np.abs(X).max()) ** 2 * X.shape[1]
    if not (np.isfinite(found) and found > rounding):
        raise ValueError(
            f'C: "{AUTO}" goes by the mean squared distance of {len(X)} points from their mean, '
            f"which is {found:.3g}; it must be positive and finite. Give features that differ, or "
            "a number for C"
        )
    return found


def folds(y):
    """Fold (n,) in 0..FOLDS-1 of every point, classes in proportion; -1 for one alone in its class.

    Such a point is never held out, since every fit needs its class.
    """
    rng, fold, dealt = np.random.default_rng(_SEED), np.full(len(y), -1), 0
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        if len(members) > 1:
            fold[members] = (dealt + np.arange(len(members))) % FOLDS
            dealt += len(members)
    # With fewer points than folds some folds are empty; the others are renumbered.
    used = np.unique(fold[fold >= 0])
    return np.where(fold < 0, -1, np.searchsorted(used, fold))


def held_out_losses(head, X, y, point, fold, grid):
    """Log loss (G, points held out) under fits without the point and its copies, nats.

    Args:
      head: `head.Head` of the labels.
      X, y: all rows, (m, d) and (m,).
      point: (m,), the point of each row.
      fold: (n,), as `folds` returns it.
      grid: (G,) values of C, increasing.
    Returns: (G, points held out); a point's loss is the mean over its own row and its copies.
    """
    fold_of_row = fold[point]
    held_out = np.arange(fold.max() + 1)[:, None] == fold_of_row
    rows = np.bincount(point, minlength=len(fold))
    theta, found = None, []
    for C in progress.track(grid, "choose C", "value"):
        theta = head.fit_many(X, y, C, 1.0 - held_out, theta, _TOLERANCE)
        losses = np.zeros(len(y))
        for parameters, out in zip(theta, held_out, strict=True):
            losses[out] = head.loss(parameters, X[out], y[out])
        found.append((np.bincount(point, losses, minlength=len(fold)) / rows)[fold >= 0])
    return np.array(found)


def strongest_within_one_error(mean, error):
    """Index of the smallest C whose loss is within one standard error of the least loss."""
    best = int(np.argmin(mean))
    return int(np.argmax(mean <= mean[best] + error[best]))
