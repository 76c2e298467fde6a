import jax
import jax.numpy as jnp
import numpy as np
import pytest

from efficient_augmentation.networks import models


def shapes(name, image_shape, n_classes=2):
    module = models.build(name, n_classes)
    return jax.eval_shape(module.init, jax.random.key(0), jnp.zeros((1, *image_shape)))


def count(name, image_shape, n_classes=2):
    return sum(
        np.prod(leaf.shape) for leaf in jax.tree.leaves(shapes(name, image_shape, n_classes))
    )


def random_variables(name, image_shape, seed=0):
    """Weights with biases that are not zero, of a size that keeps activations near 1."""
    rng = np.random.default_rng(seed)
    return jax.tree.map(
        lambda leaf: rng.normal(0, 1 / np.sqrt(np.prod(leaf.shape[:-1])), leaf.shape).astype("f4"),
        shapes(name, image_shape, 3),
    )


def test_parameter_counts_follow_from_the_layers():
    convolutions = (9 * 1 + 1) * 32 + (9 * 32 + 1) * 32 + (9 * 32 + 1) * 64 + (9 * 64 + 1) * 64
    assert count("cnn", (28, 28, 1)) == convolutions + (5 * 5 * 64 + 1) * 512 + 513 * 2 == 885_730
    wider = (9 * 3 + 1) * 32 - (9 * 1 + 1) * 32
    assert count("cnn", (32, 32, 3), 10) == (
        convolutions + wider + (6 * 6 * 64 + 1) * 512 + 513 * 10
    )
    lenet = (25 + 1) * 6 + (25 * 6 + 1) * 16 + (5 * 5 * 16 + 1) * 120 + 121 * 84 + 85 * 2
    assert count("lenet", (28, 28, 1)) == lenet == 61_026


def convolve(x, layer, same):
    """Convolution by its definition, in float64."""
    kernel, size = layer["kernel"].astype(float), layer["kernel"].shape[0]
    if same:
        x = np.pad(x, [(0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0)])
    h, w = x.shape[1] - size + 1, x.shape[2] - size + 1
    out = np.zeros((len(x), h, w, kernel.shape[-1])) + layer["bias"]
    for i in range(h):
        for j in range(w):
            for a in range(size):
                for b in range(size):
                    out[:, i, j] += x[:, i + a, j + b] @ kernel[a, b]
    return np.maximum(out, 0)


def pool(x):
    b, h, w, _ = x.shape
    return np.array(
        [
            [
                [x[n, i : i + 2, j : j + 2].max((0, 1)) for j in range(0, w - 1, 2)]
                for i in range(0, h - 1, 2)
            ]
            for n in range(b)
        ]
    )


def dense(x, layer):
    return x @ layer["kernel"].astype(float) + layer["bias"]


def cnn_forward(p, x):
    stages = []
    for first, second in ((0, 1), (2, 3)):
        x = convolve(x, p[f"Convolution_{first}"], same=True)
        x = pool(convolve(x, p[f"Convolution_{second}"], same=False))
        stages.append(x)
    features = np.maximum(dense(x.reshape(len(x), -1), p["Dense_0"]), 0)
    return dense(features, p["head"]), (*stages, features)


def lenet_forward(p, x):
    first = pool(convolve(x, p["Convolution_0"], same=True))
    second = pool(convolve(first, p["Convolution_1"], same=False))
    third = np.maximum(dense(second.reshape(len(x), -1), p["Dense_0"]), 0)
    features = np.maximum(dense(third, p["Dense_1"]), 0)
    return dense(features, p["head"]), (first, second, third, features)


@pytest.mark.parametrize(
    ("name", "shape", "forward", "names"),
    [
        ("cnn", (11, 10, 1), cnn_forward, ("stage_1", "stage_2", "features")),
        ("lenet", (12, 13, 2), lenet_forward, ("stage_1", "stage_2", "stage_3", "features")),
    ],
)
def test_forward_pass_is_that_of_plain_loops(name, shape, forward, names):
    variables = random_variables(name, shape)
    x = np.random.default_rng(1).uniform(size=(2, *shape)).astype(np.float32)
    module = models.build(name, 3)
    logits, named = module.apply(variables, x, intermediates=True)
    expected, stages = forward(variables["params"], x.astype(float))
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)
    assert tuple(named) == names
    for stage, values in zip(names, stages, strict=True):
        np.testing.assert_allclose(named[stage], values, rtol=1e-5, atol=1e-5)
        assert values.any()
    np.testing.assert_array_equal(module.apply(variables, x), logits)


@pytest.mark.parametrize(
    ("size", "padding"), [(3, "SAME"), (3, "VALID"), (5, "SAME"), (5, "VALID")]
)
def test_both_forms_of_the_convolution_agree(size, padding):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 7, 6, 3)).astype(np.float32)
    kernel = rng.normal(size=(size, size, 3, 4)).astype(np.float32)
    variables = {"params": {"kernel": kernel, "bias": rng.normal(size=4).astype(np.float32)}}
    layer = models.Convolution(4, size, padding)
    np.testing.assert_allclose(
        layer.apply(variables, x, True), layer.apply(variables, x, False), rtol=1e-5, atol=1e-5
    )


def test_training_differs_by_dropout_alone():
    variables = random_variables("cnn", (10, 10, 1))
    x = np.random.default_rng(3).uniform(size=(2, 10, 10, 1)).astype(np.float32)
    module = models.build("cnn", 3)
    first, again, other = (
        module.apply(variables, x, train=True, rngs={"dropout": jax.random.key(seed)})
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_max_pool_drops_odd_edges_and_shares_the_gradient_of_ties():
    x = jnp.array([[1.0, 5, 9], [3, 2, 9], [9, 9, 9]])[None, :, :, None]
    assert models.max_pool(x).ravel().tolist() == [5]
    gradient = jax.grad(lambda x: models.max_pool(x).sum())(jnp.ones((1, 2, 2, 1)))
    assert gradient.ravel().tolist() == [0.25] * 4


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_dropout_has_its_rate_and_keeps_the_mean(rate):
    out = np.asarray(models.dropout(jax.random.key(0), jnp.ones((200, 500)), rate))
    assert set(np.unique(out)) == {0, np.float32(1 / (1 - rate))}
    # Four standard deviations of a share of 100,000 draws.
    assert abs((out == 0).mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / out.size)


def test_dropout_draws_the_same_for_many_networks_at_once():
    keys, x = jax.random.split(jax.random.key(0), 3), jnp.ones((4, 6))
    together = jax.vmap(lambda key: models.dropout(key, x, 0.5))(keys)
    np.testing.assert_array_equal(together, [models.dropout(key, x, 0.5) for key in keys])


def test_pixels_are_scaled_once():
    pixels = np.array([0, 51, 255], np.uint8)
    np.testing.assert_allclose(models.unit_scale(pixels), [0, 0.2, 1], rtol=1e-6)
    np.testing.assert_allclose(models.unit_scale(np.array([0.0, 0.2])), [0, 0.2], rtol=1e-6)


def test_unknown_network_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"'resnet'.*cnn, lenet"):
        models.build("resnet", 2)
    with pytest.raises(ValueError, match="n_classes is 1"):
        models.build("cnn", 1)


@pytest.mark.parametrize(("name", "smallest"), [("cnn", 10), ("lenet", 12)])
def test_images_too_small_for_the_pools_are_refused(name, smallest):
    shapes(name, (smallest, smallest, 1))
    size = smallest - 1
    with pytest.raises(ValueError, match=f"{size}x20 pixels.*{name}.*{smallest}x{smallest}"):
        shapes(name, (size, 20, 1))
    with pytest.raises(ValueError, match=r"\(b, h, w, c\)"):
        shapes(name, (28, 28))
