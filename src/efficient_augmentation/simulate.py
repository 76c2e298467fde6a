"""A door to `simulation.simulate`: a short import path for users."""

from efficient_augmentation.simulation.simulate import simulate

__all__ = ["simulate"]
