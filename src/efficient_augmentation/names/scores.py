"""Names of the scores, for all that speaks of scores without computing any."""

from collections.abc import Mapping
from typing import Any

FOLLOWED = ("loss", "influence", "el2n", "grand", "margin_uncertainty", "entropy")
"""Scores under a fit, which change as points are augmented: there is a value before and after."""
FIXED = ("margin", "hinge", "knn_shapley")
"""Scores of the originals' features and labels."""
GIVEN = ("forgetting",)
"""Scores of what happened before: of the training of the network that makes the features."""
NAMES = (*FOLLOWED, *FIXED, *GIVEN)
COLUMNS = ("loss", "influence", "margin")
"""Scores that scores.csv always holds."""


def asked(settings: Mapping[str, Any]) -> list[str]:
    """Every score that an experiment orders points by, each once.

    Args:
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    stratified, dpp = settings["clusters"], settings["dpp"]
    names = [*settings["scores"]]
    names += stratified["scores"] if stratified["counts"] else []
    names += dpp["scores"] if dpp["budgets"] else []
    return list(dict.fromkeys(names))


def further(settings: Mapping[str, Any]) -> list[str]:
    """Those of `asked` that get columns of their own at the end of scores.csv."""
    return [name for name in asked(settings) if name not in COLUMNS]
