"""What both trainers share: when a training has failed, how it reports, how it is written down."""

import jax
import numpy as np

from efficient_augmentation.progress import Bar


def finite(tree):
    """Whether every number in a tree of arrays is finite."""
    return all(np.isfinite(np.asarray(leaf)).all() for leaf in jax.tree.leaves(tree))


def divergence(learning_rate, where):
    """The error of a training whose loss or weights are no longer finite.

    Args:
      learning_rate: that of the training.
      where: in words: "in epoch 3".
    Returns: ValueError, to be raised.
    """
    return ValueError(
        f"training diverged {where}: loss or weights are no longer finite; a learning_rate below "
        f"{learning_rate:g} would help, or images that hold NaN are the reason"
    )


def check_seed(seed):
    """Refuse what is no seed.

    Raises: ValueError unless it is an integer within 0..2**32-1.
    """
    if seed % 1 or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer within 0..2**32-1, not {seed}")


def bar(name, total, unit, progress, done=0):
    """Progress of a training.

    Args:
      name: of the network.
      total: number of units.
      unit: what is counted, such as "epoch".
      progress: text stream of the bar, shown only where that is a terminal; None means no bar.
      done: units before this training, which goes on from there.
    Returns: `progress.Bar`.
    """
    return Bar(total, f"train {name}", unit, progress, start=done)


def add(history, **row):
    """Append a row, a value for each column, to a history: a mapping from columns to lists."""
    for column, value in row.items():
        history[column].append(value)


def rows(history):
    """Rows of history.csv, one mapping an epoch."""
    return [dict(zip(history, row, strict=True)) for row in zip(*history.values(), strict=True)]


def description(name, n_classes, images):
    """What a file of weights says of its network, see `train_small.save_weights`.

    Args:
      name: of the network.
      n_classes: width of its output layer.
      images: (n, h, w, c), those that it was trained on.
    Returns: mapping.
    """
    return {"name": name, "n_classes": n_classes, "input_shape": list(images.shape[1:])}
