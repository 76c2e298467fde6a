"""How scores or features become an order of points: sorted, drawn, diverse or clustered.

Names of policies are in `names`; their accuracy is measured in `simulation`.
"""

from efficient_augmentation import doors

__getattr__ = doors.lazy(
    __name__,
    {
        "order": "efficient_augmentation.policies.ranking",
    },
)
