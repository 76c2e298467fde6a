"""Forgetting events: how often training unlearns a point that it had classified correctly."""

import numpy as np
from numpy.typing import ArrayLike


def events(correct: ArrayLike) -> np.ndarray:
    """Number of forgetting events of every point.

    A point is forgotten when it is classified correctly after one epoch and wrongly after the next.
    A point that is never classified correctly cannot be forgotten; it ranks above all others and
    gets the number of epochs, which no count reaches.

    Args:
      correct: (epochs, n), whether the network classified a point correctly after each epoch.
    Returns: (n,) int64 within 0..epochs.
    Raises: ValueError unless correct has that shape and holds only 0 and 1.
    Source: Toneva et al. 2019, section 3; points are classified at the end of each epoch.
    """
    correct = np.asarray(correct)
    if correct.ndim != 2 or not correct.size or not np.isin(correct, (0, 1)).all():
        raise ValueError(
            f"correct must have shape (epochs, n), none of them 0, and hold 0 or 1; its shape is "
            f"{correct.shape}"
        )
    correct = correct.astype(bool)
    forgotten = (correct[:-1] & ~correct[1:]).sum(axis=0)
    return np.where(correct.any(axis=0), forgotten, len(correct))
