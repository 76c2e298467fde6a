"""What is said against a data set's configuration before its data are read; types are elsewhere."""

import pytest

from efficient_augmentation.config import dataset
from efficient_augmentation.data import digits

DIGITS = {"kind": "digits", "classes": [3, 8], "n_train": 200, "seed": 0}
MNIST = {"kind": "mnist", "classes": [3, 8], "n_train": 1000}
CIFAR10 = {"kind": "cifar10", "classes": [0, 1], "n_train": 1000}
NORB = {"kind": "norb", "classes": [0, 1], "n_train": 1000}


@pytest.mark.parametrize(
    "good",
    [
        DIGITS,
        MNIST,
        MNIST | {"n_train": 11982},
        CIFAR10,
        CIFAR10 | {"classes": list(range(10)), "n_train": 50000},
        NORB | {"n_train": 9720},
    ],
)
def test_nothing_against_a_good_one(good):
    assert dataset.found(good)[0] == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            DIGITS | {"classes": [3, 10]},
            "dataset.classes: [3, 10]: the data have no class 10; "
            "their classes are [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
        ),
        (MNIST | {"classes": [8, 8]}, "dataset.classes: [8, 8] names a class twice"),
        (DIGITS | {"n_train": 201}, "dataset.n_train: 201 is not even"),
        (DIGITS | {"n_train": 348}, "dataset.n_train: 348 is more than the 346 training points"),
        (MNIST | {"n_train": 11983}, "dataset.n_train: 11983 is more than the 11982 training"),
        (CIFAR10 | {"n_train": 10001}, "dataset.n_train: 10001 is more than the 10000 training"),
        (NORB | {"n_train": 9721}, "dataset.n_train: 9721 is more than the 9720 training"),
        (
            NORB | {"classes": [0, 5]},
            "dataset.classes: [0, 5]: the data have no class 5; their classes are [0, 1, 2, 3, 4]",
        ),
    ],
)
def test_message_against_a_bad_one(bad, message):
    (problem,) = dataset.found(bad)[0]
    assert problem.startswith(message)


def test_says_what_the_loader_says():
    for wrong in ({"n_train": 201}, {"n_train": 400}, {"classes": [3, 10]}, {"classes": [3, 3]}):
        config = DIGITS | wrong
        with pytest.raises(ValueError, match="dataset") as raised:
            digits.load(config["classes"], config["n_train"], config["seed"])
        if "classes" not in wrong or 10 not in wrong["classes"]:
            assert dataset.found(config)[0] == str(raised.value).splitlines()
