"""A door to `selection.points`: a short import path for users."""

from efficient_augmentation.selection.points import select_points

__all__ = ["select_points"]
