"""Linear classifiers on features: fits, Hessians, influence, exact refits.

Scores by their names are in `scores`; nothing here knows a policy.
"""
