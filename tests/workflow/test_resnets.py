"""ResNets through the workflow: ResNet50v2 at a tiny size, and which settings share a network."""

import json
import re

import numpy as np
import pytest
import yaml
from PIL import Image

SMALL = {
    "transforms": {"crop": {"pixels": [1]}},
    "policies": ["baseline"],
    "scores": ["loss"],
    "rounds": 1,
}


def write_images(folder):
    """Ten images of two classes, which `side` is to shrink."""
    rng = np.random.default_rng(0)
    for k, name in enumerate(("dark", "light")):
        (folder / name).mkdir(parents=True)
        for i in range(5):
            pixels = rng.normal(80 + 90 * k, 40, (40, 48, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{i}.png")


@pytest.mark.study
def test_resnet50v2_is_trained_and_makes_features(fresh):
    write_images(fresh.work / "images")
    mine = {
        **SMALL,
        "dataset": {"kind": "folder", "train": "images", "side": 32},
        "featurizer": {"kind": "resnet50v2", "epochs": 1, "batch_size": 4, "imagenet_stem": True},
    }
    config = {"run": ["mine"], "experiments": {"mine": mine}}
    (fresh.work / "mine.yaml").write_text(yaml.safe_dump(config))
    features = "results/mine/crop/features.npz"
    done = fresh.snakemake("--cores", "2", features, config=[fresh.work / "mine.yaml"])
    assert done.returncode == 0, done.stdout
    (weights,) = (fresh.work / "results/networks").glob("folder_resnet50v2_*/weights.npz")
    with np.load(weights) as stored:
        meta = json.loads(stored["meta"].tobytes())
        sizes = {name: stored[name].size for name in stored}
        assert stored["params/stem/conv/kernel"].shape == (7, 7, 3, 64)
    assert (meta["name"], meta["input_shape"]) == ("resnet50v2_imagenet", [32, 32, 3])
    counted = (size for name, size in sizes.items() if name.startswith(("params", "batch_stats")))
    head = sizes["params/head/kernel"] + sizes["params/head/bias"]
    assert sum(counted) - head == 23_564_800
    with np.load(fresh.work / features) as stored:
        x = stored["x_train"]
    assert x.shape == (16, 2048)
    assert np.isfinite(x).all()
    assert x.std(axis=0).any()


def test_other_points_or_images_are_another_network(fresh):
    """Which ResNets a dry run would train: one folder for each that differs."""
    resnet = {"kind": "resnet20v2", "epochs": 1}
    unseen = {**resnet, "exclude_points": True}
    norb = {"dataset": {"kind": "norb"}, "featurizer": resnet}
    mine = {
        "plain": {"featurizer": resnet},
        "faithful": {"featurizer": resnet, "faithful": True},
        "unseen": {"featurizer": unseen},
        "turned": {"featurizer": unseen, "dataset": {"kind": "cifar10", "classes": [1, 0]}},
        "fewer": {"featurizer": unseen, "dataset": {"kind": "cifar10", "n_train": 500}},
        "norb": norb,
        "norb_faithful": {**norb, "faithful": ["input"]},
        "norb_C": {**norb, "faithful": ["C"]},
    }
    mine = {name: {**SMALL, "dataset": {"kind": "cifar10"}, **each} for name, each in mine.items()}
    (fresh.work / "mine.yaml").write_text(yaml.safe_dump({"experiments": mine}))
    targets = [f"results/{name}/crop/features.npz" for name in mine]
    _, output = fresh.would_run(*targets, config=[fresh.work / "mine.yaml"])
    needed = {
        name: re.search(rf"featurize_{name}:.*?(networks/\w+)/weights.npz", output, re.S)[1]
        for name in mine
    }
    assert needed["plain"] == needed["faithful"]
    assert needed["unseen"] == needed["turned"]
    assert needed["norb"] == needed["norb_C"]
    assert len(set(needed.values())) == 5
