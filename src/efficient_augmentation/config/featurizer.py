"""Settings that go by the data of an experiment, and whether a featurizer suits its images."""

from efficient_augmentation.data import every_point
from efficient_augmentation.networks import pretrained

GIVEN = "given"
"""Transform and featurizer of data that are features already."""

SMALLEST = {"cnn": 10, "lenet": 12}
"""Height and width that a network asks for."""

_MODEL = "cifar10_resnet56v2"


def fitted(settings, given, image_shape):
    """What an experiment does not say itself and its data decide.

    Args:
      settings: the experiment's, defaults filled in, of its data nothing left open.
      given: mapping of the keys that it gives itself.
      image_shape: as `data.dataset.image_shape`.
    Returns: mapping with some of the settings anew: the default budgets below n_train, and n_train;
      for features the transform and the featurizer that are none; for `kind: auto` the featurizer
      that `suitable` names.
    """
    found = {}
    if "budgets" not in given:
        n_train = settings["dataset"]["n_train"]
        found["budgets"] = [b for b in settings["budgets"] if b < n_train] + [n_train]
    if image_shape is None:
        found |= {"transforms": {GIVEN: {}}} if "transforms" not in given else {}
        found |= {"featurizer": {"kind": GIVEN}} if "featurizer" not in given else {}
    if settings["featurizer"]["kind"] == "auto":
        found["featurizer"] = suitable(image_shape)
    return found


def suitable(image_shape):
    """The featurizer for images of which nothing else is known.

    The network that comes with the project is taken where its size fits: it has seen far more
    images than most people have, and none of theirs, so that no point's score comes from a network
    that was fitted to the point. Elsewhere a small one is trained.

    Args:
      image_shape: as `data.dataset.image_shape`.
    Returns: mapping as the config's featurizer.
    """
    if image_shape is None:
        return {"kind": GIVEN}
    taken = {"kind": "resnet56v2", "mode": "pretrained", "model": _MODEL}
    return {"kind": "cnn"} if pretrained.problems(taken, image_shape) else taken


def featurizer_problems(settings, image_shape):
    """What keeps an experiment's featurizer from its images.

    Args:
      settings: as `fitted`.
      image_shape: likewise.
    Returns: list of str, one message each.
    """
    featurizer = settings["featurizer"]
    kind = featurizer["kind"]
    if (kind == GIVEN) != (image_shape is None):
        return [
            f"featurizer.kind: {kind} does not go with dataset.kind {settings['dataset']['kind']}: "
            f"{GIVEN} is for data that are features, and nothing else is; leave featurizer out"
        ]
    if kind in SMALLEST and min(image_shape[:2]) < SMALLEST[kind]:
        return [
            f"featurizer.kind: {kind} needs images of {SMALLEST[kind]} x {SMALLEST[kind]} pixels, "
            f"those here are {image_shape[0]} x {image_shape[1]}; raw takes any"
        ]
    if featurizer.get("mode") == "pretrained":
        return pretrained.problems(featurizer, image_shape)
    if "recipe" in featurizer:
        return _training_problems(featurizer, settings["dataset"])
    return []


def _training_problems(featurizer, dataset):
    """What keeps a ResNet from being trained on a data set."""
    n_train = every_point.n_train(dataset)
    if featurizer["exclude_points"]:
        if dataset["kind"] not in every_point.COUNTS:
            return [
                "featurizer.exclude_points: true leaves out the experiment's training points, but "
                f"with dataset.kind {dataset['kind']} a network is trained on no others; leave it "
                f"out, or take one of {', '.join(every_point.COUNTS)}"
            ]
        n_train -= dataset["n_train"]
    found = stem_problems("featurizer", featurizer)
    if featurizer["batch_size"] > n_train:
        found.append(
            f"featurizer.batch_size: {featurizer['batch_size']} is more than the {n_train} images "
            f"that the network is trained on; give at most {n_train}"
            if n_train
            else f"featurizer.exclude_points: true leaves none of the {dataset['n_train']} images "
            "to train on; give a smaller dataset.n_train, or leave it out"
        )
    return found


def stem_problems(key, network):
    """The stem of ImageNet with a network that has none.

    Args:
      key: where the network stands in the config.
      network: mapping as the config's featurizer.
    Returns: list of str, one message each.
    """
    if network.get("imagenet_stem") and network["kind"] != "resnet50v2":
        return [
            f"{key}.imagenet_stem: true is for resnet50v2, {network['kind']} has one stem only; "
            "leave it out"
        ]
    return []
