"""A user's own images in the arrays of a .npz file."""

import zipfile
from pathlib import Path

import numpy as np

from efficient_augmentation.data import own
from efficient_augmentation.data import window as windows
from efficient_augmentation.files import arrays

IDS = ("ids", "ids_test")
"""Arrays with the user's own names of the points of x_train and of x_test."""

_LABELS = "whole numbers or text of shape (n,) are wanted, n >= 1"


def load(file, window=None, **choice):
    """Images and labels from the arrays x_train, y_train and, optionally, x_test and y_test.

    Images are (n, h, w), (n, h, w, 1) or (n, h, w, 3), uint8, or floats in [0, 1]; with a window,
    any numbers. Labels are (n,) whole numbers or text, of any values. The optional `ids` (n,) and
    `ids_test` name the points. Other arrays are not read.

    Args:
      file: path of a .npz file without pickled objects.
      window: (low, high), the values that become black and white; values beyond are clipped. None
        takes 0 and 255, or 0 and 1.
      **choice: classes, n_train, test_share and seed of `own.choose`; classes have their labels as
        names and the labels' order, unless `classes` orders them.
    Returns: mapping with x_train (n, h, w, c) uint8 or float32, y_train (n,) int32 in 0..k-1,
      train_ids (n,), the file's ids or else train_rows; train_rows (n,) int64, positions in the
      file's x_train; x_test, y_test, test_ids and test_rows likewise, positions in x_test or,
      without a test set, in x_train; class_names (k,) text; test_share, the share of x_train that
      became the test set, or 0; and, if there are any, warnings, text.
    Raises: ValueError naming the file and the array.
    Cost: memory for the arrays in the file and for the points chosen.
    """
    found = read(file, "x_train", "y_train", together=("x_test", "y_test"), optional=IDS)
    images = {name: _images(file, name, found[name], window) for name in found if name[0] == "x"}
    check_pairs(file, found | images)
    picked = choose(file, found, **choice)
    x_train, x_test = images["x_train"], images.get("x_test", images["x_train"])
    chosen = {"x_train": x_train[picked.train], "x_test": x_test[picked.test]}
    largest = 255 if x_train.dtype == np.uint8 else 1
    peak = max(x.max() for x in chosen.values())
    warnings = [] if window else filter(None, [windows.warning(peak, largest)])
    train, test = ids(file, found, len(found["y_train"]), len(found.get("y_test", ())))
    named = picked.described(train[picked.train], test[picked.test])
    return chosen | own.warned(warnings) | named


def points(file, window=None, **choice):
    """The points that `load` returns, found without reading the images.

    Args:
      file, window, **choice: as in `load`.
    Returns: own.Choice.
    Raises: ValueError as `load`, except for errors in the images.
    """
    found = read(file, "y_train", together=("y_test",), optional=IDS)
    picked = choose(file, found, **choice)
    ids(file, found, len(found["y_train"]), len(found.get("y_test", ())))
    return picked


def image_shape(file, **others):
    """Shape of every image, from the header of x_train.

    Args:
      file: as in `load`.
      **others: ignored.
    Returns: (h, w, c).
    Raises: ValueError naming the file and the array.
    """
    _held(file)
    shape = _image_axes(f"{file}: x_train", arrays.shape(file, "x_train"))
    return shape[1:] if len(shape) == 4 else (*shape[1:], 1)


def read(file, *names, together=(), optional=()):
    """Arrays of a user's file.

    Args:
      file: path of the .npz file.
      *names: arrays that it must hold.
      together: arrays that it must hold either all or not at all.
      optional: further arrays that it may hold.
    Returns: dict from name to array.
    Raises: ValueError naming the file, and the array if the error is in one, if the file is missing
      or damaged or lacks an array.
    """
    held = _held(file)
    some = [name for name in together if name in held]
    if some and (lacking := [name for name in together if name not in held]):
        raise ValueError(
            f"{file}: it holds {', '.join(some)}, but not {', '.join(lacking)}; give all or none"
        )
    return arrays.load(file, *names, *some, *(name for name in optional if name in held))


def choose(file, found, **choice):
    """The points of an experiment, chosen by the labels in a file.

    Args:
      file: path, for messages.
      found: mapping with y_train (n,) and, if there is a test set, y_test (m,).
      **choice: as in `load`.
    Returns: own.Choice.
    Raises: ValueError naming the file and the array, if labels are neither whole numbers nor texts,
      or as `own.choose`.
    """
    for name in (name for name in found if name[0] == "y"):
        arrays.check_names(f"{file}: {name}", found[name], _LABELS)
    kinds = {name: _kind(found[name]) for name in found if name[0] == "y"}
    if len(set(kinds.values())) > 1:
        raise ValueError(
            f"{file}: y_train holds {kinds['y_train']}, y_test {kinds['y_test']}; give both alike, "
            "such as by y_train.astype(str) and y_test.astype(str)"
        )
    values, y_train = np.unique(found["y_train"], return_inverse=True)
    labels = [own.Labels(f"{file}: y_train", y_train)]
    if "y_test" in found:
        unknown = ~np.isin(found["y_test"], values)
        if unknown.any() and choice.get("classes") is None:
            raise ValueError(
                f"{file}: y_test holds class {found['y_test'][unknown][0]}, which y_train does not "
                f"have; its classes are {', '.join(map(str, values[:20]))}"
            )
        y_test = np.searchsorted(values, found["y_test"])
        labels.append(own.Labels(f"{file}: y_test", np.where(unknown, -1, y_test)))
    return own.choose([str(value) for value in values], *labels, **choice)


def ids(file, found, n, m=0):
    """Identifiers of all points of a file: the user's own, or else positions.

    Args:
      file: path, for messages.
      found: mapping that may hold `IDS`: ids (n,) of the training points and ids_test (m,) of the
        test points, distinct text or whole numbers.
      n, m: numbers of training and of test points; m is 0 if there is no test set.
    Returns: (n,) and (m,). Without a test set, which is then split off, both are those of the
      training points.
    Raises: ValueError naming the file and the array.
    """
    if "ids_test" in found and not m:
        raise ValueError(f"{file}: ids_test is there, but no x_test; ids alone names all points")
    train = _ids(file, "ids", found, n)
    return train, _ids(file, "ids_test", found, m) if m else train


def check_pairs(file, found):
    """Check that points match their labels, and test points the training points in shape and type.

    Args:
      file: path, for messages.
      found: mapping with x_train, y_train and, if there is a test set, x_test, y_test.
    Raises: ValueError naming the file and the arrays.
    """
    for split in ("train", "test") if "x_test" in found else ("train",):
        points, labels = len(found[f"x_{split}"]), np.shape(found[f"y_{split}"])
        if labels != (points,):
            raise ValueError(
                f"{file}: y_{split} has shape {labels}, expected ({points},), a label for each of "
                f"x_{split}"
            )
    x_train, x_test = found["x_train"], found.get("x_test", found["x_train"])
    if x_test.shape[1:] != x_train.shape[1:] or x_test.dtype != x_train.dtype:
        raise ValueError(
            f"{file}: x_test holds {x_test.dtype} of shape {x_test.shape[1:]} a point, expected "
            f"{x_train.dtype} of {x_train.shape[1:]} as in x_train"
        )


def _ids(file, name, found, n):
    if name not in found:
        return np.arange(n)
    arrays.check_ids(f"{file}: {name}", found[name], n)
    return found[name]


def _held(file):
    if not Path(file).is_file():
        raise ValueError(f"{file}: no such file{own.looked(file)}; a .npz file is wanted")
    try:
        with zipfile.ZipFile(file) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ValueError(f"{file}: not a readable .npz file ({error})") from error


def _kind(y):
    return "text" if y.dtype.kind == "U" else "numbers"


def _images(file, name, x, window):
    where = f"{file}: {name}"
    _image_axes(where, x.shape)
    x = x if x.ndim == 4 else x[..., None]
    if window:
        return _windowed(where, x, window)
    return x if x.dtype == np.uint8 else _in_unit_interval(where, x)


def _image_axes(where, shape):
    """The shape itself, checked to be one of images."""
    is_batch = len(shape) == 4
    if is_batch and shape[-1] not in (1, 3) and shape[1] in (1, 3):
        raise ValueError(
            f"{where} has shape {shape}: channels come last; x.transpose(0, 2, 3, 1) does that"
        )
    if len(shape) not in (3, 4) or (is_batch and shape[-1] not in (1, 3)) or 0 in shape:
        raise ValueError(
            f"{where} has shape {shape}; (n, h, w), (n, h, w, 1) or (n, h, w, 3) is wanted"
        )
    return shape


def _windowed(where, x, window):
    if x.dtype.kind not in "iuf":
        raise ValueError(f"{where} holds {x.dtype}; numbers are wanted")
    if not (finite := np.isfinite(x).reshape(len(x), -1).all(axis=1)).all():
        raise ValueError(f"{where}: image {int(np.argmin(finite))} holds NaN or infinity")
    return windows.applied(x, window, 1 if x.dtype.kind == "f" else 255)


def _in_unit_interval(where, x):
    if x.dtype.kind != "f":
        raise ValueError(
            f"{where} holds {x.dtype}; uint8 or floats in [0, 1] are wanted (x.astype('uint8') "
            "converts integers within 0..255; dataset.window says which values are black and white "
            "where others are meant, such as [0, 4095])"
        )
    # Written this way, NaN counts as outside.
    inside = ((x >= 0) & (x <= 1)).reshape(len(x), -1)
    if not (sound := inside.all(axis=1)).all():
        image = int(np.argmin(sound))
        value = x[image].ravel()[np.argmin(inside[image])]
        raise ValueError(
            f"{where}: image {image} holds {value}; floats within 0 and 1 are wanted (grey levels "
            "0..255 as uint8, or dataset.window: [0, 255])"
        )
    return x.astype(np.float32)
