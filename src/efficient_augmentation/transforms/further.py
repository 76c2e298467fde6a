"""Transforms beyond the published ones, exact to the bit on uint8 images on every device.

White is 255 for uint8 images and 1 for floating ones, which should lie in [0, 1]; results are
clipped at black and white. A "level" is 1/255 of white in both. uint8 images are computed with
integers, or by tables that the host makes in float64.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from efficient_augmentation.transforms.variant import Variant, checked, distinct, finite, whole

AXES = {"horizontal": 2, "vertical": 1}
LARGEST_SIGMA = 10.0
_KERNEL_SCALE = 2048  # 255 times its square still fits into 32 bits
_QUANTILES = 1 << 16


def flip(images, axis):
    """Mirrored images.

    Args:
      images: (n, h, w, c), uint8 or floating.
      axis: "horizontal" exchanges left and right, "vertical" top and bottom.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or the axis has another name.
    """
    return jnp.flip(checked(images), AXES[_axis("axis", axis)])


def brightness(images, levels):
    """Lighter or darker images: x + levels.

    Args:
      images: (n, h, w, c), uint8, or floating within [0, 1].
      levels: whole number of levels (1/255 of white) to add, within -255..255.
    Returns: jax array (n, h, w, c) of the dtype of `images`, clipped at black and white.
    Raises: ValueError if the images have another rank or dtype, or levels is not such a number.
    """
    images, levels = checked(images), _shift("levels", levels)
    if images.dtype == jnp.uint8:
        return _looked_up(images, np.arange(256) + levels)
    return _cut_off(images + levels / 255, images.dtype)


def contrast(images, factor):
    """Images with more or less contrast about the middle grey m: m + factor (x - m).

    m is 127.5 for uint8 images, whose result is rounded to the nearest integer (halves to the even
    one), and 0.5 for floating images.

    Args:
      images: (n, h, w, c), uint8, or floating within [0, 1].
      factor: > 0; below 1 less contrast, above 1 more.
    Returns: jax array (n, h, w, c) of the dtype of `images`, clipped at black and white.
    Raises: ValueError if the images have another rank or dtype, or factor is not a positive number.
    """
    images, factor = checked(images), _positive("factor", factor)
    if images.dtype == jnp.uint8:
        return _looked_up(images, np.rint(127.5 + factor * (np.arange(256) - 127.5)))
    return _cut_off(0.5 + factor * (images - 0.5), images.dtype)


def blur(images, sigma):
    """Images convolved with a Gaussian; edge pixels are replicated.

    The Gaussian is sampled at whole pixels up to 4 sigma. For uint8 images its weights along an
    axis are rounded to 1/2048, and the middle one is adjusted so that they sum to 1. The sums along
    both axes are integers and are rounded once at the end, halves up.

    Args:
      images: (n, h, w, c), uint8 or floating.
      sigma: standard deviation in pixels, within (0, 10].
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or sigma is not such a number.
    Cost: 16 sigma multiplications per pixel.
    """
    images, sigma = checked(images), _sigma("sigma", sigma)
    weights = _gaussian(sigma)
    if images.dtype == jnp.uint8:
        sides = np.rint(weights * _KERNEL_SCALE).astype(np.int32)
        sides[len(sides) // 2] += _KERNEL_SCALE - sides.sum()
        return _convolve(images, sides)
    return _convolve(images, weights.astype(np.float32))


def noise(images, levels, seed=0):
    """Images with Gaussian noise added, independent in every pixel and channel.

    The noise is drawn from the 65536 quantiles (i + 1/2) / 65536 of a Gaussian; for uint8 images
    each is rounded to the nearest integer. An image's noise depends only on the seed and its own
    pixels, not on the other images or their order; equal images get equal noise. Another `levels`
    with the same seed scales the same draw.

    Args:
      images: (n, h, w, c), uint8, or floating within [0, 1].
      levels: standard deviation in levels (1/255 of white), > 0.
      seed: whole number within 0..2^32 - 1.
    Returns: jax array (n, h, w, c) of the dtype of `images`, clipped at black and white.
    Raises: ValueError if the images have another rank or dtype, or an argument is out of range.
    """
    images, levels, seed = checked(images), _positive("levels", levels), _seed("seed", seed)
    table = levels * ndtri((np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    if images.dtype == jnp.uint8:
        return _add_noise(images, np.rint(table).astype(np.int32), np.uint32(seed))
    return _add_noise(images, (table / 255).astype(np.float32), np.uint32(seed))


def cutout(images, pixels, seed=0):
    """Images in which a square is painted over with the image's mean colour.

    The square lies within the image, at every position with equal probability. Its position depends
    only on the seed and the image's own pixels, as in `noise`. The mean is taken per channel; for
    uint8 images it is rounded, halves up.

    Args:
      images: (n, h, w, c), uint8 or floating.
      pixels: side of the square, at least 1, less than the image's shorter side.
      seed: whole number within 0..2^32 - 1.
    Returns: jax array (n, h, w, c) of the dtype of `images`.
    Raises: ValueError if the images have another rank or dtype, or an argument is out of range.
    Source: DeVries and Taylor 2017, whose square may lie partly outside and is painted with the
      mean of the data set.
    """
    images, pixels, seed = checked(images), _side("pixels", pixels), _seed("seed", seed)
    height, width = images.shape[1:3]
    if pixels >= min(height, width):
        raise ValueError(
            f"pixels = {pixels}: a square cut out of images of {height} x {width} has a side of at "
            f"most {min(height, width) - 1}"
        )
    return _paint_square(images, pixels, np.uint32(seed))


def _flips(axes):
    return [
        Variant(f"flip {axis}", partial(flip, axis=axis)) for axis in distinct("axes", axes, _axis)
    ]


def _brightnesses(levels):
    return [
        Variant(f"brightness {shift:+d}", partial(brightness, levels=shift))
        for shift in distinct("levels", levels, _change)
    ]


def _contrasts(factors):
    return [
        Variant(f"contrast x {factor:.3g}", partial(contrast, factor=factor))
        for factor in distinct("factors", factors, _scaling)
    ]


def _blurs(sigmas):
    return [
        Variant(f"blur {sigma:.3g} px", partial(blur, sigma=sigma))
        for sigma in distinct("sigmas", sigmas, _sigma)
    ]


def _noises(levels, seeds=(0,)):
    return [
        Variant(f"noise {size:.3g}, seed {seed}", partial(noise, levels=size, seed=seed))
        for size in distinct("levels", levels, _positive)
        for seed in distinct("seeds", seeds, _seed)
    ]


def _cutouts(pixels, seeds=(0,)):
    return [
        Variant(f"cutout {side} px, seed {seed}", partial(cutout, pixels=side, seed=seed))
        for side in distinct("pixels", pixels, _side)
        for seed in distinct("seeds", seeds, _seed)
    ]


BUILDERS = {
    "flip": _flips,
    "brightness": _brightnesses,
    "contrast": _contrasts,
    "blur": _blurs,
    "noise": _noises,
    "cutout": _cutouts,
}
"""Functions that take a transform's parameters as keywords and return its variants."""


@jax.jit
def _take(table, images):
    return table[images]


def _looked_up(images, table):
    """uint8 images mapped by a table of 256 levels, clipped at black and white."""
    return _take(np.clip(table, 0, 255).astype(np.uint8), images)


def _cut_off(images, dtype):
    return jnp.clip(images, 0, 1).astype(dtype)


def _gaussian(sigma):
    """Weights that sum to 1, (2 r + 1,) float64; r is 4 sigma rounded, at least 1."""
    radius = max(1, int(4 * sigma + 0.5))
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return weights / weights.sum()


@jax.jit
def _convolve(images, weights):
    """Convolve along both axes; uint8 images take int32 weights, in 1/2048."""
    taps, (height, width) = len(weights), images.shape[1:3]
    radius = taps // 2
    wide = jnp.int32 if images.dtype == jnp.uint8 else jnp.promote_types(images.dtype, jnp.float32)
    edges = ((0, 0), (radius, radius), (radius, radius), (0, 0))
    padded = jnp.pad(images.astype(wide), edges, mode="edge")
    rows = sum(weights[k] * padded[:, k : k + height] for k in range(taps))
    total = sum(weights[k] * rows[:, :, k : k + width] for k in range(taps))
    if images.dtype == jnp.uint8:
        total = (total + _KERNEL_SCALE**2 // 2) >> 22
    return total.astype(images.dtype)


@jax.jit
def _add_noise(images, table, seed):
    draw = partial(jax.random.bits, shape=images.shape[1:], dtype=jnp.uint16)
    noisy = images + table[jax.vmap(draw)(_keys(images, seed))]
    if images.dtype == jnp.uint8:
        return jnp.clip(noisy, 0, 255).astype(jnp.uint8)
    return _cut_off(noisy, images.dtype)


@jax.jit
def _paint_square(images, side, seed):
    _, height, width, _ = images.shape
    draws = jax.vmap(partial(jax.random.bits, shape=(2,), dtype=jnp.uint32))(_keys(images, seed))
    sizes = jnp.array([height, width], jnp.uint32) - jnp.uint32(side) + 1
    # There are few positions, so that the remainder of 32 bits is uniform to one in a million.
    corner = (draws % sizes).astype(jnp.int32)
    inside = [
        (jnp.arange(size) >= first[:, None]) & (jnp.arange(size) < first[:, None] + side)
        for size, first in zip((height, width), corner.T, strict=True)
    ]
    square = (inside[0][:, :, None] & inside[1][:, None, :])[..., None]
    return jnp.where(square, _mean_colour(images), images)


def _mean_colour(images):
    if images.dtype != jnp.uint8:
        return images.mean(axis=(1, 2), keepdims=True).astype(images.dtype)
    count = math.prod(images.shape[1:3])
    total = images.sum(axis=(1, 2), keepdims=True, dtype=jnp.uint32)
    return ((total + count // 2) // count).astype(jnp.uint8)


def _keys(images, seed):
    """A random key for every image, from the seed and two hashes of the image's bits."""
    flat = images.reshape(len(images), math.prod(images.shape[1:]))
    if images.dtype != jnp.uint8:
        unsigned = {2: jnp.uint16, 4: jnp.uint32}[images.dtype.itemsize]
        flat = jax.lax.bitcast_convert_type(flat, unsigned)
    # The generator and all types are explicit, so that no setting of JAX changes the bytes.
    seeded = jax.random.wrap_key_data(jnp.stack([jnp.uint32(0), seed]), impl="threefry2x32")
    factors = jax.random.bits(jax.random.fold_in(seeded, 0), (2, flat.shape[1]), jnp.uint32)
    hashes = (flat.astype(jnp.uint32)[:, None] * factors).sum(axis=2, dtype=jnp.uint32)
    return jax.vmap(lambda a, b: jax.random.fold_in(jax.random.fold_in(seeded, a), b))(*hashes.T)


def _axis(name, value):
    if value not in AXES:
        raise ValueError(f"{name} = {value!r}: one of {', '.join(AXES)} is wanted")
    return value


def _shift(name, value):
    if not -255 <= whole(name, value, "levels") <= 255:
        raise ValueError(f"{name} = {value!r}: levels within -255..255 are wanted")
    return int(value)


def _change(name, value):
    if _shift(name, value) == 0:
        raise ValueError(f"{name} = {value!r}: leaves the images as they are; leave it out")
    return int(value)


def _positive(name, value):
    if (number := finite(name, value, "a finite number above 0")) <= 0:
        raise ValueError(f"{name} = {value!r}: a finite number above 0 is wanted")
    return number


def _scaling(name, value):
    if _positive(name, value) == 1:
        raise ValueError(f"{name} = {value!r}: leaves the images as they are; leave it out")
    return float(value)


def _sigma(name, value):
    if _positive(name, value) > LARGEST_SIGMA:
        raise ValueError(f"{name} = {value!r}: at most {LARGEST_SIGMA:g} pixels are wanted")
    return float(value)


def _side(name, value):
    if whole(name, value) < 1:
        raise ValueError(f"{name} = {value!r}: at least 1 pixel is wanted")
    return int(value)


def _seed(name, value):
    if not 0 <= whole(name, value, "a seed") < 1 << 32:
        raise ValueError(f"{name} = {value!r}: a whole number within 0..2^32 - 1 is wanted")
    return int(value)
