"""Names of policies and scores in the config, and the keys that compare policies."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from efficient_augmentation.config.messages import did_you_mean, shown
from efficient_augmentation.config.section import Count, Distinct, Increasing, Section, Several
from efficient_augmentation.names import networks, policies, scores

_DIVERSE = tuple(name for name in policies.BASES if policies.parse(name).diverse)
_MODIFIED = [
    base + modifier
    for base in policies.BASES
    for modifier in ("", "_update", "_downweight", "_update_downweight")
]


def known(name):
    """The name of a policy, checked.

    Raises: ValueError that lists the existing names, for any other text.
    """
    try:
        policies.parse(name)
    except ValueError as error:
        raise ValueError(f"{error}{did_you_mean(name, _MODIFIED)}") from None
    return name


def _with_order(remedy):
    """The type of a policy that orders points; the message about a k-DPP ends with the remedy."""

    def check(name):
        if policies.parse(known(name)).diverse:
            raise ValueError(f"{name} {remedy}")
        return name

    return Annotated[str, AfterValidator(check)]


PolicyName = Annotated[str, AfterValidator(known)]
Compared = _with_order("draws a new subset at every budget; it belongs under dpp.policies")
Stratified = _with_order(
    "draws subsets and has no order that clusters could stratify; leave it out"
)
Ordering = _with_order("draws subsets and has no order; leave it out")
Score = Literal[scores.NAMES]


class Clusters(Section):
    """Policies stratified by k-means clusters, measured at the experiment's budgets."""

    counts: Distinct[Count] = []
    """Numbers of clusters; each gives its own curves. None means no such curves."""
    policies: Several[Stratified] = ["baseline", "random_proportional"]
    """Policies to stratify; any that orders points."""
    scores: Several[Score] = ["loss", "influence"]
    """Scores by which they order points."""


class Dpp(Section):
    """Diverse subsets, which a k-DPP draws anew at each of their own budgets."""

    budgets: Increasing[Count] = []
    """Sizes of the subsets, increasing; none means no k-DPP."""
    policies: Several[Literal[_DIVERSE]] = ["dpp_weighted", "dpp_raw"]
    """Kernels, weighted by the scores or raw."""
    scores: Several[Score] = ["influence"]
    """Scores that weight the kernel; a raw kernel ignores them."""


def none_above_n_train(*path, noun="points"):
    """A check that no number of a list exceeds the number of training points.

    Args:
      path: keys of the list.
      noun: what the numbers count.
    Returns: function from settings and image shape to messages.
    """

    def check(settings, image_shape):
        n_train, numbers = settings["dataset"]["n_train"], settings
        for key in path:
            numbers = numbers[key]
        if too_large := [number for number in numbers if number > n_train]:
            yield (
                f"{'.'.join(path)}: {shown(too_large)} above dataset.n_train = {n_train}; "
                f"give numbers of {noun} within 1..{n_train}"
            )

    return check


def sweep_problems(settings, image_shape):
    """Problems of a sweep with too few points for any number of clusters."""
    n_train = settings["dataset"]["n_train"]
    if settings["sweep"] and n_train < 3:
        yield (
            f"sweep: {settings['sweep']} numbers of clusters within 2..n_train - 1, but "
            f"dataset.n_train = {n_train}; give at least 3 points, or sweep: 0"
        )


def score_problems(settings, image_shape):
    """Problems of scores that come from a training which the experiment does not make.

    Args:
      settings: effective settings of the experiment.
      image_shape: ignored.
    Yields: str, one message each.
    """
    featurizer = settings["featurizer"]
    if featurizer["kind"] in networks.SMALL and featurizer["mode"] == "frozen":
        return
    of = ", ".join(f"{key}: {featurizer[key]}" for key in ("kind", "mode") if key in featurizer)
    places = {
        "scores": settings["scores"],
        "clusters.scores": settings["clusters"]["scores"],
        "dpp.scores": settings["dpp"]["scores"],
    }
    for place, names in places.items():
        for given in set(names) & set(scores.GIVEN):
            yield (
                f"{place}: {given} comes from the training of the experiment's own small network, "
                f"and featurizer is {{{of}}}; give {_or_kinds()}, with mode: frozen"
            )


def _or_kinds():
    return " or ".join(f"{{kind: {name}}}" for name in networks.SMALL)
