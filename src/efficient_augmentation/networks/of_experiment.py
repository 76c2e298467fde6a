"""Training of an experiment's small network on its own points."""

import numpy as np

from efficient_augmentation.networks import featurize, train_small, training


def fit(dataset, *, kind, progress=None, **settings):
    """Train an experiment's network on the originals.

    Args:
      dataset: mapping with x_train (n, h, w, c) and y_train (n,).
      kind: name of the network.
      progress: text stream for a bar; if it is no terminal, or None, the log gets lines instead.
      **settings: the attributes of `train_small.Training`, and the seed.
    Returns: (variables, meta, history): weights and their description as `train_small.save_weights`
      takes them, and the rows of history.csv.
    Raises: ValueError as `train_small.train`.
    """
    x, y = dataset["x_train"], dataset["y_train"]
    meta = training.description(kind, n_classes(dataset), x)
    variables, history = train_small.train(
        kind, x, y, n_classes=meta["n_classes"], progress=progress, **_training(settings)
    )
    return variables, meta, training.rows(history)


def watch(dataset, *, kind, progress=None, **settings):
    """Train an experiment's network as `fit` does, and classify every point after each epoch.

    Args: as `fit`.
    Returns: (epochs, n) bool, whether the network, with dropout off, classified a point
      correctly.
    Raises: ValueError as `train_small.train`.
    Cost: that of `fit`, and one more pass over the points in each epoch.
    """
    x, y = dataset["x_train"], dataset["y_train"]
    correct = []

    def look(variables):
        head = variables["params"]["head"]
        features = featurize.featurize(kind, variables, x)
        correct.append((features @ head["kernel"] + head["bias"]).argmax(axis=1) == y)

    train_small.train(
        *(kind, x, y),
        n_classes=n_classes(dataset),
        on_epoch=look,
        progress=progress,
        **_training(settings),
    )
    return np.stack(correct)


def n_classes(dataset):
    """Number of classes of a data set whose labels are 0, 1, ... without a gap."""
    return int(dataset["y_train"].max()) + 1


def _training(settings):
    return {"training": train_small.training_of(settings), "seed": settings["seed"]}
