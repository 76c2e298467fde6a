"""Training of the small networks, one or many at once, and the files of all networks' weights."""

import json
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import traverse_util

from efficient_augmentation.files import arrays
from efficient_augmentation.networks import models
from efficient_augmentation.networks import training as shared

# Rows whose gradient is taken at once. A batch's gradient is the sum over its blocks, so that the
# cost grows with the number of rows and a block's patches stay in the processor's cache.
_BLOCK = 16
_RUNS_AT_ONCE = 32  # on accelerators
_META = "meta"


class Training(NamedTuple):
    """How a small network is trained.

    Attributes:
      epochs: passes over the rows, >= 1.
      batch_size: rows of one step of Adam, >= 1.
      learning_rate: step size of Adam, > 0.
    """

    epochs: int = 40
    batch_size: int = 512
    learning_rate: float = 1e-3


DEFAULTS = Training()


def training_of(settings):
    """The `Training` among the settings of a network.

    Args:
      settings: mapping with the attributes of `Training`, as in the config; other keys are ignored.
    Returns: Training.
    """
    return Training(*(settings[name] for name in Training._fields))


def train(
    name,
    x,
    y,
    *,
    n_classes,
    training=DEFAULTS,
    seed=0,
    sample_weight=None,
    on_epoch=None,
    progress=None,
):
    """Train one network with Adam on the softmax cross-entropy.

    An epoch visits every row of positive weight once, in a new random order; rows of weight zero
    count as absent. Weights are relative: they are scaled to mean 1 over the visited rows. A
    batch's gradient is its weighted sum divided by its number of rows (not by its sum of weights),
    so that a row counts the same in every batch. The last batch of an epoch may be smaller. The
    seed determines initial parameters, orders and dropout.

    More than six parameters: a training needs a network, data and settings, and reports its
    progress; the last five have defaults.

    Args:
      name: network, see `models.build`.
      x: images (n, h, w, c), uint8 (divided by 255) or float in [0, 1].
      y: labels (n,), integers 0..n_classes-1.
      n_classes: number of classes.
      training: `Training`.
      seed: 0 <= seed < 2**32.
      sample_weight: (n,), >= 0; None means ones.
      on_epoch: function called with the variables after every epoch, or None.
      progress: text stream for a bar; if it is no terminal, or None, the log gets lines instead.
    Returns: variables {"params": ...} of NumPy arrays, and the history: lists "epoch" (from 1),
      "loss" (nats) and "accuracy", weighted means over the epoch's rows with dropout on.
    Raises: ValueError for unusable arguments, and if training diverges.
    Cost: one compilation for each image shape and number of rows (3 to 4 s); then, for the cnn on
      2 cores, 0.9 ms per row and epoch at 28x28. Memory: the images and about 60 MB.
    """
    weights = np.ones(len(x)) if sample_weight is None else np.asarray(sample_weight)
    data, weights = _checked(x, y, weights[None], n_classes)
    _check_settings(training, [seed])
    module = models.build(name, n_classes)
    state, key = shared.quickly_compiled(_start, 0, 2)(
        module, np.array([seed], np.uint32), data[0].shape[1:]
    )
    history = {"epoch": [], "loss": [], "accuracy": []}
    with shared.bar(name, training.epochs, "epoch", progress) as bar:
        for epoch in range(training.epochs):
            state, metrics = shared.quickly_compiled(_epoch, 0)(
                module, state, key, epoch, *_steps(training), *data, weights
            )
            loss, accuracy = (float(value[0]) for value in metrics)
            if not np.isfinite(loss):
                raise shared.divergence(training.learning_rate, f"in epoch {epoch + 1}")
            shared.add(history, epoch=epoch + 1, loss=loss, accuracy=accuracy)
            if on_epoch is not None:
                on_epoch({"params": jax.tree.map(lambda leaf: np.asarray(leaf[0]), state[0])})
            bar.update(1, f"loss={loss:.4f}, accuracy={accuracy:.4f}")
    params = jax.tree.map(lambda leaf: np.asarray(leaf[0]), state[0])
    if not shared.finite(params):
        raise shared.divergence(training.learning_rate, f"in epoch {training.epochs}")
    return {"params": params}, history


def train_many(
    name,
    x,
    y,
    weights,
    seeds,
    *,
    n_classes,
    training=DEFAULTS,
    runs_at_once=None,
    progress=None,
):
    """Train R networks on the same rows under R vectors of sample weights.

    Run r is `train(..., sample_weight=weights[r], seed=seeds[r])` up to rounding, whatever the
    other runs are. `runs_at_once` runs take every step together (vmap).

    More than six parameters: those of `train`, with weights and a seed for each run.

    Args:
      name, x, y, n_classes, training: as in `train`.
      weights: (R, n), >= 0, at least one positive in each row.
      seeds: (R,), each 0 <= seed < 2**32.
      runs_at_once: None means 1 on CPU, where one network keeps the cores busy, and 32 elsewhere.
      progress: text stream for a bar over the runs, as in `train`.
    Returns: variables {"params": ...} of NumPy arrays with a leading axis R.
    Raises: ValueError as in `train`, naming the run that diverges.
    Cost: that of `train` on the rows of positive weight, R times. One compilation serves any R and
      any weights. Memory: the images, about 60 MB for each simultaneous run, 4 MB for each run.
    """
    data, weights = _checked(x, y, np.asarray(weights), n_classes)
    _check_settings(training, seeds)
    if len(seeds) != len(weights):
        raise ValueError(f"{len(seeds)} seeds for {len(weights)} vectors of weights; give one each")
    if runs_at_once is None:
        runs_at_once = 1 if jax.default_backend() == "cpu" else _RUNS_AT_ONCE
    if runs_at_once < 1:
        raise ValueError(f"runs_at_once must be at least 1, not {runs_at_once}")
    module, seeds = models.build(name, n_classes), np.asarray(seeds, np.uint32)
    trained = []
    with shared.bar(name, len(seeds), "network", progress) as bar:
        for first in range(0, len(seeds), runs_at_once):
            chunk = slice(first, first + runs_at_once)
            # The last chunk is filled up with runs whose weights are all zero: they take no step.
            v = _pad(weights[chunk], runs_at_once)
            state, key = shared.quickly_compiled(_start, 0, 2)(
                module, _pad(seeds[chunk], runs_at_once), data[0].shape[1:]
            )
            for epoch in range(training.epochs):
                state, _ = shared.quickly_compiled(_epoch, 0)(
                    module, state, key, epoch, *_steps(training), *data, v
                )
            trained.append(jax.tree.map(np.asarray, state[0]))
            bar.update(len(seeds[chunk]))
    params = jax.tree.map(lambda *leaves: np.concatenate(leaves)[: len(seeds)], *trained)
    for run in range(len(seeds)):
        if not shared.finite(jax.tree.map(lambda leaf, r=run: leaf[r], params)):
            raise shared.divergence(training.learning_rate, f"in run {run}")
    return {"params": params}


def save_weights(path, variables, meta, made_by=None):
    """Write a network's weights and its description as a .npz file, atomically.

    Args:
      path: target file; the same content gives the same bytes.
      variables: as `train` returns them; the entry "params/Convolution_0/kernel" of the file is
        variables["params"]["Convolution_0"]["kernel"].
      meta: mapping that JSON can hold, with at least name, n_classes and input_shape (h, w, c);
        stored as the UTF-8 bytes of JSON in the entry "meta".
      made_by: as in `arrays.save`.
    Raises: ValueError if meta lacks one of these or a weight is not finite.
    """
    lacking = [key for key in ("name", "n_classes", "input_shape") if key not in meta]
    if lacking:
        raise ValueError(f"{path}: meta lacks {', '.join(lacking)}")
    layers = traverse_util.flatten_dict(variables, sep="/")
    for layer, values in layers.items():
        _check_layer(path, layer, np.asarray(values), np.shape(values))
    text = json.dumps(meta, sort_keys=True).encode()
    entries = {_META: np.frombuffer(text, np.uint8), **dict(sorted(layers.items()))}
    arrays.save(path, made_by, **entries)


def load_weights(path, name, n_classes, input_shape):
    """Read a network's weights, and check that they fit the network.

    Args:
      path: file written by `save_weights`.
      name: the network, see `models.build`.
      n_classes: least number of classes; the file's network may have more.
      input_shape: (h, w, c) of an image.
    Returns: variables of float32 NumPy arrays.
    Raises: ValueError naming the file, and the layer with its found and expected shape, for the
      weights of another network or image shape, a missing or extra layer, a weight that is not
      finite, or a damaged file; FileNotFoundError.
    """
    stored = arrays.load(path)
    meta = _meta(path, stored.pop(_META, np.empty(0, np.uint8)))
    for key, value in {"name": name, "input_shape": list(input_shape)}.items():
        if meta.get(key) != value:
            raise ValueError(f"{path}: {key} of its network is {meta.get(key)!r}, not {value!r}")
    known = meta.get("n_classes")
    if not isinstance(known, int) or known < n_classes:
        raise ValueError(
            f"{path}: n_classes of its network is {known!r}; the data have {n_classes} classes"
        )
    module = models.build(name, known)
    variables = jax.eval_shape(module.init, jax.random.key(0), jnp.zeros((1, *input_shape)))
    expected = traverse_util.flatten_dict(variables, sep="/")
    for layer in sorted(expected.keys() ^ stored.keys()):
        found = stored[layer].shape if layer in stored else "nothing"
        shape = expected[layer].shape if layer in expected else "nothing"
        raise ValueError(f"{path}: layer {layer}: found {found}, expected {shape}")
    for layer, values in stored.items():
        _check_layer(path, layer, values, expected[layer].shape)
    layers = {layer: values.astype(np.float32) for layer, values in stored.items()}
    return traverse_util.unflatten_dict(layers, sep="/")


def _meta(path, array):
    try:
        meta = json.loads(array.tobytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: no description of a network in it ({error})") from error
    return meta if isinstance(meta, dict) else {}


def _check_layer(path, layer, values, shape):
    if values.shape != shape:
        raise ValueError(f"{path}: layer {layer}: found {values.shape}, expected {shape}")
    with np.errstate(over="ignore"):
        single = values.astype(np.float32) if np.issubdtype(values.dtype, np.floating) else np.nan
    if not np.isfinite(single).all():
        raise ValueError(f"{path}: layer {layer} of shape {shape}: not all weights are finite")


# One epoch on the device. Types are explicit, so that it also runs in JAX's 64-bit mode.


def _init(module, seed, image_shape):
    """For one seed: ((parameters, Adam's moments), key from which epochs draw)."""
    key = jax.random.key(seed, impl="threefry2x32")
    image = jnp.zeros((1, *image_shape), jnp.float32)
    variables = module.init(jax.random.fold_in(key, 0), image)
    if variables.keys() - {"params"}:
        raise ValueError(
            f"{type(module).__name__} keeps running statistics, which this trainer does not carry: "
            "train_resnet.train does"
        )
    params = variables["params"]
    return (params, optax.scale_by_adam().init(params)), jax.random.fold_in(key, 1)


def _steps(training):
    """Batch size and learning rate, as numbers that need no new compilation when they change."""
    return training.batch_size, np.float32(training.learning_rate)


def _one_epoch(module, state, key, epoch, batch_size, learning_rate, images, labels, weights):
    """State after one pass over the rows of positive weight, and its mean loss and accuracy.

    It loops over batches and over the blocks of a batch, so that one compiled program serves
    every batch size and number of rows of positive weight.
    """
    batch_size = jnp.asarray(batch_size, jnp.int32)
    order_key, dropout_key = jax.random.split(jax.random.fold_in(key, epoch))
    order, n_active = _shuffled(order_key, weights)

    def batch(index, carry):
        (params, moments), metrics = carry
        first = index * batch_size
        last = jnp.minimum(first + batch_size, n_active)

        def block(number, sums):
            start = first + number * _BLOCK
            inside = start + jnp.arange(_BLOCK, dtype=jnp.int32) < last
            # The last block is filled up with a row of the batch at weight 0. Rows outside the
            # batch could hold NaN, which a weight of 0 does not cancel.
            rows = jnp.where(
                inside, jax.lax.dynamic_slice(order, (start,), (_BLOCK,)), order[first]
            )
            gradient, metrics = jax.grad(_weighted_loss, has_aux=True)(
                params,
                module,
                models.unit_scale(images[rows]),
                labels[rows],
                jnp.where(inside, weights[rows], 0),
                jax.random.fold_in(jax.random.fold_in(dropout_key, index), number),
            )
            return jax.tree.map(jnp.add, sums, (gradient, metrics))

        zeros = jax.tree.map(jnp.zeros_like, params)
        n_blocks = _ceil_divide(last - first, _BLOCK)
        gradient, metrics = jax.lax.fori_loop(jnp.int32(0), n_blocks, block, (zeros, metrics))
        gradient = jax.tree.map(lambda g: g / (last - first), gradient)
        step, moments = optax.scale_by_adam().update(gradient, moments)
        return (jax.tree.map(lambda p, s: p - learning_rate * s, params, step), moments), metrics

    metrics = (jnp.zeros((), jnp.float32), jnp.zeros((), jnp.float32))
    n_batches = _ceil_divide(n_active, batch_size)
    state, metrics = jax.lax.fori_loop(jnp.int32(0), n_batches, batch, (state, metrics))
    return state, jax.tree.map(lambda total: total / n_active, metrics)


def _shuffled(key, weights):
    """Rows of positive weight in random order, then the others; and the number of the former.

    The k-th row of positive weight draws the k-th random word, so that the rows of weight zero
    between them make no difference.
    """
    active = weights > 0
    rank = jnp.cumsum(active, dtype=jnp.int32) - 1
    words = jax.random.bits(key, weights.shape, jnp.uint32) >> 1
    order = jnp.argsort(jnp.where(active, words[rank], jnp.uint32(2**32 - 1)))
    # Padding, because `dynamic_slice` moves a slice back that reaches beyond the end.
    return jnp.pad(order.astype(jnp.int32), (0, _BLOCK)), jnp.sum(active, dtype=jnp.int32)


def _weighted_loss(params, module, x, y, w, key):
    """Sum of w times the cross-entropy, and (that sum, sum of w over correctly classified rows)."""
    logits = module.apply({"params": params}, x, train=True, rngs={"dropout": key})
    loss = jnp.sum(w * optax.softmax_cross_entropy_with_integer_labels(logits, y))
    return loss, (loss, jnp.sum(w * (jnp.argmax(logits, axis=-1) == y)))


def _ceil_divide(a, b):
    return (a + b - 1) // b


def _over_runs(function, width, *args):
    """Results of a function for each run: by vmap, or by a plain call if there is only one run.

    A vmap over one run would still be slowed down by loops whose length may differ between runs.
    """
    if width > 1:
        return jax.vmap(function)(*args)
    single = function(*jax.tree.map(lambda leaf: leaf[0], args))
    return jax.tree.map(lambda leaf: leaf[None], single)


def _start(module, seeds, image_shape):
    return _over_runs(lambda seed: _init(module, seed, image_shape), len(seeds), seeds)


def _epoch(module, state, key, epoch, batch_size, learning_rate, images, labels, weights):
    """`_one_epoch` of runs with states (R, ...), keys (R,) and weights (R, n) of their own."""

    def one(state, key, weights):
        return _one_epoch(
            module, state, key, epoch, batch_size, learning_rate, images, labels, weights
        )

    return _over_runs(one, len(weights), state, key, weights)


# Checks of the arguments.


def _checked(x, y, weights, n_classes):
    """((images, labels) on the device, weights scaled to mean 1 over the positive ones)."""
    x, y = models.check_labelled(x, y, n_classes)
    weights = weights.astype(np.float64)
    if weights.ndim != 2 or weights.shape[1] != len(x):
        raise ValueError(f"weights must have shape (..., {len(x)}), not {weights.shape}")
    active = weights > 0
    if not np.isfinite(weights).all() or (weights < 0).any() or not active.any(axis=1).all():
        raise ValueError("weights must be finite and >= 0, and some of each run positive")
    scale = active.sum(axis=1) / weights.sum(axis=1)
    data = jnp.asarray(x), jnp.asarray(y)
    return data, (weights * scale[:, None]).astype(np.float32)


def _check_settings(training, seeds):
    for key in ("epochs", "batch_size"):
        if (value := getattr(training, key)) % 1 or value < 1:
            raise ValueError(f"{key} must be an integer of at least 1, not {value}")
    if not (np.isfinite(training.learning_rate) and training.learning_rate > 0):
        raise ValueError(f"learning_rate must be a positive number, not {training.learning_rate}")
    for seed in seeds:
        shared.check_seed(seed)


def _pad(array, length):
    return np.pad(array, [(0, length - len(array))] + [(0, 0)] * (array.ndim - 1))
