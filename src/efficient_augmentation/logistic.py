"""A door to `heads.logistic`: a short import path for users."""

from efficient_augmentation.heads.logistic import fit, fit_many

__all__ = ["fit", "fit_many"]
