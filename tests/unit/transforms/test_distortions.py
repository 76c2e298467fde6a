"""Random distortions beside SciPy's interpolation, and what they leave alone."""

import jax
import numpy as np
from scipy import ndimage

from efficient_augmentation.transforms import distortions
from efficient_augmentation.transforms.distortions import Distortion


def images(n=6, h=9, w=7, c=2):
    return np.random.default_rng(0).random((n, h, w, c), np.float32)


def test_warp_is_scipys():
    x = images(1)[0]
    angle, (dy, dx) = 0.3, (1.25, -2.5)
    h, w, c = x.shape
    rows, columns = np.mgrid[:h, :w].astype(float)
    expected = np.empty_like(x)
    for row in range(h):
        for column in range(w):
            y, z = rows[row, column] - (h - 1) / 2 - dy, columns[row, column] - (w - 1) / 2 - dx
            source = (
                np.cos(angle) * y - np.sin(angle) * z + (h - 1) / 2,
                np.sin(angle) * y + np.cos(angle) * z + (w - 1) / 2,
            )
            for k in range(c):
                expected[row, column, k] = ndimage.map_coordinates(
                    x[..., k], np.array(source)[:, None], order=1, mode="nearest"
                )[0]
    found = distortions._warp(x, np.float32(angle), np.float32([dy, dx]))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_quarter_turn_is_clockwise():
    x = images(1, 5, 5)[0]
    found = distortions._warp(x, np.float32(np.pi / 2), np.zeros(2, np.float32))
    np.testing.assert_allclose(found, np.rot90(x, -1), atol=1e-5)


def test_nothing_asked_is_nothing_done():
    x = images()
    np.testing.assert_array_equal(Distortion().draw(jax.random.key(0), x), x)


def test_flip_mirrors_about_half_of_the_images():
    x = images(400, 3, 4, 1)
    found = np.asarray(Distortion(flip=True).draw(jax.random.key(0), x))
    mirrored = (found == x[:, :, ::-1]).all((1, 2, 3))
    kept = (found == x).all((1, 2, 3))
    assert (mirrored | kept).all()
    assert 160 < mirrored.sum() < 240


def test_shifts_and_turns_stay_within_their_bounds():
    # A ramp tells how far each image was shifted.
    ramp = np.broadcast_to(np.arange(41, dtype=np.float32)[:, None, None], (41, 41, 1))
    x = np.repeat(ramp[None], 300, axis=0)
    found = np.asarray(Distortion(pixels=6.0).draw(jax.random.key(1), x))
    shift = 20 - found[:, 20, 20, 0]
    assert np.abs(shift).max() <= 6
    assert shift.min() < -5.5
    assert shift.max() > 5.5
    assert np.abs(shift.mean()) < 0.8
    turned = np.asarray(Distortion(degrees=2.5).draw(jax.random.key(2), x))
    slope = turned[:, 20, 30, 0] - turned[:, 20, 10, 0]
    angle = np.degrees(np.arcsin(slope / 20))
    assert np.abs(angle).max() <= 2.5 + 1e-3
    assert angle.min() < -2.2
    assert angle.max() > 2.2


def test_each_image_has_a_draw_of_its_own_and_a_key_fixes_all():
    x = np.repeat(images(1), 5, axis=0)
    draw = Distortion(degrees=10, pixels=2, flip=True).draw
    found = np.asarray(draw(jax.random.key(0), x))
    assert len(np.unique(found.reshape(5, -1), axis=0)) == 5
    np.testing.assert_array_equal(found, draw(jax.random.key(0), x))
    assert (np.asarray(draw(jax.random.key(1), x)) != found).any()
