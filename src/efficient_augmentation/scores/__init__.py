"""Scores of training points, by name.

The mathematics of fits and of influence is in `heads`.
"""

from efficient_augmentation import doors

__getattr__ = doors.lazy(
    __name__,
    {
        "loo_influence": "efficient_augmentation.heads.influence",
        "loss": "efficient_augmentation.heads.influence",
    },
)
