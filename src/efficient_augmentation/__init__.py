"""Which training points are worth augmenting? (Kuchnik and Smith, ICLR 2019).

Each folder is a room that answers one question; docs/contributing.md draws them. The modules beside
the folders are doors: short import paths for users, to which the code of the project does not go.
"""
