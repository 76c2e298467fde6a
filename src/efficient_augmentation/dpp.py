"""A door to `policies.dpp`: a short import path for users."""

from efficient_augmentation.policies.dpp import sample_k_dpp

__all__ = ["sample_k_dpp"]
