"""The truth check of an experiment: all scores beside exact refits without each point."""

import numpy as np

from efficient_augmentation import audit, leave_one_out, scores, simulate


def run(features, ids, *, C, faithful):
    """Rows of audit.csv and of audit_summary.csv.

    Args:
      features: mapping of the arrays of features.npz, of any transform: only originals are read.
      ids: (n,) identifiers of the training points.
      C, faithful: of the experiment; with the published code's choices, C is 1 here too.
    Returns: (rows, summary), as `audit.rows` and `audit.summarize`.
    Raises: ValueError where there are more than two classes, or ids do not fit.
    Cost: n refits, see `leave_one_out.refit_losses`; the support vector machine's grid search.
    """
    originals = features["source_train"] < 0
    X, y = features["x_train"][originals], features["y_train"][originals]
    if y.max() > 1:
        raise ValueError(
            f"audit: {int(y.max()) + 1} classes; exact refits are there for two, give "
            "dataset.classes as two labels"
        )
    C = simulate.PUBLISHED_C if faithful else C
    truth, found = leave_one_out.refit_losses(X, y, C), scores_of(X, y, C)
    return audit.rows(truth, found, ids, y), audit.summarize(truth, found)


def scores_of(X, y, C):
    """Every score of points of two classes under the fit on them, by name.

    Args:
      X: features, (n, d).
      y: labels, (n,), 0 or 1.
      C: inverse strength of the fit's penalty.
    Returns: dict from name to (n,) float64: those of `scores.NAMES` in order, influence in its
      plain form, then `alo` and `influence_published`, its form without the penalty in H.
    Raises: ValueError as the functions of the scores.
    """
    none = np.full(len(X), -1)
    rows = {"x_train": X, "y_train": y, "source_train": none, "x_test": X, "y_test": y}
    model = simulate.FrozenModel(rows, C)
    state = model.fit(np.ones((1, len(X))))
    found = {name: model.scores(name, state, [0])[0] for name in scores.NAMES}
    theta = state[0][0]
    found["alo"] = scores.loo_influence(theta, X, y, C, "alo")
    found["influence_published"] = scores.loo_influence(theta, X, y)
    return found
