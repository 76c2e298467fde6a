"""What can be said against a `dataset` of the config before any data are read."""

from efficient_augmentation.data import classes as chosen
from efficient_augmentation.data import dataset as datasets
from efficient_augmentation.data import digits, every_point, own, window

_CHOICE = ("classes", "n_train", "test_share", "seed")
_KEYS = {
    "digits": ("classes", "n_train", "seed"),
    **dict.fromkeys(every_point.COUNTS, ("classes", "n_train")),
    "folder": ("train", "test", "side", *_CHOICE),
    **dict.fromkeys(("npz", "features"), ("file", *_CHOICE)),
}
_LARGEST_SIDE = 1024


def check(dataset):
    """Problems of a data set's configuration, known without reading images.

    Class counts of the published files are facts; of a user's own data the names of files, or the
    labels, are read. The readers check again what they find.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: list of str, one message each with key, value and remedy; empty if all is well.
    """
    return found(dataset)[0]


def found(dataset):
    """Problems of a data set's configuration, and what it leaves to the data.

    Args:
      dataset: as in `check`.
    Returns: (list of str as `check`, the mapping as `dataset.resolved`, shape as
      `dataset.image_shape`); of one's own data where there is a problem, the mapping as it came,
      and None.
    """
    kind = dataset.get("kind")
    if kind not in _KEYS:
        return [f"dataset.kind: {kind!r} is not one of {list(_KEYS)}"], dataset, None
    if missing := [key for key in _KEYS[kind] if key not in dataset]:
        return [f"dataset.{key}: missing; {kind} needs it" for key in missing], dataset, None
    if kind not in datasets.OWN:
        dataset = every_point.written_out(dataset)
        return _published_problems(dataset, kind), dataset, datasets.image_shape(dataset)
    if problems := _own_problems(dataset):
        return problems, dataset, None
    try:
        return [], datasets.resolved(dataset), datasets.image_shape(dataset)
    except (ValueError, OSError) as error:
        text = str(error)
        where = "train" if kind == "folder" else "file"
        problem = text if text.startswith("dataset.") else f"dataset.{where}: {text}"
        return [problem], dataset, None


def _published_problems(dataset, kind):
    problems = chosen.class_problems(dataset["classes"], _existing(kind))
    if kind == "digits":
        problems += own.seed_problems(dataset["seed"])
    # How many points there are is known only for classes that exist.
    return problems or _size_problems(kind, dataset["classes"], dataset["n_train"])


def _existing(kind):
    return range(len(every_point.COUNTS.get(kind, digits.COUNTS)))


def _size_problems(kind, classes, n_train):
    if kind == "digits":
        return digits.size_problems(n_train, classes)
    return chosen.size_problems(n_train, sum(every_point.COUNTS[kind][label] for label in classes))


def _own_problems(dataset):
    paths = {key: dataset[key] for key in ("train", "test", "file") if key in dataset}
    problems = [
        f"dataset.{key}: {path!r} is not the path of a {'file' if key == 'file' else 'folder'}"
        for key, path in paths.items()
        if not (isinstance(path, str) and path.strip()) and not (key == "test" and path is None)
    ]
    side = dataset.get("side")
    if side is not None and not (chosen.is_integer(side) and 1 <= side <= _LARGEST_SIDE):
        problems += [
            f"dataset.side: {side!r} is neither a number of pixels within 1..{_LARGEST_SIDE} nor "
            "null, which leaves images as they are"
        ]
    problems += window.problems(dataset.get("window"))
    return problems + own.setting_problems(dataset)
