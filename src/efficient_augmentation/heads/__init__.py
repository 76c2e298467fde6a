"""Linear classifiers on features: fits, Hessians, influence, exact refits.

Which point a row of an expanded set comes from is in `expanded`. Scores by their names are in
`scores`; nothing here knows a policy.
"""
