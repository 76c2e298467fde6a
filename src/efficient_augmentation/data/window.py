"""Grey levels of images that do not use their whole range: which of them are black and white."""

from numbers import Real

import numpy as np

DARK = 0.25
"""Share of the possible range up to which the lightest pixel of all images draws a warning."""


def applied(x, window, scale=255):
    """Images with the grey levels of a window stretched to the whole range, others cut to it.

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
    """What is to be said about images that may be of another range than their type.

    Args:
      peak: largest value of all pixels, as stored.
      largest: the value that is white: 1, 255 or 65535.
      of: which images these are, for the message.
    Returns: str, or None where the images reach more than a quarter of the range.
    """
    if peak > DARK * largest:
        return None
    return (
        f"The lightest pixel of {of} is {peak:g}, where white is {largest:g}: nearly all of the "
        "range is unused. If another value is white, say so: dataset.window: "
        f"[0, {_likely(peak, largest)}]."
    )


def problems(window):
    """What is wrong with `dataset.window`.

    Args:
      window: of the config; None is none.
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
    """The value that is white: the largest of so many bits as the peak has; of floats the peak."""
    return f"{peak:g}" if largest == 1 else 2 ** max(1, int(peak).bit_length()) - 1
