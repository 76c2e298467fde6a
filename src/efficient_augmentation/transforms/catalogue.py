"""The transforms by name, and the variants of images that each of them makes."""

import inspect
import itertools
import math
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np

from efficient_augmentation.transforms import further, user_function
from efficient_augmentation.transforms.published import angle, crop, rotate, translate
from efficient_augmentation.transforms.variant import Variant, check, distinct, whole

_BLOCK_BYTES = 8 << 20


def variants(name, parameters):
    """The variants of a named transform, in the order in which a data set holds them.

    Args:
      name: one of the names below; or a name of one's own for `compose` or `function`.
      parameters: mapping of parameter to list of values, each of which gives one variant:
        translate {"pixels": [m, ...]}, m >= 1 (each gives the four diagonal shifts by m),
        rotate {"degrees": [a, ...]}, a != 0, crop {"pixels": [m, ...]}, m >= 1,
        flip {"axes": [...]}, "horizontal" or "vertical",
        brightness {"levels": [b, ...]}, b != 0 added to 0..255,
        contrast {"factors": [f, ...]}, f != 1, blur {"sigmas": [s, ...]} in pixels,
        noise {"levels": [s, ...], "seeds": [0, ...]}, one variant per pair,
        cutout {"pixels": [m, ...], "seeds": [0, ...]}, one variant per pair; `seeds` is optional in
        both. Under a name of one's own, {"compose": [{name: parameters}, ...]} applies one variant
        of each step after the other, and every combination is a variant (one step alone renames a
        transform); {"function": "module:function", "arguments": [{...}, ...]} calls a user's
        function, see `user_function`. given {} has no variants: its rows come with the data.
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


def named(transform):
    """A transform of the config.

    Args:
      transform: mapping from its name to its parameters, as `variants` takes them.
    Returns: (name, list of Variant).
    Raises: ValueError as `variants`.
    """
    ((name, parameters),) = transform.items()
    return name, variants(name, parameters)


def expand(images, labels, variants):
    """A data set, followed by all variants of its images.

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
    Cost: memory for the result and, there and on the device, for one block of images.
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
    """Slices of a batch, of at most 8 MiB each and all but the last of equal length.

    Results of this size stay in the cache and in memory that the process already holds, which makes
    a shift twice as fast as on one large batch.

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


# Functions that take a transform's parameters as keywords and return its variants. A new transform
# is one line here.
_TRANSFORMS = {
    "translate": _translations,
    "rotate": _rotations,
    "crop": _crops,
    **further.BUILDERS,
    "given": _given,
}
# Users name the transforms that they make with these.
_MADE_OF = {"compose": _compositions, "function": user_function.variants}


def _check_finite(images, first):
    if images.dtype != np.uint8 and not (finite := np.isfinite(images).all(axis=(1, 2, 3))).all():
        raise ValueError(
            f"image {first + int(np.argmin(finite))} holds NaN or infinity: pixels must be finite"
        )


def _margin(name, value):
    if whole(name, value) < 1:
        raise ValueError(f"{name} = {value!r}: at least 1 pixel is wanted")
    return int(value)


def _turn(name, value):
    if angle(name, value) == 0:
        raise ValueError(f"{name} = {value!r}: leaves the images as they are; leave it out")
    return float(value)
