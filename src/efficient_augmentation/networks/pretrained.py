"""Trained networks that come with the project, each in a folder of its own under models/."""

import json
from pathlib import Path

from efficient_augmentation.files import arrays

FOLDER = Path(__file__).parents[3] / "models"


def path(model):
    """File with the weights of a model.

    Args:
      model: name of its folder.
    Returns: Path.
    """
    return FOLDER / model / "weights.npz"


def description(weights):
    """What a file of weights says about its network.

    Args:
      weights: path of a file written by `train_small.save_weights`.
    Returns: mapping with name, n_classes and input_shape.
    """
    return json.loads(arrays.load(weights, "meta")["meta"].tobytes())


def problems(featurizer, image_shape):
    """Reasons why a model cannot be used.

    A model for colour images takes grey ones too, as three equal channels.

    Args:
      featurizer: mapping with kind and model of the config.
      image_shape: (h, w, c) of the images to be featurized; c is None if it is not known.
    Returns: list of str, one message each; empty if the model can be used.
    """
    model = featurizer["model"]
    known = sorted(weights.parent.name for weights in FOLDER.glob("*/weights.npz"))
    if model not in known:
        return [f"featurizer.model: {model!r} is not one of {', '.join(known) or 'none'}"]
    network = description(path(model))
    if network["name"] != featurizer["kind"]:
        return [
            f"featurizer.kind: {featurizer['kind']}, but the model {model} is a {network['name']}"
        ]
    *size, channels = network["input_shape"]
    if size != list(image_shape[:2]) or image_shape[2] not in (channels, 1, None):
        seen = [side for side in image_shape if side is not None]
        found, wanted = (" x ".join(map(str, s)) for s in (network["input_shape"], seen))
        return [
            f"featurizer.model: {model} takes images of {found}, those here are {wanted}; "
            "mode: train trains a network for them"
        ]
    return []
