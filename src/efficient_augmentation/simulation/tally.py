"""How often each test point is told right: what an interval over test points is made of.

The rows of the expanded test set that were made from one point stand or fall together, so a point
with all its variants is the unit that a test set has many of.
"""

import numpy as np
from numpy.typing import ArrayLike


class Tally:
    """Share of each test point's rows that are told right, by policy and budget.

    Args:
      source: (m,), test point that a row was made from, -1 for an original; originals first.
    """

    def __init__(self, source: ArrayLike) -> None:
        source = np.asarray(source)
        n = int((source < 0).sum())
        self._point = np.where(source < 0, np.arange(len(source)), source)
        self._rows = np.bincount(self._point, minlength=n)
        self._keys: list[tuple[str, str, int, int]] = []
        self._right: list[np.ndarray] = []
        self._levels: tuple[np.ndarray, ...] = ()

    def add(self, key: tuple[str, str, int, int], correct: ArrayLike) -> None:
        """Take down a policy at a budget.

        Args:
          key: (score, policy, clusters, budget).
          correct: (rounds, m) bool, whether a row is told right.
        """
        self._keys.append(key)
        self._right.append(self._shares(correct))

    def set_levels(self, floor: np.ndarray, ceiling: np.ndarray) -> None:
        """Take down the fits on the originals and on all rows, (m,) bool each."""
        self._levels = self._shares(floor[None]), self._shares(ceiling[None])

    def arrays(self) -> dict[str, np.ndarray]:
        """What was taken down.

        Returns: mapping with score, policy, clusters, n_augmented (G,), one for each policy at a
          budget; right (G, S) float32, mean over rounds of the share of the rows of each of S test
          points; floor, ceiling (S,) float32.
        """
        columns = zip(*self._keys, strict=True)
        names = ("score", "policy", "clusters", "n_augmented")
        keys = {name: np.array(column) for name, column in zip(names, columns, strict=True)}
        return {
            **keys,
            "right": np.stack(self._right),
            "floor": self._levels[0],
            "ceiling": self._levels[1],
        }

    def _shares(self, correct: ArrayLike) -> np.ndarray:
        mean = np.asarray(correct).mean(axis=0)
        return (np.bincount(self._point, mean, len(self._rows)) / self._rows).astype(np.float32)
