"""What each stage of an experiment depends on: its params, a sorted mapping of settings.

Settings of something that is not asked for are left out, so that changing them reruns nothing.
"""

from efficient_augmentation.names import scores


def chosen(settings, *keys):
    """Settings under some keys.

    One sorted mapping instead of a param for each key, because Snakemake compares values without
    their names: two that change places would go unseen.

    Args:
      settings: the experiment's effective settings.
      keys: of the settings.
    Returns: dict.
    """
    return {key: settings[key] for key in sorted(keys)}


def is_online(settings):
    """Whether the network is refitted at every budget of every round."""
    return settings["featurizer"].get("mode") == "online"


def gpus(settings):
    """Devices that scoring and simulation ask for: logistic regression alone needs none."""
    return int(is_online(settings))


def training(settings):
    """What the training of an experiment's network depends on; the mode is the simulation's."""
    return {key: value for key, value in settings["featurizer"].items() if key != "mode"}


def model(settings, transform):
    """What fits depend on; the network's settings only where it is refitted every time.

    Args:
      settings: the experiment's effective settings.
      transform: mapping with the `transform` and the code of the user's `functions` in it.
    Returns: dict.
    """
    found = chosen(settings, "C", "faithful", "influence")
    return found | {"network": training(settings), **transform} if is_online(settings) else found


def simulation(settings):
    """What is simulated; the settings of a panel that is not asked for change nothing."""
    plan = chosen(settings, "budgets", "faithful", "policies", "rounds", "scores", "seed")
    if settings["clusters"]["counts"]:
        plan["clusters"] = settings["clusters"]
    if settings["dpp"]["budgets"]:
        plan["dpp"] = settings["dpp"]
    return plan


def end_to_end(settings, transform):
    """What networks trained end to end depend on; arguments as `model`."""
    return chosen(settings, "C", "end_to_end", "faithful", "influence", "seed") | transform


def comparison(settings):
    """What the comparison of policies depends on: seed, and shares of the gain besides its own."""
    budget = settings["selection"]["budget"]
    shares = [budget["gain"]] if isinstance(budget, dict) else []
    return {"seed": settings["seed"], "shares": shares}


def scoring(settings):
    """What scores.csv holds besides what fits depend on: names of classes, and further scores."""
    return {"classes": settings["dataset"]["classes"], "further": scores.further(settings)}


def truth_check(settings):
    """What the truth check depends on."""
    return chosen(settings, "C", "faithful") | {"classes": settings["dataset"]["classes"]}


def refit(settings):
    """What is scored by the fit on all images: what the points can be chosen by."""
    named = [*settings["scores"], settings["selection"]["score"]]
    known = [name for name in dict.fromkeys(named) if name not in scores.GIVEN]
    return {"classes": settings["dataset"]["classes"], "scores": known}


def joined(settings):
    """What the table of all images depends on: their classes, and the transforms in their order."""
    return {"classes": settings["dataset"]["classes"], "transforms": list(settings["transforms"])}


def selection(settings):
    """What the choice of points depends on, besides what was simulated."""
    return {
        "classes": settings["dataset"]["classes"],
        "seed": settings["seed"],
        **chosen(settings["selection"], "budget", "policy", "score"),
    }


def images(settings, transform):
    """What pictures of images depend on; arguments as `model`."""
    return {"classes": settings["dataset"]["classes"], **transform}
