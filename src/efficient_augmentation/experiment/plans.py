"""The settings on which each stage of an experiment depends, for the params of its rule.

Settings of parts that are switched off are left out, so that changing them reruns nothing.
"""

from efficient_augmentation.names import scores


def chosen(settings, *keys):
    """The settings under some keys.

    They are one sorted mapping, not one param per key, because Snakemake compares values without
    their names and would miss that two have been exchanged.

    Args:
      settings: the experiment's effective settings.
      keys: keys of the settings.
    Returns: dict.
    """
    return {key: settings[key] for key in sorted(keys)}


def is_online(settings):
    """Whether the network is refitted at every budget of every round."""
    return settings["featurizer"].get("mode") == "online"


def gpus(settings):
    """Number of GPUs that scoring and simulation request; logistic regression alone needs none."""
    return int(is_online(settings))


def training(settings):
    """Settings of the training of an experiment's network; `mode` belongs to the simulation."""
    return {key: value for key, value in settings["featurizer"].items() if key != "mode"}


def model(settings, transform):
    """Settings of the fits; those of the network only if it is refitted for every fit.

    Args:
      settings: the experiment's effective settings.
      transform: mapping with the `transform` and the code stamps of the user's `functions` in it.
    Returns: dict.
    """
    found = chosen(settings, "C", "faithful", "influence")
    return found | {"network": training(settings), **transform} if is_online(settings) else found


def simulation(settings):
    """Settings of the simulation, without those of panels that are switched off."""
    plan = chosen(settings, "budgets", "faithful", "policies", "rounds", "scores", "seed")
    if settings["clusters"]["counts"]:
        plan["clusters"] = settings["clusters"]
    if settings["dpp"]["budgets"]:
        plan["dpp"] = settings["dpp"]
    return plan


def end_to_end(settings, transform):
    """Settings of networks trained end to end; arguments as `model`."""
    return chosen(settings, "C", "end_to_end", "faithful", "influence", "seed") | transform


def comparison(settings):
    """Settings of the comparison of policies: the seed, and the selection's share of the gain."""
    budget = settings["selection"]["budget"]
    shares = [budget["gain"]] if isinstance(budget, dict) else []
    return {"seed": settings["seed"], "shares": shares}


def scoring(settings):
    """Settings of scores.csv beyond those of the fits: names of classes, and further scores."""
    return {"classes": settings["dataset"]["classes"], "further": scores.further(settings)}


def truth_check(settings):
    """Settings of the truth check."""
    return chosen(settings, "C", "faithful") | {"classes": settings["dataset"]["classes"]}


def refit(settings):
    """Settings of the fit on all images: names of classes, and scores that can select points."""
    named = [*settings["scores"], settings["selection"]["score"]]
    known = [name for name in dict.fromkeys(named) if name not in scores.GIVEN]
    return {"classes": settings["dataset"]["classes"], "scores": known}


def joined(settings):
    """Settings of the table of all images: names of classes, and the transforms in order."""
    return {"classes": settings["dataset"]["classes"], "transforms": list(settings["transforms"])}


def selection(settings):
    """Settings of the selection of points, beyond those of the simulation."""
    return {
        "classes": settings["dataset"]["classes"],
        "seed": settings["seed"],
        **chosen(settings["selection"], "budget", "policy", "score"),
    }


def images(settings, transform):
    """Settings of pictures of images; arguments as `model`."""
    return {"classes": settings["dataset"]["classes"], **transform}
