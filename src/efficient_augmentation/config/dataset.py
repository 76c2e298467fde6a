"""The key `dataset` of an experiment: its kinds, and checks that need no images."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, MinLen
from pydantic import AfterValidator, WithJsonSchema

from efficient_augmentation.config.messages import shown
from efficient_augmentation.config.section import (
    WHOLE,
    Distinct,
    Kind,
    NotBlank,
    Seed,
    like,
    one_of,
)
from efficient_augmentation.data import classes as chosen
from efficient_augmentation.data import dataset as datasets
from efficient_augmentation.data import digits, every_point, own, published, window


def _class_name(value):
    if isinstance(value, str) or chosen.is_integer(value):
        return value
    raise ValueError(f"{shown(value)} is neither text nor a whole number; write it in quotes")


ClassName = Annotated[
    Any, AfterValidator(_class_name), WithJsonSchema({"type": ["string", "integer"]})
]
ClassNames = Annotated[Distinct[ClassName], MinLen(2)]
Classes = Annotated[Distinct[Annotated[int, WHOLE]], MinLen(2)]


class _Labelled(Kind):
    kind: str
    """Name of the data set."""
    label_noise: Annotated[float, Interval(ge=0, le=0.5)] = 0.0
    """Share of the training points that get the label of another class; test labels stay."""


class _Numbered(_Labelled):
    classes: Classes | None = [3, 8]
    """Two or more classes, which become labels 0, 1, ... in this order; null takes all."""


class Digits(_Numbered):
    """scikit-learn's handwritten digits."""

    kind: Literal["digits"]
    """Name of the data set."""
    n_train: Annotated[int, Interval(ge=2), WHOLE] = 200
    """Number of training points, equally many of each class; all others are the test set."""
    seed: Seed = 0
    """Seed of the split into training and test set."""


class _Published(_Numbered):
    n_train: Annotated[int, Interval(ge=2), WHOLE] | None = 1000
    """Number of training points: the first of these classes in published order; null takes all."""


class _Own(_Labelled):
    classes: ClassNames | None = None
    """Names of the classes to keep, in the order of labels 0, 1, ...; null keeps all."""
    n_train: Annotated[int, Interval(ge=1), WHOLE] | None = None
    """Number of training points, drawn with classes in proportion; null takes all."""
    test_share: Annotated[float, Interval(gt=0, lt=1)] | None = own.TEST_SHARE
    """Share of every class that becomes the test set if the data have none; null means 0.25."""
    seed: Seed = 0
    """Seed of both draws."""


def _window(given):
    if found := window.problems(given):
        raise ValueError(found[0].removeprefix("dataset.window: "))
    return [float(level) for level in given]


Window = Annotated[
    Any,
    AfterValidator(_window),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]


class Folder(_Own):
    """Your own images, one folder per class."""

    kind: Literal["folder"]
    """Name of the data set."""
    train: NotBlank
    """Folder that holds one folder of PNG and JPEG files per class."""
    test: NotBlank | None = None
    """The same for test images; null splits them off the training images."""
    side: Annotated[int, Interval(ge=1, le=1024), WHOLE] | None = 32
    """Height and width to which images are resized; null keeps them as they are."""
    window: Window | None = None
    """The stored grey levels that become black and white; null takes them by the type."""


class Npz(_Own):
    """Your own images in the arrays of a file."""

    kind: Literal["npz"]
    """Name of the data set."""
    file: NotBlank
    """A .npz file with x_train and y_train and, optionally, x_test and y_test."""
    window: Window | None = None
    """The stored grey levels that become black and white; null takes them by the type."""


class Features(_Own):
    """Your own features in the arrays of a file."""

    kind: Literal["features"]
    """Name of the data set."""
    file: NotBlank
    """A .npz file with the arrays of features.npz; those of the test set are optional."""


_PUBLISHED = (
    like(_Published, kind.capitalize(), of.description, kind=kind, classes=list(of.classes))
    for kind, of in published.SETS.items()
)
Dataset = one_of(Digits, *_PUBLISHED, Folder, Npz, Features)


def found(dataset):
    """Problems of a data set's configuration, and the values that it leaves to the data.

    Class counts of published files are known; for a user's own data, names of files or labels are
    read. The readers check their files again.

    Args:
      dataset: mapping that its model accepts, defaults filled in.
    Returns: (list of str, one message each with key, value and remedy; the mapping as
      `dataset.resolved`; the shape as `dataset.image_shape`). If a user's own data have a problem,
      the mapping is returned as it came, and the shape is None.
    """
    if dataset["kind"] not in datasets.OWN:
        dataset = every_point.written_out(dataset)
        return _published_problems(dataset), dataset, datasets.image_shape(dataset)
    try:
        return [], datasets.resolved(dataset), datasets.image_shape(dataset)
    except (ValueError, OSError) as error:
        where = "train" if dataset["kind"] == "folder" else "file"
        texts = [
            text if text.startswith("dataset.") else f"dataset.{where}: {text}"
            for text in str(error).splitlines()
        ]
        return texts, dataset, None


def _published_problems(dataset):
    kind, classes, n_train = (dataset[key] for key in ("kind", "classes", "n_train"))
    counts = every_point.class_counts(kind)
    if problems := chosen.class_problems(classes, range(len(counts))):
        return problems
    if kind == "digits":
        return digits.size_problems(n_train, classes)
    return chosen.size_problems(n_train, sum(counts[label] for label in classes))
