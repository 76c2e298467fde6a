"""Which points to augment: the order of all points, the chosen ones, their images.

`analysis` computes how many points are enough.
"""
