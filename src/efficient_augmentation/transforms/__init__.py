"""Label-preserving transforms of images, exact to the bit, and the variants of an experiment.

Random distortions for training are here too. Features are in `networks`.
"""

from efficient_augmentation import doors

__getattr__ = doors.lazy(
    __name__,
    {
        "crop": "efficient_augmentation.transforms.published",
        "rotate": "efficient_augmentation.transforms.published",
        "translate": "efficient_augmentation.transforms.published",
    },
)
