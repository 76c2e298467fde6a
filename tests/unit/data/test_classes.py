"""Choice of classes: order of the labels, positions, and every message."""

import numpy as np
import pytest

from efficient_augmentation.data import classes


def plain(x, y, wanted):
    """The same by a loop over points."""
    kept = [(x[i], wanted.index(y[i]), i) for i in range(len(y)) if y[i] in wanted]
    return (np.array(column) for column in zip(*kept, strict=True))


@pytest.mark.parametrize("wanted", [[3, 8], [8, 3], [5, 1, 9], list(range(9, -1, -1))])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_agrees_with_a_plain_loop(wanted, dtype):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 256, (200, 4, 5, 3), dtype=np.uint8)
    y = rng.integers(0, 10, 200).astype(dtype)
    images, labels, ids = classes.keep_classes(x, y, wanted)
    x_plain, y_plain, ids_plain = plain(x, y.tolist(), wanted)
    np.testing.assert_array_equal(images, x_plain)
    np.testing.assert_array_equal(labels, y_plain)
    np.testing.assert_array_equal(ids, ids_plain)
    assert (images.dtype, labels.dtype, ids.dtype) == (np.uint8, np.int32, np.int64)


def test_grey_images_gain_a_channel():
    x = np.arange(24).reshape(4, 2, 3)
    images, _, _ = classes.keep_classes(x, np.array([0, 1, 2, 1]), [1, 2])
    assert images.shape == (3, 2, 3, 1)
    np.testing.assert_array_equal(images[..., 0], x[1:])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([3, 12], r"dataset.classes: \[3, 12\]: .* no class 12; their classes are \[3, 8\]"),
        ([7, 12], "no class 7, 12"),
        ([3, 3], r"dataset.classes: \[3, 3\] names a class twice"),
        ([3], r"dataset.classes: \[3\] is not a list of at least two labels"),
        (3, "dataset.classes: 3 is not a list"),
        ([3, "8"], "holds something that is not an integer label"),
        ([3, True], "not an integer label"),
        ([3, 8.0], "not an integer label"),
    ],
)
def test_classes_that_do_not_fit(wanted, message):
    x, y = np.zeros((2, 2, 2)), np.array([3, 8])
    with pytest.raises(ValueError, match=message):
        classes.keep_classes(x, y, wanted)


def test_labels_that_are_not_integers():
    with pytest.raises(ValueError, match=r"labels: float64 of shape \(2,\), expected integers"):
        classes.keep_classes(np.zeros((2, 2, 2)), np.array([0.0, 1.0]), [0, 1])


@pytest.mark.parametrize("shape", [(3, 2, 2), (2, 4), (2, 1, 2, 2, 1)])
def test_images_that_do_not_fit_the_labels(shape):
    with pytest.raises(ValueError, match=r"images: shape .* for 2 labels"):
        classes.keep_classes(np.zeros(shape), np.array([0, 1]), [0, 1])


@pytest.mark.parametrize("n_train", [0, -2, 2.0, "10", True, None])
def test_n_train_that_is_no_count(n_train):
    assert classes.size_problems(n_train, 100) == [
        f"dataset.n_train: {n_train!r} is not a positive integer"
    ]


def test_n_train_against_what_there_is():
    assert classes.size_problems(100, 100) == []
    (message,) = classes.size_problems(101, 100)
    assert message.startswith("dataset.n_train: 101 is more than the 100 training points")
    assert message.endswith("give at most 100")
