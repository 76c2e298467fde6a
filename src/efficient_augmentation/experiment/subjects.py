"""What figures are made for, by an experiment's settings: scores, policies, or once."""

from efficient_augmentation.names import regularization
from efficient_augmentation.names import scores as score_names

ONCE = "-"
"""What a figure is made for that is made once."""


def scores(settings):
    """Scores of the accuracy figures: the main panel's, and those of k-DPPs that went as far."""
    dpp = settings["dpp"]
    far = dpp["budgets"] and dpp["budgets"][-1] >= settings["budgets"][-1]
    return list(dict.fromkeys(settings["scores"] + dpp["scores"] * bool(far)))


def followed(settings):
    """Scores with a partner `_after` in scores.csv."""
    return [score for score in scores(settings) if score in score_names.FOLLOWED]


def on_images(settings):
    """Once, but not of data that are features and have no images."""
    return [ONCE] * (settings["dataset"]["kind"] != "features")


def shown(settings):
    """Scores, of data that have images."""
    return scores(settings) if on_images(settings) else []


def compared(*others):
    """Those of other scores that influence is compared with."""

    def made_for(settings):
        found = scores(settings)
        return [score for score in found if score in others and "influence" in found]

    return made_for


def diverse(settings):
    """k-DPPs that are compared with independent draws by influence."""
    dpp = settings["dpp"]
    both = "influence" in scores(settings) and "influence" in dpp["scores"]
    return dpp["policies"] if both and dpp["budgets"] else []


def stratified(settings):
    """Scores whose policies are stratified by clusters."""
    return settings["clusters"]["scores"] if settings["clusters"]["counts"] else []


def tuned(settings):
    """Once, where C is chosen from the data."""
    return [ONCE] * bool(regularization.chosen(settings["C"], settings["faithful"]))


def always(settings):
    """Once."""
    return [ONCE]


def where(condition):
    """Once, where a function of the settings says so."""
    return lambda settings: [ONCE] * bool(condition(settings))
