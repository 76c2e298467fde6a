"""Training with running statistics: beside a plain loop, on many devices, killed and resumed."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import tiny_resnet
from efficient_augmentation.networks import (
    checkpoints,
    featurize,
    models,
    processes,
    recipes,
    train_resnet,
)
from efficient_augmentation.transforms.distortions import Distortion

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    tiny_resnet.register(monkeypatch)


def train(recipe=None, data=None, **options):
    x, y = tiny_resnet.images() if data is None else data
    recipe = recipe or tiny_resnet.recipe()
    return train_resnet.train("tiny", x, y, n_classes=3, recipe=recipe, **options)


def leaves(tree):
    return {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree.leaves_with_path(tree)}


def assert_same(first, second, without=(), **tolerance):
    first, second = leaves(first), leaves(second)
    assert first.keys() == second.keys()
    for name, values in first.items():
        if name.endswith(without):
            continue
        np.testing.assert_allclose(values, second[name], err_msg=name, **tolerance)


def test_one_epoch_is_a_plain_loop_over_batches():
    x, y = tiny_resnet.images()
    recipe = tiny_resnet.recipe(epochs=1, label_smoothing=0.2)
    found, history = train(recipe, seed=5)

    key = jax.random.key(5, impl="threefry2x32")
    module = models.build("tiny", 3)
    pixels, labels = jnp.asarray(x, jnp.float32) / 255, jnp.asarray(y)
    variables = jax.jit(module.init)(key, pixels[:1])
    variables = {**variables, "input": {"mean": pixels.mean(0)}}
    order = jax.random.permutation(jax.random.fold_in(jax.random.fold_in(key, 1), 0), len(x))
    optimizer = recipes.one_cycle(recipe, 3)
    params, stats = variables["params"], variables["batch_stats"]
    moments = optimizer.init(params)

    def loss(params, stats, rows):
        given = {**variables, "params": params, "batch_stats": stats}
        logits, updated = module.apply(given, pixels[rows], train=True, mutable=["batch_stats"])
        targets = 0.8 * jnp.eye(3)[labels[rows]] + 0.2 / 3
        return -(targets * jax.nn.log_softmax(logits)).sum(1).mean(), (updated, logits)

    derive = jax.jit(jax.value_and_grad(loss, has_aux=True))
    losses, right = [], 0
    for rows in np.asarray(order).reshape(3, 16):
        (value, (updated, logits)), gradient = derive(params, stats, rows)
        stats = updated["batch_stats"]
        update, moments = optimizer.update(gradient, moments, params)
        params = optax.apply_updates(params, update)
        losses.append(float(value))
        right += int((logits.argmax(1) == y[rows]).sum())
    # Before a normalisation a bias has no gradient but rounding, which Adam blows up.
    assert_same(found["params"], params, without=("['bias']",), rtol=1e-3, atol=5e-4)
    assert_same(found["batch_stats"], stats, rtol=1e-3, atol=2e-4)
    np.testing.assert_allclose(found["input"]["mean"], pixels.mean(0), rtol=1e-6)
    np.testing.assert_allclose(history["loss"], [np.mean(losses)], rtol=1e-5)
    assert history["accuracy"] == [right / 48]


def test_learns_what_can_be_learnt():
    found, history = train(
        tiny_resnet.recipe(epochs=40), test=tiny_resnet.images(30, seed=1), seed=1
    )
    assert history["epoch"] == list(range(1, 41))
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    assert history["accuracy"][-1] == 1
    assert history["test_accuracy"][-1] == 1
    assert {tuple(history) for history in [history]} == {train_resnet.HISTORY}
    assert all(leaf.dtype == np.float32 for leaf in jax.tree.leaves(found))


def test_test_accuracy_is_that_of_the_running_statistics():
    test = tiny_resnet.images(30, seed=2)
    found, history = train(test=test)
    logits = np.asarray(models.build("tiny", 3).apply(found, test[0].astype(np.float32) / 255))
    assert history["test_accuracy"][-1] == np.mean(logits.argmax(1) == test[1])
    features = featurize.featurize("tiny", found, test[0])
    head = found["params"]["head"]
    np.testing.assert_allclose(
        features @ head["kernel"] + head["bias"], logits, rtol=1e-4, atol=1e-4
    )


def test_rows_beyond_whole_batches_are_left_out_in_turn():
    x, y = tiny_resnet.images(20)
    recipe = tiny_resnet.recipe(epochs=2)
    _, history = train(recipe, (x, y))
    assert all(accuracy * 16 == round(accuracy * 16) for accuracy in history["accuracy"])


def test_float_images_train_like_the_same_in_bytes():
    x, y = tiny_resnet.images()
    first, history = train(data=(x, y))
    second, same = train(data=((x / np.float32(255)).astype(np.float32), y))
    np.testing.assert_allclose(history["loss"][0], same["loss"][0], rtol=1e-4)
    # Rounding grows over the steps, on some processors beyond what the first epoch shows.
    np.testing.assert_allclose(history["loss"], same["loss"], rtol=2e-3)
    np.testing.assert_allclose(first["input"]["mean"], second["input"]["mean"], rtol=1e-5)


def test_seed_and_distortion_change_the_weights():
    plain, _ = train()
    for changed in ({"seed": 1}, {"distortion": Distortion(pixels=1.0)}):
        other, _ = train(**changed)
        assert np.abs(other["params"]["stem"]["conv"]["kernel"]).sum() != (
            np.abs(plain["params"]["stem"]["conv"]["kernel"]).sum()
        )


class Recorder:
    """Checkpoints in memory, which end a training after some epoch."""

    def __init__(self, last=None, start=None):
        self.last, self.start, self.states = last, start, {}

    def latest(self, state):
        return self.start

    def save(self, epoch, state, history):
        kept = jax.tree.map(np.asarray, state)
        self.states[epoch] = (epoch, kept, {name: list(v) for name, v in history.items()})
        if epoch == self.last:
            raise InterruptedError


def halved(x):
    """Means of 2 x 2 pixels, in double precision."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).mean((2, 4), dtype=np.float64)


def stopped(last, recipe, data=None, start=None, **options):
    """(epoch, state, history) of a training after an epoch, where it ends."""
    recorder = Recorder(last, start)
    with pytest.raises(InterruptedError):
        train(recipe, data, checkpoints=recorder, **options)
    return recorder.states[last]


class Rolled:
    """A distortion that moves every image down by a pixel, in a circle."""

    def draw(self, key, images):
        return jnp.roll(images, 1, axis=1)


@pytest.mark.parametrize("distortion", [None, Rolled()])
def test_epochs_at_half_the_size_see_means_of_four_pixels(distortion):
    few, y = tiny_resnet.images(6)
    # All eight places of each image, so that moving them leaves their mean image as it is.
    x, y = np.concatenate([np.roll(few, place, axis=1) for place in range(8)]), np.tile(y, 8)
    recipe = tiny_resnet.recipe(epochs=3)
    options = {"seed": 3, "distortion": distortion}
    _, found, history = stopped(1, recipe._replace(half_size_epochs=1), (x, y), **options)
    seen = np.roll(x, 1, axis=1) if distortion else x
    small = (halved(seen) / 255).astype(np.float32)
    _, expected, same = stopped(1, recipe, (small, y), seed=3)
    # Before a normalisation a bias has no gradient but rounding, which Adam blows up.
    assert_same(found["params"], expected["params"], without=("['bias']",), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(history["loss"], same["loss"], rtol=1e-4)
    assert history["accuracy"] == same["accuracy"]
    assert history["learning_rate"] == same["learning_rate"]
    # The mean image that is kept is whole.
    np.testing.assert_allclose(found["input"]["mean"], x.mean(0) / 255, rtol=1e-5)


def test_epochs_after_those_at_half_the_size_are_ordinary_ones():
    recipe = tiny_resnet.recipe(epochs=3)
    recorder = Recorder()
    found, history = train(recipe._replace(half_size_epochs=2), checkpoints=recorder)
    expected, same = train(recipe, checkpoints=Recorder(start=recorder.states[2]))
    assert_same(found, expected, rtol=0)
    np.testing.assert_equal(history, same)


def test_training_in_two_sizes_resumes_with_the_same_bytes(tmp_path):
    recipe, distortion = tiny_resnet.recipe(epochs=4, half_size_epochs=2), Distortion(pixels=1.0)
    expected, expected_history = train(recipe, distortion=distortion)

    class Interrupted(checkpoints.Checkpoints):
        def save(self, epoch, state, history):
            super().save(epoch, state, history)
            if epoch in (1, 3):
                raise InterruptedError

    # Once in the middle of each size.
    for _ in range(2):
        with pytest.raises(InterruptedError):
            train(recipe, distortion=distortion, checkpoints=Interrupted(tmp_path / "kept", {}))
    kept = checkpoints.Checkpoints(tmp_path / "kept", {})
    found, history = train(recipe, distortion=distortion, checkpoints=kept)
    assert_same(found, expected, rtol=0)
    np.testing.assert_equal(history, expected_history)


@pytest.mark.parametrize(
    ("recipe", "data", "said"),
    [
        ({"half_size_epochs": 3}, None, "half_size_epochs: 3 of 3 epochs; .* at most 2"),
        ({"half_size_epochs": -1}, None, "half_size_epochs: -1 of 3 epochs; .* at least 0"),
        ({"half_size_epochs": 1}, (16, 8, 7, 3), "half_size_epochs: 1 .* even sides, .* 8 x 7"),
        ({"half_size_epochs": 1}, (16, 62, 8, 3), "half_size_epochs: 1 .* 60 x 60 .* 62 x 8"),
    ],
)
def test_epochs_that_cannot_be_at_half_the_size(recipe, data, said):
    images = data and (np.zeros(data, np.uint8), np.arange(16) % 3)
    with pytest.raises(ValueError, match=said):
        train(tiny_resnet.recipe(**recipe), images)


def test_killed_training_resumes_and_ends_with_the_same_bytes(tmp_path):
    recipe, distortion = tiny_resnet.recipe(epochs=4), Distortion(pixels=1.0)
    expected, expected_history = train(recipe, distortion=distortion)
    dead = run_elsewhere(KILLED, FOLDER=str(tmp_path / "kept"))
    assert dead.wait(timeout=300) == -signal.SIGKILL
    # It died before it kept a third.
    assert list((tmp_path / "kept/states").iterdir()) == [tmp_path / "kept/states/2"]
    kept = checkpoints.Checkpoints(tmp_path / "kept", {"seed": 0})
    found, history = train(recipe, distortion=distortion, checkpoints=kept)
    assert_same(found, expected, rtol=0)
    np.testing.assert_equal(history, expected_history)
    kept.remove()
    assert not (tmp_path / "kept").exists()


KILLED = """
import os, signal
import tiny_resnet
from efficient_augmentation.networks import models, train_resnet
from efficient_augmentation.networks.checkpoints import Checkpoints
from efficient_augmentation.transforms.distortions import Distortion
models.NETWORKS["tiny"] = tiny_resnet.build

class Interrupted(Checkpoints):
    def save(self, epoch, state, history):
        if epoch == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        super().save(epoch, state, history)

x, y = tiny_resnet.images()
train_resnet.train(
    "tiny", x, y, n_classes=3, recipe=tiny_resnet.recipe(epochs=4),
    distortion=Distortion(pixels=1.0),
    checkpoints=Interrupted(os.environ["FOLDER"], {"seed": 0}))
"""

SCRIPT = """
import json, sys
import jax
from efficient_augmentation.networks import processes
processes.join()
import tiny_resnet
from efficient_augmentation.networks import featurize, models, train_resnet
models.NETWORKS["tiny"] = tiny_resnet.build
x, y = tiny_resnet.images()
variables, history = train_resnet.train(
    "tiny", x, y, n_classes=3, recipe=tiny_resnet.recipe(epochs=5), test=(x, y))
total = sum(float(abs(leaf).sum()) for leaf in jax.tree.leaves(variables))
some = x[:13]
_, named = models.build("tiny", 3).apply(variables, models.unit_scale(some), intermediates=True)
error = float(abs(featurize.featurize("tiny", variables, some) - named["features"]).max())
processes.wait()
print(json.dumps([jax.device_count(), history, total, error]))
"""


def run_elsewhere(script, devices=1, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parents[1] / "src")]),
            "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
            "JAX_PLATFORMS": "cpu",
            **environment,
        },
    )


def result(process):
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.study
def test_many_devices_and_processes_train_and_featurize_like_one():
    one, eight = run_elsewhere(SCRIPT), run_elsewhere(SCRIPT, devices=8)
    address = {"JAX_COORDINATOR_ADDRESS": f"127.0.0.1:{free_port()}", "JAX_NUM_PROCESSES": "2"}
    two = [run_elsewhere(SCRIPT, **address, JAX_PROCESS_ID=str(rank)) for rank in (0, 1)]
    n, expected, total, error = result(one)
    assert n == 1
    assert error < 1e-4
    for process, devices in ((eight, 8), *((process, 2) for process in two)):
        found_n, found, found_total, error = result(process)
        assert found_n == devices
        assert error < 1e-4
        np.testing.assert_allclose(found["loss"], expected["loss"], rtol=2e-3)
        assert found["learning_rate"] == expected["learning_rate"]
        np.testing.assert_allclose(found_total, total, rtol=2e-3)


def test_divergence_and_wrong_arguments_are_named():
    x, y = tiny_resnet.images()
    with pytest.raises(ValueError, match=r"diverged in epoch 1.*learning_rate below 1e\+30"):
        train(tiny_resnet.recipe(learning_rate=1e30, weight_decay=1.0))
    with pytest.raises(ValueError, match="batch_size is 64, but there are 48 images"):
        train(tiny_resnet.recipe(batch_size=64))
    with pytest.raises(ValueError, match=r"labels must be integers 0..2"):
        train(data=(x, y + 1))
    with pytest.raises(ValueError, match="seed must be"):
        train(seed=-1)
    broken = x.astype(np.float32)
    broken[3, 0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="images that hold NaN"):
        train(data=(broken, y))


def test_out_of_memory_names_the_batch_size(monkeypatch):
    def exhausted(*_):
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes.")

    monkeypatch.setattr(train_resnet, "_steps", exhausted)
    with pytest.raises(ValueError, match="ran out of memory with batch_size 16"):
        train()


def test_every_pixel_counts_in_the_mean():
    x = np.full((300, 2, 2, 1), 255, np.uint8)
    x[:, 0, 0] = np.arange(300)[:, None] % 256
    mean = train_resnet._mean(jnp.asarray(x))
    np.testing.assert_allclose(mean, x.mean(0) / 255, rtol=1e-6)


def test_processes_that_are_not_told_who_they_are_say_so(monkeypatch):
    monkeypatch.setenv("JAX_COORDINATOR_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("JAX_NUM_PROCESSES", "2")
    with pytest.raises(ValueError, match="JAX_PROCESS_ID do not say which of how many processes"):
        processes.join()
    monkeypatch.delenv("JAX_COORDINATOR_ADDRESS")
    processes.join()
    assert processes.is_first()
