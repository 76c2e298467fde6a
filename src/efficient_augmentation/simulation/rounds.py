"""Networks trained with only the chosen points augmented, round by round."""

from collections.abc import Mapping
from typing import Any, TextIO

import numpy as np

from efficient_augmentation.names import networks
from efficient_augmentation.networks.expand import expand
from efficient_augmentation.simulation import end_to_end, simulate

# Keys of a network in the config that are not arguments of its training.
_NO_TRAINING = ("exclude_points", "imagenet_stem", "mode", "seed")


def run(
    features: Mapping[str, np.ndarray],
    dataset: Mapping[str, np.ndarray],
    settings: Mapping[str, Any],
    progress: TextIO | None = None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of end_to_end.csv of one transform, and the times of the trainings.

    Args:
      features: mapping of the arrays of features.npz, by which points are chosen.
      dataset: mapping of the arrays of dataset.npz.
      settings: mapping with the experiment's C, faithful, influence and seed, with `end_to_end`,
        see the config, and `transform`, {name: parameters}.
      progress: text stream for bars; if it is no terminal, or None, the log gets lines instead.
    Returns: (rows, times): rows as `end_to_end.run`; times with round, networks, images_seen and
      seconds, one row for each batch of networks that were trained together.
    Raises: ValueError if arrays or settings are unusable.
    """
    plan = settings["end_to_end"]
    images = expand(dataset, settings["transform"])
    chosen = plan["network"]
    network = {k: v for k, v in chosen.items() if k not in _NO_TRAINING}
    network["kind"] = networks.built(chosen)
    choices = {"faithful": settings["faithful"], "kind": settings["influence"]}
    frozen = simulate.FrozenModel(features, settings["C"], **choices)
    models = [
        end_to_end.NetworkModel(frozen, images, network, chosen["seed"] + number, progress)
        for number in range(plan["rounds"])
    ]
    rows = end_to_end.run(
        models, plan["scores"], plan["policies"], plan["shares"], settings["seed"]
    )
    times = [{"round": r, **time} for r, model in enumerate(models) for time in model.times]
    return rows, times
