"""Linear classifiers on features: fits, Hessians, influence, exact refits.

`expanded` says from which point a row of an expanded set comes. Scores by name are in `scores`, and
policies in `policies`.
"""
