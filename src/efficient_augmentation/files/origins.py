"""Checks of the array that says, for every copy in a file of features, which original it has."""

import numpy as np

# The least number of copies that shows by similarity where counting starts, and the share of them
# that must agree.
_FEWEST, _NEARLY_ALL = 5, 0.9


def check_places(where: str, source: np.ndarray, labels: np.ndarray) -> None:
    """Check that every copy names an original that exists and has the same label.

    Args:
      where: file and array, for messages.
      source: (rows,) integers, -1 for the originals, which come first, else the row of the copy's
        original, counted from 0.
      labels: (rows,) labels.
    Raises: ValueError naming the first wrong row: it does not name an original, or its label is not
      that of its original.
    """
    check_integers(where, source, labels)
    n = int(np.argmax(source != -1)) if (source != -1).any() else len(source)
    wrong = (source < 0) | (source >= n)
    wrong[:n] = False
    if not n or wrong.any():
        row = int(np.argmax(wrong)) if n else 0
        places = source[n:]
        from_one = n and places.min() == 1 and places.max() == n
        raise ValueError(
            f"{where}: row {row} holds {source[row]}; the originals come first, with -1, and every "
            f"other row holds the place of its original, 0..{max(n - 1, 0)}"
            + ", counted from 0, not 1"
            * bool(from_one)
        )
    differs = labels[n:] != labels[source[n:]]
    if differs.any():
        row = n + int(np.argmax(differs))
        raise ValueError(
            f"{where}: row {row} has the label {labels[row]}, but its original, row {source[row]}, "
            f"has {labels[source[row]]}"
        )


def check_integers(where: str, source: np.ndarray, labels: np.ndarray) -> None:
    """Check that there is an integer for each label.

    Args:
      where, source, labels: as in `check_places`.
    Raises: ValueError.
    """
    if source.shape != labels.shape or source.dtype.kind not in "iu":
        raise ValueError(
            f"{where} holds {source.dtype} of shape {source.shape}; integers of shape "
            f"{labels.shape} are wanted, one for each label"
        )


def check_counted_from_zero(where: str, source: np.ndarray, x: np.ndarray) -> None:
    """Check that originals were not counted from 1.

    Numbers and labels of such a file usually pass all other checks, but every copy would belong to
    the wrong original. The features show it: no copy names row 0, and nearly all copies are nearer
    to the original before the one that they name.

    Args:
      where: file and array, for messages.
      source: (rows,) integers, -1 for an original, else the row of the copy's original.
      x: (rows, d) features.
    Raises: ValueError.
    """
    originals = np.flatnonzero(source == -1)
    copies = np.flatnonzero(source >= 0)
    place = source[copies]
    if len(copies) < _FEWEST or place.min() < 1 or place.max() > len(originals):
        return
    before = _distances(x, copies, originals[place - 1])
    named = np.where(
        place < len(originals),
        _distances(x, copies, originals[np.minimum(place, len(originals) - 1)]),
        np.inf,
    )
    if (before < named).mean() > _NEARLY_ALL:
        raise ValueError(
            f"{where}: the places of originals seem to be counted from 1: no row names 0, and "
            f"{int((before < named).sum())} of {len(copies)} rows are more like the original "
            "before; subtract 1"
        )


def _distances(x: np.ndarray, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.square(x[rows].astype(np.float64) - x[others]).sum(axis=1)
