"""One policy's accuracies by round, budget and test point, from test_points.npz.

`points` is the mapping of its arrays, see `simulation.tally.Tally.arrays`.
"""

import numpy as np

from efficient_augmentation.names import policies

REFERENCE = "baseline"


class Series:
    """What was measured of one policy without clusters.

    Args:
      points: see above.
      score, policy: its names.

    Attributes:
      budgets: (b,) ascending.
      cells: (r, b, s): their mean over s test points is the accuracy of a round at a budget.
      certain: whether the spread between rounds is known: False for one round of a random policy.
    Raises: ValueError if there is no such row, or a budget is missing from or repeated in a round.
    """

    def __init__(self, points, score, policy=REFERENCE):
        rows = (points["score"] == score) & (points["policy"] == policy) & (points["clusters"] == 0)
        self.budgets, j = np.unique(points["n_augmented"][rows], return_inverse=True)
        rounds, i = np.unique(points["round"][rows], return_inverse=True)
        shape = len(rounds), len(self.budgets)
        if not len(i) or len(set(zip(i, j, strict=True))) != len(i) or len(i) != np.prod(shape):
            raise ValueError(
                f"test points: {score}, {policy}: {len(i)} rows are not {shape[0]} rounds x "
                f"{shape[1]} budgets; each round needs each budget exactly once"
            )
        self.cells = np.empty((*shape, points["right"].shape[1]))
        self.cells[i, j] = cells(points, points["right"][rows])
        self.certain = not policies.parse(policy).random or len(rounds) > 1
        self._ends = [cells(points, points[level]) for level in ("floor", "ceiling")]

    @property
    def by_round(self):
        """(r, b) accuracy."""
        return self.cells.mean(axis=2)

    @property
    def by_point(self):
        """(b, s) mean over rounds."""
        return self.cells.mean(axis=0)

    def at(self, budget, n):
        """Cells (r, s) of a number of points, linear between budgets where it was not measured.

        None where it lies beyond the last budget; all n points are the ceiling.
        """
        floor, ceiling = (np.broadcast_to(end, self.cells[:, 0].shape) for end in self._ends)
        if budget > self.budgets[-1]:
            return ceiling if budget == n else None
        x = np.concatenate([[0], self.budgets])
        k = int(np.searchsorted(x, budget))
        if k == 0:
            return floor
        before = floor if k == 1 else self.cells[:, k - 2]
        weight = (budget - x[k - 1]) / (x[k] - x[k - 1])
        return (1 - weight) * before + weight * self.cells[:, k - 1]


def cells(points, counts):
    """Rows classified correctly (..., s), scaled so that the mean over test points is accuracy."""
    return np.asarray(counts, float) * (len(points["rows"]) / points["rows"].sum())


def by_class(points, accuracy):
    """(k,) accuracy on the rows of each class, from cells (r, s) or (s,)."""
    rows, labels = points["rows"], points["label"]
    right = np.atleast_2d(accuracy).mean(axis=0) * rows.sum() / len(rows)
    k = int(labels.max()) + 1
    with np.errstate(invalid="ignore"):
        return np.bincount(labels, right, k) / np.bincount(labels, rows, k)


def restricted(points, keep):
    """The same measurements on some of the test points, a boolean mask (s,)."""
    of_points = ("floor", "ceiling", "rows", "label")
    return {
        **points,
        "right": points["right"][:, keep],
        **{name: points[name][keep] for name in of_points},
    }
