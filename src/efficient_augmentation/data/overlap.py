"""Whether points are there twice: as training and as test points, or under two labels."""

import hashlib
import re

import numpy as np

ALIKE = 0.995
"""Two images count as the same above this correlation of their 16 x 16 means.

No test image of MNIST or CIFAR-10 is that close to a training image of another origin. Nearly all
copies that were saved as JPEG, resized or made a little lighter are closer.
"""

_SIDE = 16
_FEWEST_FEATURES = 8
_NAMED = 5
_SPLITS = {"train": "training", "test": "test"}
_BLOCK = 1 << 12
# The suffix that `selection.images` appends to an image's name for each of its copies.
_COPY = re.compile(r"(?<=\.png|\.jpg|jpeg)(\.\d\d+_[^/]*\.png)+$", re.IGNORECASE)


def warnings(points):
    """What is to be said about points that are there twice.

    Args:
      points: mapping with x_train (n, h, w, c) or (n, d), y_train (n,), train_ids (n,), x_test,
        y_test, test_ids, class_names (k,), and test_share, which is positive where the test set was
        split off the training set.
    Returns: list of str: of test points with the same pixels or features as a training point, of
      nearly the same images, and of copies that were made from the same image as their names say; a
      point is in the first of these that it belongs to. Then, of the training and of the test
      points, those with the same pixels or features as one of another class.
    Cost: 2 n m 256 operations for m test images of at least 16 x 16 pixels; 1 s for 20,000 and
      1,500.
    """
    texts, known = [], np.zeros(len(points["test_ids"]), bool)
    for what, find in _KINDS:
        pairs = [(i, j) for i, j in find(points) if not known[i]]
        known[[i for i, _ in pairs]] = True
        if pairs:
            texts.append(_text(what, pairs, points))
    return texts + [text for split in ("train", "test") for text in _two_labels(points, split)]


def _two_labels(points, split):
    """What is to be said about points of a set that are there under two labels."""
    x, y, ids = points[f"x_{split}"], points[f"y_{split}"], points[f"{split}_ids"]
    if _equal_by_chance(x):
        return
    first, pairs = {}, []
    for i, point in enumerate(x):
        j = first.setdefault(_digest(point), i)
        if y[i] != y[j]:
            pairs.append((i, j))
    if pairs:
        classes = points["class_names"]
        named = [f"{ids[i]} ({classes[y[i]]}) is {ids[j]} ({classes[y[j]]})" for i, j in pairs]
        yield (
            f"{len(pairs)} of {len(x)} {_SPLITS[split]} points are the same as one of another "
            f"class, so that no classifier can be right about both: {_shown(named)}. Take out "
            "those with the wrong label."
        )


def _same(points):
    """(test point, training point) with exactly the same values."""
    x_train, x_test = points["x_train"], points["x_test"]
    if _equal_by_chance(x_train):
        return []
    first = {}
    for j, point in enumerate(x_train):
        first.setdefault(_digest(point), j)
    found = ((i, first.get(_digest(point))) for i, point in enumerate(x_test))
    return [(i, j) for i, j in found if j is not None]


def _alike(points):
    """(test image, most similar training image) if they are nearly the same."""
    x_train, x_test = points["x_train"], points["x_test"]
    if x_train.ndim != 4 or min(x_train.shape[1:3]) < _SIDE:
        return []
    train, pairs = _reduced(x_train), []
    for start in range(0, len(x_test), _BLOCK):
        near = _reduced(x_test[start : start + _BLOCK]) @ train.T
        best = near.argmax(axis=1)
        found = np.flatnonzero(near[np.arange(len(near)), best] > ALIKE)
        pairs += [(start + int(i), int(best[i])) for i in found]
    return pairs


def _related(points):
    """(test image, training image) if both are copies of one image, or one is the other's copy."""
    if points["test_ids"].dtype.kind != "U" or not points["test_share"] > 0:
        return []  # In a test set of its own, the same name means another image.
    first = {}
    for j, name in enumerate(points["train_ids"].tolist()):
        first.setdefault(_COPY.sub("", name), j)
    found = ((i, first.get(_COPY.sub("", name))) for i, name in enumerate(points["test_ids"]))
    return [(i, j) for i, j in found if j is not None]


_KINDS = (
    ("the same as a training point", _same),
    ("nearly the same as a training image", _alike),
    ("made from the same image as a training image, or the image that one was made from", _related),
)


def _text(what, pairs, points):
    named = [f"{points['test_ids'][i]} (training: {points['train_ids'][j]})" for i, j in pairs]
    return (
        f"{len(pairs)} of {len(points['test_ids'])} test points are {what}, so that accuracies are "
        f"too high: {_shown(named)}. Take them out of one of the two, or give a test set of its "
        "own."
    )


def _shown(named):
    return ", ".join(named[:_NAMED]) + ", ..." * (len(named) > _NAMED)


def _equal_by_chance(x):
    """Whether points have so few features that two of them can be equal by chance."""
    return x.ndim == 2 and x.shape[1] < _FEWEST_FEATURES


def _digest(point):
    return hashlib.sha256(np.ascontiguousarray(point)).digest()


def _reduced(images):
    """(n, 256) means of 16 x 16 cells, scaled to mean 0 and norm 1; 0 for a uniform image."""
    height, width = images.shape[1:3]
    rows, columns = _means(height), _means(width)
    found = np.empty((len(images), _SIDE * _SIDE), np.float32)
    for start in range(0, len(images), _BLOCK):
        grey = images[start : start + _BLOCK].mean(axis=3, dtype=np.float32)
        found[start : start + _BLOCK] = (rows @ grey @ columns.T).reshape(len(grey), -1)
    found -= found.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    # A uniform image has no structure; only rounding errors are left of it here.
    flat = norms <= 1e-4 * max(float(np.abs(images).max()), 1e-30)
    return np.where(flat, 0, found / np.where(flat, 1, norms))


def _means(length):
    """(16, length) weights of the mean over each sixteenth of an axis."""
    edges = np.arange(_SIDE + 1) * length / _SIDE
    pixels = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.clip(overlap, 0, None) * _SIDE / length).astype(np.float32)
