"""What the workflow's scripts call where one function of the package is not enough.

A module for each stage, so that a script reaches no code that it does not use.
"""
