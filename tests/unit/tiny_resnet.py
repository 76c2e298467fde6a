"""The smallest ResNet of the family, and images that it can learn to tell apart."""

import numpy as np

from efficient_augmentation.networks import models, recipes, resnet

SIDE = 8


def build(n_classes):
    return resnet.resnet20v2(n_classes, stage_sizes=(1, 1))


def register(monkeypatch):
    """Make it known as "tiny"."""
    monkeypatch.setitem(models.NETWORKS, "tiny", build)


def images(n=48, n_classes=3, seed=0):
    """Noise with a bright patch whose place tells the class: (n, 8, 8, 3) uint8, labels (n,)."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    x = rng.integers(0, 120, (n, SIDE, SIDE, 3), dtype=np.uint8)
    for image, label in zip(x, y, strict=True):
        image[2 * label : 2 * label + 2] += 100
    return x, y


def recipe(**changes):
    settings = {"epochs": 3, "batch_size": 16, "learning_rate": 3e-3, "weight_decay": 0.01}
    return recipes.Recipe(**{"name": "one_cycle", **settings, "label_smoothing": 0.0, **changes})
