"""Rows of an expanded set: the points, then their augmented copies."""

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike


class Rows:
    """The point of every row.

    Args:
      source: (rows,) integers, -1 for the points themselves, which come first, else the point
        0..n-1 from which the row was made.
      name: name of the array, for the message.
    Raises: ValueError for anything else.

    Attributes:
      source: (rows,), as given.
      original: (rows,) bool, whether a row is a point itself.
      n: number of points.
    """

    def __init__(self, source: ArrayLike, name: str = "source_train") -> None:
        self.source = np.asarray(source)
        self.original = self.source < 0
        self.n = n = int(self.original.sum())
        after = self.source[n:]
        if not n or (self.source[:n] != -1).any() or (after < 0).any() or (after >= n).any():
            raise ValueError(
                f"{name} must be -1 for the originals, which come first, and a point 0..n-1 for "
                "every row made from it"
            )

    def __len__(self) -> int:
        return len(self.source)

    @cached_property
    def point(self) -> np.ndarray:
        """(rows,), 0..n-1: the point of each row."""
        return np.where(self.original, np.arange(len(self)), self.source)

    @cached_property
    def copies(self) -> np.ndarray:
        """(n,): number of rows made from each point."""
        return np.bincount(self.point, minlength=self.n) - 1

    def weights(
        self, chosen: np.ndarray, downweight: np.ndarray, sizes: np.ndarray | None = None
    ) -> np.ndarray:
        """Sample weights of all rows when some points are augmented.

        Args:
          chosen: (R, n), whether a point is augmented.
          downweight: (R,), whether a chosen point shares its weight among its v + 1 rows.
          sizes: (R, n), factors for the weights of a point's copies; None means ones.
        Returns: (R, rows) float64: 1 for an original, 1 for a copy of a chosen point, and 0 for
          other copies; with downweighting, 1 / (v + 1) for all rows of a chosen point.
        """
        share = np.where(chosen & downweight[:, None], 1 / (self.copies + 1), 1.0)
        weights = share[:, self.point] * (chosen[:, self.point] | self.original)
        if sizes is None:
            return weights
        return weights * np.where(self.original, 1.0, sizes[:, self.point])
