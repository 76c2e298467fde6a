"""From scores or features to an order of points: sorted, drawn, diverse, clustered.

What a policy is called is in `names`; what it brings is measured in `simulation`.
"""

from efficient_augmentation import doors

__getattr__ = doors.lazy(
    __name__,
    {
        "order": "efficient_augmentation.policies.ranking",
    },
)
