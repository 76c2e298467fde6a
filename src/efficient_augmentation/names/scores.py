"""The register of scores by name, for code that names scores without computing any."""

from collections.abc import Mapping
from typing import Any

FOLLOWED = {
    "loss": "log loss of the point",
    "influence": "leave-one-out influence of the point on its own loss",
    "el2n": "norm of the classifier's error at the point",
    "grand": "norm of the gradient of the point's loss",
    "margin_uncertainty": "how near the two most probable classes are",
    "entropy": "entropy of the predicted class",
}
"""Scores that depend on the fit and so change as points are augmented: they have a value before and
after."""
FIXED = {
    "margin": "distance from the boundary of a linear support vector machine on the features",
    "hinge": "hinge loss under that machine",
    "knn_shapley": "worth of the point to its neighbours",
}
"""Scores that depend only on the originals' features and labels."""
GIVEN = {
    "forgetting": "how often the training of the small network that makes features unlearned it"
}
"""Scores that come from the training of the network that makes the features."""
MEANINGS = FOLLOWED | FIXED | GIVEN
"""What each score measures, by name."""
NAMES = (*MEANINGS,)
COLUMNS = ("loss", "influence", "margin")
"""Scores that scores.csv always holds."""


def asked(settings: Mapping[str, Any]) -> list[str]:
    """Every score by which an experiment orders points, each once.

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
    """The scores of `asked` that get columns of their own at the end of scores.csv."""
    return [name for name in asked(settings) if name not in COLUMNS]


def approximated(made: Mapping[str, Any]) -> str:
    """The error of K-FAC's approximation in words.

    Args:
      made: `influence` of baselines.json, with kind "kfac".
    Returns: part of a sentence.
    """
    after = f"; with all points augmented {_error(made['after'])}" if "after" in made else ""
    return f"influence approximated by K-FAC ({_error(made)}{after})"


def _error(made: Mapping[str, Any]) -> str:
    if made["relative_error"] is None:
        return "its error could not be measured"
    return (
        f"at {made['points']} points compared with exact scores: median relative error "
        f"{made['relative_error']:.0%}, rank correlation {made['rank_correlation']:.3f}"
    )
