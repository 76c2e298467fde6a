"""The model that an experiment simulates: frozen features, or a network refitted for every fit."""

from collections.abc import Mapping
from typing import Any, TextIO

import numpy as np

from efficient_augmentation.simulation import simulate


def build(
    features: Mapping[str, np.ndarray],
    dataset: Mapping[str, np.ndarray],
    settings: Mapping[str, Any],
    progress: TextIO | None = None,
    given: Mapping[str, np.ndarray] | None = None,
) -> simulate.Model:
    """The model of one transform.

    Args:
      features: mapping of the arrays of features.npz.
      dataset: mapping of the arrays of dataset.npz; used only if the network is refitted.
      settings: mapping with the experiment's C, faithful and influence; if the network is refitted
        also `network`, the config's featurizer without its mode, and `transform`,
        {name: parameters}. Other keys are ignored.
      progress: text stream for bars; if it is no terminal, or None, the log gets lines instead.
      given: mapping of further scores by name, each (n,), for frozen features.
    Returns: a `simulate.Model`.
    Raises: ValueError if arrays or settings are unusable.
    """
    choices = {"faithful": settings["faithful"], "kind": settings["influence"]}
    if "network" not in settings:
        return simulate.FrozenModel(features, settings["C"], **choices, given=given)
    # Frozen features need none of the libraries of networks, half a second of importing.
    from efficient_augmentation.networks.expand import expand
    from efficient_augmentation.simulation import online

    images = expand(dataset, settings["transform"])
    return online.OnlineModel(
        images, settings["C"], settings["network"], **choices, progress=progress
    )
