"""Names of policies, scores, networks and parts of the published code.

Here are only names and what follows from a name; nothing is computed, and every room may import it.
"""
