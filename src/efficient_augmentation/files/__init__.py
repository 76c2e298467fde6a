"""Files: complete or absent, with their provenance; digests of files and of code.

What the files hold is decided where it is computed.
"""
