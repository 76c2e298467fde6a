"""Which test points every fit classifies correctly: what an interval over test points is made of.

The rows of the expanded test set that were made from one point stand or fall together, so a point
with all its variants is the unit that a test set has many of.
"""

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.heads.expanded import Rows

_KEY = ("score", "policy", "clusters", "round", "n_augmented")


class Tally:
    """Number of each test point's rows that are classified correctly, by measurement.

    Args:
      source: (m,), test point that a row was made from, -1 for an original; originals first.
      labels: (m,), class of every row.
    """

    def __init__(self, source: ArrayLike, labels: ArrayLike) -> None:
        rows = Rows(source, "source_test")
        self._point, self._rows = rows.point, rows.copies + 1
        self._labels = np.asarray(labels)[: rows.n]
        self._type = np.uint8 if self._rows.max(initial=0) < 256 else np.int32
        self._keys: list[tuple[str, str, int, int, int]] = []
        self._right: list[np.ndarray] = []
        self._levels: tuple[np.ndarray, ...] = ()

    def add(self, key: tuple[str, str, int, int, int], correct: ArrayLike) -> None:
        """Record one measurement.

        Args:
          key: (score, policy, clusters, round, budget), as in curves.csv.
          correct: (m,) bool, whether a row is classified correctly.
        """
        self._keys.append(key)
        self._right.append(self._counts(correct))

    def set_levels(self, floor: np.ndarray, ceiling: np.ndarray) -> None:
        """Record the fits on the originals and on all rows, (m,) bool each."""
        self._levels = self._counts(floor), self._counts(ceiling)

    def arrays(self) -> dict[str, np.ndarray]:
        """What was recorded.

        Returns: mapping with score, policy, clusters, round, n_augmented (G,), one for each
          measurement; right (G, S), how many of the rows of each of S test points are classified
          correctly; floor, ceiling (S,), the same with no and with every point augmented; rows
          (S,), how many rows each test point has; label (S,).
        """
        columns = zip(*self._keys, strict=True)
        keys = {name: np.array(column) for name, column in zip(_KEY, columns, strict=True)}
        return {
            **keys,
            "right": np.stack(self._right),
            "floor": self._levels[0],
            "ceiling": self._levels[1],
            "rows": self._rows,
            "label": self._labels,
        }

    def _counts(self, correct: ArrayLike) -> np.ndarray:
        counts = np.bincount(self._point, np.asarray(correct, float), len(self._rows))
        return counts.astype(self._type)
