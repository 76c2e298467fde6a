"""What both trainers share: signs of a failed training, the progress bar, history and metadata."""

import functools

import jax
import numpy as np

from efficient_augmentation.progress import Bar

# On CPU, where the work is done by convolutions that come compiled, or where there is little of it,
# optimising what is around it takes longer than it saves.
_QUICKLY = {"xla_backend_optimization_level": 1, "xla_cpu_use_fusion_emitters": False}


@functools.cache
def quickly_compiled(function, *static):
    """A function compiled by JAX with less optimisation on CPU.

    Args:
      function: what `jax.jit` takes.
      static: positions of the arguments that are static.
    Returns: the compiled function, the same for the same arguments.
    """
    options = _QUICKLY if jax.default_backend() == "cpu" else None
    return jax.jit(function, static_argnums=static, compiler_options=options)


def finite(tree):
    """Whether every number in a tree of arrays is finite."""
    return all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves(tree))


def divergence(learning_rate, where):
    """The error of a training whose loss or weights are no longer finite.

    Args:
      learning_rate: that of the training.
      where: where it diverged, such as "in epoch 3".
    Returns: ValueError, to be raised.
    """
    return ValueError(
        f"training diverged {where}: loss or weights are no longer finite; a learning_rate below "
        f"{learning_rate:g} would help, or images that hold NaN are the reason"
    )


def check_seed(seed):
    """Check a seed.

    Raises: ValueError unless it is an integer within 0..2**32-1.
    """
    if seed % 1 or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer within 0..2**32-1, not {seed}")


def bar(name, total, unit, progress, done=0):
    """The progress bar of a training.

    Args:
      name: the network's name.
      total: number of units.
      unit: what is counted, such as "epoch".
      progress: text stream for the bar; if it is no terminal, or None, the log gets lines instead.
      done: units that were done before, if this training resumes an earlier one.
    Returns: `progress.Bar`.
    """
    return Bar(total, f"train {name}", unit, progress, start=done)


def add(history, **row):
    """Append a row (a value for each column) to a history (a mapping from columns to lists)."""
    for column, value in row.items():
        history[column].append(value)


def rows(history):
    """Rows of history.csv, one mapping for each epoch."""
    return [dict(zip(history, row, strict=True)) for row in zip(*history.values(), strict=True)]


def description(name, n_classes, images):
    """The description in a file of weights, see `train_small.save_weights`.

    Args:
      name: the network's name.
      n_classes: width of its output layer.
      images: its training images, (n, h, w, c).
    Returns: mapping.
    """
    return {"name": name, "n_classes": n_classes, "input_shape": list(images.shape[1:])}
