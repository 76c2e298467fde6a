"""What augmenting chosen points brings: models, panels of policies, baselines, end to end.

What the numbers mean is computed in `analysis`.
"""
