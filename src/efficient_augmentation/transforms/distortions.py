"""Random distortions of training images: small rotations, shifts and reflections."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates


class Distortion(NamedTuple):
    """How far training images are distorted, by a new draw each time one is used.

    Attributes:
      degrees: largest rotation to either side, about the image's centre.
      pixels: largest shift in each direction; fractions of a pixel occur.
      flip: whether half of the images are mirrored left to right.
    """

    degrees: float = 0.0
    pixels: float = 0.0
    flip: bool = False

    def draw(self, key, images):
        """Distorted images, each by its own draw.

        Shift and rotation are one affine map with bilinear interpolation; edge pixels are
        replicated.

        Args:
          key: JAX random key.
          images: (b, h, w, c) float.
        Returns: (b, h, w, c) of the same type.
        Source: docs/method.md section 11 (NORB).
        """
        angle_key, shift_key, flip_key = jax.random.split(key, 3)
        n = len(images)
        if self.flip:
            mirrored = jax.random.bernoulli(flip_key, shape=(n, 1, 1, 1))
            images = jnp.where(mirrored, images[:, :, ::-1], images)
        if not (self.degrees or self.pixels):
            return images
        bound = jnp.float32(jnp.deg2rad(self.degrees))
        angles = jax.random.uniform(angle_key, (n,), jnp.float32, -bound, bound)
        shifts = jax.random.uniform(
            shift_key, (n, 2), jnp.float32, -self.pixels, float(self.pixels)
        )
        return jax.vmap(_warp)(images, angles, shifts)


def _warp(image, angle, shift):
    """The image rotated about its centre (radians, clockwise), then shifted by (y, x)."""
    h, w, _ = image.shape
    y, x = jnp.meshgrid(jnp.arange(h) - (h - 1) / 2, jnp.arange(w) - (w - 1) / 2, indexing="ij")
    y, x = y - shift[0], x - shift[1]
    c, s = jnp.cos(angle), jnp.sin(angle)
    rows, columns = c * y - s * x + (h - 1) / 2, s * y + c * x + (w - 1) / 2

    def sample(plane):
        return map_coordinates(plane, [rows, columns], order=1, mode="nearest")

    return jax.vmap(sample, in_axes=-1, out_axes=-1)(image)
