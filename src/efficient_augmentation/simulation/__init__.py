"""Accuracy when chosen points are augmented: models, panels of policies, baselines, end to end.

`analysis` computes what the numbers mean.
"""
