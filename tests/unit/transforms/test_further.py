"""Transforms beyond the published ones: against Pillow, SciPy and the definitions in NumPy."""

import zlib
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from scipy import ndimage, stats

from efficient_augmentation.transforms import further
from efficient_augmentation.transforms.catalogue import expand, variants
from efficient_augmentation.transforms.further import (
    blur,
    brightness,
    contrast,
    cutout,
    flip,
    noise,
)


def images(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)

# Oracles of another make


def test_flip_is_pillows():
    x = images(3, 5, 8, 3)
    for image, mirrored, flipped in zip(x, flip(x, "horizontal"), flip(x, "vertical"), strict=True):
        np.testing.assert_array_equal(mirrored, np.asarray(ImageOps.mirror(Image.fromarray(image))))
        np.testing.assert_array_equal(flipped, np.asarray(ImageOps.flip(Image.fromarray(image))))


@pytest.mark.parametrize("levels", [-255, -30, -1, 0, 1, 77, 255])
def test_brightness_is_pillows_point(levels):
    want = Image.fromarray(LEVELS[0, ..., 0]).point(lambda v: min(max(v + levels, 0), 255))
    np.testing.assert_array_equal(brightness(LEVELS, levels)[0, ..., 0], np.asarray(want))


@pytest.mark.parametrize("factor", [0.1, 0.5, 0.7, 1, 1.5, 3, 1000])
def test_contrast_is_the_formula_in_exact_fractions(factor):
    middle = Fraction(255, 2)
    want = [round(middle + Fraction(factor) * (v - middle)) for v in range(256)]
    want = np.clip(want, 0, 255).reshape(LEVELS.shape)
    np.testing.assert_array_equal(contrast(LEVELS, factor), want)


@pytest.mark.parametrize("sigma", [0.3, 0.8, 1, 2.5, 10])
@pytest.mark.parametrize("shape", [(2, 20, 31, 3), (1, 1, 6, 1), (1, 4, 3, 1)])
def test_blur_is_scipys_within_rounding_of_the_weights(sigma, shape):
    x = images(*shape)
    want = ndimage.gaussian_filter(
        x.astype(float), (0, sigma, sigma, 0), mode="nearest", truncate=4.0
    )
    assert abs(np.asarray(blur(x, sigma), float) - want).max() <= 1.5
    ours = blur(x.astype(np.float32), sigma)
    np.testing.assert_allclose(ours, want, atol=1e-3)


@pytest.mark.parametrize("sigma", [0.6, 1.7])
def test_blur_of_uint8_is_the_stated_rule_to_the_bit(sigma):
    x = images(2, 9, 12, 1)
    radius = int(4 * sigma + 0.5)
    bell = [np.exp(-(k**2) / (2 * sigma**2)) for k in range(-radius, radius + 1)]
    taps = [int(np.floor(2048 * b / sum(bell) + 0.5)) for b in bell]
    taps[radius] += 2048 - sum(taps)
    total = x.astype(np.int64)
    for axis in (1, 2):
        total = ndimage.correlate1d(total, taps, axis=axis, mode="nearest")
    want = (Fraction(1, 2**22) * total.astype(object) + Fraction(1, 2)) // 1
    np.testing.assert_array_equal(blur(x, sigma), want.astype(np.uint8))


def test_noise_is_gaussian_and_independent():
    # Grey enough that nothing is cut off, and every image another one.
    x = np.full((400, 12, 12, 2), 128, np.uint8)
    x[:, 0, 0, 0] += np.arange(400, dtype=np.uint8) % 100
    x[:, 0, 1, 0] += (np.arange(400) // 100).astype(np.uint8)
    drawn = np.asarray(noise(x, 20.0, 5)).astype(int) - x
    assert abs(drawn.mean()) < 0.3
    assert abs(drawn.std() - 20) < 0.2
    expected = stats.norm(0, 20)
    inside = [expected.cdf(k + 0.5) - expected.cdf(k - 0.5) for k in range(-60, 61)]
    counts = np.array([(drawn == k).sum() for k in range(-60, 61)])
    chi2 = ((counts - drawn.size * np.array(inside)) ** 2 / (drawn.size * np.array(inside))).sum()
    assert chi2 < stats.chi2(len(inside)).ppf(0.9999)
    flat = drawn.reshape(400, -1)
    for a, b in ((flat[:-1], flat[1:]), (flat[:, :-1], flat[:, 1:]), (flat[:, :-2], flat[:, 2:])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.015


def test_noise_of_another_size_scales_the_same_draw_and_a_seed_decides_it():
    x = np.full((1, 8, 8, 1), 100, np.uint8)
    one, two, other = noise(x, 3, 1), noise(x, 6, 1), noise(x, 3, 2)
    assert abs((np.asarray(one) - 100.0) * 2 - (np.asarray(two) - 100.0)).max() <= 1.5
    assert (np.asarray(one) != np.asarray(other)).mean() > 0.5


def test_noise_on_floats_is_that_on_levels():
    # Powers of two, so that the draw differs by nothing but the bits of the image.
    x = np.full((600, 8, 8, 1), 0.5, np.float32)
    x[:, 0, 0, 0] = np.linspace(0.4, 0.6, 600)
    drawn = (np.asarray(noise(x, 10)) - x) * 255
    assert abs(drawn.std() - 10) < 0.15
    assert stats.kstest(drawn.ravel(), stats.norm(0, 10).cdf).pvalue > 1e-4


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize(("h", "w", "m"), [(9, 12, 4), (5, 5, 4), (6, 20, 1)])
def test_cutout_is_one_square_of_the_mean_colour(h, w, m, dtype):
    # Half the pixels black, half white, so that no pixel is of the mean's colour.
    x = ((np.indices((30, h, w, 2)).sum(axis=0) + images(30, h, w, 2) % 2) % 2).astype(dtype)
    x *= np.array(200, dtype)
    changed = np.array(cutout(x, m, 3))
    for before, after in zip(x, changed, strict=True):
        rows, columns = np.nonzero((before != after).any(axis=-1))
        top, left = rows.min(), columns.min()
        assert (rows.max() - top + 1, columns.max() - left + 1) == (m, m)
        inside = after[top : top + m, left : left + m]
        mean = before.mean(axis=(0, 1), dtype=np.float64)
        want = np.floor(mean + 0.5) if dtype == np.uint8 else mean
        np.testing.assert_allclose(inside, np.broadcast_to(want, inside.shape), rtol=1e-6)
        after[top : top + m, left : left + m] = before[top : top + m, left : left + m]
        np.testing.assert_array_equal(after, before)


def test_cutout_is_everywhere_with_equal_probability():
    x = images(4000, 5, 6, 1)
    changed = np.asarray(cutout(x, 3, 1)).astype(int) != x
    rows, columns = changed.any(axis=(2, 3)), changed.any(axis=(1, 3))
    # Pixels that had the mean's level already hide an edge now and then: those are left out.
    whole = (rows.sum(axis=1) == 3) & (columns.sum(axis=1) == 3)
    assert whole.mean() > 0.9
    top, left = rows[whole].argmax(axis=1), columns[whole].argmax(axis=1)
    counts = np.bincount(4 * top + left, minlength=12)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_bytes_do_not_change_between_machines_and_versions():
    x = images(3, 8, 10, 3)
    results = [noise(x, 12.5, 7), cutout(x, 4, 7), blur(x, 1.3), contrast(x, 0.6)]
    assert [zlib.crc32(np.asarray(result).tobytes()) for result in results] == FROZEN


FROZEN = [2687960218, 1733523975, 3249978388, 3690583652]

# Invariants

EVERY = [
    pytest.param(lambda x: flip(x, "vertical"), id="flip"),
    pytest.param(lambda x: brightness(x, -20), id="brightness"),
    pytest.param(lambda x: contrast(x, 1.3), id="contrast"),
    pytest.param(lambda x: blur(x, 1.1), id="blur"),
    pytest.param(lambda x: noise(x, 9, 3), id="noise"),
    pytest.param(lambda x: cutout(x, 3, 3), id="cutout"),
]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("apply", EVERY)
def test_images_do_not_see_each_other(apply, dtype):
    x = images(6, 12, 9, 3).astype(dtype)
    if dtype == np.float32:
        x /= 255
    order = np.array([4, 1, 5, 0, 2, 3])
    np.testing.assert_array_equal(apply(x)[order], apply(x[order]))
    np.testing.assert_array_equal(apply(x)[2:3], apply(x[2:3]))
    assert apply(x[:0]).shape == (0, 12, 9, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, jnp.bfloat16])
@pytest.mark.parametrize("apply", EVERY)
def test_shape_and_dtype_are_kept(apply, dtype):
    x = jnp.zeros((2, 9, 7, 3), dtype)
    changed = apply(x)
    assert isinstance(changed, jax.Array)
    assert (changed.shape, changed.dtype) == (x.shape, x.dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("apply", EVERY[:3])  # of the others' many steps, compiling is the point
def test_compiled_equals_eager(apply, dtype):
    x = jnp.asarray(images(2, 9, 12, 3), dtype)
    with jax.disable_jit():
        eager = apply(x)
    np.testing.assert_allclose(apply(x), eager, atol=0 if dtype == np.uint8 else 1e-4)
    np.testing.assert_allclose(jax.jit(apply)(x), eager, atol=0 if dtype == np.uint8 else 1e-4)


@pytest.mark.parametrize("apply", EVERY[:4])
def test_float_images_give_the_uint8_result_within_a_level(apply):
    x = images(3, 16, 16, 1)
    as_float = np.asarray(apply(x.astype(np.float32) / 255)) * 255
    assert abs(np.asarray(apply(x)).astype(float) - as_float).max() <= 1


@pytest.mark.parametrize("apply", [*EVERY[:1], *EVERY[3:4], *EVERY[5:]])
def test_constant_images_stay_constant(apply):
    for level in (0, 1, 254, 255):
        x = np.full((1, 13, 9, 1), level, np.uint8)
        np.testing.assert_array_equal(apply(x), x)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.data())
def test_floats_stay_within_black_and_white(seed, data):
    x = np.random.default_rng(seed).random((2, 4, 5, 1), np.float32)
    results = [
        brightness(x, data.draw(st.integers(-255, 255))),
        contrast(x, data.draw(st.floats(0.01, 100))),
        noise(x, data.draw(st.floats(0.1, 1000)), data.draw(st.integers(0, 2**32 - 1))),
        cutout(x, data.draw(st.integers(1, 3)), data.draw(st.integers(0, 2**32 - 1))),
    ]
    for result in results:
        assert 0 <= result.min() <= result.max() <= 1


def test_a_setting_of_jax_changes_no_draw():
    x = images(2, 8, 8, 1)
    plain = noise(x, 9), cutout(x, 3)
    jax.clear_caches()
    with jax.enable_x64(True), jax.default_prng_impl("rbg"):
        for before, after in zip(plain, (noise(x, 9), cutout(x, 3)), strict=True):
            np.testing.assert_array_equal(before, after)


# Variants


@pytest.mark.parametrize(
    ("name", "parameters", "labels"),
    [
        ("flip", {"axes": ["horizontal", "vertical"]}, ["flip horizontal", "flip vertical"]),
        ("brightness", {"levels": [-30, 40]}, ["brightness -30", "brightness +40"]),
        ("contrast", {"factors": [0.5, 2]}, ["contrast x 0.5", "contrast x 2"]),
        ("blur", {"sigmas": [1, 1.5]}, ["blur 1 px", "blur 1.5 px"]),
        ("noise", {"levels": [5]}, ["noise 5, seed 0"]),
        (
            "noise",
            {"levels": [5, 9.5], "seeds": [1, 2]},
            ["noise 5, seed 1", "noise 5, seed 2", "noise 9.5, seed 1", "noise 9.5, seed 2"],
        ),
        (
            "cutout",
            {"pixels": [3], "seeds": [8, 9]},
            ["cutout 3 px, seed 8", "cutout 3 px, seed 9"],
        ),
    ],
)
def test_labels_of_variants(name, parameters, labels):
    assert [variant.label for variant in variants(name, parameters)] == labels


def test_variants_apply_their_own_parameters():
    x = images(2, 9, 9, 1)
    for name, parameters, want in [
        ("flip", {"axes": ["horizontal", "vertical"]}, [x[:, :, ::-1], x[:, ::-1]]),
        ("brightness", {"levels": [-30, 40]}, [brightness(x, -30), brightness(x, 40)]),
        ("contrast", {"factors": [0.5, 2]}, [contrast(x, 0.5), contrast(x, 2)]),
        ("blur", {"sigmas": [1, 2]}, [blur(x, 1), blur(x, 2)]),
        ("noise", {"levels": [5], "seeds": [0, 1]}, [noise(x, 5, 0), noise(x, 5, 1)]),
        ("cutout", {"pixels": [2, 4], "seeds": [3]}, [cutout(x, 2, 3), cutout(x, 4, 3)]),
    ]:
        for variant, result in zip(variants(name, parameters), want, strict=True):
            np.testing.assert_array_equal(variant.apply(x), result)


@pytest.mark.parametrize("name", ["noise", "cutout"])
def test_random_variants_do_not_depend_on_blocks(name, monkeypatch):
    x = images(9, 8, 6, 3)
    made = variants(name, {"levels" if name == "noise" else "pixels": [4]})
    at_once = expand(x, np.arange(9), made)[0]
    monkeypatch.setattr("efficient_augmentation.transforms.catalogue._BLOCK_BYTES", 2 * 8 * 6 * 3)
    np.testing.assert_array_equal(at_once, expand(x, np.arange(9), made)[0])


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("flip", {"axes": ["diagonal"]}, "'flip': axes = 'diagonal': one of horizontal, vertical"),
        ("flip", {"axes": "vertical"}, "axes = 'vertical': a list"),
        ("brightness", {"levels": [0]}, "levels = 0: leaves the images as they are"),
        ("brightness", {"levels": [256]}, r"levels = 256: levels within -255\.\.255"),
        ("brightness", {"levels": [1.5]}, "levels = 1.5: a whole number of levels"),
        ("contrast", {"factors": [1]}, "factors = 1: leaves the images"),
        ("contrast", {"factors": [0]}, "factors = 0: a finite number above 0"),
        ("contrast", {"factors": [float("inf")]}, "factors = inf: a finite number above 0"),
        ("blur", {"sigmas": [11]}, "sigmas = 11: at most 10 pixels"),
        ("blur", {"sigmas": [-1]}, "sigmas = -1: a finite number above 0"),
        ("noise", {"levels": [0]}, "levels = 0: a finite number above 0"),
        ("noise", {"levels": [1], "seeds": [-1]}, r"seeds = -1: a whole number within 0\.\.2"),
        ("noise", {"levels": [1], "seeds": [0.5]}, "seeds = 0.5: a whole number of a seed"),
        ("noise", {"seeds": [1]}, r"takes the parameters \['levels'\] and \['seeds'\], got"),
        ("noise", {"levels": [1], "seed": 1}, r"got \['levels', 'seed'\]"),
        ("cutout", {"pixels": [0]}, "pixels = 0: at least 1 pixel"),
        ("cutout", {"pixels": [3], "seeds": []}, "seeds = .*: a list of at least one"),
    ],
)
def test_variants_name_what_is_wrong(name, parameters, message):
    with pytest.raises(ValueError, match=message):
        variants(name, parameters)


def test_cutout_leaves_something():
    with pytest.raises(ValueError, match=r"pixels = 8: .* 8 x 9 has a side of at most 7"):
        cutout(images(1, 8, 9, 1), 8)


@pytest.mark.parametrize("apply", EVERY)
def test_images_of_the_wrong_kind(apply):
    with pytest.raises(ValueError, match=r"shape \(8, 8, 1\)"):
        apply(np.zeros((8, 8, 1), np.uint8))
    with pytest.raises(ValueError, match="dtype int32"):
        apply(np.zeros((2, 8, 8, 1), np.int32))


# Compositions


def test_a_composition_is_every_combination_in_turn():
    x = images(2, 10, 10, 1)
    made = variants(
        "mine",
        {"compose": [{"flip": {"axes": ["horizontal", "vertical"]}}, {"blur": {"sigmas": [1, 2]}}]},
    )
    assert [variant.label for variant in made] == [
        "flip horizontal, blur 1 px",
        "flip horizontal, blur 2 px",
        "flip vertical, blur 1 px",
        "flip vertical, blur 2 px",
    ]
    np.testing.assert_array_equal(made[1].apply(x), blur(flip(x, "horizontal"), 2))
    assert len(expand(x, [0, 1], made)[0]) == 10


def test_the_order_of_steps_counts():
    x = images(1, 10, 10, 1)
    steps = [{"crop": {"pixels": [2]}}, {"translate": {"pixels": [3]}}]
    first, second = (variants("mine", {"compose": order})[0] for order in (steps, steps[::-1]))
    assert (np.asarray(first.apply(x)) != np.asarray(second.apply(x))).any()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"compose": []}, "'mine': compose = .*: a list of at least one transform"),
        ({"compose": "flip"}, "compose = 'flip': a list"),
        ({"compose": ["flip", "blur"]}, r"compose: 'flip' is not one transform, {name: param"),
        ({"compose": [{"flip": {}, "blur": {}}] * 2}, "is not one transform"),
        ({"compose": [{"spin": {}}] * 2}, "'mine': unknown transform 'spin'"),
        ({"compose": [{"flip": {"axes": []}}] * 2}, "'mine': transform 'flip': axes = "),
        ({"compose": [], "more": 1}, r"takes the parameters \['compose'\], got"),
        ({}, "unknown transform 'mine': .*; under a name of your own, give compose or function"),
    ],
)
def test_what_is_no_composition(parameters, message):
    with pytest.raises(ValueError, match=message):
        variants("mine", parameters)


def test_every_builder_has_its_function():
    assert set(further.BUILDERS) == {"flip", "brightness", "contrast", "blur", "noise", "cutout"}
