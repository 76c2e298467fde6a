"""The key `selection` of an experiment: its defaults, and what it must agree with."""

from efficient_augmentation.names import policies, scores
from efficient_augmentation.selection import order


def fitted(settings, named):
    """The key with a score and a policy that the experiment simulates.

    Args:
      settings: effective settings of the experiment, its key `selection` filled with defaults.
      named: keys of `selection` that the experiment gives itself; they stay.
    Returns: mapping like settings["selection"].
    """
    found = dict(settings["selection"])
    simulated = {
        "score": settings["scores"],
        "policy": sorted(filter(_orders, settings["policies"]), key=_blind),
    }
    for key, names in simulated.items():
        if key not in named and names and found[key] not in names:
            found[key] = names[0]
    return found


def problems(settings):
    """What is wrong with the key.

    Args:
      settings: effective settings of the experiment.
    Yields: str, each naming the key, its value and what would be right.
    """
    chosen = settings["selection"]
    if found := _policy_problem(chosen["policy"]):
        yield f"selection.policy: {found}"
    elif isinstance(chosen["budget"], dict):
        yield from _unknown(chosen, settings)
    else:
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
    if chosen["images"] and settings["dataset"]["kind"] == "features":
        yield (
            "selection.images: true, but data of kind features bring no images; leave it out, "
            "selection.csv names the points"
        )


def _unknown(chosen, settings):
    """Where the points that are enough would not be known, and there are others that would."""
    possible = {
        "score": settings["scores"],
        "policy": [name for name in settings["policies"] if _orders(name)],
    }
    if not all(possible.values()):
        return
    for key, names in possible.items():
        if chosen[key] not in names:
            yield (
                f"selection.{key}: {chosen[key]} is not simulated, so how many points are enough "
                f"by it is not known; give {' or '.join(names)}, add it to what is simulated, or "
                "give order.budget as a number"
            )


def _policy_problem(name):
    try:
        policy = policies.parse(name)
    except ValueError as error:
        return error
    if reason := policies.unordered(name):
        return f"{name} {reason}; give a policy that orders points by a score"
    if policy.update or policy.downweight:
        plain = name.removesuffix("_downweight").removesuffix("_update")
        return f"{name} does more than order points once, and one choice does not; give {plain}"
    return None


def _orders(name):
    try:
        policy = policies.parse(name)
    except ValueError:
        return False
    return not (policy.update or policy.downweight or policies.unordered(name))


def _blind(name):
    return policies.parse(name).blind
