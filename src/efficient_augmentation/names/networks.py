"""The register of networks by name, for code that names networks without building one."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Small(NamedTuple):
    """The register's entry for a small network.

    Attributes:
      smallest: least height and width of images.
      meaning: what it is, for the table of names.
    """

    smallest: int
    meaning: str


SMALL = {
    "cnn": Small(10, "the published code's small network: four convolutions, 512 features"),
    "lenet": Small(12, "LeNet: two convolutions, 84 features"),
}
"""Networks that are trained on an experiment's own points and subtract no mean image."""
RESNETS = ("resnet11v2", "resnet20v2", "resnet50v2", "resnet56v2")
"""Networks that are trained on a whole data set; they subtract its mean image."""


def built(featurizer: Mapping[str, Any]) -> str:
    """Name of a featurizer's network in `models.build`.

    Args:
      featurizer: mapping as in the config.
    Returns: str, its kind, with `_imagenet` appended for the ImageNet stem.
    """
    return featurizer["kind"] + "_imagenet" * featurizer.get("imagenet_stem", False)


def subtracts_mean(featurizer: Mapping[str, Any]) -> bool:
    """Whether a featurizer is a network that subtracts a mean image.

    Args:
      featurizer: mapping as in the config.
    Returns: bool.
    """
    return featurizer["kind"] in RESNETS
