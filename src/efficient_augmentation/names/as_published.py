"""Where the published code differs, part by part: see docs/method.md, section 10."""

from collections.abc import Iterable, Mapping
from typing import Any

from efficient_augmentation.names import networks

PARTS = {
    "C": "C = 1, whatever the setting C says",
    "hessian": "influence without the penalty and sample weights in the Hessian",
    "hinge": "hinge losses of labels 0 and 1",
    "dpp": "k-DPPs drawn by a recursion that overflows from about 50 points on",
    "input": "features of images from which the network's mean image is not subtracted",
}
"""Parts of the published code that can be repeated one by one, each described in words."""

TWICE_DIVIDED = ("norb",)
"""Data sets whose pixels lie in [0, 1] already, but which the published code divides by 255."""

C = 1.0
"""Inverse penalty of all fits of the published code, whatever its setting says."""


def parts(faithful: bool | Iterable[str]) -> frozenset[str]:
    """The parts that are repeated.

    Args:
      faithful: true for all, false for none, or names of `PARTS`.
    Returns: frozenset of names.
    Raises: ValueError for any other name.
    """
    if isinstance(faithful, bool):
        return frozenset(PARTS if faithful else ())
    if isinstance(faithful, str) or not set(faithful) <= set(PARTS):
        raise ValueError(
            f"faithful is {faithful!r}; give true, false, or a list of {', '.join(PARTS)}"
        )
    return frozenset(faithful)


def repeated(settings: Mapping[str, Any]) -> frozenset[str]:
    """The repeated parts that change something in an experiment.

    Args:
      settings: effective settings of the experiment.
    Returns: frozenset of names, without `input` if no network subtracts a mean image.
    """
    without = () if networks.subtracts_mean(settings["featurizer"]) else ("input",)
    return parts(settings["faithful"]).difference(without)


def input_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How images enter the network of an experiment.

    The published code subtracts the mean image when it trains its ResNets, but not when it computes
    features. In both cases it divides every image by 255, even those of small NORB, whose pixels
    lie in [0, 1] already.

    Args:
      settings: effective settings of the experiment.
    Returns: dict with `divisor`, by which float images are divided in training and for features,
      and `subtract_mean`, whether the mean image is subtracted for features.
    Source: docs/method.md, section 10.
    """
    as_published = "input" in repeated(settings)
    own = settings["featurizer"].get("mode") == "train"
    twice = as_published and own and settings["dataset"]["kind"] in TWICE_DIVIDED
    return {"divisor": 255.0 if twice else 1.0, "subtract_mean": not as_published}
