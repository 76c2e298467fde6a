"""Which points to augment: the order of all points, the chosen ones, their images.

How many are enough is computed in `analysis`.
"""
