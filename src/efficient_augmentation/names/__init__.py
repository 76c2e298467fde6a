"""What things are called: policies, scores, parts of the published code.

Only names and what follows from a name; nothing here computes, and any room may import it.
"""
