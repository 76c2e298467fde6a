"""The key `selection` of an experiment: its defaults, and checks against other keys."""

from typing import Annotated, Any

from annotated_types import Interval
from pydantic import AfterValidator, WithJsonSchema

from efficient_augmentation.config.policies import Score, known
from efficient_augmentation.config.section import Section, either
from efficient_augmentation.data import dataset as datasets
from efficient_augmentation.data import published
from efficient_augmentation.names import policies, scores
from efficient_augmentation.selection import order


class Gain(Section):
    """As many points as recover a share of the gain."""

    gain: Annotated[float, Interval(gt=0, le=1)]
    """Share of the gain from augmenting all points."""


def _one_order(name):
    policy = policies.parse(known(name))
    if reason := policies.unordered(name):
        raise ValueError(f"{name} {reason}; give a policy that orders points by a score")
    if policy.update or policy.downweight:
        plain = name.removesuffix("_downweight").removesuffix("_update")
        raise ValueError(
            f"{name} changes scores or weights during a simulation, which a single selection does "
            f"not; give {plain}"
        )
    return name


# A number is checked later, when the number of points is known.
_Number = Annotated[Any, WithJsonSchema({"type": "number"})]


class Selection(Section):
    """The final choice of points; it does not affect any measurement."""

    budget: either(Gain, _Number, lambda given: isinstance(given, dict | Gain)) = Gain(gain=0.95)
    """How many points: a number, a share within (0, 1), or as many as recover a share of the
    gain."""
    score: Score = "influence"
    """The score that chooses them, one that the experiment computes."""
    policy: Annotated[str, AfterValidator(_one_order)] = "random_proportional"
    """The policy that orders them, without _update and _downweight."""
    refit: bool | None = None
    """Choose from all images, held-out ones included, by a fit on all of them; null means true for
    your own data without a test set."""
    images: bool = False
    """Write the augmented images of the chosen points to selected/."""


def fitted(settings, named):
    """The key, with a score and a policy that the experiment simulates.

    Args:
      settings: effective settings of the experiment, with the defaults of `selection` filled in.
      named: keys of `selection` that the experiment gives itself; they do not change.
    Returns: mapping like settings["selection"].
    """
    found, simulated = dict(settings["selection"]), _simulated(settings)
    simulated["policy"].sort(key=lambda name: policies.parse(name).blind)
    for key, names in simulated.items():
        if key not in named and names and found[key] not in names:
            found[key] = names[0]
    if found["refit"] is None:
        own = settings["dataset"]["kind"] in datasets.OWN
        found["refit"] = own and _kept_from_refitting(settings | {"selection": found}) is None
    return found


def problems(settings, image_shape=None):
    """Problems of the key.

    Args:
      settings: effective settings of the experiment.
      image_shape: ignored.
    Yields: str, each naming the key, its value and what would be right.
    """
    chosen = settings["selection"]
    if chosen["refit"] and (reason := _kept_from_refitting(settings)):
        yield f"selection.refit: true, but {reason}"
    if isinstance(chosen["budget"], dict):
        yield from _unknown(chosen, _simulated(settings))
    else:
        yield from _number_problems(chosen, settings)
    if chosen["images"] and settings["dataset"]["kind"] == "features":
        yield (
            "selection.images: true, but data of kind features bring no images; leave it out, "
            "selection.csv names the points"
        )


def _kept_from_refitting(settings):
    """Why images outside the training set cannot be chosen, with the remedy, or None."""
    data, featurizer = settings["dataset"], settings["featurizer"]
    if data["kind"] in published.SETS or data.get("test_share", 1) is None:
        return (
            f"dataset.kind {data['kind']} brings a test set here, which no longer measures "
            "accuracy once its images are trained on; leave refit out, or give all images as "
            "training images"
        )
    if "recipe" in featurizer:
        return (
            f"{featurizer['kind']} is trained once, on the training images alone, whose features "
            "are not comparable with those of other images; leave refit out, or take a featurizer "
            "of another mode"
        )
    if settings["selection"]["score"] in scores.GIVEN:
        return (
            f"the score {settings['selection']['score']} comes from the training of a network that "
            "saw the training images alone; leave refit out, or give another selection.score"
        )
    return None


def _number_problems(chosen, settings):
    computed = (*scores.COLUMNS, *scores.further(settings))
    if chosen["score"] not in computed:
        yield (
            f"selection.score: {chosen['score']} is not computed; give one of "
            f"{', '.join(computed)}, or add it to scores"
        )
    try:
        order.number_of_points(chosen["budget"], settings["dataset"]["n_train"])
    except ValueError as error:
        yield f"selection.budget: {str(error).removeprefix('budget ')}"


def _unknown(chosen, simulated):
    """Problems of a score or policy that is not simulated, although others are."""
    if not all(simulated.values()):
        return
    for key, names in simulated.items():
        if chosen[key] not in names:
            yield (
                f"selection.{key}: {chosen[key]} is not simulated, so how many points are enough "
                f"by it is not known; give {' or '.join(names)}, add it to what is simulated, or "
                "give selection.budget as a number"
            )


def _simulated(settings):
    """Scores and policies whose curves can give the answer, by key."""
    names = [name for name in settings["policies"] if _is_one_order(name)]
    return {"score": list(settings["scores"]), "policy": names}


def _is_one_order(name):
    try:
        return bool(_one_order(name))
    except ValueError:
        return False
