"""Variants that make no sense are refused before anything is transformed."""

import numpy as np
import pytest

from efficient_augmentation.config import variants
from efficient_augmentation.transforms import catalogue

FLIP = {"flip": {"axes": ["horizontal"]}}
BOTH = {"flip": {"axes": ["horizontal", "vertical"]}}


def turned(*degrees):
    return {"rotate": {"degrees": list(degrees)}}


ORIGINALS = {
    "a full turn": turned(360.0),
    "two turns back": turned(-720),
    "mirrored twice": {"x": {"compose": [FLIP, FLIP]}},
    "mirrored twice, another in between": {
        "x": {"compose": [FLIP, {"flip": {"axes": ["vertical"]}}, FLIP, {"f": {"compose": [BOTH]}}]}
    },
    "a turn of a composition": {"x": {"compose": [turned(360), turned(720)]}},
}
ALIKE = {
    "20 and 380": turned(20, 380),
    "-90 and 270": turned(-90.0, 270.0),
    "flips in either order": {"x": {"compose": [BOTH, BOTH]}},
}


@pytest.mark.parametrize("transforms", ORIGINALS.values(), ids=ORIGINALS)
def test_variants_that_are_the_originals(transforms):
    texts = variants.problems(transforms)
    assert any("gives the originals again; leave it out" in text for text in texts)
    assert all(text.startswith(f"transforms.{next(iter(transforms))}: ") for text in texts)


@pytest.mark.parametrize("transforms", ALIKE.values(), ids=ALIKE)
def test_variants_that_are_the_same(transforms):
    texts = variants.problems(transforms)
    assert any("is the same as" in text for text in texts)


def test_what_is_said_of_a_composition_is_true():
    """Compared with what the transforms do: the originals and pairs are told, and no others."""
    given = {"compose": [BOTH, turned(90, 450), BOTH]}
    made = catalogue.variants("x", given)
    x = np.random.default_rng(0).integers(0, 256, (1, 9, 9, 1), dtype=np.uint8)
    images = [np.asarray(variant.apply(x)).tobytes() for variant in made]
    texts = variants.problems({"x": given})
    assert len(images) == 8
    # A turn of 450 degrees is one of 90: half of them, at least, are there twice.
    assert len(texts) == 4 <= len(images) - len(set(images))


@pytest.mark.parametrize("count", [1000, 1001, 199 * 299 * 299])
def test_numbers_of_variants(count):
    steps = [{"brightness": {"levels": list(range(1, n + 1))}} for n in _factors(count)]
    texts = variants.problems({"x": {"compose": steps}})
    expected = [f"transforms.x: {count} variants; give at most 1000"]
    assert texts == (expected if count > 1000 else [])


def _factors(count):
    return {1000: (10, 100), 1001: (7, 11, 13)}.get(count, (199, 299, 299))


@pytest.mark.parametrize(
    "transforms",
    [
        {"translate": {"pixels": [1, 2]}, **turned(-30, 30, 180), **BOTH},
        {"x": {"compose": [FLIP, turned(180)]}},
        {"x": {"compose": [turned(20), turned(-20)]}},
        {"f": {"function": "a:b", "arguments": [{}, {"c": 1}]}},
        {"given": {}},
        {"noise": {"levels": [5, 10], "seeds": [0, 1]}},
    ],
)
def test_sound_variants(transforms):
    assert variants.problems(transforms) == []
