"""Stage functions, on inputs so small that everything can be written out."""

import numpy as np
import pytest

from efficient_augmentation import simulate, train, transforms
from efficient_augmentation.stages import features, model, network

CHOSEN = {"translate": {"pixels": [1]}, "crop": {"pixels": [1, 2]}}


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (6, 16, 16, 1), dtype=np.uint8),
        "y_train": np.array([0, 1, 0, 1, 0, 1], np.int32),
        "x_test": rng.integers(0, 256, (4, 16, 16, 1), dtype=np.uint8),
        "y_test": np.array([1, 0, 1, 0], np.int32),
    }


def test_raw_features_are_the_pixels_of_every_variant(dataset):
    found = dict(features.featurize_all(dataset, "raw", CHOSEN))
    assert list(found) == ["translate", "crop"]
    crop = found["crop"]
    for split, n in (("train", 6), ("test", 4)):
        x, y = dataset[f"x_{split}"], dataset[f"y_{split}"]
        images = [x, transforms.crop(x, 1), transforms.crop(x, 2)]
        pixels = np.concatenate([np.asarray(i).reshape(n, -1) for i in images]) / 255
        np.testing.assert_allclose(crop[f"x_{split}"], pixels, atol=1e-7)
        assert crop[f"y_{split}"].tolist() == [*y, *y, *y]
        assert crop[f"source_{split}"].tolist() == [-1] * n + [*range(n), *range(n)]
    assert found["translate"]["x_train"].shape == (6 * 5, 256)


def test_weights_and_history_survive_their_files_and_give_the_features(dataset, tmp_path):
    settings = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, "seed": 3}
    variables, meta, history = network.fit(dataset, kind="lenet", **settings)
    assert [row["epoch"] for row in history] == [1, 2]
    train.save_weights(tmp_path / "weights.npz", variables, meta)
    ((name, found),) = features.featurize_all(
        dataset, "lenet", {"crop": {"pixels": [1]}}, weights=tmp_path / "weights.npz"
    )
    assert name == "crop"
    assert found["x_train"].shape == (12, 84)
    assert found["x_test"].shape == (8, 84)


def test_frozen_features_get_a_model_of_these_settings(dataset):
    ((_, found),) = features.featurize_all(dataset, "raw", {"crop": {"pixels": [1]}})
    built = model.build(found, dataset, {"C": 2.0, "faithful": False, "influence": "alo"})
    plan = (["influence"], ["deterministic_proportional_update"], [2, 6], 1)
    rows = simulate.run(built, *plan, seed=5)
    assert rows == simulate.simulate(found, *plan, C=2.0, seed=5, kind="alo")


def test_a_refitted_network_gets_the_images_of_the_features(dataset):
    ((_, found),) = features.featurize_all(dataset, "raw", {"crop": {"pixels": [1]}})
    settings = {
        "C": 1.0,
        "faithful": False,
        "influence": "influence",
        "network": {
            "kind": "lenet",
            "epochs": 1,
            "batch_size": 4,
            "learning_rate": 0.01,
            "seed": 0,
        },
        "transform": {"crop": {"pixels": [1]}},
    }
    built = model.build(found, dataset, settings)
    assert built.source.tolist() == found["source_train"].tolist()
    policies = ["baseline", "deterministic_proportional"]
    rows = simulate.run(built, "loss", policies, [6], 1, seed=0)
    # With every point augmented all policies fit the same rows.
    assert rows[0]["test_accuracy"] == rows[1]["test_accuracy"]
