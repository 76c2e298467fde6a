"""Features of every transform's augmented images."""

import numpy as np

from efficient_augmentation.networks import featurize, models, pretrained, train_small
from efficient_augmentation.transforms import catalogue

AS_IT_IS = {"divisor": 1.0, "subtract_mean": True}
"""A network gets images undivided, minus its mean image if it was trained with one."""


def featurize_all(dataset, kind, chosen, weights=None, shown=AS_IT_IS, progress=None):
    """Features of the originals and of all their variants, for training and test set.

    It handles one transform at a time, so that the largest of them bounds the memory.

    Args:
      dataset: mapping of the arrays of dataset.npz.
      kind: "raw" or the name of a network.
      chosen: mapping from each transform's name to its parameters.
      weights: path of the network's weights; not needed for raw pixels.
      shown: mapping that says how images enter the network, see `as_published.input_of`.
      progress: text stream for a bar; if it is no terminal, or None, the log gets lines instead.
    Yields: (transform's name, mapping of the arrays of features.npz).
    Raises: ValueError if the weights do not fit the network or its images.
    """
    embed = featurize.raw if kind == "raw" else _network(dataset, kind, weights, progress, **shown)
    for name, parameters in chosen.items():
        arrays = expand(dataset, {name: parameters})
        yield name, arrays | {x: embed(arrays[x]) for x in ("x_train", "x_test")}


def expand(dataset, transform):
    """Images of the training and of the test set with all variants of one transform.

    Args:
      dataset: mapping of the arrays of dataset.npz.
      transform: mapping from its name to its parameters.
    Returns: mapping with the names of the arrays of features.npz, images in place of features.
    """
    _, variants = catalogue.named(transform)
    arrays = {}
    for split in ("train", "test"):
        x, y, source = catalogue.expand(dataset[f"x_{split}"], dataset[f"y_{split}"], variants)
        arrays |= {f"x_{split}": x, f"y_{split}": y, f"source_{split}": source}
    return arrays


def _network(dataset, kind, weights, progress, divisor, subtract_mean):
    *size, channels = dataset["x_train"].shape[1:]
    of_network = pretrained.description(weights).get("input_shape", [channels])[-1]
    # A network for colour images gets grey images as three equal channels.
    shape = (*size, of_network if channels == 1 else channels)
    # Features do not depend on the network's number of classes: 2 is the least that is accepted.
    variables = train_small.load_weights(weights, kind, 2, shape)
    if not subtract_mean:
        variables["input"] = {"mean": np.zeros(shape, np.float32)}

    def embed(images):
        images = np.broadcast_to(models.divided(images, divisor), (len(images), *shape))
        return featurize.featurize(kind, variables, images, progress=progress)

    return embed
