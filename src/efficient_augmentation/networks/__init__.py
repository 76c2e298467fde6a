"""Networks that turn images into features: how they are built, trained, stored and applied.

The classifier on the features is in `heads`.
"""
