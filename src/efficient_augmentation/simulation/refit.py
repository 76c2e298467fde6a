"""Scores of all images by a fit on all of them, for the final list."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from efficient_augmentation.simulation import simulate


def originals(features: Mapping[str, np.ndarray]) -> np.ndarray:
    """Features of the images themselves, training images first, without their copies.

    Args:
      features: mapping with x_train, source_train, x_test and source_test of features.npz.
    Returns: (N, d).
    """
    return np.concatenate(
        [features[f"x_{split}"][features[f"source_{split}"] < 0] for split in ("train", "test")]
    )


def scores(
    X: np.ndarray, y: np.ndarray, settings: Mapping[str, Any], names: Iterable[str]
) -> dict[str, np.ndarray]:
    """Scores under the fit on all images, none of them augmented.

    Args:
      X: features of the images, (N, d).
      y: labels, (N,), 0..k-1, all present.
      settings: mapping with the experiment's C, a number, faithful and influence.
      names: names of scores, except those that come from the training of a network.
    Returns: mapping from each name to (N,) float64; magnitudes count.
    Raises: ValueError as `simulate.FrozenModel`.
    Cost: one fit, and the scores of one fit.
    """
    rows = {"x_train": X, "y_train": y, "source_train": np.full(len(y), -1)}
    model = simulate.FrozenModel(
        rows | {"x_test": X[:1], "y_test": y[:1]},
        settings["C"],
        faithful=settings["faithful"],
        kind=settings["influence"],
    )
    state = model.fit(np.ones((1, len(y))))
    return {name: model.scores(name, state, [0])[0] for name in names}
