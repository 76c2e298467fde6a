"""Names of the scores, for all that speaks of scores without computing any."""

from collections.abc import Mapping
from typing import Any

from efficient_augmentation.names import networks

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


def problems(settings: Mapping[str, Any]) -> list[str]:
    """Scores that come from a training which the experiment does not make.

    Args:
      settings: the experiment's effective settings.
    Returns: list of str, each naming the key, its value and what would be right.
    """
    found = [
        f"end_to_end.scores: {given} comes from the training of the network that makes the "
        "features, which networks trained end to end do not have; leave it out"
        for given in settings["end_to_end"]["scores"]
        if given in GIVEN
    ]
    featurizer = settings["featurizer"]
    if featurizer["kind"] in networks.SMALL and featurizer["mode"] == "frozen":
        return found
    of = ", ".join(f"{key}: {featurizer[key]}" for key in ("kind", "mode") if key in featurizer)
    places = {
        "scores": settings["scores"],
        "clusters.scores": settings["clusters"]["scores"],
        "dpp.scores": settings["dpp"]["scores"],
    }
    return found + [
        f"{place}: {given} comes from the training of the experiment's own small network, and "
        f"featurizer is {{{of}}}; give {{kind: cnn}} or {{kind: lenet}}, with mode: frozen"
        for place, names in places.items()
        for given in names
        if given in GIVEN
    ]
