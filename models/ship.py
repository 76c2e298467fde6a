"""A folder of models/ from a finished training: float16 weights, history, numbers of its card.

PYTHONPATH=src python models/ship.py FOLDER ARCHIVE MODEL

FOLDER holds weights.npz and history.csv as the workflow leaves them in results/networks/. ARCHIVE
is CIFAR-10's cifar-10-binary.tar.gz. MODEL is the folder that gets both files; README.md, the card,
is yours to write, with the numbers that are printed. A ResNet56v2 takes some minutes on two cores.
"""

import argparse
import shutil
from pathlib import Path

import jax
import numpy as np

from efficient_augmentation.data import every_point
from efficient_augmentation.heads import logistic
from efficient_augmentation.networks import featurize, pretrained, train_small

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
PAIR, N_TRAIN = (0, 1), 1000
"""Classes and number of training images of the experiment `cifar10`."""
PENALTIES = (10.0, 1.0)
_SPLITS = ("train", "test")


def ship(folder, points, model):
    """Write weights in half precision and the history, and measure what rounding did.

    Args:
      folder: with weights.npz and history.csv of a training.
      points: mapping with x_train, y_train, x_test, y_test, of all classes.
      model: folder for both files, made where it is missing.
    Returns: mapping as `measured`.
    Raises: ValueError as `train_small.load_weights`, or for a weight beyond half precision.
    """
    weights, target = Path(folder) / "weights.npz", Path(model) / "weights.npz"
    meta = pretrained.description(weights)
    given = meta["name"], meta["n_classes"], meta["input_shape"]
    exact = train_small.load_weights(weights, *given)
    train_small.save_weights(target, jax.tree.map(rounded, exact), meta)
    shutil.copyfile(Path(folder) / "history.csv", target.with_name("history.csv"))
    return measured(meta["name"], exact, train_small.load_weights(target, *given), points)


def rounded(weights):
    """Weights in half precision; infinite, which no file of weights takes, where they exceed it."""
    with np.errstate(over="ignore"):
        return np.asarray(weights, np.float16)


def measured(name, exact, halved, points):
    """What a card says of a network before and after rounding.

    Args:
      name: of the network, see `models.build`.
      exact, halved: its variables before and after.
      points: mapping as in `ship`.
    Returns: mapping with
      train_accuracy, test_accuracy: shares classified correctly, by running statistics,
        [before, after];
      predictions_changed: numbers of training and of test images, [train, test];
      features_changed: largest change of a test image's feature, as a share of the largest feature;
      test_accuracy_of_class: after rounding, one for each class;
      pair_accuracy: by C, of test images of `PAIR` by logistic regression on the features of its
        first `N_TRAIN` training images, after rounding.
    Cost: two forward passes over all points; memory of their features.
    """
    found = {split: [_seen(name, v, points, split) for v in (exact, halved)] for split in _SPLITS}
    labels = {split: np.asarray(points[f"y_{split}"]) for split in _SPLITS}
    right = {
        split: [predictions == labels[split] for _, predictions in found[split]]
        for split in _SPLITS
    }
    (before, _), (after, _) = found["test"]
    return {
        **{f"{split}_accuracy": [float(r.mean()) for r in right[split]] for split in _SPLITS},
        "predictions_changed": [int((p != q).sum()) for (_, p), (_, q) in found.values()],
        "features_changed": float(np.abs(after - before).max() / before.max()),
        "test_accuracy_of_class": [
            float(right["test"][1][labels["test"] == label].mean())
            for label in range(labels["test"].max() + 1)
        ],
        "pair_accuracy": _pair({s: (found[s][1][0], labels[s]) for s in _SPLITS}),
    }


def _seen(name, variables, points, split):
    """Features of a split's images, and the classes that the network's own head gives them."""
    features = featurize.featurize(name, variables, points[f"x_{split}"])
    head = variables["params"]["head"]
    return features, (features @ head["kernel"] + head["bias"]).argmax(axis=1)


def _pair(splits):
    """Accuracy on the test images of the two classes, by C."""
    of_pair = {}
    for split, (features, labels) in splits.items():
        rows = np.flatnonzero(np.isin(labels, PAIR))[: N_TRAIN if split == "train" else None]
        of_pair[split] = features[rows], (labels[rows] == PAIR[1]).astype(int)
    return {
        C: float(logistic.accuracy(logistic.fit(*of_pair["train"], C), *of_pair["test"]))
        for C in PENALTIES
    }


def card(found):
    """Lines of text with what `measured` found.

    Args:
      found: mapping as `measured` returns it.
    Yields: str.
    """
    for split in _SPLITS:
        before, after = found[f"{split}_accuracy"]
        yield f"{split} images classified correctly: {before:.2%}, after rounding {after:.2%}"
    train, test = found["predictions_changed"]
    yield f"rounding changed {train} predictions of training images and {test} of test images,"
    yield f"features by at most {found['features_changed']:.2%} of the largest"
    shares = zip(CLASSES, found["test_accuracy_of_class"], strict=True)
    yield "test images by class: " + ", ".join(f"{name} {share:.1%}" for name, share in shares)
    for C, share in found["pair_accuracy"].items():
        yield f"{' v '.join(CLASSES[label] for label in PAIR)}: {share:.2%} at C = {C:g}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("folder", "archive", "model"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    all_points = every_point.load({"kind": "cifar10"}, [asked.archive])
    print(*card(ship(asked.folder, all_points, asked.model)), sep="\n")
