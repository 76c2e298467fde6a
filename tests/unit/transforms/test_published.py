"""Transforms against the original tool's frozen output and against oracles written differently."""

from fractions import Fraction
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficient_augmentation.transforms import catalogue, published
from efficient_augmentation.transforms.catalogue import (
    Variant,
    crop,
    expand,
    rotate,
    translate,
    variants,
)

FROZEN = Path(__file__).parents[2] / "data" / "imgaug_0.4.0.npz"

with np.load(FROZEN, allow_pickle=False) as archive:
    frozen = dict(archive)

OUTPUTS = [key for key in frozen if not key.endswith("/images")]


def inputs_and_output(key):
    shape, name, parameters = key.split("/")
    read = float if name == "rotate" else int
    return frozen[f"{shape}/images"], name, [read(p) for p in parameters.split(",")]


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def levels(a, b):
    """Largest difference in grey levels."""
    return np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)).max()


# The original tool


@pytest.mark.parametrize("key", [key for key in OUTPUTS if not key.startswith("float/")])
def test_uint8_equals_the_original_tool_to_the_bit(key):
    images, name, parameters = inputs_and_output(key)
    np.testing.assert_array_equal(getattr(published, name)(images, *parameters), frozen[key])


@pytest.mark.parametrize("key", [key for key in OUTPUTS if key.startswith("float/")])
def test_float_equals_the_original_tool_within_rounding(key):
    images, name, parameters = inputs_and_output(key)
    ours = getattr(published, name)(images, *parameters)
    assert ours.dtype == jnp.float32
    np.testing.assert_allclose(ours, frozen[key], atol=1e-6)


def test_the_frozen_cases_cover_shapes_transforms_and_extremes():
    assert {key.split("/")[0] for key in OUTPUTS} >= {"28x28x1", "32x32x3", "96x96x1", "16x16x1"}
    assert {key.split("/")[1] for key in OUTPUTS} == {"translate", "rotate", "crop"}
    for key in (key for key in frozen if key.endswith("x1/images")):
        assert {0, 255} <= set(np.unique(frozen[key][2]))


# Oracles of another make


@pytest.mark.parametrize(("dx", "dy"), [(2, 3), (-1, 4), (0, -2), (-3, -3), (50, 0), (0, -50)])
@pytest.mark.parametrize("shape", [(2, 6, 9, 3), (1, 5, 5, 1), (3, 1, 4, 2)])
def test_translate_is_padding_and_slicing(shape, dx, dy):
    x = noise(*shape)
    _, h, w, _ = shape
    padded = np.pad(x, ((0, 0), (60, 60), (60, 60), (0, 0)), mode="edge")
    want = padded[:, 60 - dy : 60 - dy + h, 60 - dx : 60 - dx + w]
    np.testing.assert_array_equal(translate(x, dx, dy), want)


def test_translate_is_a_roll_inside():
    x = noise(2, 12, 10, 3)
    rolled = np.roll(x, (3, -2), axis=(1, 2))
    np.testing.assert_array_equal(translate(x, -2, 3)[:, 3:, :-2], rolled[:, 3:, :-2])


@pytest.mark.parametrize("turns", [1, 2, 3, 4, -1])
@pytest.mark.parametrize("size", [1, 2, 7, 16])
def test_quarter_turns_only_move_pixels(size, turns):
    x = noise(2, size, size, 3)
    clockwise = np.rot90(x, -turns, axes=(1, 2))
    np.testing.assert_array_equal(rotate(x, 90 * turns), clockwise)


def test_half_turn_of_an_oblong_image():
    x = noise(1, 5, 8, 1)
    np.testing.assert_array_equal(rotate(x, 180), x[:, ::-1, ::-1])


def test_rotation_commutes_with_quarter_turns():
    """The grid has four-fold symmetry; the 1/32 px rounding costs a few levels on noise at most."""
    y, x = np.indices((21, 21)) - 10
    smooth = (128 + 100 * np.sin(x / 5) * np.cos(y / 7)).astype(np.uint8)[None, ..., None]
    one = rotate(np.rot90(smooth, axes=(1, 2)), 17)
    other = np.rot90(rotate(smooth, 17), axes=(1, 2))
    assert levels(one, other) <= 2


@pytest.mark.parametrize("degrees", [-30, -4.3, 11, 73])
def test_rotation_is_near_textbook_bilinear(degrees):
    x = np.asarray(noise(1, 24, 30, 1), np.float32)
    angle = np.deg2rad(degrees)
    h, w = x.shape[1:3]
    centre = np.array([(w - 1) / 2, (h - 1) / 2])
    target = np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1) - centre
    turn_back = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    at = target @ turn_back.T + centre
    want = jax.scipy.ndimage.map_coordinates(
        x[0, ..., 0], [at[..., 1], at[..., 0]], order=1, mode="nearest"
    )
    assert levels(rotate(x, degrees)[0, ..., 0], want) <= 8


@pytest.mark.parametrize(
    ("h", "w", "m"), [(8, 8, 2), (9, 14, 4), (28, 28, 6), (5, 3, 1), (2, 9, 0)]
)
def test_crop_is_the_stated_formula(h, w, m):
    """Pixel by pixel in exact fractions, from the published form of INTER_AREA enlargement."""

    def taps(d, source, target):
        s = d * source // target
        f = d + 1 - Fraction((s + 1) * target, source)
        return s, (0 if f <= 0 or s >= source - 1 else f % 1)

    x = noise(1, h, w, 1)
    inside = x[0, m : h - m, m : w - m, 0].astype(int)
    inside = np.pad(inside, ((0, 1), (0, 1)))
    want = np.empty((h, w))
    for i in range(h):
        for j in range(w):
            (r, b), (c, a) = taps(i, h - 2 * m, h), taps(j, w - 2 * m, w)
            row = [(1 - a) * inside[r + k, c] + a * inside[r + k, c + 1] for k in (0, 1)]
            want[i, j] = float((1 - b) * row[0] + b * row[1])
    np.testing.assert_allclose(crop(x.astype(np.float32), m)[0, ..., 0], want, atol=1e-3)
    assert levels(crop(x, m)[0, ..., 0], want) < 1


# Invariants

EVERY = [
    pytest.param(lambda x: translate(x, 3, -2), id="translate"),
    pytest.param(lambda x: rotate(x, 13.7), id="rotate"),
    pytest.param(lambda x: crop(x, 2), id="crop"),
]


def test_nothing_to_do_changes_nothing():
    x = noise(2, 7, 11, 3)
    for same in (translate(x, 0, 0), rotate(x, 0), rotate(x, 360), crop(x, 0)):
        np.testing.assert_array_equal(same, x)


@pytest.mark.parametrize("apply", EVERY)
def test_constant_images_stay_constant_at_the_extremes(apply):
    for level in (0, 1, 254, 255):
        x = np.full((1, 13, 9, 1), level, np.uint8)
        np.testing.assert_array_equal(apply(x), x)


@pytest.mark.parametrize("apply", EVERY)
def test_images_do_not_see_each_other(apply):
    x = noise(6, 12, 9, 3)
    order = np.array([4, 1, 5, 0, 2, 3])
    np.testing.assert_array_equal(apply(x)[order], apply(x[order]))
    np.testing.assert_array_equal(apply(x)[2:3], apply(x[2:3]))
    assert apply(x[:0]).shape == (0, 12, 9, 3)


@pytest.mark.parametrize("apply", EVERY)
def test_channels_do_not_see_each_other(apply):
    x = noise(2, 12, 9, 3)
    np.testing.assert_array_equal(apply(x)[..., 1:2], apply(x[..., 1:2]))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("apply", EVERY)
def test_compiled_equals_eager(apply, dtype):
    x = jnp.asarray(noise(2, 9, 12, 3), dtype)
    with jax.disable_jit():
        eager = apply(x)
    np.testing.assert_allclose(apply(x), eager, atol=0 if dtype == np.uint8 else 1e-4)
    np.testing.assert_allclose(jax.jit(apply)(x), eager, atol=0 if dtype == np.uint8 else 1e-4)


@pytest.mark.parametrize("apply", EVERY)
def test_float_images_give_the_uint8_result_within_a_level(apply):
    x = noise(3, 16, 16, 1)
    assert levels(apply(x), apply(x.astype(np.float32))) < 1


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, jnp.bfloat16])
@pytest.mark.parametrize("apply", EVERY)
def test_shape_and_dtype_are_kept(apply, dtype):
    x = jnp.zeros((2, 9, 7, 3), dtype)
    changed = apply(x)
    assert isinstance(changed, jax.Array)
    assert (changed.shape, changed.dtype) == (x.shape, x.dtype)


def test_one_program_serves_every_parameter_of_a_shape():
    x = noise(2, 10, 11, 1)
    rotate(x, 3), crop(x, 1), translate(x, 1, 1)
    kernels = (published._interpolate, published._enlarge, published._take)
    before = [kernel._cache_size() for kernel in kernels]
    rotate(x, -81.2), crop(x, 4), translate(x, -5, 20)
    assert [kernel._cache_size() for kernel in kernels] == before


images = st.tuples(
    st.integers(1, 2), st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(0, 99)
).map(lambda s: np.random.default_rng(s[4]).choice(np.uint8([0, 7, 250, 255]), s[:4]))


@settings(max_examples=25, deadline=None)
@given(images, st.data())
def test_no_transform_leaves_the_range_of_its_input(x, data):
    shift = st.integers(-8, 8)
    results = [
        translate(x, data.draw(shift), data.draw(shift)),
        rotate(x, data.draw(st.floats(-1e4, 1e4))),
        crop(x, data.draw(st.integers(0, (min(x.shape[1:3]) - 1) // 2))),
    ]
    for y in results:
        assert (y.shape, y.dtype) == (x.shape, x.dtype)
        assert y.min() >= x.min()
        assert y.max() <= x.max()


# Variants and expanded sets


def test_variants_of_translate_are_the_four_diagonal_shifts():
    x = noise(2, 8, 8, 1)
    made = variants("translate", {"pixels": [1, 2]})
    assert len({v.label for v in made}) == 8
    assert made[0].label == "shift (+1, +1)"
    assert made[5].label == "shift (+2, -2)"
    np.testing.assert_array_equal(made[5].apply(x), translate(x, 2, -2))
    np.testing.assert_array_equal(made[2].apply(x), translate(x, -1, 1))


def test_variants_of_rotate_and_crop_are_one_a_value():
    x = noise(2, 16, 16, 1)
    turns = variants("rotate", {"degrees": np.array([-5.0, 4.3])})
    assert [v.label for v in turns] == ["rotate -5 deg", "rotate +4.3 deg"]
    np.testing.assert_array_equal(turns[1].apply(x), rotate(x, 4.3))
    crops = variants("crop", {"pixels": (1, 6)})
    assert [v.label for v in crops] == ["crop 1 px", "crop 6 px"]
    np.testing.assert_array_equal(crops[1].apply(x), crop(x, 6))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_expand_holds_originals_then_variant_by_variant(dtype):
    x, y = noise(3, 8, 8, 1).astype(dtype), np.array([1, 0, 1], np.int32)
    made = variants("crop", {"pixels": [1, 2]})
    rows, labels, source = expand(x, y, made)
    assert all(isinstance(a, np.ndarray) for a in (rows, labels, source))
    assert rows.dtype == dtype
    assert (labels.dtype, source.dtype) == (np.int32, np.int32)
    np.testing.assert_array_equal(source, [-1, -1, -1, 0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(labels, [1, 0, 1] * 3)
    np.testing.assert_array_equal(rows, np.concatenate([x, crop(x, 1), crop(x, 2)]))


@pytest.mark.parametrize("n", [1, 7, 9, 10])
def test_expand_by_blocks_equals_expand_at_once(n, monkeypatch):
    x, made = noise(n, 8, 6, 3), variants("rotate", {"degrees": [-9, 31]})
    at_once = expand(x, np.arange(n), made)
    monkeypatch.setattr(catalogue, "_BLOCK_BYTES", 4 * 8 * 6 * 3)
    assert len(catalogue.blocks(x)) == -(-n // 4)
    for a, b in zip(at_once, expand(x, np.arange(n), made), strict=True):
        np.testing.assert_array_equal(a, b)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 5000), st.sampled_from([(1, 1, 1), (500, 500, 3), (4000, 4000, 3)]))
def test_blocks_cover_every_image_once_within_the_limit(n, shape):
    x = np.broadcast_to(np.uint8(0), (n, *shape))
    parts = catalogue.blocks(x)
    assert [i for part in parts for i in range(n)[part]] == list(range(n))
    for part in parts:
        assert x[part].nbytes <= 8 << 20 or len(x[part]) == 1


def test_expand_without_variants_is_the_originals():
    x = noise(2, 4, 4, 1)
    rows, labels, source = expand(x, [0, 1], [])
    np.testing.assert_array_equal(rows, x)
    np.testing.assert_array_equal(labels, [0, 1])
    np.testing.assert_array_equal(source, [-1, -1])


def test_expand_of_no_images_is_empty():
    rows, labels, source = expand(noise(0, 4, 4, 1), [], variants("crop", {"pixels": [1]}))
    assert (rows.shape, labels.shape, source.shape) == ((0, 4, 4, 1), (0,), (0,))


# Bad input


@pytest.mark.parametrize("apply", EVERY)
@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((8, 8, 1), np.uint8), r"shape \(8, 8, 1\).*\(n, h, w, c\)"),
        (np.zeros((2, 0, 8, 1), np.uint8), r"shape \(2, 0, 8, 1\)"),
        (np.zeros((2, 8, 8, 1), np.int32), "dtype int32: uint8 or a floating"),
        (np.zeros((2, 8, 8, 1), bool), "dtype bool"),
    ],
)
def test_images_of_the_wrong_kind(apply, images, message):
    with pytest.raises(ValueError, match=message):
        apply(images)


@pytest.mark.parametrize("value", [1.0, 0.5, "2", True, None, float("nan")])
def test_pixels_are_whole(value):
    x = noise(1, 8, 8, 1)
    with pytest.raises(ValueError, match=r"dx = .*whole number of pixels"):
        translate(x, value, 0)
    with pytest.raises(ValueError, match=r"dy = .*whole number of pixels"):
        translate(x, 0, value)
    with pytest.raises(ValueError, match=r"pixels = .*whole number of pixels"):
        crop(x, value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "5", None, True, 1j])
def test_angles_are_finite(value):
    with pytest.raises(ValueError, match=r"degrees = .*finite angle"):
        rotate(noise(1, 8, 8, 1), value)


@pytest.mark.parametrize("value", [-1, 4, 100])
def test_crop_leaves_something(value):
    with pytest.raises(ValueError, match=f"pixels = {value}: .*8 x 9.* at most 3 pixels"):
        crop(noise(1, 8, 9, 1), value)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        (
            "turn",
            {"degrees": [1]},
            "unknown transform 'turn': there are blur, .*, crop, .*, rotate",
        ),
        ("crop", {"degrees": [1]}, r"'crop' takes the parameters \['pixels'\], got \['degrees'\]"),
        ("crop", {}, r"'crop' takes the parameters \['pixels'\], got \[\]"),
        ("crop", {"pixels": [1], "mode": 2}, "takes the parameters"),
        ("crop", [1], r"takes the parameters \['pixels'\], got \[1\]"),
        ("crop", {"pixels": []}, r"'crop': pixels = \[\]: a list of at least one"),
        ("crop", {"pixels": 1}, "pixels = 1: a list"),
        ("crop", {"pixels": "12"}, "pixels = '12': a list"),
        ("crop", {"pixels": [0]}, "pixels = 0: at least 1 pixel"),
        ("translate", {"pixels": [-2]}, "pixels = -2: at least 1 pixel"),
        ("translate", {"pixels": [2, 2]}, r"pixels = \[2, 2\]: each value may stand once"),
        ("translate", {"pixels": [1.5]}, "'translate': pixels = 1.5: a whole number"),
        ("rotate", {"degrees": [5, 0.0]}, "degrees = 0.0: leaves the images as they are"),
        ("rotate", {"degrees": [float("nan")]}, "degrees = nan: a finite angle"),
    ],
)
def test_variants_name_what_is_wrong(name, parameters, message):
    with pytest.raises(ValueError, match=message):
        variants(name, parameters)


def test_expand_names_what_is_wrong():
    x = noise(2, 8, 8, 1)
    with pytest.raises(ValueError, match=r"labels of shape \(3,\) for 2 images"):
        expand(x, [0, 1, 0], [])
    with pytest.raises(ValueError, match=r"shape \(2, 8, 8\)"):
        expand(x[..., 0], [0, 1], [])
    half = Variant("half", lambda x: x[:, ::2])
    with pytest.raises(ValueError, match=r"variant 'half' turns uint8.* into .*\[2, 4, 8, 1\]"):
        expand(x, [0, 1], [half])
    to_float = Variant("scale", lambda x: x / 255)
    with pytest.raises(ValueError, match=r"variant 'scale' .* has to keep shape and dtype"):
        expand(x, [0, 1], [to_float])
