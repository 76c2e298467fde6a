"""The truth check of an experiment: all scores, and exact refits that leave out one point each.

`analysis.audit` computes how well they agree.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from efficient_augmentation import progress
from efficient_augmentation.heads import head as heads
from efficient_augmentation.heads import refits, regularization
from efficient_augmentation.names import as_published
from efficient_augmentation.scores import by_name


def run(
    features: Mapping[str, np.ndarray],
    *,
    C: float | str = "auto",
    faithful: bool | Iterable[str] = False,
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Refits and scores, which `audit.rows` and `audit.summarize` compare.

    Args:
      features: mapping of the arrays of features.npz, of any transform: only the originals are
        used, unless C is "auto".
      C, faithful: as in the experiment; C is 1 if that part of the published code is repeated.
    Returns: (truth, scores, labels): the change of each point's own log loss by a refit without it,
      (n,), nats; scores by name, as `scores_of`; (n,) labels.
    Raises: ValueError as the functions of fits and scores.
    Cost: n refits, see `refits.refit_losses`; the support vector machine's grid search.
    """
    originals = features["source_train"] < 0
    X, y = features["x_train"][originals], features["y_train"][originals]
    if "C" in as_published.parts(faithful):
        C = as_published.C
    used = regularization.number(C, *(features[f"{x}_train"] for x in ("x", "y", "source")))
    two = heads.number_of_classes(y) == 2
    truth = refits.refit_losses(X, y, used) if two else refit_losses(X, y, used)
    return truth, scores_of(X, y, used), y


def refit_losses(X: np.ndarray, y: np.ndarray, C: float) -> np.ndarray:
    """`refits.refit_losses` for any number of classes.

    Each result is the difference of two losses, so that digits are lost if they hardly differ.

    Args:
      X: features, (n, d).
      y: labels, (n,), 0..k-1.
      C: inverse strength of the fit's penalty.
    Returns: (n,) float64, nats.
    Cost: n fits that start from the fit of all points.
    """
    head = heads.of(y)
    theta = head.fit(X, y, C)
    without = head.fit_many(X, y, C, 1 - np.eye(len(y)), theta)
    rows = [slice(i, i + 1) for i in range(len(y))]
    losses = [head.loss(t, X[i], y[i])[0] for t, i in zip(without, rows, strict=True)]
    return np.array(losses) - head.loss(theta, X, y)


def scores_of(X: np.ndarray, y: np.ndarray, C: float) -> dict[str, np.ndarray]:
    """Every score of points under the fit on them, by name.

    Args:
      X: features, (n, d).
      y: labels, (n,), 0..k-1.
      C: inverse strength of the fit's penalty.
    Returns: dict from name to (n,) float64: those of `by_name.NAMES` in order, with influence in
      its plain form, then `alo`, and `influence_published` without the penalty in H.
    Raises: ValueError as the functions of the scores.
    """
    named = progress.track(by_name.NAMES, "compute scores", "score")
    found = {name: by_name.score_alone(name, X, y, C) for name in named}
    head = heads.of(y)
    theta = head.fit(X, y, C)
    found["alo"] = head.loo_influence(theta, X, y, C, "alo")
    found["influence_published"] = head.loo_influence(theta, X, y)
    return found
