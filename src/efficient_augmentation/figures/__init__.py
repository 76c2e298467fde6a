"""Every figure, and the one visual language that they share.

Numbers come from `analysis`; pages are made in `report`.
"""
