"""Inputs of an experiment's stages: files of its data, its network, C, features and scores."""

import hashlib
import json

from efficient_augmentation.data import dataset, every_point
from efficient_augmentation.names import as_published, regularization, scores
from efficient_augmentation.names import networks as networks_named


def published_files(data):
    """Paths of a data set's published files in the workflow.

    Args:
      data: the `dataset` mapping of effective settings.
    Returns: list of paths; empty for data that come with a library or belong to the user.
    """
    return [f"resources/{name}" for name in dataset.files(data)]


def other_readers(data):
    """Modules that read kinds of data other than this one.

    Args:
      data: as `published_files`.
    Returns: set of dotted names.
    """
    others = set().union(*dataset.READERS.values()) - dataset.READERS[data["kind"]]
    return {f"efficient_augmentation.data.{module}" for module in others}


def training(settings):
    """Everything on which the ResNet that an experiment trains depends.

    Args:
      settings: the experiment's effective settings.
    Returns: dict with the settings `dataset`, for all points of the data, and `featurizer`;
      `excluded`, the points that are left out; and `divisor` of float images, see
      `as_published.input_of`. None if no ResNet is trained.
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
    """Name of the ResNet that an experiment trains, which identifies its settings.

    Other settings give another network in a folder of its own, so that trying them never overwrites
    hours of training.

    Args:
      settings: the experiment's effective settings.
    Returns: str that experiments with the same data and training share; None if no ResNet is
      trained.
    """
    found = training(settings)
    if found is None:
        return None
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:8]
    return f"{found['dataset']['kind']}_{found['featurizer']['kind']}_{digest}"


def networks(experiments):
    """The ResNets that experiments train, each once.

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
    Returns: str, or None if it trains none.
    """
    # Pixels and given features need no network, and a shipped model is trained already.
    if settings["featurizer"].keys() <= {"kind"} or "model" in settings["featurizer"]:
        return None
    shared = network(settings)
    return f"networks/{shared}" if shared else f"{experiment}/featurizer"


def weights(experiment, settings):
    """The weights that the workflow makes for an experiment's features.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: path, or an empty list if there are none.
    """
    folder = network_folder(experiment, settings)
    return f"results/{folder}/weights.npz" if folder else []


def history(experiment, settings):
    """The training record of an experiment's small network, if one of its scores needs it.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: path, or an empty list if no score needs it.
    """
    asked = set(scores.GIVEN) & set(scores.asked(settings))
    return f"results/{experiment}/featurizer/forgetting.npz" if asked else []


def chosen_C(experiment, settings, transform=None):
    """The file that holds C, if it is chosen from the data.

    Args:
      experiment: its name.
      settings: its effective settings.
      transform: name of a transform; None means the first, as in `first_features`.
    Returns: path, or an empty list if the settings give C.
    """
    if not regularization.chosen(settings["C"], settings["faithful"]):
        return []
    return f"results/{experiment}/{transform or next(iter(settings['transforms']))}/C.json"


def candidates(experiment, settings, transform):
    """The scores that select points: those of training images, or with `refit` of all images.

    Args:
      experiment: its name.
      settings: its effective settings.
      transform: name of a transform.
    Returns: path.
    """
    name = "refit" if settings["selection"]["refit"] else "scores"
    return f"results/{experiment}/{transform}/{name}.csv"


def refit_features(experiment, settings, transform):
    """Features of all images: those of the simulation, or of a small network trained on all images.

    Args:
      experiment, settings, transform: as `candidates`.
    Returns: path.
    """
    if settings["featurizer"]["kind"] in networks_named.SMALL:
        return f"results/{experiment}/featurizer/refit.npz"
    return f"results/{experiment}/{transform}/features.npz"


def lists(experiment, settings):
    """The lists of points to augment, one per transform.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: list of paths, in the order of the transforms.
    """
    return [f"results/{experiment}/{name}/selection.csv" for name in settings["transforms"]]


def first_features(experiment, settings):
    """Features of the first transform, for stages that use only originals, equal in all transforms.

    Args:
      experiment: its name.
      settings: its effective settings.
    Returns: path.
    """
    return f"results/{experiment}/{next(iter(settings['transforms']))}/features.npz"
