"""The answer alone: which points should be augmented?"""

import numpy as np

from efficient_augmentation import logistic, policies, scores, svm


def select_points(
    features, labels, budget, score="influence", policy="random_proportional", seed=0, *, C=10.0
):
    """Points worth augmenting, in the order in which the policy takes them.

    Args:
      features: (n, d), one row a training point; a network's penultimate layer serves well.
      labels: (n,), two distinct values.
      budget: how many points to choose, 1..n.
      score: "loss", "influence", "margin" or "hinge".
      policy: a name that `policies.parse` takes. Updating and downweighting need augmented rows
        and do not matter to a single choice.
      seed: of the random draw.
      C: inverse strength of the penalty of the logistic regression that scores the points.
    Returns: (budget,) distinct indices into the rows.
    Raises: ValueError naming the argument, its value and what would be right.
    Source: Kuchnik and Smith 2019, section 3.
    """
    X = np.asarray(features)
    policies.parse(policy)
    labels = np.asarray(labels)
    if labels.shape != X.shape[:1]:
        raise ValueError(f"labels must have shape {X.shape[:1]}, a label a row, not {labels.shape}")
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise ValueError(
            f"labels must hold two classes; that of row {np.isnan(labels).argmax()} is nan"
        )
    classes, y = np.unique(labels, return_inverse=True)
    if len(classes) != 2:
        raise ValueError(f"labels must hold two classes, not {len(classes)}: {classes[:5]}")
    if budget % 1 or not 1 <= budget <= len(X):
        raise ValueError(f"budget must be a whole number within 1..{len(X)}, not {budget}")
    values = _scores(score, X, y, C)
    return policies.order(policy, values, np.random.default_rng(seed))[: int(budget)]


def _scores(score, X, y, C):
    match score:
        case "loss":
            return scores.loss(logistic.fit(X, y, C), X, y)
        case "influence":
            return scores.loo_influence(logistic.fit(X, y, C), X, y, C)
        case "margin" | "hinge":
            return getattr(svm.fit(X, y), score)
    raise ValueError(f"score must be one of {', '.join(scores.NAMES)}, not {score!r}")
