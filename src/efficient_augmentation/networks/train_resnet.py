"""Training of a ResNet on a whole labelled data set, on one device or many.

The batch is shared out over all devices; each step sees the statistics of the whole batch, so that
the number of devices changes nothing but rounding and speed.
"""

import functools
import logging
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from jax.sharding import NamedSharding, PartitionSpec

from efficient_augmentation.names import networks
from efficient_augmentation.networks import featurize, models, recipes, training
from efficient_augmentation.transforms import distortions

HISTORY = ("epoch", "learning_rate", "loss", "accuracy", "test_accuracy")
# Steps between two moves of the bar on CPU, where an epoch takes minutes.
_STEPS_AT_ONCE = 8

_log = logging.getLogger(__name__)


def train(
    name,
    x,
    y,
    *,
    n_classes,
    recipe,
    test=None,
    distortion=None,
    seed=0,
    checkpoints=None,
    progress=None,
):
    """Train a ResNet with running statistics.

    An epoch visits as many rows as fill whole batches, in a fresh random order, so that each
    leaves out others. Of every image the mean training image is subtracted. Convolutions and
    activations are bfloat16 on accelerators, float32 on CPU. The seed fixes first parameters,
    orders and distortions: on one CPU, undisturbed or resumed, the weights are the same.

    In the first `recipe.half_size_epochs` epochs the network sees images of half the side: means
    of 2 x 2 pixels of each image, after its distortion, less those of the mean image. The weights
    keep their shapes, since the network averages over what is left of an image. The test accuracy
    after these epochs is that of whole images too, to which the running statistics do not fit yet.

    More than six parameters: a training is a network, data, a recipe and where it reports to; each
    of the last five has a default.

    Args:
      name: "resnet56v2" or "resnet50v2".
      x: images (n, h, w, c), uint8 (divided by 255) or float in [0, 1].
      y: labels (n,), integers 0..n_classes-1.
      n_classes: number of classes.
      recipe: `recipes.Recipe`.
      test: (x, y) of test points, whose accuracy the history then holds after every epoch.
      distortion: `distortions.Distortion`, drawn anew for every image and epoch; None is none.
      seed: 0 <= seed < 2**32.
      checkpoints: `checkpoints.Checkpoints`: the training goes on from the last state kept there
        and keeps its own after every epoch. None keeps nothing.
      progress: text stream of a bar, shown only where that is a terminal; None means no bar.
    Returns: variables {"params", "batch_stats", "input"} of NumPy arrays, and the history: lists
      by the names in HISTORY. Loss (nats, of the smoothed targets) and accuracy are means over
      the epoch's batches as they came, learning_rate is that of the last step, test_accuracy NaN
      without a test set.
    Raises: ValueError for unusable arguments, where training diverges, and where the device runs
      out of memory.
    Cost: for resnet56v2 at 32 x 32 see docs/performance.md; one compilation, two with epochs at
      half the size, which cost less than a third each.
    Source: Howard 2018, Training ImageNet in 3 hours for 25 minutes (progressive resizing);
      Touvron et al. 2019, Fixing the train-test resolution discrepancy.
    """
    data = _checked(name, x, y, n_classes, recipe, seed)
    mesh = _mesh(recipe.batch_size)
    module = models.build(name, n_classes).clone(dtype=_compute_type())
    steps = len(y) // recipe.batch_size
    whole = NamedSharding(mesh, PartitionSpec())
    data = jax.device_put(data, whole)
    plan, half = (_Plan(module, recipe, distortion, steps, mesh, size) for size in (1, 2))
    start = training.quickly_compiled(_start, 0)
    key = jax.random.key(seed, impl="threefry2x32")
    state = jax.device_put(start(plan, key, *data), whole)
    history = {column: [] for column in HISTORY}
    done = 0
    if checkpoints is not None and (kept := checkpoints.latest(state)):
        done, state, history = kept
    schedule = recipes.learning_rate(recipe, steps)
    with _Bar(name, recipe, steps, done, history, progress) as bar:
        for epoch in range(done, recipe.epochs):
            try:
                now = half if epoch < recipe.half_size_epochs else plan
                state, loss, accuracy = _epoch(now, state, key, epoch, data, bar)
            except jax.errors.JaxRuntimeError as error:
                if not models.is_out_of_memory(error):
                    raise
                raise ValueError(
                    f"the device ran out of memory with batch_size {recipe.batch_size}; give a "
                    "smaller one"
                ) from error
            if not training.finite((loss, state["params"])):
                raise training.divergence(recipe.learning_rate, f"in epoch {epoch + 1}")
            score = _test_accuracy(name, _host(state), test)
            rate = float(schedule((epoch + 1) * steps - 1))
            row = (epoch + 1, rate, loss, accuracy, score)
            training.add(history, **dict(zip(HISTORY, row, strict=True)))
            _log.info(
                "epoch %d of %d: loss %.4f, accuracy %.4f, test accuracy %.4f",
                *(epoch + 1, recipe.epochs, loss, accuracy, score),
            )
            if checkpoints is not None:
                checkpoints.save(epoch + 1, state, history)
    return _host(state), history


class _Plan(NamedTuple):
    """What a program is compiled for; equal plans share it.

    The network sees images of which each pixel is the mean of cell x cell pixels.
    """

    module: nn.Module
    recipe: recipes.Recipe
    distortion: distortions.Distortion | None
    steps: int
    mesh: jax.sharding.Mesh
    cell: int = 1

    @property
    def optimizer(self):
        return recipes.RECIPES[self.recipe.name](self.recipe, self.steps)

    @property
    def shared(self):
        return NamedSharding(self.mesh, PartitionSpec("batch"))

    @property
    def steps_at_once(self):
        return _STEPS_AT_ONCE if jax.default_backend() == "cpu" else self.steps

    def shrunk(self, images):
        """Images (..., h, w, c) as the network sees them, (..., h / cell, w / cell, c)."""
        side = (self.cell, self.cell)
        return images if self.cell == 1 else nn.avg_pool(images, side, side)


def _epoch(plan, state, key, epoch, data, bar):
    """State after an epoch, its mean loss and accuracy."""
    key = jax.random.fold_in(key, epoch + 1)
    totals = (jnp.zeros((), jnp.float32), jnp.zeros((), jnp.float32))
    for first in range(0, plan.steps, plan.steps_at_once):
        last = min(first + plan.steps_at_once, plan.steps)
        state, totals = _steps(plan, state, totals, key, first, last, *data)
        n = last * plan.recipe.batch_size
        # Reading the totals waits for the steps: so the bar shows what is done, not what is queued.
        loss, accuracy = (float(total) / n for total in totals)
        if not np.isfinite(loss):
            break
        bar.advance(last - first, epoch, loss, accuracy)
    return state, loss, accuracy


def _start(plan, key, images, labels):
    variables = plan.module.init(key, jnp.zeros((1, *images.shape[1:]), jnp.float32))
    mean = models.unit_scale(images).mean(0) if images.dtype != jnp.uint8 else _mean(images)
    return {
        "params": variables["params"],
        "batch_stats": variables["batch_stats"],
        "input": {"mean": mean},
        "moments": plan.optimizer.init(variables["params"]),
    }


def _mean(images):
    """Mean of uint8 images, summed as whole numbers: floats would need four times the memory."""
    return images.sum(0, dtype=jnp.uint32).astype(jnp.float32) / (255.0 * len(images))


@functools.partial(jax.jit, static_argnums=0, donate_argnums=(1, 2))
def _steps(plan, state, totals, key, first, last, images, labels):
    """State and totals after the steps first..last-1 of an epoch.

    The number of steps is an argument (on accelerators a whole epoch), so that one compiled program
    serves all of them.
    """
    order = jax.random.permutation(jax.random.fold_in(key, 0), len(images))
    size, optimizer = plan.recipe.batch_size, plan.optimizer

    def step(index, carry):
        state, (loss_sum, right) = carry
        rows = jax.lax.dynamic_slice(order, (index * size,), (size,))
        rows = jax.lax.with_sharding_constraint(rows, plan.shared)
        x, y = models.unit_scale(images[rows]), labels[rows]
        if plan.distortion is not None:
            x = plan.distortion.draw(jax.random.fold_in(key, index + 1), x)
        (loss, (stats, n_right)), gradient = jax.value_and_grad(_loss, has_aux=True)(
            state["params"], plan, state, x, y
        )
        update, moments = optimizer.update(gradient, state["moments"], state["params"])
        params = optax.apply_updates(state["params"], update)
        state = {**state, "params": params, "batch_stats": stats, "moments": moments}
        return state, (loss_sum + loss * size, right + n_right)

    return jax.lax.fori_loop(first, last, step, (state, totals))


def _loss(params, plan, state, x, y):
    """Mean cross-entropy with smoothed targets; aside it, running statistics and right answers."""
    variables = {
        "params": params,
        "batch_stats": state["batch_stats"],
        "input": jax.tree.map(plan.shrunk, state["input"]),
    }
    logits, updated = plan.module.apply(
        variables, plan.shrunk(x), train=True, mutable=["batch_stats"]
    )
    targets = optax.smooth_labels(jax.nn.one_hot(y, logits.shape[-1]), plan.recipe.label_smoothing)
    right = jnp.sum(jnp.argmax(logits, axis=-1) == y, dtype=jnp.float32)
    loss = optax.softmax_cross_entropy(logits, targets).mean()
    return loss, (updated["batch_stats"], right)


def _test_accuracy(name, variables, test):
    return float("nan") if test is None else featurize.accuracy(name, variables, *test)


def _host(state):
    names = ("params", "batch_stats", "input")
    return jax.tree.map(np.asarray, {key: state[key] for key in names})


def _compute_type():
    return jnp.float32 if jax.default_backend() == "cpu" else jnp.bfloat16


def _mesh(batch_size):
    """The devices that take part: as many as share the batch equally."""
    devices = jax.devices()
    n = max(k for k in range(1, len(devices) + 1) if batch_size % k == 0)
    if n < len(devices):
        if jax.process_count() > 1:
            raise ValueError(
                f"batch_size is {batch_size}, which {len(devices)} devices in "
                f"{jax.process_count()} processes cannot share equally; give a multiple of "
                f"{len(devices)}"
            )
        _log.warning(
            "%d of %d devices are used: batch_size %d is no multiple of more",
            *(n, len(devices), batch_size),
        )
    return jax.sharding.Mesh(np.array(devices[:n]), ("batch",))


class _Bar:
    """Progress over all steps, with loss, accuracy and images a second."""

    def __init__(self, name, recipe, steps, done, history, stream):
        self._recipe, self._start, self._images = recipe, time.monotonic(), 0
        self._bar = training.bar(name, recipe.epochs * steps, "step", stream, done * steps)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._bar.__exit__(*error)

    def advance(self, steps, epoch, loss, accuracy):
        self._images += steps * self._recipe.batch_size
        rate = self._images / (time.monotonic() - self._start)
        self._bar.update(
            steps,
            f"epoch {epoch + 1}/{self._recipe.epochs}, loss {loss:.4f}, accuracy {accuracy:.4f}, "
            f"{rate:.0f} images/s",
        )


def _checked(name, x, y, n_classes, recipe, seed):
    x, y = models.check_labelled(x, y, n_classes)
    if recipe.batch_size > len(y):
        raise ValueError(
            f"batch_size is {recipe.batch_size}, but there are {len(y)} images; give at most that"
        )
    for problem in networks.half_size_problems(name, recipe._asdict(), x.shape[1:]):
        raise ValueError(problem)
    training.check_seed(seed)
    return x, y
