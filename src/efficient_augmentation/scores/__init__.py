"""Scores of training points, by name.

Fits and influence are computed in `heads`.
"""

from efficient_augmentation import doors

__getattr__ = doors.lazy(
    __name__,
    {
        "loo_influence": "efficient_augmentation.heads.influence",
        "loss": "efficient_augmentation.heads.influence",
    },
)
