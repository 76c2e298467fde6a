"""Trained networks that come with the project, each in a folder of its own under models/."""

import json
from pathlib import Path

from efficient_augmentation import arrays

FOLDER = Path(__file__).parents[2] / "models"


def path(model):
    """File with the weights of a model.

    Args:
      model: name of its folder.
    Returns: Path.
    """
    return FOLDER / model / "weights.npz"


def problems(featurizer, image_shape):
    """What keeps a model from being used.

    Args:
      featurizer: mapping with kind and model of the config.
      image_shape: (h, w, c) of the images that it is to see.
    Returns: list of str, one message each; empty if there is nothing wrong.
    """
    model = featurizer["model"]
    known = sorted(weights.parent.name for weights in FOLDER.glob("*/weights.npz"))
    if model not in known:
        return [f"featurizer.model: {model!r} is not one of {', '.join(known) or 'none'}"]
    network = json.loads(arrays.load(path(model), "meta")["meta"].tobytes())
    if network["name"] != featurizer["kind"]:
        return [
            f"featurizer.kind: {featurizer['kind']}, but the model {model} is a {network['name']}"
        ]
    if tuple(network["input_shape"]) != tuple(image_shape):
        found, wanted = (" x ".join(map(str, s)) for s in (network["input_shape"], image_shape))
        return [
            f"featurizer.model: {model} takes images of {found}, those here are {wanted}; "
            "mode: train trains a network for them"
        ]
    return []
