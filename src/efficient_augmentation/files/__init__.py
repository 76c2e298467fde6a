"""How results lie on disk: whole or not at all, with their provenance, code known by content.

What the files hold is decided in the rooms that make it.
"""
