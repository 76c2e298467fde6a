"""The published transforms, exact to the bit.

A transform is a fixed map from output pixels to input pixels. Its tables of indices and weights
depend only on the parameters and the image size. The host makes them in float64, as OpenCV does,
and passes them to the compiled program as arrays, so that one program for each batch shape serves
all parameters.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation.transforms.variant import checked, finite, whole

_SUBPIXELS = 32  # OpenCV rounds the source coordinates of a rotation to 1/32 pixel
_TAP_SCALE = 2048  # and the weights of an enlargement to 1/2048


def translate(images, dx, dy):
    """Images shifted by whole pixels; edge pixels are replicated.

    Output pixel (i, j) is input pixel (clip(i - dy), clip(j - dx)).

    Args:
      images: (n, h, w, c), uint8 or floating.
      dx: pixels to the right, int; negative moves left.
      dy: pixels down, int; negative moves up.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or a shift is not an integer.
    Cost: one gather; memory for the output alone.
    Source: the published code's translation, imgaug's Affine(translate_px, mode="edge").
    """
    images = checked(images)
    dx, dy = whole("dx", dx), whole("dy", dy)
    _, height, width, _ = images.shape
    rows = np.clip(np.arange(height) - dy, 0, height - 1)
    columns = np.clip(np.arange(width) - dx, 0, width - 1)
    return _take(images, _flat_index(rows, columns, width))


def rotate(images, degrees):
    """Images rotated about their centre, clockwise on screen; edge pixels are replicated.

    Interpolation is bilinear at source coordinates rounded to 1/32 pixel, as in OpenCV. For uint8
    images the result equals OpenCV's to the bit. Floating images get the same coordinates and
    weights, and their result is not rounded; they must be finite.

    Args:
      images: (n, h, w, c), uint8 or floating.
      degrees: angle, finite.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or the angle is not finite.
    Cost: two gathers of pixel pairs; memory for the output alone.
    Source: the published code's rotation, imgaug's Affine(rotate, mode="edge"), which calls
      OpenCV's warpAffine.
    """
    images = checked(images)
    _, height, width, _ = images.shape
    return _interpolate(images, *_rotation_tables(height, width, angle("degrees", degrees)))


def crop(images, pixels):
    """Images without a margin on each side, enlarged back to their size.

    The enlargement is OpenCV's INTER_AREA, which is linear but not on half-pixel centres. For uint8
    images the result equals OpenCV's to the bit (weights rounded to 1/2048). Floating images get
    the unrounded weights and differ from the uint8 result by less than one grey level; they must
    be finite.

    Args:
      images: (n, h, w, c), uint8 or floating.
      pixels: width of the margin, int >= 0, less than half of the image's shorter side.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or the margin is not an integer,
      is negative, or leaves nothing.
    Cost: two gathers of pixel pairs; memory for the output alone.
    Source: the published code's crop, imgaug's Crop(px, keep_size=True), which calls OpenCV's
      resize.
    """
    images = checked(images)
    pixels = whole("pixels", pixels)
    _, height, width, _ = images.shape
    if not 0 <= 2 * pixels < min(height, width):
        raise ValueError(
            f"pixels = {pixels}: a crop of images of {height} x {width} cuts off at least 0 and at "
            f"most {(min(height, width) - 1) // 2} pixels on each side"
        )
    if pixels == 0:
        return images
    return _enlarge(images, *_crop_tables(height, width, pixels, images.dtype))


@jax.jit
def _take(images, source):
    n, height, width, channels = images.shape
    flat = images.reshape(n, height * width, channels)
    return flat.at[:, source].get(mode="promise_in_bounds").reshape(images.shape)


@jax.jit
def _interpolate(images, start, weights):
    corners = _corners(images, start)
    if images.dtype != jnp.uint8:
        # Division by a power of two rounds nothing, and large pixel values do not overflow.
        weights = weights / jnp.float32(_SUBPIXELS**2)
    total = sum(w[:, None] * corner for w, corner in zip(weights, corners, strict=True))
    if images.dtype == jnp.uint8:
        total = (total + _SUBPIXELS**2 // 2) >> 10
    return total.astype(images.dtype).reshape(images.shape)


@jax.jit
def _enlarge(images, start, across, down):
    upper_left, upper_right, lower_left, lower_right = _corners(images, start)
    left, right, upper, lower = (taps[:, None] for taps in (*across, *down))
    above = left * upper_left + right * upper_right
    below = left * lower_left + right * lower_right
    if images.dtype == jnp.uint8:
        # OpenCV drops bits between its passes to stay within 16; rounding only once would differ.
        total = (((upper * (above >> 4)) >> 16) + ((lower * (below >> 4)) >> 16) + 2) >> 2
    else:
        total = upper * above + lower * below
    return total.astype(images.dtype).reshape(images.shape)


def _corners(images, start):
    """The 2 x 2 pixels that start at each flat index: four arrays (n, len(start), c), widened."""
    n, height, width, channels = images.shape
    flat = images.reshape(n, height * width, channels)
    if min(height, width) == 1:  # the missing neighbours have no weight, but have to exist
        flat = jnp.pad(flat, ((0, 0), (0, width + 1), (0, 0)))
    # Two neighbours in a row are gathered as one slice, a third faster than one by one.
    pairs = jax.lax.GatherDimensionNumbers(
        offset_dims=(0, 2, 3), collapsed_slice_dims=(), start_index_map=(1,)
    )
    wide = jnp.int32 if images.dtype == jnp.uint8 else jnp.promote_types(images.dtype, jnp.float32)
    for row in (start, start + width):
        pair = jax.lax.gather(
            flat, row[:, None], pairs, (n, 2, channels), mode="promise_in_bounds"
        ).astype(wide)
        yield pair[:, :, 0]
        yield pair[:, :, 1]


def _rotation_tables(height, width, degrees):
    """Flat index of each output pixel's upper left neighbour, (h w,), and weights, (4, h w)."""
    angle = float(np.deg2rad(np.float32(degrees)))  # imgaug's precision; it matters at large angles
    c, s = math.cos(angle), math.sin(angle)
    x0, y0 = (width - 1) / 2, (height - 1) / 2
    column, right = _neighbours(_subpixels(c, s, x0 - c * x0 - s * y0, height, width), size=width)
    row, below = _neighbours(_subpixels(-s, c, y0 + s * x0 - c * y0, height, width), size=height)
    left, above = _SUBPIXELS - right, _SUBPIXELS - below
    weights = np.stack([above * left, above * right, below * left, below * right])
    return (row * width + column).ravel().astype(np.int32), weights.reshape(4, -1).astype(np.int32)


def _subpixels(by_x, by_y, offset, height, width):
    """Source coordinate of every output pixel in 1/32 pixel, (h, w), rounded as OpenCV rounds."""
    scale = 1024
    of_row = np.rint((by_y * np.arange(height) + offset) * scale).astype(np.int64)
    of_column = np.rint(by_x * np.arange(width) * scale).astype(np.int64)
    return (of_row[:, None] + scale // _SUBPIXELS // 2 + of_column) >> 5


def _neighbours(subpixels, size):
    """The first of the two neighbours along an axis, and the second's weight in 1/32.

    Beyond the edge all weight goes to the edge pixel.
    """
    first = np.clip(subpixels >> 5, 0, max(size - 2, 0))
    most = _SUBPIXELS if size > 1 else 0
    return first, np.clip(subpixels - _SUBPIXELS * first, 0, most)


def _crop_tables(height, width, pixels, dtype):
    """Flat index of the upper left neighbour, (h w,), and the taps across and down, (2, h w)."""
    column, across = _enlargement_taps(width - 2 * pixels, width)
    row, down = _enlargement_taps(height - 2 * pixels, height)
    if dtype == jnp.uint8:
        across, down = (
            np.rint(taps * np.float32(_TAP_SCALE)).astype(np.int32) for taps in (across, down)
        )
    start = _flat_index(row + pixels, column + pixels, width)
    return start, np.tile(across, height), np.repeat(down, width, axis=1)


def _enlargement_taps(source, target):
    """First source pixel of each target pixel, and the weights of it and the next, (2, target).

    Double and single precision are used where OpenCV uses them: this decides cases in which a
    product of sizes is an integer.
    """
    d = np.arange(target)
    enlargement = target / source
    first = np.floor(d * (1 / enlargement)).astype(np.int64)
    fraction = ((d + 1) - (first + 1) * enlargement).astype(np.float32)
    fraction = np.where((fraction <= 0) | (first >= source - 1), 0, fraction - np.floor(fraction))
    fraction = fraction.astype(np.float32)
    return first, np.stack([1 - fraction, fraction])


def _flat_index(rows, columns, width):
    return (rows[:, None] * width + columns).ravel().astype(np.int32)


def angle(name, value):
    """An angle in degrees; raises a ValueError that names `name` if it is not a finite number."""
    return finite(name, value, "a finite angle in degrees")
