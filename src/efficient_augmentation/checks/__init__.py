"""Checks of an experiment's result files, which hold for any data.

Each check lists the errors of one file. Nothing here computes or repairs a result.
"""
