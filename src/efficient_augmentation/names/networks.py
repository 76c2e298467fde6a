"""The networks, registered by name, for everything that speaks of networks without building one."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Small(NamedTuple):
    """What is registered of a small network.

    Attributes:
      smallest: height and width that images have at least.
      meaning: what it is, for the table of names.
    """

    smallest: int
    meaning: str


SMALL = {
    "cnn": Small(10, "the published code's small network: four convolutions, 512 features"),
    "lenet": Small(12, "LeNet: two convolutions, 84 features"),
}
"""Networks that are trained on an experiment's own points and see images as they are."""
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
