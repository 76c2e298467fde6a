"""Networks that come with the project: what they fit, and that they are what their card says."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.data import cifar10
from efficient_augmentation.files import arrays
from efficient_augmentation.networks import featurize, pretrained, train_small

MODEL = "cifar10_resnet56v2"
FEATURIZER = {"kind": "resnet56v2", "mode": "pretrained", "model": MODEL}


def test_fits_where_network_and_images_fit():
    for channels in (3, 1, None):
        assert pretrained.problems(FEATURIZER, (32, 32, channels)) == []


@pytest.mark.parametrize(
    ("change", "shape", "text"),
    [
        ({"model": "resnet"}, (32, 32, 3), "featurizer.model: 'resnet' is not one of cifar10_resn"),
        ({"kind": "resnet50v2"}, (32, 32, 3), "featurizer.kind: resnet50v2, but the model cifar1"),
        ({}, (28, 28, 1), "takes images of 32 x 32 x 3, those here are 28 x 28 x 1; mode: train"),
        ({}, (40, 32, None), "takes images of 32 x 32 x 3, those here are 40 x 32; mode: train"),
    ],
)
def test_says_what_does_not_fit(change, shape, text):
    (found,) = pretrained.problems({**FEATURIZER, **change}, shape)
    assert text in found


def test_weights_are_small_half_precise_and_whole():
    path = pretrained.path(MODEL)
    assert path.stat().st_size < 4_000_000
    stored = arrays.load(path)
    meta = json.loads(stored.pop("meta").tobytes())
    assert meta["name"] == "resnet56v2"
    assert {values.dtype for values in stored.values()} == {np.dtype(np.float16)}
    variables = train_small.load_weights(path, "resnet56v2", 10, (32, 32, 3))
    assert (variables["batch_stats"]["final"]["var"] > 0).all()
    # A mean image of photographs, not what an untrained network starts with.
    assert 0.3 < variables["input"]["mean"].mean() < 0.6


def test_features_tell_airplanes_from_automobiles():
    folder = os.environ.get("DATA_MIRROR", "").strip()
    archive = Path(folder) / "cifar10/cifar-10-binary.tar.gz"
    if not folder or not archive.is_file():
        pytest.skip("DATA_MIRROR is not a folder with CIFAR-10: the full-size file is not at hand")
    points = cifar10.load(archive, [0, 1], 1000)
    variables = train_small.load_weights(pretrained.path(MODEL), "resnet56v2", 2, (32, 32, 3))
    x_train, x_test = (
        featurize.featurize("resnet56v2", variables, points[name]) for name in ("x_train", "x_test")
    )
    head = LogisticRegression(C=10, max_iter=5000).fit(x_train, points["y_train"])
    # What the model's card says, a point of accuracy less.
    assert head.score(x_test, points["y_test"]) > 0.964
