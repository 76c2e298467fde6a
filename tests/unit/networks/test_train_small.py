import io

import jax
import numpy as np
import optax
import pytest

from efficient_augmentation.files import arrays
from efficient_augmentation.networks import models, train_small, training

N, SHAPE = 20, (12, 12, 1)
TRAINING = train_small.Training(epochs=2, batch_size=8, learning_rate=1e-3)
SETTINGS = {"n_classes": 2, "training": TRAINING}


def changed(**settings):
    return SETTINGS | {"training": TRAINING._replace(**settings)}


def problem(n=N, shape=SHAPE, seed=0):
    """Noise, brighter on the left in one class and on the right in the other."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    x = rng.integers(0, 120, (n, *shape))
    half = shape[1] // 2
    x[y == 0, :, :half] += 100
    x[y == 1, :, half:] += 100
    return x.astype(np.uint8), y


PIXELS, Y = problem()
X = PIXELS.astype(np.float32) / 255


def assert_trees_equal(a, b, rtol=0.0, atol=0.0):
    assert jax.tree.structure(a) == jax.tree.structure(b)
    for p, q in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_allclose(p, q, rtol=rtol, atol=atol)


def plain_loss(params, weights, x=X, y=Y):
    """Weighted mean cross-entropy of LeNet, which has no dropout, in one piece."""
    logits = models.build("lenet", 2).apply({"params": params}, x)
    each = optax.softmax_cross_entropy_with_integer_labels(logits, y)
    return (weights * each).sum() / weights.sum()


def first_parameters(seed):
    """Parameters before training: a step of 1e-30 changes none."""
    variables, _ = train_small.train(
        "lenet", X, Y, **changed(epochs=1, learning_rate=1e-30), seed=seed
    )
    return variables["params"]


@pytest.mark.parametrize("weighted", [False, True])
def test_one_batch_is_one_step_of_adam(weighted):
    weights = np.random.default_rng(1).uniform(0.1, 2, N) if weighted else np.ones(N)
    settings = changed(epochs=1, batch_size=512)
    variables, history = train_small.train(
        "lenet", X, Y, **settings, seed=3, sample_weight=weights if weighted else None
    )
    before = first_parameters(3)
    loss, gradient = jax.value_and_grad(plain_loss)(before, weights.astype(np.float32))
    # Adam's first step has the gradient's sign, whatever its size, but for its epsilon.
    expected = jax.tree.map(lambda p, g: p - 1e-3 * g / (np.abs(g) + 1e-8), before, gradient)
    for leaf, wanted, g in zip(
        *map(jax.tree.leaves, (variables["params"], expected, gradient)), strict=True
    ):
        clear = np.abs(g) > 1e-5
        assert clear.any()
        np.testing.assert_allclose(leaf[clear], wanted[clear], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(history["loss"], [loss], rtol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 7, 8, 19, 20, 512])
def test_an_epoch_covers_every_row_whatever_the_batch_size(batch_size):
    weights = np.random.default_rng(2).uniform(0.1, 2, N)
    settings = changed(epochs=1, batch_size=batch_size, learning_rate=1e-30)
    _, history = train_small.train("lenet", X, Y, **settings, sample_weight=weights)
    params = first_parameters(0)
    np.testing.assert_allclose(
        history["loss"], [plain_loss(params, weights.astype(np.float32))], rtol=1e-5
    )
    right = models.build("lenet", 2).apply({"params": params}, X).argmax(1) == Y
    np.testing.assert_allclose(history["accuracy"], [np.average(right, weights=weights)], rtol=1e-5)


def test_orders_are_fresh_permutations_of_the_active_rows():
    weights = np.ones(50, np.float32)
    weights[::3] = 0
    keys = jax.random.split(jax.random.key(0), 3)
    orders = [train_small._shuffled(key, weights) for key in keys]
    active = np.flatnonzero(weights)
    for order, n_active in orders:
        assert n_active == len(active)
        np.testing.assert_array_equal(np.sort(order[:n_active]), active)
    assert not np.array_equal(orders[0][0], orders[1][0])


def test_each_row_is_as_often_first_as_any_other():
    keys = jax.random.split(jax.random.key(1), 4000)
    first = jax.vmap(lambda key: train_small._shuffled(key, np.ones(8, np.float32))[0][0])(keys)
    counts = np.bincount(first, minlength=8)
    # Chi-square with 7 degrees of freedom stays below 24.3 in 999 of 1000 cases.
    assert ((counts - 500) ** 2 / 500).sum() < 24.3


def test_training_learns_and_says_so():
    variables, history = train_small.train("lenet", X, Y, **changed(epochs=25))
    assert history["epoch"] == list(range(1, 26))
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert history["accuracy"][-1] == 1
    assert all(leaf.dtype == np.float32 for leaf in jax.tree.leaves(variables))


def test_the_seed_decides_everything():
    runs = [train_small.train("lenet", X, Y, **SETTINGS, seed=seed) for seed in (5, 5, 6)]
    assert_trees_equal(runs[0], runs[1])
    assert runs[0][1]["loss"] != runs[2][1]["loss"]


@pytest.mark.parametrize("name", ["lenet", "cnn"])
def test_quick_compiling_changes_rounding_at_most(monkeypatch, name):
    x, y = problem(12)
    quick, _ = train_small.train(name, x, y, **SETTINGS)
    monkeypatch.setattr(training, "_QUICKLY", {})
    training.quickly_compiled.cache_clear()
    slow, _ = train_small.train(name, x, y, **SETTINGS)
    training.quickly_compiled.cache_clear()
    assert_trees_equal(quick, slow, rtol=1e-4, atol=1e-6)


def test_the_mode_of_64_bits_changes_rounding_only():
    plain, history = train_small.train("lenet", X, Y, **SETTINGS)
    with jax.enable_x64(True):
        wide, wide_history = train_small.train("lenet", X, Y, **SETTINGS)
    assert_trees_equal(plain, wide, atol=1e-6)
    np.testing.assert_allclose(history["loss"], wide_history["loss"], rtol=1e-5)
    assert all(leaf.dtype == np.float32 for leaf in jax.tree.leaves(wide))


def test_rows_of_weight_zero_are_as_if_absent():
    keep = np.ones(2 * N, bool)
    keep[np.random.default_rng(4).permutation(2 * N)[:N]] = False
    x, y = np.full((2 * N, *SHAPE), np.nan), np.ones(2 * N, int)
    x[keep], y[keep] = X, Y
    with_zeros = train_small.train("lenet", x, y, **SETTINGS, sample_weight=keep)
    without = train_small.train("lenet", X, Y, **SETTINGS)
    assert_trees_equal(with_zeros, without)


def test_only_ratios_of_weights_count():
    weights = np.random.default_rng(5).uniform(0.5, 2, N)
    one, hundred = (
        train_small.train("lenet", X, Y, **SETTINGS, sample_weight=w)
        for w in (weights, 100 * weights)
    )
    assert_trees_equal(one, hundred, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("runs_at_once", [1, 2])
def test_many_trainings_are_single_ones(runs_at_once):
    weights = np.ones((3, N))
    weights[1, 5:] = 0
    weights[2, ::2] = 0.5
    many = train_small.train_many(
        "lenet", X, Y, weights, [7, 8, 2**32 - 1], **SETTINGS, runs_at_once=runs_at_once
    )
    for run, seed in enumerate([7, 8, 2**32 - 1]):
        single, _ = train_small.train(
            "lenet", X, Y, **SETTINGS, seed=seed, sample_weight=weights[run]
        )
        found = jax.tree.map(lambda leaf, r=run: leaf[r], many)
        # Adam moves a parameter by about the learning rate even where its gradient is rounding.
        tolerance = 0 if runs_at_once == 1 else 2e-5
        assert_trees_equal(found, single, atol=tolerance)


def test_the_cnn_trains_with_dropout_and_is_reproducible():
    x, y = problem(shape=(10, 10, 1))
    runs = [train_small.train("cnn", x, y, **SETTINGS) for _ in range(2)]
    assert_trees_equal(*runs)
    assert runs[0][1]["loss"][1] < runs[0][1]["loss"][0]


def test_divergence_names_the_learning_rate():
    settings = changed(learning_rate=1e30)
    with pytest.raises(ValueError, match=r"epoch [12].*learning_rate below 1e\+30"):
        train_small.train("lenet", X, Y, **settings)
    with pytest.raises(ValueError, match=r"run 0.*learning_rate below 1e\+30"):
        train_small.train_many("lenet", X, Y, np.ones((1, N)), [0], **settings)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_shows_loss_and_accuracy_on_a_terminal_only():
    screen, pipe = Terminal(), io.StringIO()
    for stream in (screen, pipe):
        train_small.train("lenet", X, Y, **SETTINGS, progress=stream)
    assert "accuracy=" in screen.getvalue()
    assert "loss=" in screen.getvalue()
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": X[..., 0]}, r"images must have shape \(n, h, w, c\).*\(20, 12, 12\)"),
        ({"x": PIXELS.astype(int)}, "images must be uint8 or float, not int64"),
        ({"y": Y[:-1]}, r"labels.*shape \(20,\).*\(19,\)"),
        ({"y": Y + 1}, r"labels must be integers 0\.\.1.*\[1 2\]"),
        ({"sample_weight": np.ones(3)}, r"weights must have shape \(\.\.\., 20\), not \(1, 3\)"),
        ({"sample_weight": -np.ones(N)}, "weights must be finite and >= 0"),
        ({"sample_weight": np.zeros(N)}, "some of each run positive"),
        (changed(epochs=0), "epochs must be an integer of at least 1, not 0"),
        (changed(batch_size=1.5), "batch_size must be an integer of at least 1, not 1.5"),
        (changed(learning_rate=float("nan")), "learning_rate must be a positive number, not nan"),
        ({"seed": -1}, r"seed must be an integer within 0\.\.2\*\*32-1, not -1"),
        ({"name": "alexnet"}, "unknown network 'alexnet'"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        train_small.train(**{"name": "lenet", "x": X, "y": Y, **SETTINGS, **change})


def test_bad_batches_of_runs_are_named():
    with pytest.raises(ValueError, match="2 seeds for 1 vectors of weights"):
        train_small.train_many("lenet", X, Y, np.ones((1, N)), [0, 1], **SETTINGS)
    with pytest.raises(ValueError, match="runs_at_once must be at least 1, not 0"):
        train_small.train_many("lenet", X, Y, np.ones((1, N)), [0], **SETTINGS, runs_at_once=0)


# Weight files


META = {"name": "lenet", "n_classes": 2, "input_shape": (12, 12, 1), "seed": 0}
WANTED = {"name": "lenet", "n_classes": 2, "input_shape": (12, 12, 1)}


@pytest.fixture(scope="module")
def variables():
    module, rng = models.build("lenet", 2), np.random.default_rng(0)
    shapes = jax.eval_shape(module.init, jax.random.key(0), np.zeros((1, *SHAPE), np.float32))
    return jax.tree.map(lambda leaf: rng.normal(size=leaf.shape).astype(np.float32), shapes)


def test_weights_survive_the_file_and_its_bytes_are_fixed(tmp_path, variables):
    for file in ("a.npz", "b.npz"):
        train_small.save_weights(tmp_path / file, variables, META)
    assert_trees_equal(train_small.load_weights(tmp_path / "a.npz", **WANTED), variables)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert "params/Convolution_0/kernel" in arrays.load(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"name": "cnn"}, "w.npz: name of its network is 'lenet', not 'cnn'"),
        ({"n_classes": 10}, "w.npz: n_classes of its network is 2; the data have 10 classes"),
        ({"input_shape": (28, 28, 1)}, r"w.npz: input_shape.*\[12, 12, 1\], not \[28, 28, 1\]"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, variables, wanted, message):
    train_small.save_weights(tmp_path / "w.npz", variables, META)
    with pytest.raises(ValueError, match=message):
        train_small.load_weights(tmp_path / "w.npz", **{**WANTED, **wanted})


def nan(kernel):
    return np.full_like(kernel, np.nan)


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        (
            "params/Dense_0/bias",
            None,
            r"layer params/Dense_0/bias: found nothing, expected \(120,\)",
        ),
        ("params/Dense_9/bias", np.ones(3), r"Dense_9/bias: found \(3,\), expected nothing"),
        ("params/Dense_0/bias", np.ones(119), r"Dense_0/bias: found \(119,\), expected \(120,\)"),
        ("params/head/bias", np.array([0, np.inf]), "layer params/head/bias.*finite"),
        ("params/head/bias", np.array([0, 1]), "layer params/head/bias.*finite"),
        ("meta", None, "w.npz: no description of a network"),
        ("meta", np.frombuffer(b"[1]", np.uint8), "w.npz: name of its network is None"),
    ],
)
def test_a_wrong_layer_is_named(tmp_path, variables, layer, change, message):
    path = tmp_path / "w.npz"
    train_small.save_weights(path, variables, META)
    stored = arrays.load(path)
    stored.pop(layer, None)
    if change is not None:
        stored[layer] = change
    arrays.save(path, **stored)
    with pytest.raises(ValueError, match=message):
        train_small.load_weights(path, **WANTED)


def test_a_damaged_file_is_named(tmp_path, variables):
    path = tmp_path / "w.npz"
    train_small.save_weights(path, variables, META)
    content = path.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 255
    for damaged in (content[:-100], content[:1000], b"", b"not an archive", bytes(flipped)):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"w\.npz"):
            train_small.load_weights(path, **WANTED)


def test_weights_without_description_or_with_nan_are_not_written(tmp_path, variables):
    path = tmp_path / "w.npz"
    with pytest.raises(ValueError, match="meta lacks n_classes, input_shape"):
        train_small.save_weights(path, variables, {"name": "lenet"})
    with pytest.raises(ValueError, match=r"w\.npz: layer params/.*finite"):
        train_small.save_weights(path, jax.tree.map(nan, variables), META)
    assert not path.exists()


def test_a_network_with_running_statistics_is_refused():
    x, y = np.zeros((4, 32, 32, 1), np.uint8), np.array([0, 1, 0, 1])
    with pytest.raises(ValueError, match="ResNet keeps running statistics"):
        train_small.train("resnet56v2", x, y, n_classes=2)
