"""What can be said against a `dataset` of the config before any data are read."""

from efficient_augmentation.data import cifar10, digits, mnist, norb
from efficient_augmentation.data import classes as chosen

# Training points of each class in the published files.
_COUNTS = {
    "mnist": mnist.TRAIN_COUNTS,
    "cifar10": cifar10.TRAIN_COUNTS,
    "norb": norb.TRAIN_COUNTS,
}
_KEYS = {"digits": ("classes", "n_train", "seed")} | dict.fromkeys(_COUNTS, ("classes", "n_train"))


def check(dataset):
    """Problems of a data set's configuration, known without reading data.

    Class counts of the published files are facts; the readers check again what they find.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: list of str, one message each with key, value and remedy; empty if all is well.
    """
    kind = dataset.get("kind")
    if kind not in _KEYS:
        return [f"dataset.kind: {kind!r} is not one of {list(_KEYS)}"]
    if missing := [key for key in _KEYS[kind] if key not in dataset]:
        return [f"dataset.{key}: missing; {kind} needs it" for key in missing]
    problems = chosen.class_problems(dataset["classes"], _existing(kind))
    if kind == "digits":
        problems += _seed_problems(dataset["seed"])
    # How many points there are is known only for classes that exist.
    return problems or _size_problems(kind, dataset["classes"], dataset["n_train"])


def _existing(kind):
    return range(len(_COUNTS.get(kind, digits.COUNTS)))


def _size_problems(kind, classes, n_train):
    if kind == "digits":
        return digits.size_problems(n_train, classes)
    return chosen.size_problems(n_train, sum(_COUNTS[kind][label] for label in classes))


def _seed_problems(seed):
    if not chosen.is_integer(seed) or seed < 0:
        return [f"dataset.seed: {seed!r} is not a non-negative integer"]
    return []
