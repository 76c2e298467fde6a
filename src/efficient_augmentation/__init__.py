"""Which training points are worth augmenting? (Kuchnik and Smith, ICLR 2019).

Each folder is a room that answers one question; docs/contributing.md shows them. The modules next
to the folders are doors: short import paths for users, which the project's own code does not use.
"""
