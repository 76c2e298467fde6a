"""The published transforms, exact to the bit, and the variants that an experiment is made of.

Other transforms stand in `further_transforms` and are found here by their names as well.

A transform is a fixed map from output pixels to input pixels: its index and weight tables depend on
the parameters and the image size alone. They are made on the host in float64, as OpenCV makes them,
and enter the compiled program as arrays: one program serves every parameter of a batch shape.
"""

import inspect
import itertools
import math
from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation import further_transforms, user_function
from efficient_augmentation.variant import Variant, check, checked, distinct, finite, whole

_SUBPIXELS = 32  # OpenCV rounds the source coordinates of a rotation to 1/32 pixel
_TAP_SCALE = 2048  # and the weights of an enlargement to 1/2048
_BLOCK_BYTES = 8 << 20


def translate(images, dx, dy):
    """Images moved by whole pixels; what moves in repeats the edge.

    Output pixel (i, j) is input pixel (clip(i - dy), clip(j - dx)).

    Args:
      images: (n, h, w, c), uint8 or floating.
      dx: pixels to the right, int; negative moves left.
      dy: pixels down, int; negative moves up.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or a shift is no integer.
    Cost: one gather, memory for the output alone.
    Source: the published code's translation, imgaug's Affine(translate_px, mode="edge").
    """
    images = checked(images)
    dx, dy = whole("dx", dx), whole("dy", dy)
    _, height, width, _ = images.shape
    rows = np.clip(np.arange(height) - dy, 0, height - 1)
    columns = np.clip(np.arange(width) - dx, 0, width - 1)
    return _take(images, _flat_index(rows, columns, width))


def rotate(images, degrees):
    """Images turned about their centre, clockwise on screen; what turns in repeats the edge.

    Bilinear interpolation between source coordinates that are rounded to 1/32 pixel, as OpenCV
    does it. On uint8 the result equals OpenCV's to the bit. Floating images get the same
    coordinates and weights but no rounding of the result; they must be finite.

    Args:
      images: (n, h, w, c), uint8 or floating.
      degrees: angle, finite.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or the angle is not finite.
    Cost: two gathers of pixel pairs, memory for the output alone.
    Source: the published code's rotation, imgaug's Affine(rotate, mode="edge") over OpenCV's
      warpAffine.
    """
    images = checked(images)
    _, height, width, _ = images.shape
    return _interpolate(images, *_rotation_tables(height, width, _angle("degrees", degrees)))


def crop(images, pixels):
    """Images without a margin on each side, enlarged back to their size.

    The enlargement is OpenCV's INTER_AREA, which is linear but not on half-pixel centres. On
    uint8 the result equals OpenCV's to the bit (weights rounded to 1/2048). Floating images get
    the unrounded weights and differ from the uint8 result by less than one grey level; they must
    be finite.

    Args:
      images: (n, h, w, c), uint8 or floating.
      pixels: width of the margin, int >= 0, less than half of the image's shorter side.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or the margin is no integer,
      negative, or leaves nothing.
    Cost: two gathers of pixel pairs, memory for the output alone.
    Source: the published code's crop, imgaug's Crop(px, keep_size=True) over OpenCV's resize.
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


def variants(name, parameters):
    """The variants of a named transform, in the order in which a data set holds them.

    Args:
      name: one of the names below; or any other, if the parameters say what it is made of.
      parameters: mapping of parameter to list of values, each of which gives one variant:
        translate {"pixels": [m, ...]}, m >= 1 (each gives the four diagonal shifts by m),
        rotate {"degrees": [a, ...]}, a != 0, crop {"pixels": [m, ...]}, m >= 1,
        flip {"axes": [...]}, "horizontal" or "vertical",
        brightness {"levels": [b, ...]}, b != 0 added to 0..255,
        contrast {"factors": [f, ...]}, f != 1, blur {"sigmas": [s, ...]} in pixels,
        noise {"levels": [s, ...], "seeds": [0, ...]}, one variant a pair,
        cutout {"pixels": [m, ...], "seeds": [0, ...]}, one variant a pair; of these two, seeds may
        be left out. Under any other name: {"compose": [{name: parameters}, ...]} applies one
        variant of each step after the other, every combination a variant (a single step gives a
        transform another name); {"function": "module:function", "arguments": [{...}, ...]} calls a
        user's own, see `user_function`. given {} has no variants: its rows come with the data.
    Returns: list of Variant.
    Raises: ValueError for an unknown name, a missing or unknown parameter, an empty list, and a
      value that is repeated, of the wrong kind, or would leave the images as they are.
    """
    build = _builder(name, parameters)
    wanted = inspect.signature(build).parameters
    needed = [key for key, value in wanted.items() if value.default is value.empty]
    given = list(parameters) if isinstance(parameters, Mapping) else None
    if given is None or not set(needed) <= set(given) <= set(wanted):
        optional = [key for key in wanted if key not in needed]
        raise ValueError(
            f"transform {name!r} takes the parameters {needed}{f' and {optional}' * bool(optional)}"
            f", got {parameters if given is None else given!r}"
        )
    try:
        return build(**parameters)
    except ValueError as error:
        raise ValueError(f"transform {name!r}: {error}") from None


def expand(images, labels, variants):
    """A data set followed by every variant of all its images.

    Args:
      images: (n, h, w, c), uint8 or floating.
      labels: (n,).
      variants: v of Variant.
    Returns: x (rows, h, w, c), y (rows,), source (rows,) int32, NumPy, rows = n (v + 1): the
      originals, with source -1, then for each variant every original transformed, with the
      original's index as source.
    Raises: ValueError if the images have another rank or dtype, if labels and images differ in
      number, if a pixel is not finite (as float32, where images are float64), or if a variant
      changes shape or dtype.
    Cost: memory for the result; beside it, and on the device, one block of images at a time.
    Source: the paper's augmented training and test sets.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    check(images)
    n, copies = len(images), len(variants) + 1
    if labels.shape != (n,):
        raise ValueError(f"labels of shape {labels.shape} for {n} images: one label an image")
    x = np.empty((copies, *images.shape), jnp.asarray(images[:0]).dtype)
    with np.errstate(over="ignore"):
        x[0] = images
    for block in blocks(images):
        _check_finite(x[0, block], block.start)
        originals = jnp.asarray(images[block])
        for k, variant in enumerate(variants, start=1):
            x[k, block] = _applied(variant, originals)
    source = np.tile(np.arange(n, dtype=np.int32), copies)
    source[:n] = -1
    return x.reshape(copies * n, *images.shape[1:]), np.tile(labels, copies), source


def blocks(images):
    """Slices of a batch, of equal length but for the last, each of at most 8 MiB.

    Results of this size stay in the cache and in memory that the process already holds: twice
    as fast, for a shift, as one large batch.

    Args:
      images: (n, ...) with at least one element each.
    Returns: list of slice, in order, covering 0 to n.
    """
    n, image_bytes = len(images), math.prod(images.shape[1:]) * images.dtype.itemsize
    count = -(-n // max(1, _BLOCK_BYTES // image_bytes))
    length = -(-n // max(1, count))
    return [slice(start, min(start + length, n)) for start in range(0, n, max(1, length))]


def _applied(variant, images):
    changed = variant.apply(images)
    if changed.shape != images.shape or changed.dtype != images.dtype:
        raise ValueError(
            f"variant {variant.label!r} turns {images.dtype}{list(images.shape)} into "
            f"{changed.dtype}{list(changed.shape)}: it has to keep shape and dtype"
        )
    return changed


def _translations(pixels):
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    shifts = [(p * m, q * m) for m in distinct("pixels", pixels, _margin) for p, q in signs]
    return [
        Variant(f"shift ({dx:+d}, {dy:+d})", lambda x, dx=dx, dy=dy: translate(x, dx, dy))
        for dx, dy in shifts
    ]


def _rotations(degrees):
    return [
        Variant(f"rotate {a:+.3g} deg", lambda x, a=a: rotate(x, a))
        for a in distinct("degrees", degrees, _turn)
    ]


def _crops(pixels):
    return [
        Variant(f"crop {m} px", lambda x, m=m: crop(x, m))
        for m in distinct("pixels", pixels, _margin)
    ]


def _given():
    return []


def _compositions(compose):
    if not isinstance(compose, Sequence) or isinstance(compose, str) or not compose:
        raise ValueError(f"compose = {compose!r}: a list of at least one transform is wanted")
    for step in compose:
        if not isinstance(step, Mapping) or len(step) != 1:
            raise ValueError(f"compose: {step!r} is not one transform, {{name: parameters}}")
    steps = [variants(*item) for step in compose for item in step.items()]
    return [_in_turn(chosen) for chosen in itertools.product(*steps)]


def _in_turn(chosen):
    def apply(images):
        for variant in chosen:
            images = _applied(variant, images)
        return images

    return Variant(", ".join(variant.label for variant in chosen), apply)


def _builder(name, parameters):
    if name in _TRANSFORMS:
        return _TRANSFORMS[name]
    for key, build in _MADE_OF.items():
        if isinstance(parameters, Mapping) and key in parameters:
            return build
    raise ValueError(
        f"unknown transform {name!r}: there are {', '.join(sorted(_TRANSFORMS))}; under a name of "
        f"your own, give {' or '.join(_MADE_OF)}"
    )


# A transform is a function from its parameters, by name, to variants; a new one is a line here.
_TRANSFORMS = {
    "translate": _translations,
    "rotate": _rotations,
    "crop": _crops,
    **further_transforms.BUILDERS,
    "given": _given,
}
# And what a name of the user's own may stand for.
_MADE_OF = {"compose": _compositions, "function": user_function.variants}


@jax.jit
def _take(images, source):
    n, height, width, channels = images.shape
    flat = images.reshape(n, height * width, channels)
    return flat.at[:, source].get(mode="promise_in_bounds").reshape(images.shape)


@jax.jit
def _interpolate(images, start, weights):
    corners = _corners(images, start)
    if images.dtype != jnp.uint8:
        # A power of two: nothing is rounded, and large pixels do not overflow.
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
        # OpenCV sheds bits between its passes to stay within 16: rounding in one go differs.
        total = (((upper * (above >> 4)) >> 16) + ((lower * (below >> 4)) >> 16) + 2) >> 2
    else:
        total = upper * above + lower * below
    return total.astype(images.dtype).reshape(images.shape)


def _corners(images, start):
    """The 2 x 2 pixels from each flat index on: four (n, len(start), c), ready for arithmetic."""
    n, height, width, channels = images.shape
    flat = images.reshape(n, height * width, channels)
    if min(height, width) == 1:  # the missing neighbours have no weight, but have to exist
        flat = jnp.pad(flat, ((0, 0), (0, width + 1), (0, 0)))
    # Neighbours in a row are fetched as one slice: a third faster than one by one.
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
    angle = float(np.deg2rad(np.float32(degrees)))  # imgaug's precision; it shows in large turns
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
    """First of the two neighbours along an axis and the second's weight, out of 32.

    Beyond the edge both neighbours are the edge pixel: all weight goes to it.
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

    The double and single precision are OpenCV's: they decide where a product of sizes falls on
    a whole number.
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


def _check_finite(images, first):
    if images.dtype != np.uint8 and not (finite := np.isfinite(images).all(axis=(1, 2, 3))).all():
        raise ValueError(
            f"image {first + int(np.argmin(finite))} holds NaN or infinity: pixels must be finite"
        )


def _margin(name, value):
    if whole(name, value) < 1:
        raise ValueError(f"{name} = {value!r}: at least 1 pixel is wanted")
    return int(value)


def _angle(name, value):
    return finite(name, value, "a finite angle in degrees")


def _turn(name, value):
    if _angle(name, value) == 0:
        raise ValueError(f"{name} = {value!r}: leaves the images as they are; leave it out")
    return float(value)
