"""Data sets: their files, how they are read, and the points of one experiment.

Settings are checked in `config`; images are transformed in `transforms`.
"""
