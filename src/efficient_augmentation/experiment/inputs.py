"""What an experiment starts from: files of its data, and the network of its features."""

import hashlib
import json

from efficient_augmentation.data import dataset, every_point
from efficient_augmentation.names import as_published, regularization, scores
from efficient_augmentation.names import networks as networks_named


def published_files(data):
    """The publishers' files of a data set, as the workflow keeps them.

    Args:
      data: the `dataset` mapping of effective settings.
    Returns: list of paths; empty for data that come with a library or belong to the user.
    """
    return [f"resources/{name}" for name in dataset.files(data)]


def other_readers(data):
    """Modules that read other kinds of data than this one.

    Args:
      data: as `published_files`.
    Returns: set of dotted names.
    """
    others = set().union(*dataset.READERS.values()) - dataset.READERS[data["kind"]]
    return {f"efficient_augmentation.data.{module}" for module in others}


def training(settings):
    """What the ResNet that an experiment trains depends on.

    Args:
      settings: the experiment's effective settings.
    Returns: dict with the settings `dataset`, of all points of the data, and `featurizer`; with
      `excluded`, the points that are left out, and `divisor`, of float images, see
      `as_published.input_of`. None where no ResNet is trained.
    """
    featurizer, data = settings["featurizer"], settings["dataset"]
    if featurizer.get("mode") != "train":
        return None
    return {
        "dataset": every_point.settings(data),
        "divisor": as_published.input_of(settings)["divisor"],
        "excluded": every_point.excluded(data) if featurizer["exclude_points"] else None,
        "featurizer": featurizer,
    }


def network(settings):
    """Name of the ResNet that an experiment trains, by its settings.

    Other settings are another network with a folder of its own, so that trying them loses nothing
    that took hours.

    Args:
      settings: the experiment's effective settings.
    Returns: str that experiments with the same data and training share; None where no ResNet is
      trained.
    """
    found = training(settings)
    if found is None:
        return None
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:8]
    return f"{found['dataset']['kind']}_{found['featurizer']['kind']}_{digest}"


def networks(experiments):
    """ResNets that experiments train, each once.

    Args:
      experiments: mapping from name to effective settings.
    Returns: dict from name to what `training` returns.
    """
    return {
        network(settings): training(settings)
        for settings in experiments.values()
        if network(settings)
    }


def network_folder(experiment, settings):
    """Folder under results/ of the network that an experiment trains.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: str, or None where it trains none.
    """
    # Pixels and given features need no network, and the shipped one is trained already.
    if settings["featurizer"].keys() <= {"kind"} or "model" in settings["featurizer"]:
        return None
    shared = network(settings)
    return f"networks/{shared}" if shared else f"{experiment}/featurizer"


def weights(experiment, settings):
    """Weights that an experiment's features need and the workflow makes.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: path, or an empty list where there are none.
    """
    folder = network_folder(experiment, settings)
    return f"results/{folder}/weights.npz" if folder else []


def history(experiment, settings):
    """How the experiment's small network was trained, where a score asks for it.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: path, or an empty list where no score does.
    """
    asked = set(scores.GIVEN) & set(scores.asked(settings))
    return f"results/{experiment}/featurizer/forgetting.npz" if asked else []


def chosen_C(experiment, settings, transform=None):
    """The file that holds C, where it is to be chosen.

    Args:
      experiment: its name.
      settings: its effective settings.
      transform: name of a transform; None stands for the first, as in `first_features`.
    Returns: path, or an empty list where the settings give C.
    """
    if not regularization.chosen(settings["C"], settings["faithful"]):
        return []
    return f"results/{experiment}/{transform or next(iter(settings['transforms']))}/C.json"


def candidates(experiment, settings, transform):
    """Scores that the points to augment are chosen by: of the training images, or of all.

    Args:
      experiment: its name.
      settings: its effective settings.
      transform: name of a transform.
    Returns: path.
    """
    name = "refit" if settings["selection"]["refit"] else "scores"
    return f"results/{experiment}/{transform}/{name}.csv"


def refit_features(experiment, settings, transform):
    """Features of all images: those that were measured with, unless a network was fitted to some.

    Args:
      experiment, settings, transform: as `candidates`.
    Returns: path.
    """
    if settings["featurizer"]["kind"] in networks_named.SMALL:
        return f"results/{experiment}/featurizer/refit.npz"
    return f"results/{experiment}/{transform}/features.npz"


def lists(experiment, settings):
    """The lists of points to augment, one a transform.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: list of paths, in the order of the transforms.
    """
    return [f"results/{experiment}/{name}/selection.csv" for name in settings["transforms"]]


def first_features(experiment, settings):
    """Features of one transform: those of the originals are the same in all.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: path.
    """
    return f"results/{experiment}/{next(iter(settings['transforms']))}/features.npz"
