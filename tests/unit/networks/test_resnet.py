"""The ResNets against plain loops in float64, and against the published counts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from efficient_augmentation.networks import resnet

SMALL = {"stage_sizes": (2, 2), "widths": (6, 8), "inner_widths": (2, 3), "stem_width": 4}
# The two forms of the family, tiny: as resnet56v2, and as resnet50v2 in its ImageNet form.
FORMS = {
    "56": (resnet.ResNet(3, **SMALL, pool=2), (2, 7, 5, 3)),
    "50": (
        resnet.ResNet(3, **SMALL, imagenet_stem=True, inner_biases=False, project_activated=True),
        (2, 19, 14, 1),
    ),
}


def shapes(module, image_shape):
    return jax.eval_shape(module.init, jax.random.key(0), jnp.zeros((1, *image_shape)))


def count(tree):
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(tree))


def random_variables(module, shape, seed=0):
    """Weights, biases and statistics of which none is 0 or 1, activations staying near 1."""
    rng = np.random.default_rng(seed)

    def draw(path, leaf):
        name = path[-1].key
        if name in ("var", "scale"):
            # Scales of either sign, as training may make them.
            sign = 1 if name == "var" else rng.choice([-1, 1], leaf.shape)
            return (sign * rng.uniform(0.5, 2, leaf.shape)).astype("f4")
        spread = 1 / np.sqrt(np.prod(leaf.shape[:-1])) if name == "kernel" else 0.5
        return rng.normal(0, spread, leaf.shape).astype("f4")

    return jax.tree_util.tree_map_with_path(draw, shapes(module, shape[1:]))


def random_images(shape, seed=1):
    return np.random.default_rng(seed).uniform(size=shape).astype(np.float32)


@pytest.fixture(params=FORMS)
def network(request):
    module, shape = FORMS[request.param]
    return request.param, module, random_variables(module, shape), random_images(shape)


def convolve(x, layer, stride=1):
    """Convolution by its definition, in float64: one output pixel at a time, zeros outside."""
    kernel = layer["kernel"].astype(float)
    half = len(kernel) // 2
    b, h, w, _ = x.shape
    out = np.zeros((b, -(-h // stride), -(-w // stride), kernel.shape[-1]))
    for n, i, j in np.ndindex(out.shape[:3]):
        for a, c in np.ndindex(kernel.shape[:2]):
            row, column = i * stride + a - half, j * stride + c - half
            if 0 <= row < h and 0 <= column < w:
                out[n, i, j] += x[n, row, column] @ kernel[a, c]
    return out + layer.get("bias", 0)


def norm_relu(x, layer, stats, seen):
    """BN-ReLU; by the batch's own statistics, which are put down in `seen`, if stats is None."""
    if stats is None:
        stats = {"mean": x.mean((0, 1, 2)), "var": x.var((0, 1, 2))}
    seen.append(stats)
    y = (x - stats["mean"]) / np.sqrt(stats["var"] + 1e-3) * layer["scale"] + layer["bias"]
    return np.maximum(y, 0)


def of(tree, *names):
    for name in names:
        tree = None if tree is None else tree[name]
    return tree


def block_forward(x, p, stats, stride, project_activated, seen):
    y = norm_relu(x, p["leading"], of(stats, "leading"), seen) if "leading" in p else x
    shortcut = x
    if "projection" in p:
        shortcut = convolve(y if project_activated else x, p["projection"], stride)
    for name, step in (("reduce", stride), ("spatial", 1)):
        y = convolve(y, p[name]["conv"], step)
        y = norm_relu(y, p[name]["norm"], of(stats, name, "norm"), seen)
    return shortcut + convolve(y, p["expand"])


def forward(form, p, stats, x):
    """Logits, the named intermediates, and the statistics used, in order."""
    seen, named = [], {}
    x = convolve(x.astype(float), p["stem"]["conv"], 2 if form == "50" else 1)
    x = norm_relu(x, p["stem"]["norm"], of(stats, "stem", "norm"), seen)
    if form == "50":
        x = max_pool(x)
    named["stem"] = x
    for stage, block in ((1, 1), (1, 2), (2, 1), (2, 2)):
        name = f"stage_{stage}_block_{block}"
        stride = 2 if (stage, block) == (2, 1) else 1
        x = block_forward(x, p[name], of(stats, name), stride, form == "50", seen)
        named[f"stage_{stage}"] = x
    x = norm_relu(x, p["final"], of(stats, "final"), seen)
    if form == "50":
        features = x.mean((1, 2))
    else:
        cells = [x[:, i : i + 2, j : j + 2] for i in (0, 2) for j in (0, 2)]
        full = [cell.mean((1, 2)) for cell in cells if cell.shape[1:3] == (2, 2)]
        features = np.concatenate(full, axis=1)
    named["features"] = features
    return features @ p["head"]["kernel"].astype(float) + p["head"]["bias"], named, seen


def max_pool(x):
    b, h, w, c = x.shape
    out = np.zeros((b, (h + 1) // 2, (w + 1) // 2, c))
    for i, j in np.ndindex(out.shape[1:3]):
        rows = slice(max(2 * i - 1, 0), 2 * i + 2)
        out[:, i, j] = x[:, rows, max(2 * j - 1, 0) : 2 * j + 2].max((1, 2))
    return out


@pytest.mark.parametrize(
    ("module", "image", "expected"),
    [
        # Parameters, running statistics, and features.
        (resnet.resnet56v2(10), (32, 32, 3), (1_663_338, 10_400, 256)),
        # Stem 480; blocks 4832, 58,112 and 230,912; the last normalisation 512 and the head 2570.
        (resnet.resnet11v2(10), (32, 32, 3), (297_418, 1760, 256)),
        (resnet.resnet56v2(5), (96, 96, 1), (1_663_338 - 10 * 257 - 288 + 5 * 2305, 10_400, 2304)),
        (
            resnet.resnet50v2(1000, imagenet_stem=True),
            (224, 224, 3),
            (23_564_800 - 45_440 + 1000 * 2049, 45_440, 2048),
        ),
        (
            resnet.resnet50v2(10),
            (32, 32, 3),
            (23_564_800 - 45_440 - 40 * 3 * 64 + 10 * 2049, 45_440, 2048),
        ),
    ],
)
def test_counts(module, image, expected):
    variables = shapes(module, image)
    width = variables["params"]["head"]["kernel"].shape[0]
    assert (count(variables["params"]), count(variables["batch_stats"]), width) == expected


def test_sizes_of_the_stages():
    def named(module, size):
        x = jnp.zeros((1, size, size, 3))
        variables = jax.eval_shape(module.init, jax.random.key(0), x)
        out = jax.eval_shape(lambda v: module.apply(v, x, intermediates=True)[1], variables)
        return {name: value.shape[1:] for name, value in out.items()}

    assert named(resnet.resnet56v2(10), 32) == {
        "stem": (32, 32, 16),
        "stage_1": (32, 32, 64),
        "stage_2": (16, 16, 128),
        "stage_3": (8, 8, 256),
        "features": (256,),
    }
    assert named(resnet.resnet50v2(10, imagenet_stem=True), 224) == {
        "stem": (56, 56, 64),
        "stage_1": (56, 56, 256),
        "stage_2": (28, 28, 512),
        "stage_3": (14, 14, 1024),
        "stage_4": (7, 7, 2048),
        "features": (2048,),
    }
    assert named(resnet.resnet50v2(10), 32)["stage_4"] == (4, 4, 2048)


def test_forward_pass_is_that_of_plain_loops(network):
    form, module, variables, x = network
    logits, named = module.apply(variables, x, intermediates=True)
    expected, stages, _ = forward(
        form, variables["params"], variables["batch_stats"], x - variables["input"]["mean"]
    )
    assert list(named) == list(stages)
    for name, values in stages.items():
        assert values.any()
        np.testing.assert_allclose(named[name], values, rtol=2e-5, atol=2e-5, err_msg=name)
    np.testing.assert_allclose(logits, expected, rtol=2e-5, atol=2e-5)
    np.testing.assert_array_equal(module.apply(variables, x), logits)


def test_block_is_that_of_plain_loops():
    block = resnet.Block(6, 2, 2, True, True, False, True, False)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 5, 6, 4)).astype(np.float32)
    variables = jax.tree.map(
        lambda leaf: rng.uniform(0.2, 1, leaf.shape).astype("f4"),
        jax.eval_shape(lambda key: block.init(key, x, False), jax.random.key(0)),
    )
    expected = block_forward(
        x.astype(float), variables["params"], variables["batch_stats"], 2, False, []
    )
    np.testing.assert_allclose(block.apply(variables, x, False), expected, rtol=2e-5)


def test_training_normalises_by_the_batch_and_moves_the_statistics(network):
    form, module, variables, x = network
    logits, updated = module.apply(variables, x, train=True, mutable=["batch_stats"])
    expected, _, seen = forward(form, variables["params"], None, x - variables["input"]["mean"])
    np.testing.assert_allclose(logits, expected, rtol=1e-3, atol=1e-3)
    _, _, before = forward(
        form, variables["params"], variables["batch_stats"], x - variables["input"]["mean"]
    )
    after = forward(
        form, variables["params"], updated["batch_stats"], x - variables["input"]["mean"]
    )[2]
    for old, batch, new in zip(before, seen, after, strict=True):
        for name in ("mean", "var"):
            moved = 0.99 * old[name] + 0.01 * batch[name]
            np.testing.assert_allclose(new[name], moved, rtol=1e-4, atol=1e-5)
    assert len(seen) == 13
    assert jax.tree.structure(updated["batch_stats"]) == jax.tree.structure(
        variables["batch_stats"]
    )


def test_folded_network_computes_the_same(network):
    _, module, variables, x = network
    folded = resnet.fold(variables)
    lean = module.clone(folded=True)
    expected_shapes = jax.tree.map(lambda leaf: leaf.shape, shapes(lean, x.shape[1:]))
    assert jax.tree.map(lambda leaf: leaf.shape, folded) == expected_shapes
    logits, named = lean.apply(folded, x, intermediates=True)
    expected, stages = module.apply(variables, x, intermediates=True)
    for name, values in stages.items():
        np.testing.assert_allclose(named[name], values, rtol=2e-5, atol=2e-5, err_msg=name)
    np.testing.assert_allclose(logits, expected, rtol=2e-5, atol=2e-5)


def test_folding_leaves_normalisations_behind_additions_only():
    folded = resnet.fold(random_variables(*FORMS["56"]))["params"]
    assert set(folded["stage_1_block_2"]["leading"]) == {"scale", "bias"}
    assert set(folded["stage_1_block_2"]["reduce"]) == {"conv"}
    assert "leading" not in folded["stage_1_block_1"]
    with pytest.raises(ValueError, match="variables hold params, expected params and batch_stats"):
        resnet.fold({"params": folded})


@pytest.mark.parametrize("size", [1, 3])
def test_convolution_has_the_gradient_of_its_formula(size):
    rng = np.random.default_rng(3)
    x, dy = (rng.normal(size=(2, 5, 4, c)) for c in (3, 2))
    kernel = rng.normal(size=(size, size, 3, 2))
    with jax.enable_x64(True):
        y, pull = jax.vjp(resnet.convolve, *map(jnp.asarray, (x, kernel)))
        dx, dkernel = pull(jnp.asarray(dy))
    np.testing.assert_allclose(y, convolve(x, {"kernel": kernel}), rtol=1e-12, atol=1e-12)
    # The convolution is linear in each argument: a unit step is the derivative.
    for values, gradient, f in (
        (x, dx, lambda v: convolve(v, {"kernel": kernel})),
        (kernel, dkernel, lambda v: convolve(x, {"kernel": v})),
    ):
        for place in [tuple(rng.integers(values.shape)) for _ in range(12)]:
            unit = np.zeros_like(values)
            unit[place] = 1
            np.testing.assert_allclose(gradient[place], (f(unit) * dy).sum(), rtol=1e-5, atol=1e-6)


def test_normalisation_has_the_gradient_of_its_formula():
    def plain(x, scale, bias):
        mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
        return jnp.maximum((x - mean) / jnp.sqrt(var + 1e-3) * scale + bias, 0), mean, var

    rng = np.random.default_rng(4)
    x = rng.normal(2, 3, size=(3, 4, 5, 6)).astype(np.float32)
    scale, bias = rng.normal(size=(2, 6)).astype(np.float32)
    dy = rng.normal(size=x.shape).astype(np.float32)
    found, pull = jax.vjp(resnet.normalise_relu, x, scale, bias)
    expected, plain_pull = jax.vjp(plain, x, scale, bias)
    cotangents = (dy, np.zeros(6, np.float32), np.zeros(6, np.float32))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    for one, other in zip(pull(cotangents), plain_pull(cotangents), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_constant_channels_are_normalised_to_their_bias():
    x = jnp.broadcast_to(jnp.linspace(0, 10, 500), (3, 5, 7, 500))
    y, _, var = resnet.normalise_relu(x, jnp.ones(500), jnp.full(500, 0.5))
    # Variances are computed as differences, which rounding takes to either side of zero.
    assert var.min() == 0 < var.max() < 1e-4
    np.testing.assert_allclose(y, 0.5, atol=1e-3)


def test_training_lowers_the_loss_on_one_batch():
    module = FORMS["56"][0].clone(stage_sizes=(1, 1))
    x, y = random_images((6, 6, 6, 3)), jnp.arange(6) % 3
    variables = jax.jit(module.init)(jax.random.key(0), x[:1])

    def loss(params, stats):
        logits, updated = module.apply(
            {**variables, "params": params, "batch_stats": stats},
            x,
            train=True,
            mutable=["batch_stats"],
        )
        return -jax.nn.log_softmax(logits)[jnp.arange(6), y].mean(), updated["batch_stats"]

    def step(carry, _):
        params, stats = carry
        (value, stats), gradient = jax.value_and_grad(loss, has_aux=True)(params, stats)
        return (jax.tree.map(lambda p, g: p - 0.1 * g, params, gradient), stats), value

    start = variables["params"], variables["batch_stats"]
    (params, _), losses = jax.jit(lambda start: jax.lax.scan(step, start, length=30))(start)
    assert losses[-1] < 0.5 * losses[0]
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(params))


@pytest.mark.parametrize("train", [False, True])
def test_bfloat16_is_for_activations_alone(train):
    module, shape = FORMS["56"]
    variables, x = random_variables(module, shape), random_images(shape)
    half = module.clone(dtype=jnp.bfloat16)
    types = {leaf.dtype for leaf in jax.tree.leaves(shapes(half, shape[1:]))}
    assert types == {jnp.dtype("float32")}

    def run(module):
        return module.apply(variables, x, train=train, intermediates=True, mutable=["batch_stats"])

    (logits, named), updated = run(half)
    (expected, _), _ = run(module)
    assert named["stage_1"].dtype == jnp.bfloat16
    assert logits.dtype == named["features"].dtype == jnp.float32
    assert {leaf.dtype for leaf in jax.tree.leaves(updated)} == {jnp.dtype("float32")}
    assert 0 < np.abs(logits - expected).max() < 0.05 * np.abs(expected).max()


def test_weights_start_he_normal():
    layer = resnet.Convolution(128, 3)
    variables = layer.init(jax.random.key(0), jnp.zeros((1, 4, 4, 128)))
    kernel, bias = variables["params"]["kernel"], variables["params"]["bias"]
    assert not bias.any()
    np.testing.assert_allclose(kernel.std(), np.sqrt(2 / (9 * 128)), rtol=0.01)
    assert abs(kernel.mean()) < 4 * kernel.std() / np.sqrt(kernel.size)


def test_images_smaller_than_the_pool_are_averaged_whole():
    module = resnet.resnet20v2(2)
    x = random_images((2, 16, 20, 1))
    variables = jax.jit(module.init)(jax.random.key(0), x)
    _, named = module.apply(variables, x, intermediates=True)
    last = variables["params"]["final"], variables["batch_stats"]["final"]
    seen = norm_relu(np.asarray(named["stage_3"], float), *last, [])
    assert seen.shape == (2, 4, 5, 256)
    np.testing.assert_allclose(named["features"], seen.mean((1, 2)), rtol=1e-5, atol=1e-6)


def test_images_that_do_not_fit_are_refused():
    module = resnet.resnet56v2(10)
    with pytest.raises(ValueError, match=r"float images \(b, h, w, c\), not float32 of shape"):
        shapes(module, (32, 32))
    with pytest.raises(ValueError, match=r"float images .*, not uint8 of shape \(1, 32, 32, 3\)"):
        module.init(jax.random.key(0), np.zeros((1, 32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match="folded ResNet has no batch normalisation"):
        module.clone(folded=True).init(jax.random.key(0), jnp.zeros((1, 32, 32, 3)), train=True)
