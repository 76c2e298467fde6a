"""The baselines of an experiment (floor, ceiling, virtual SVs) and the scores of its points."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation import progress
from efficient_augmentation.heads import influence
from efficient_augmentation.names import regularization
from efficient_augmentation.names import scores as score_names
from efficient_augmentation.scores import svm
from efficient_augmentation.simulation import simulate

_log = logging.getLogger(__name__)


def evaluate(
    model: simulate.Model,
    features: Mapping[str, np.ndarray],
    ids: ArrayLike | None = None,
    further: Collection[str] = (),
    C_choice: Any = None,
    class_names: Sequence[str] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Floor, ceiling, virtual support vectors, and every point's scores before and after.

    Args:
      model: a `simulate.Model`.
      features: mapping of features.npz, see `simulate.simulate`. The support vector machine is
        fitted to its originals; its labels and sources describe the model's rows.
      ids: (n,) identifiers of the training points; None means 0..n-1.
      further: names of scores that get columns of their own after the others.
      C_choice: how the model's C was chosen, mapping of C.json; None means that it was given.
      class_names: names of labels 0, 1, ...; None keeps numbers.
    Returns: (rows, baselines): rows of scores.csv, one mapping per point; baselines as in
      baselines.json. "After" scores are those under the fit on all augmented rows. With more than
      two classes, `influence` says how influence was computed, see
      `softmax_influence.influence_made`. `warnings` lists sentences for readers of the numbers.
    Raises: ValueError for wrong shapes or values.
    Source: Kuchnik and Smith 2019, sections 3 and 5.
    """
    n = model.rows.n
    X, y = features["x_train"][:n], features["y_train"][:n]
    ids = np.arange(n) if ids is None else np.asarray(ids)
    if ids.shape != (n,):
        raise ValueError(f"ids must have shape ({n},), not {ids.shape}")

    separator = svm.fit(X, y)
    chosen = np.stack([np.zeros(n, bool), separator.support, np.ones(n, bool)])
    state = model.fit(model.rows.weights(chosen, np.zeros(3, bool)))
    floor, vsv, ceiling = model.accuracy(state)
    floor_plain = model.accuracy(state, features["source_test"] < 0)[0]
    names = progress.track(("loss", "influence", *further), "score points", "score")
    by_score = {name: model.scores(name, state, [0, 2]) for name in names}
    condition = model.condition_number(state, 0), model.condition_number(state, 2)
    made = model.influence_made(state, [0, 2])
    if made.get("kind") == "kfac":
        _log.info(score_names.approximated(made))

    labels = y.tolist() if class_names is None else [class_names[label] for label in y]
    rows = _rows(ids.tolist(), labels, separator, by_score, further)
    return rows, {
        "floor": float(floor),
        "floor_plain_test": float(floor_plain),
        "ceiling": float(ceiling),
        "vsv_accuracy": float(vsv),
        "n_support_vectors": int(separator.support.sum()),
        "svm_C": separator.C,
        "C": float(model.C),
        "C_choice": C_choice or {"C": float(model.C), "rule": regularization.GIVEN},
        "n_train": n,
        "n_test_rows": len(features["y_test"]),
        # JSON has no infinity, so null means that H is singular.
        "condition_number": condition[0] if np.isfinite(condition[0]) else None,
        "condition_number_after": condition[1] if np.isfinite(condition[1]) else None,
        **({"influence": made} if made else {}),
        "warnings": _warnings(*condition),
    }


def _rows(
    ids: Sequence[Any],
    labels: Sequence[Any],
    separator: svm.Separator,
    by_score: Mapping[str, np.ndarray],
    further: Collection[str],
) -> list[dict[str, Any]]:
    """The rows of scores.csv. Each score is (2, n): before and after augmenting all points."""
    followed = [name for name in further if name in score_names.FOLLOWED]
    return [
        {
            "id": ids[i],
            "label": labels[i],
            "loss": by_score["loss"][0, i],
            "influence": by_score["influence"][0, i],
            "margin": separator.margin[i],
            "loss_after": by_score["loss"][1, i],
            "influence_after": by_score["influence"][1, i],
            "support_vector": int(separator.support[i]),
            **{name: by_score[name][0, i] for name in further},
            **{f"{name}_after": by_score[name][1, i] for name in followed},
        }
        for i in range(len(ids))
    ]


def _warnings(before: float, after: float) -> list[str]:
    return [
        f"The Hessian of the fit on {rows} is ill-conditioned (condition number {value:.1e}): "
        "influence then follows the loss rather than leave-one-out retraining. Set faithful to "
        "false, or choose a smaller C."
        for value, rows in ((before, "the originals"), (after, "all augmented rows"))
        if value > influence.ILL_CONDITIONED
    ]
