"""The network whose penultimate layer gives the features."""

from efficient_augmentation import train


def fit(dataset, *, kind, progress=None, **settings):
    """Train an experiment's network on the originals.

    Args:
      dataset: mapping with x_train (n, h, w, c) and y_train (n,).
      kind: name of the network.
      progress: text stream for the bar, None for none.
      **settings: epochs, batch_size, learning_rate and seed of `train.train`.
    Returns: (variables, meta, history): weights and their description as `train.save_weights`
      takes them, and the rows of history.csv.
    Raises: ValueError as `train.train`.
    """
    x, y = dataset["x_train"], dataset["y_train"]
    meta = {"name": kind, "n_classes": n_classes(dataset), "input_shape": list(x.shape[1:])}
    variables, history = train.train(
        kind, x, y, n_classes=meta["n_classes"], progress=progress, **settings
    )
    rows = [dict(zip(history, row, strict=True)) for row in zip(*history.values(), strict=True)]
    return variables, meta, rows


def n_classes(dataset):
    """Number of classes of a data set whose labels are 0, 1, ... without a gap."""
    return int(dataset["y_train"].max()) + 1
