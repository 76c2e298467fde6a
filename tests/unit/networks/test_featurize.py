import io

import jax
import numpy as np
import pytest

from efficient_augmentation.networks import featurize, models

SHAPE = (12, 12, 1)
IMAGES = np.random.default_rng(0).integers(0, 256, (37, *SHAPE), dtype=np.uint8)


@pytest.fixture(scope="module")
def variables():
    module, rng = models.build("lenet", 2), np.random.default_rng(0)
    shapes = jax.eval_shape(module.init, jax.random.key(0), np.zeros((1, *SHAPE), np.float32))
    return jax.tree.map(lambda leaf: rng.normal(0, 0.1, leaf.shape).astype(np.float32), shapes)


@pytest.fixture(scope="module")
def features(variables):
    return featurize.featurize("lenet", variables, IMAGES)


def test_features_are_the_penultimate_activations(variables, features):
    _, named = models.build("lenet", 2).apply(
        variables, IMAGES.astype(np.float32) / 255, intermediates=True
    )
    np.testing.assert_allclose(features, named["features"], rtol=1e-5, atol=1e-6)
    assert features.shape == (37, 84)
    assert features.dtype == np.float32


@pytest.mark.parametrize("batch_size", [1, 5, 16, 20, 37, 1000])
def test_the_batch_size_does_not_matter(variables, features, batch_size):
    found = featurize.featurize("lenet", variables, IMAGES, batch_size)
    np.testing.assert_allclose(found, features, rtol=1e-5, atol=1e-6)


def test_rows_follow_their_images(variables, features):
    order = np.random.default_rng(1).permutation(len(IMAGES))
    found = featurize.featurize("lenet", variables, IMAGES[order])
    np.testing.assert_allclose(found, features[order], rtol=1e-5, atol=1e-6)


def test_floats_in_the_unit_interval_are_taken_as_they_are(variables, features):
    found = featurize.featurize("lenet", variables, IMAGES / 255)
    np.testing.assert_allclose(found, features, rtol=1e-5, atol=1e-6)


def test_the_bar_is_shown_on_a_terminal_only(variables):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen, pipe = Terminal(), io.StringIO()
    for stream in (screen, pipe):
        featurize.featurize("lenet", variables, IMAGES, progress=stream)
    assert "featurize lenet" in screen.getvalue()
    assert pipe.getvalue() == ""


def test_raw_features_are_the_pixels():
    images = np.arange(2 * 2 * 3 * 1, dtype=np.uint8).reshape(2, 2, 3, 1) * 20
    expected = np.arange(12).reshape(2, 6) * 20 / 255
    np.testing.assert_allclose(featurize.raw(images), expected, rtol=1e-7)
    np.testing.assert_allclose(featurize.raw(images / 255), expected, rtol=1e-7)
    assert featurize.raw(images).dtype == np.float32


def test_bad_arguments_are_named(variables):
    with pytest.raises(ValueError, match=r"\(n, h, w, c\).*\(37, 12, 12\)"):
        featurize.featurize("lenet", variables, IMAGES[..., 0])
    with pytest.raises(ValueError, match=r"none of them 0, not \(0, 12, 12, 1\)"):
        featurize.raw(IMAGES[:0])
    with pytest.raises(ValueError, match="uint8 or float, not int64"):
        featurize.raw(IMAGES.astype(int))
    with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
        featurize.featurize("lenet", variables, IMAGES, 0)
    with pytest.raises(ValueError, match="unknown network 'vgg'"):
        featurize.featurize("vgg", variables, IMAGES)


def test_batches_shrink_until_the_device_holds_them(variables, monkeypatch, caplog):
    x = IMAGES[:11]
    expected = featurize.featurize("lenet", variables, x)
    forward, tried = featurize._forward, []

    def small(module, mesh, block, variables, images):
        tried.append(len(images))
        if len(images) > 3:
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory.")
        return forward(module, mesh, block, variables, images)

    monkeypatch.setattr(featurize, "_forward", small)
    found = featurize.featurize("lenet", variables, x)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert tried[:2] == [11, 5]
    assert "now with batch_size 2" in caplog.text

    def never(*_):
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory.")

    monkeypatch.setattr(featurize, "_forward", never)
    with pytest.raises(ValueError, match="ran out of memory with batch_size 1"):
        featurize.featurize("lenet", variables, x)

    def broken(*_):
        raise jax.errors.JaxRuntimeError("INTERNAL: something else")

    monkeypatch.setattr(featurize, "_forward", broken)
    with pytest.raises(jax.errors.JaxRuntimeError, match="something else"):
        featurize.featurize("lenet", variables, x)
