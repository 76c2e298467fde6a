"""Data sets: their files, how they are read, and which points an experiment uses.

Settings are checked in `config`; images are transformed in `transforms`.
"""
