"""Scores that need only the head's probabilities: gradient norms and uncertainties.

Let x~ = [x, 1], p the class probabilities of a row, and e_y the unit vector of its label. The
residual is r = p - e_y. theta is binary, (d + 1,) as in `logistic.fit`, or has one row per class,
(k, d + 1) as in `softmax.fit`; the binary form means logits 0 and theta' x~.

All scores are >= 0 and larger for points that are harder or less certain, so that policies which
prefer large magnitudes prefer those. No difference of probabilities near 1 is computed.
"""

from collections.abc import Callable

import numpy as np

from efficient_augmentation.heads import logistic, softmax


def el2n(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Error norm: |p - e_y| over all classes.

    Args:
      theta: (d + 1,) or (k, d + 1), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0..k-1.
    Returns: (n,) float64 within 0..sqrt(2).
    Raises: ValueError for a wrong shape or value, and if a logit overflows.
    Source: Paul, Ganguli and Dziugaite 2021, definition 2 (EL2N), for one fit of the head.
    """
    return np.linalg.norm(residuals(theta, X, y), axis=1)


def grand(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Norm of the gradient of the row's log loss with respect to theta.

    That is |p_1 - y| |x~| for a binary theta, and |p - e_y| |x~| with one row per class. It is
    exact for a logistic head on frozen layers.

    Args, Raises: as `el2n`.
    Returns: (n,) float64, >= 0.
    Source: Paul, Ganguli and Dziugaite 2021, definition 1 (GraNd), for the head alone.
    """
    r = residuals(theta, X, y)
    error = np.abs(r[:, 1]) if np.ndim(theta) == 1 else np.linalg.norm(r, axis=1)
    return error * np.linalg.norm(logistic.with_intercept(np.asarray(X, np.float64)), axis=1)


def margin_uncertainty(theta: np.ndarray, X: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
    """One minus the margin p_top - p_second of the two most probable classes.

    Uncertain points have a small margin and so a large score, which policies prefer.

    Args, Raises: as `el2n`; labels are ignored.
    Returns: (n,) float64 within 0..1.
    Source: Scheffer, Decomain and Wrobel 2001 (margin sampling).
    """
    p = np.exp(np.sort(_log_probabilities(theta, X), axis=1))
    return p[:, :-1].sum(axis=1) + p[:, -2]


def entropy(theta: np.ndarray, X: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
    """Entropy of the predicted class.

    Args, Raises: as `el2n`; labels are ignored.
    Returns: (n,) float64, nats, within 0..log k.
    Source: Settles 2009, section 3.1.
    """
    log_p = _log_probabilities(theta, X)
    return -(np.exp(log_p) * log_p).sum(axis=1)


def residuals(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Residuals p - e_y of all rows; that of the row's own class is minus the sum of the others.

    Args, Raises: as `el2n`.
    Returns: (n, k) float64.
    """
    log_p = _log_probabilities(theta, X)
    y = np.asarray(y)
    k = log_p.shape[1]
    if y.shape != (len(log_p),) or not np.isin(y, range(k)).all():
        raise ValueError(
            f"labels must have shape ({len(log_p)},) and be whole numbers within 0..{k - 1}, not "
            f"{y.shape} and {np.unique(y)[:5]}"
        )
    p, own = np.exp(log_p), (np.arange(len(y)), y.astype(int))
    p[own] = 0.0
    p[own] = -p.sum(axis=1)
    return p


def _log_probabilities(theta: np.ndarray, X: np.ndarray) -> np.ndarray:
    """(n, k) logarithms of probabilities, accurate even if a probability is nearly 1."""
    X, theta = logistic.check_rows(X, np.zeros(len(X), int))[0], np.asarray(theta, np.float64)
    if theta.shape[-1:] != (X.shape[1] + 1,) or theta.ndim not in (1, 2):
        raise ValueError(
            f"theta must have shape ({X.shape[1] + 1},) or (classes, {X.shape[1] + 1}), intercept "
            f"last, not {theta.shape}"
        )
    theta = np.stack([np.zeros_like(theta), theta]) if theta.ndim == 1 else theta
    with np.errstate(over="ignore", invalid="ignore"):
        logits = softmax.logits(theta, X)
    if not np.isfinite(logits).all():
        row = int(np.argmin(np.isfinite(logits).all(axis=1)))
        raise ValueError(f"theta' x~ of row {row} is not finite; features nearer to 1 would help")
    top = np.arange(len(X)), logits.argmax(axis=1)
    behind = logits - logits[top][:, None]
    others = np.exp(behind)
    others[top] = 0.0
    return behind - np.log1p(others.sum(axis=1))[:, None]


SCORES: dict[str, Callable[..., np.ndarray]] = {
    "el2n": el2n,
    "grand": grand,
    "margin_uncertainty": margin_uncertainty,
    "entropy": entropy,
}
"""The scores by name, functions of theta, X and y."""
