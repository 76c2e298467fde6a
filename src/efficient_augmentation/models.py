"""A door to `networks.models`: a short import path for users."""

from efficient_augmentation.networks.models import build

__all__ = ["build"]
