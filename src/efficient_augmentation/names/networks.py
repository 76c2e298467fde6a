"""The register of networks by name, for code that names networks without building one."""

from collections.abc import Iterator, Mapping, Sequence
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

# Networks that pool over cells of 8 x 8 at a quarter of the side: beyond this side there are more
# cells than one, so that half an image would have other features.
_ONE_CELL = 60


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


def half_size_problems(
    kind: str, recipe: Mapping[str, Any], image_shape: Sequence[int] | None
) -> Iterator[str]:
    """What keeps a ResNet from starting its training on images of half the side.

    Args:
      kind: the network.
      recipe: mapping with `epochs` and `half_size_epochs`.
      image_shape: (h, w, c) of the whole images; None where it is not known.
    Yields: str, one message or none, which begins with the key.
    """
    epochs, half = recipe["epochs"], recipe["half_size_epochs"]
    if not half:
        return
    if not 0 < half < epochs:
        yield (
            f"half_size_epochs: {half} of {epochs} epochs; the last ones need whole images, so "
            f"give at least 0 and at most {epochs - 1}"
        )
    elif image_shape and any(side % 2 for side in image_shape[:2]):
        yield (
            f"half_size_epochs: {half} needs images of even sides, those here are "
            f"{image_shape[0]} x {image_shape[1]}; leave it out"
        )
    elif image_shape and not kind.startswith("resnet50v2") and max(image_shape[:2]) > _ONE_CELL:
        yield (
            f"half_size_epochs: {half} needs images of at most {_ONE_CELL} x {_ONE_CELL} pixels "
            f"with {kind}, which has more features beyond; those here are "
            f"{image_shape[0]} x {image_shape[1]}; leave it out"
        )
