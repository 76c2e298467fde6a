"""Networks that turn images into features: built, trained, kept, applied.

The classifier on the features is in `heads`.
"""
