"""Names of the networks, for everything that speaks of networks without building one."""

from collections.abc import Mapping
from typing import Any

SMALLEST = {"cnn": 10, "lenet": 12}
"""Networks that are trained on an experiment's own points and see images as they are, each with the
height and width that it asks for at least."""
RESNETS = ("resnet11v2", "resnet20v2", "resnet50v2", "resnet56v2")
"""Networks that are trained on a whole data set; they subtract its mean image."""


def built(featurizer: Mapping[str, Any]) -> str:
    """Name under which `models.build` knows the network of a featurizer.

    Args:
      featurizer: mapping as in the config.
    Returns: str: its kind, with `_imagenet` appended for the stem of ImageNet.
    """
    return featurizer["kind"] + "_imagenet" * featurizer.get("imagenet_stem", False)


def subtracts_mean(featurizer: Mapping[str, Any]) -> bool:
    """Whether a featurizer is a network that subtracts a mean image.

    Args:
      featurizer: mapping as in the config.
    Returns: bool.
    """
    return featurizer["kind"] in RESNETS
