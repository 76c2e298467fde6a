"""Variants, the common form of all transforms, and checks of images and of parameters."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Variant:
    """One way to change every image of a batch.

    Attributes:
      label: its name in figures and logs, such as "shift (+2, -2)".
      apply: function from images (n, h, w, c) to as many of the same shape and dtype. It treats
        each image independently, since a data set is passed to it in blocks.
    """

    label: str
    apply: Callable[[jax.Array], jax.Array]


def checked(images: Any) -> jax.Array:
    """Images as a jax array.

    Args:
      images: (n, h, w, c), uint8 or floating.
    Returns: jax array.
    Raises: ValueError as `check`.
    """
    images = jnp.asarray(images)
    check(images)
    return images


def check(images: np.ndarray | jax.Array) -> None:
    """Check that an array is a batch of images.

    Args:
      images: NumPy or jax array.
    Raises: ValueError if its rank or dtype is not that of images, or if it has no pixels.
    """
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(
            f"images of shape {images.shape}: four axes (n, h, w, c) are wanted, and of these "
            "only n may be 0"
        )
    if images.dtype != jnp.uint8 and not jnp.issubdtype(images.dtype, jnp.floating):
        raise ValueError(f"images of dtype {images.dtype}: uint8 or a floating dtype is wanted")


def whole(name: str, value: object, unit: str = "pixels") -> int:
    """Check that a value is a whole number.

    Args:
      name: the parameter's name, for the message.
      value: anything.
      unit: what is counted, for the message.
    Returns: int.
    Raises: ValueError if the value is not an integer; True and False do not count as integers.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name} = {value!r}: a whole number of {unit} is wanted")
    return int(value)


def finite(name: str, value: object, noun: str) -> float:
    """Check that a value is a finite number.

    Args:
      name: the parameter's name, for the message.
      value: anything.
      noun: what the number is, for the message, such as "a finite angle in degrees".
    Returns: float.
    Raises: ValueError if the value is not a finite real number; True and False do not count.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} = {value!r}: {noun} is wanted")
    return float(value)


def distinct(name: str, values: object, check: Callable[[str, Any], Any]) -> list[Any]:
    """Check the values of a parameter, each of which gives variants of its own.

    Args:
      name: the parameter's name, for messages.
      values: list of at least one value.
      check: function of (name, value) that checks the value and returns the one to use.
    Returns: list of what `check` returned.
    Raises: ValueError if it is not a list, is empty or repeats a value; whatever `check` raises.
    """
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray) or not len(values):
        raise ValueError(f"{name} = {values!r}: a list of at least one value is wanted")
    found = [check(name, value) for value in values]
    if len(set(found)) < len(found):
        raise ValueError(f"{name} = {values!r}: each value may stand once")
    return found
