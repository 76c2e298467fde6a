"""Windows: which grey levels are black and white in images that do not use their whole range."""

from numbers import Real

import numpy as np

DARK = 0.25
"""A warning is due if no pixel of any image exceeds this share of the possible range."""


def applied(x, window, scale=255):
    """Images with a window of grey levels stretched to the whole range, and the others clipped.

    Args:
      x: array of numbers.
      window: (low, high), the levels that become black and white.
      scale: 255 for grey levels, which are rounded; 1 for floats.
    Returns: array of the shape of x, uint8 for 255, float32 for 1.
    """
    low, high = window
    share = np.clip((np.asarray(x, np.float64) - low) / (high - low), 0, 1)
    return np.rint(255 * share).astype(np.uint8) if scale == 255 else share.astype(np.float32)


def warning(peak, largest, of="all images"):
    """A warning about images whose values may have another range than their type.

    Args:
      peak: largest value of all pixels, as stored.
      largest: the value of white: 1, 255 or 65535.
      of: which images these are, for the message.
    Returns: str, or None if the images use more than a quarter of the range.
    """
    if peak > DARK * largest:
        return None
    return (
        f"The lightest pixel of {of} is {peak:g}, where white is {largest:g}: at least three "
        "quarters of the range are unused. If another value is white, say so: dataset.window: "
        f"[0, {_likely(peak, largest)}]."
    )


def problems(window):
    """Problems of `dataset.window`.

    Args:
      window: the config's value; None means no window.
    Returns: list of str, one message or none.
    """
    if window is None:
        return []
    numbers = isinstance(window, list | tuple) and len(window) == 2
    if not numbers or any(isinstance(v, bool) or not isinstance(v, Real) for v in window):
        return [
            f"dataset.window: {window!r} is not a pair of grey levels, those that are to be black "
            "and white, such as [0, 4095]"
        ]
    if not window[0] < window[1]:
        return [f"dataset.window: {window!r}: the level of black must be below that of white"]
    return []


def _likely(peak, largest):
    """The likely value of white: the largest number with the peak's bits; for floats the peak."""
    return f"{peak:g}" if largest == 1 else 2 ** max(1, int(peak).bit_length()) - 1
