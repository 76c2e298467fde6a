"""For which scores or policies a figure is made, or whether it is made at all."""

from efficient_augmentation.names import regularization
from efficient_augmentation.names import scores as score_names

ONCE = "-"
"""Stands for the score or policy of a figure that is made only once."""


def scores(settings):
    """Scores of the accuracy figures: the main panel's, and those of k-DPPs that went as far."""
    dpp = settings["dpp"]
    far = dpp["budgets"] and dpp["budgets"][-1] >= settings["budgets"][-1]
    return list(dict.fromkeys(settings["scores"] + dpp["scores"] * bool(far)))


def followed(settings):
    """Scores with a partner `_after` in scores.csv."""
    return [score for score in scores(settings) if score in score_names.FOLLOWED]


def on_images(settings):
    """Once, except for data that are features and have no images."""
    return [ONCE] * (settings["dataset"]["kind"] != "features")


def shown(settings):
    """The same scores, if the data have images."""
    return scores(settings) if on_images(settings) else []


def compared(*others):
    """Those of `others` with which influence is compared."""

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
    """Once, if C is chosen from the data."""
    return [ONCE] * bool(regularization.chosen(settings["C"], settings["faithful"]))


def always(settings):
    """Once."""
    return [ONCE]


def where(condition):
    """Once, if `condition`, a function of the settings, is true."""
    return lambda settings: [ONCE] * bool(condition(settings))
