"""What the readers of a user's own data share: the choice of classes and points, and messages."""

import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from efficient_augmentation.data import classes as chosen
from efficient_augmentation.data import stratified

TEST_SHARE = 0.25
"""Share of every class that becomes the test set if the data have none."""


class Labels(NamedTuple):
    """Labels of a set of points, and their origin for messages.

    Attributes:
      where: path and, for a .npz file, the array.
      y: (n,) integers, positions in the list of classes; -1 for a class that is not in it.
    """

    where: str
    y: np.ndarray


class Choice(NamedTuple):
    """Points of an experiment.

    Attributes:
      train: (n,) int64 positions among the training points, ascending.
      y_train: (n,) int32 labels in 0..k-1.
      test: (m,) int64 positions, ascending, among the test points or, if the data have no test
        set, among the training points.
      y_test: (m,) int32.
      class_names: list of k str, the names of labels 0, 1, ...
      test_share: share of the training points that became test points; 0.0 if the data have a test
        set.
    """

    train: np.ndarray
    y_train: np.ndarray
    test: np.ndarray
    y_test: np.ndarray
    class_names: list[str]
    test_share: float

    def described(self, train_ids, test_ids):
        """The arrays of dataset.npz that are not images.

        Args:
          train_ids, test_ids: (n,) and (m,) identifiers of the points chosen.
        Returns: mapping with y_train, train_ids, y_test, test_ids, class_names (k,) text,
          test_share, a float, and train_rows and test_rows, the positions in the user's data.
        """
        return {
            "y_train": self.y_train,
            "y_test": self.y_test,
            "train_ids": train_ids,
            "test_ids": test_ids,
            "class_names": np.array(self.class_names),
            "test_share": np.float64(self.test_share),
            "train_rows": self.train,
            "test_rows": self.test,
        }


def choose(
    existing, train, test=None, *, classes=None, n_train=None, test_share=TEST_SHARE, seed=0
):
    """Points of the chosen classes, split if there is no test set.

    Without a test set, `test_share` of every class is drawn for one by `seed`. If n_train is given,
    that many of the remaining training points are drawn by `seed`, classes in proportion. Points
    keep their order.

    More than six parameters: the last four are keys of the config's `dataset`, under their names
    there.

    Args:
      existing: names of the classes of the training points, in the order of their labels.
      train: Labels of the training points.
      test: Labels of the test points, None if there are none.
      classes: names of the classes to keep, in the order in which they become 0, 1, ...; a number
        stands for the name with its digits. None keeps all.
      n_train: number of training points; None takes all.
      test_share: see above, in (0, 1), None for the default; ignored if there is a test set.
      seed: non-negative integer.
    Returns: Choice.
    Raises: ValueError if a class does not exist or has no training or no test points, or n_train
      does not fit.
    """
    names = _wanted(existing, classes, train.where)
    # The last entry belongs to the label -1, no class, which stays -1.
    labels = np.full(len(existing) + 1, -1)
    labels[[existing.index(name) for name in names]] = np.arange(len(names))
    y_train = labels[train.y]
    _check_all_present(names, y_train, train.where, 1 if test else 2)
    pool = np.flatnonzero(y_train >= 0)
    if test:
        y_test = labels[test.y]
        _check_all_present(names, y_test, test.where, 1)
        held_out, share = np.flatnonzero(y_test >= 0), 0.0
    else:
        share = float(TEST_SHARE if test_share is None else test_share)
        kept, out = stratified.split(y_train[pool], share, seed)
        y_test, held_out, pool = y_train, pool[out], pool[kept]
    if n_train is not None:
        _check_size(n_train, len(pool), len(names))
        pool = pool[stratified.draw(y_train[pool], n_train, seed)]
    return Choice(
        pool,
        y_train[pool].astype(np.int32),
        held_out,
        y_test[held_out].astype(np.int32),
        names,
        share,
    )


def warned(texts):
    """The array of dataset.npz that holds the warnings of a reader.

    Args:
      texts: iterable of str.
    Returns: mapping with warnings, text; empty if there are none.
    """
    texts = list(texts)
    return {"warnings": np.array(texts)} if texts else {}


def looked(path):
    """The folder in which a relative path was looked for, as part of a sentence.

    Args:
      path: path of a file or folder.
    Returns: str; empty for an absolute path.
    """
    return "" if Path(path).is_absolute() else f" in {Path.cwd()}"


def twin(name, existing):
    """A remark on a missing name, if one that looks the same exists.

    Some systems write an accented letter as one character, others as a letter and an accent.

    Args:
      name: str that is not in `existing`.
      existing: list of str.
    Returns: str, the end of a sentence; empty if there is no such name.
    """
    composed = unicodedata.normalize("NFC", name)
    if any(unicodedata.normalize("NFC", other) == composed for other in existing):
        return ", but one that looks the same and is written in another Unicode form (NFC or NFD)"
    return ""


def spelling_warnings(class_names):
    """What is to be said about classes that may be one, in two spellings.

    Args:
      class_names: iterable of str, all distinct.
    Returns: list of str, one for each group of names that differ only in case, in white space, in
      characters that cannot be seen, or in the Unicode form of the same letters.
    """
    groups = {}
    for name in class_names:
        groups.setdefault(_spoken(name), []).append(name)
    return [
        f"The classes {' and '.join(map(ascii, names))} look alike; if they are one, give all its "
        "points the same label."
        for names in groups.values()
        if len(names) > 1
    ]


def _spoken(name):
    seen = (c for c in name if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))
    # Twice: folding may undo the composition of characters.
    folded = unicodedata.normalize("NFC", "".join(seen)).casefold()
    return unicodedata.normalize("NFC", folded).casefold()


def _name_problems(classes):
    key = f"dataset.classes: {classes!r}"
    if not isinstance(classes, list | tuple) or len(classes) < 2:
        return [f"{key} is not a list of at least two classes, such as [cat, dog]"]
    if odd := [name for name in classes if not (isinstance(name, str) or chosen.is_integer(name))]:
        return [f"{key}: {odd[0]!r} is neither text nor a whole number; write it in quotes"]
    if twice := [name for name, times in Counter(map(str, classes)).items() if times > 1]:
        return [f"{key} names {twice[0]!r} twice; name each class once"]
    return []


def _wanted(existing, classes, where):
    if len(existing) < 2:
        raise ValueError(f"{where}: one class, {existing[0]!r}; at least two are needed")
    if classes is None:
        classes = existing
    else:
        chosen.raise_problems(_name_problems(classes))
    names = [str(name) for name in classes]
    if missing := [name for name in names if name not in existing]:
        held = ", ".join(existing[:20]) + (", ..." if len(existing) > 20 else "")
        raise ValueError(
            f"dataset.classes: no class {missing[0]!r} in {where}{twin(missing[0], existing)}; it "
            f"holds {held}"
        )
    return names


def _check_all_present(names, y, where, least):
    counts = np.bincount(y[y >= 0], minlength=len(names))
    if (counts < least).any():
        few = int(np.argmin(counts))
        remedy = " (one to train on, one to test on)" if least > 1 else ""
        raise ValueError(
            f"{where}: class {names[few]!r} has {counts[few]} points; give at least {least}{remedy}"
            ", or leave the class out by dataset.classes"
        )


def _check_size(n_train, available, k):
    chosen.raise_problems(chosen.size_problems(n_train, available))
    if n_train < k:
        raise ValueError(f"dataset.n_train: {n_train} is fewer than the {k} classes; give {k}")
