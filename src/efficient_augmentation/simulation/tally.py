"""Which test points every fit classifies correctly: the data for intervals over test points.

Rows of the expanded test set that were made from one point are not independent, so the sampling
unit is a point with all its variants.
"""

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.heads.expanded import Rows

_KEY = ("score", "policy", "clusters", "round", "n_augmented")


class Tally:
    """For every measurement, the number of each test point's rows that are classified correctly.

    Args:
      source: (m,), -1 for an original (all originals come first), else the row's test point.
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
        """The arrays of test_points.npz.

        Returns: mapping with score, policy, clusters, round, n_augmented (G,), one for each
          measurement; right (G, S), how many rows of each of the S test points are classified
          correctly; floor and ceiling (S,), the same with no and with every training point
          augmented; rows (S,), how many rows each test point has; label (S,).
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
