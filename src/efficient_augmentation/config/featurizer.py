"""The key `featurizer` of an experiment: its kinds, what its data decide, whether it suits them."""

import math
from typing import Annotated, Literal

from annotated_types import Interval

from efficient_augmentation.config.section import (
    WHOLE,
    Count,
    Kind,
    NotBlank,
    Section,
    Seed,
    like,
    one_of,
    plain,
)
from efficient_augmentation.data import every_point, published
from efficient_augmentation.names import networks
from efficient_augmentation.networks import pretrained

GIVEN = "given"
"""Transform and featurizer of data that are features already."""

SHARES = (0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
"""Shares of the points that are measured where neither experiment nor defaults say."""

_MODEL = "cifar10_resnet56v2"

Rate = Annotated[float, Interval(gt=0)]
AtLeast0 = Annotated[float, Interval(ge=0)]


class NoChoice(Kind):
    """What suits the data, or what they are already."""

    kind: Literal["auto", "given"]
    """auto goes by the data, given is for data that are features."""


class Raw(Kind):
    """Pixels scaled to 0..1."""

    kind: Literal["raw"]
    """Raw pixels."""


class SmallNetwork(Kind):
    """A small network, trained on the experiment's own points."""

    kind: Literal[tuple(networks.SMALL)]
    """Name of the network, whose penultimate layer gives the features."""
    mode: Literal["frozen", "online"] = "frozen"
    """Train once on the originals, or refit at every budget of every round."""
    epochs: Count = 40
    """Passes over the training set."""
    batch_size: Count = 512
    """Images a training step."""
    learning_rate: Rate = 0.001
    """Step size of Adam."""
    seed: Seed = 0
    """Seed of the initial weights, the shuffling and the dropout."""


class _ResNet(Kind):
    kind: Literal[networks.RESNETS]
    """A ResNet v2 of so many layers, whose penultimate layer gives the features."""


class Pretrained(_ResNet):
    """A ResNet with weights that come with the project."""

    mode: Literal["pretrained"]
    """Take weights that come with the project."""
    model: NotBlank = _MODEL
    """Folder under models/ with the weights."""

    @classmethod
    def suits(cls, given):
        return super().suits(given) and given.get("mode") == "pretrained"


class Distortion(Section):
    """How far images are turned, shifted and mirrored at random while a network is trained."""

    degrees: Annotated[float, Interval(ge=0, le=180)] = 0.0
    """Largest rotation to either side."""
    pixels: AtLeast0 = 0.0
    """Largest shift in each direction."""
    flip: bool = False
    """Whether half of the images are mirrored left to right."""


class OneCycle(_ResNet):
    """A ResNet trained by AdamW under one cycle."""

    mode: Literal["pretrained", "train"] = "train"
    """Train the network once, on all classes and training points of the data set."""
    recipe: Literal["one_cycle", "published"] = "one_cycle"
    """AdamW under one cycle, or Adam in steps as published."""
    epochs: Count = 40
    """Passes over the training set."""
    batch_size: Count = 128
    """Images a training step."""
    learning_rate: Rate = 0.002
    """Largest step size of AdamW, or that of Adam at the start."""
    weight_decay: AtLeast0 = 0.05
    """Penalty on kernels."""
    label_smoothing: Annotated[float, Interval(ge=0, lt=1)] = 0.1
    """Share of each target that is spread over all classes."""
    half_size_epochs: Annotated[int, Interval(ge=0, le=10**9), WHOLE] = 0
    """First epochs, fewer than all, that see images of half the side, at a third of the cost."""
    distortion: Distortion = Distortion()
    """Random distortions of the images that the network is trained on."""
    seed: Seed = 0
    """Seed of the initial weights, the shuffling and the distortions."""
    exclude_points: bool = False
    """Whether the network is trained without the experiment's training points."""
    imagenet_stem: bool = False
    """Whether resnet50v2 starts with 7 x 7 of stride 2 and a max-pool."""

    @classmethod
    def suits(cls, given):
        published = given.get("recipe") == "published"
        return super().suits(given) and published == (cls is not OneCycle)


Published = like(
    OneCycle,
    "Published",
    "A ResNet trained by Adam in steps, as published.",
    recipe="published",
    epochs=200,
    batch_size=32,
    learning_rate=0.001,
    weight_decay=0.0001,
    label_smoothing=0.0,
)
Featurizer = one_of(NoChoice, Raw, SmallNetwork, Pretrained, OneCycle, Published)


def fitted(settings, given, image_shape):
    """What an experiment does not say itself and its data decide.

    Args:
      settings: the experiment's, defaults filled in, of its data nothing left open.
      given: mapping of the keys that it gives itself.
      image_shape: as `data.dataset.image_shape`.
    Returns: mapping with some of the settings anew: budgets, `default_budgets` where none are
      listed, and where only the defaults list some, those below n_train, and n_train; for features
      the transform and the featurizer that are none; for `kind: auto` the featurizer that
      `suitable` names.
    """
    found = {}
    n_train = settings["dataset"]["n_train"]
    if not settings["budgets"]:
        found["budgets"] = default_budgets(n_train)
    elif "budgets" not in given:
        found["budgets"] = [b for b in settings["budgets"] if b < n_train] + [n_train]
    if image_shape is None:
        for key, none in (("transforms", {GIVEN: {}}), ("featurizer", suitable(None))):
            found |= {key: none} if key not in given else {}
    if settings["featurizer"]["kind"] == "auto":
        found["featurizer"] = suitable(image_shape)
    return found


def default_budgets(n):
    """Numbers of points at which an experiment of n points is measured: `SHARES` of them.

    Args:
      n: number of training points, at least 1.
    Returns: ascending list of distinct whole numbers from 1..n, the last one n.
    """
    return sorted({max(1, math.floor(share * n + 0.5)) for share in SHARES})


def suitable(image_shape):
    """The featurizer for images of which nothing else is known.

    The network that comes with the project is taken where its size fits: it has seen far more
    images than most people have, and none of theirs, so that no point's score comes from a network
    that was fitted to the point. Elsewhere a small one is trained.

    Args:
      image_shape: as `data.dataset.image_shape`.
    Returns: mapping as the config's featurizer, defaults filled in.
    """
    if image_shape is None:
        return plain(NoChoice(kind=GIVEN))
    taken = plain(Pretrained(kind="resnet56v2", mode="pretrained"))
    if pretrained.problems(taken, image_shape):
        return plain(SmallNetwork(kind="cnn"))
    return taken


def problems(settings, image_shape):
    """What keeps an experiment's featurizer from its images.

    Args:
      settings: as `fitted`.
      image_shape: likewise.
    Yields: str, one message each.
    """
    featurizer, kind = settings["featurizer"], settings["featurizer"]["kind"]
    if (kind == GIVEN) != (image_shape is None):
        yield (
            f"featurizer.kind: {kind} does not go with dataset.kind {settings['dataset']['kind']}: "
            f"{GIVEN} is for data that are features, and nothing else is; leave featurizer out"
        )
    elif featurizer.get("mode") == "pretrained":
        yield from pretrained.problems(featurizer, image_shape)
    elif "recipe" in featurizer:
        yield from _training_problems(featurizer, settings["dataset"])
        yield from half_size_problems("featurizer", featurizer, image_shape)
    else:
        yield from size_problems("featurizer.kind", kind, image_shape, "raw takes any")


def _training_problems(featurizer, dataset):
    """What keeps a ResNet from being trained on a data set."""
    n_train = every_point.n_train(dataset)
    if featurizer["exclude_points"]:
        if dataset["kind"] not in published.SETS:
            yield (
                "featurizer.exclude_points: true leaves out the experiment's training points, but "
                f"with dataset.kind {dataset['kind']} a network is trained on no others; leave it "
                f"out, or take one of {', '.join(published.SETS)}"
            )
            return
        n_train -= dataset["n_train"]
    yield from stem_problems("featurizer", featurizer)
    if not n_train:
        yield (
            f"featurizer.exclude_points: true leaves none of the {dataset['n_train']} images "
            "to train on; give a smaller dataset.n_train, or leave it out"
        )
    elif featurizer["batch_size"] > n_train:
        yield (
            f"featurizer.batch_size: {featurizer['batch_size']} is more than the {n_train} images "
            f"that the network is trained on; give at most {n_train}"
        )


def stem_problems(where, network):
    """The stem of ImageNet with a network that has none.

    Args:
      where: key of the network in the config.
      network: mapping as the config's featurizer.
    Yields: str, one message or none.
    """
    if network.get("imagenet_stem") and network["kind"] != "resnet50v2":
        yield (
            f"{where}.imagenet_stem: true is for resnet50v2, {network['kind']} has one stem only; "
            "leave it out"
        )


def half_size_problems(where, network, image_shape):
    """Epochs at half the size that a network or its images do not allow.

    Args:
      where: key of the network in the config.
      network: mapping as the config's featurizer.
      image_shape: as `data.dataset.image_shape`.
    Yields: str, one message or none.
    """
    if "half_size_epochs" in network:
        problems = networks.half_size_problems(network["kind"], network, image_shape)
        yield from (f"{where}.{problem}" for problem in problems)


def size_problems(where, kind, image_shape, remedy):
    """What keeps a small network from images that are too small for it.

    Args:
      where: key of the network in the config.
      kind: its name, or that of another featurizer.
      image_shape: as `data.dataset.image_shape`.
      remedy: the end of the message.
    Yields: str, one message or none.
    """
    least = networks.SMALL[kind].smallest if kind in networks.SMALL else 0
    if image_shape and min(image_shape[:2]) < least:
        yield (
            f"{where}: {kind} needs images of {least} x {least} pixels, "
            f"those here are {image_shape[0]} x {image_shape[1]}; {remedy}"
        )
