"""How well scores agree with the exact change of retraining without a point.

The truth of point i is the quantity that influence approximates: its log loss under the refit
without it, minus its log loss under the fit with it. It is never negative.
"""

import math

import numpy as np

from efficient_augmentation.analysis import correlation
from efficient_augmentation.files import tables

TRUTH = "exact"
TOP = (10, 50, 100)
TOP_SHARE = 0.1
ESTIMATES = ("influence", "alo", "influence_published")
"""Scores in the unit of the truth, nats, for which a relative error is meaningful."""
LOW_IS_HARD = ("margin",)
"""Scores that are low for hard points: their lowest are compared with the truth's highest."""


def rows(truth, scores, ids, labels):
    """Rows of audit.csv, one per point.

    Args:
      truth: (n,) exact changes, nats.
      scores: mapping from name to (n,).
      ids: (n,) identifiers of the points.
      labels: (n,).
    Returns: list of mappings id, label, exact, and each score.
    Raises: ValueError if lengths differ.
    """
    columns = {"id": ids, "label": labels, TRUTH: truth, **scores}
    columns = {name: np.asarray(values) for name, values in columns.items()}
    if len({len(values) for values in columns.values()}) != 1:
        lengths = ", ".join(f"{name} {len(values)}" for name, values in columns.items())
        raise ValueError(f"audit: columns must be of one length, not {lengths}")
    return tables.rows(columns)


def summarize(truth, scores):
    """How well each score agrees with the truth: rows of audit_summary.csv.

    Args:
      truth: (n,) exact changes, nats.
      scores: mapping from name to (n,), any sign; magnitudes count.
    Returns: list of mappings: `score`; `spearman` and `pearson` of magnitude and truth, nan where
      one of them is constant; `top_10`, `top_50`, `top_100`, `top_tenth`, the share of the k
      points of largest truth that are among the score's k highest (of `margin`: lowest), nan
      where there are fewer than k points; `error_median` and `error_90`, quantiles over the
      points of the relative error |magnitude - truth| / truth, nan for scores in other units
      than the truth's.
    Raises: ValueError if lengths differ, or a value is not finite.
    """
    truth = np.asarray(truth, float)
    return [_agreement(truth, name, values) for name, values in scores.items()]


def top_overlap(truth, ranking, k):
    """Share of the k largest of one array that are among the k largest of another.

    Args:
      truth, ranking: (n,); of equal values the first count.
      k: at least 1.
    Returns: float in [0, 1], nan where k > n. Choosing at random gives k / n.
    """
    if k > len(truth):
        return math.nan
    ends = (np.argsort(-np.asarray(values), kind="stable")[:k] for values in (truth, ranking))
    return len(np.intersect1d(*ends)) / k


def _agreement(truth, name, values):
    size = np.abs(np.asarray(values, float))
    if size.shape != truth.shape:
        raise ValueError(f"audit: {name} has shape {size.shape}, the truth {truth.shape}")
    if not np.isfinite(size).all() or not np.isfinite(truth).all():
        raise ValueError(f"audit: {name} and the truth must be finite")
    ranking = -size if name in LOW_IS_HARD else size
    constant = not (np.ptp(size) and np.ptp(truth))
    tenth = max(1, round(TOP_SHARE * len(truth)))
    error = np.full(2, np.nan)
    if name in ESTIMATES and (truth > 0).any():
        positive = truth > 0
        relative = np.abs(size[positive] / truth[positive] - 1)
        error = np.quantile(relative, (0.5, 0.9))
    return {
        "score": name,
        "spearman": math.nan if constant else correlation.spearman(size, truth),
        "pearson": math.nan if constant else correlation.pearson(size, truth),
        **{f"top_{k}": top_overlap(truth, ranking, k) for k in TOP},
        "top_tenth": top_overlap(truth, ranking, tenth),
        "error_median": float(error[0]),
        "error_90": float(error[1]),
    }
