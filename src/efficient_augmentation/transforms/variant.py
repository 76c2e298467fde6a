"""What a transform is to all others: variants, made from named parameters that are checked."""

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
      label: what a figure or a log calls it, such as "shift (+2, -2)".
      apply: (n, h, w, c) images to as many of the same shape and dtype, each by itself: a data
        set arrives in blocks.
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
    """Refuse what is no batch of images.

    Args:
      images: NumPy or jax array.
    Raises: ValueError if it has another rank or dtype than images, or no pixels.
    """
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(
            f"images of shape {images.shape}: four axes (n, h, w, c) are wanted, and of these "
            "only n may be 0"
        )
    if images.dtype != jnp.uint8 and not jnp.issubdtype(images.dtype, jnp.floating):
        raise ValueError(f"images of dtype {images.dtype}: uint8 or a floating dtype is wanted")


def whole(name: str, value: object, unit: str = "pixels") -> int:
    """A whole number.

    Args:
      name: of the parameter, for the message.
      value: anything.
      unit: what is counted, for the message.
    Returns: int.
    Raises: ValueError if the value is no integer; True and False are none.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name} = {value!r}: a whole number of {unit} is wanted")
    return int(value)


def finite(name: str, value: object, noun: str) -> float:
    """A finite number.

    Args:
      name: of the parameter, for the message.
      value: anything.
      noun: what the number is, for the message, such as "a finite angle in degrees".
    Returns: float.
    Raises: ValueError if the value is no finite real number; True and False are none.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} = {value!r}: {noun} is wanted")
    return float(value)


def distinct(name: str, values: object, check: Callable[[str, Any], Any]) -> list[Any]:
    """The values of a parameter, each of which gives variants of its own.

    Args:
      name: of the parameter, for messages.
      values: list of at least one value.
      check: function of (name, value) that returns the value as it is to be used.
    Returns: list of what `check` returned.
    Raises: ValueError if it is no list, empty, or a value stands twice; whatever `check` raises.
    """
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray) or not len(values):
        raise ValueError(f"{name} = {values!r}: a list of at least one value is wanted")
    found = [check(name, value) for value in values]
    if len(set(found)) < len(found):
        raise ValueError(f"{name} = {values!r}: each value may stand once")
    return found
