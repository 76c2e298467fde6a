"""models/ship.py: what it writes and measures, beside the unfolded network and scikit-learn."""

import jax
import numpy as np
import pytest
import ship
from sklearn.linear_model import LogisticRegression

import tiny_resnet
from efficient_augmentation.files import arrays, tables
from efficient_augmentation.networks import models, train_small

META = {"name": "tiny", "n_classes": 10, "input_shape": [8, 8, 3]}
HISTORY = [{"epoch": 1, "loss": 0.5}]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    tiny_resnet.register(monkeypatch)
    monkeypatch.setattr(ship, "N_TRAIN", 50)


@pytest.fixture(scope="module")
def points():
    found = {}
    for seed, (split, n) in enumerate({"train": 400, "test": 200}.items()):
        found[f"x_{split}"], found[f"y_{split}"] = tiny_resnet.images(n, 10, seed)
    return found


def weights():
    """First weights, with other statistics and another mean image."""
    images = np.zeros((1, 8, 8, 3), np.float32)
    variables = tiny_resnet.build(10).init(jax.random.key(0), images)
    rng = np.random.default_rng(0)
    moved = {"params": 0.0, "batch_stats": 0.1, "input": 0.3}
    return {
        part: jax.tree.map(
            lambda leaf, by=by: leaf + by * rng.uniform(0, 1, leaf.shape), variables[part]
        )
        for part, by in moved.items()
    }


def write(folder, variables):
    single = jax.tree.map(lambda leaf: np.asarray(leaf, np.float32), variables)
    train_small.save_weights(folder / "weights.npz", single, META)
    tables.write_csv(folder / "history.csv", HISTORY)
    return single


def seen(variables, images):
    """Features and predicted classes of the network as it was trained, nothing folded."""
    logits, named = tiny_resnet.build(10).apply(
        variables, models.unit_scale(images), intermediates=True
    )
    return np.asarray(named["features"], np.float64), np.asarray(logits).argmax(1)


def test_measures_what_the_network_does_before_and_after_rounding(tmp_path, points):
    exact = write(tmp_path, weights())
    found = ship.ship(tmp_path, points, tmp_path / "shipped")
    halved = jax.tree.map(lambda leaf: np.float32(np.float16(leaf)), exact)
    expected = {
        split: [seen(v, points[f"x_{split}"]) for v in (exact, halved)]
        for split in ("train", "test")
    }
    for split, ((_, before), (_, after)) in expected.items():
        y = points[f"y_{split}"]
        # An image between two classes can fall to either by rounding.
        shares = [np.mean(before == y), np.mean(after == y)]
        np.testing.assert_allclose(found[f"{split}_accuracy"], shares, atol=1.5 / len(y))
    changed = [np.sum(before != after) for (_, before), (_, after) in expected.values()]
    np.testing.assert_allclose(found["predictions_changed"], changed, atol=1)
    (features, _), (other, after) = expected["test"]
    share = np.abs(other - features).max() / features.max()
    np.testing.assert_allclose(found["features_changed"], share, rtol=0.02)
    assert share > 1e-5
    y = points["y_test"]
    of_class = [np.mean(after[y == label] == label) for label in range(10)]
    np.testing.assert_allclose(found["test_accuracy_of_class"], of_class, atol=0.06)


def test_the_pair_is_told_apart_as_scikit_learn_does(tmp_path, points):
    exact = write(tmp_path, weights())
    found = ship.ship(tmp_path, points, tmp_path / "shipped")["pair_accuracy"]
    halved = jax.tree.map(lambda leaf: np.float32(np.float16(leaf)), exact)
    chosen = {}
    for split, most in (("train", 50), ("test", 200)):
        rows = [i for i, label in enumerate(points[f"y_{split}"]) if label < 2][:most]
        chosen[split] = seen(halved, points[f"x_{split}"][rows])[0], points[f"y_{split}"][rows]
    assert found.keys() == {10.0, 1.0}
    for C, accuracy in found.items():
        head = LogisticRegression(C=C, max_iter=10_000, tol=1e-10).fit(*chosen["train"])
        assert abs(accuracy - head.score(*chosen["test"])) < 1.5 / 40


def test_files_are_half_precise_and_whole(tmp_path, points):
    exact = write(tmp_path, weights())
    ship.ship(tmp_path, points, tmp_path / "shipped")
    stored = arrays.load(tmp_path / "shipped/weights.npz")
    meta = stored.pop("meta")
    assert meta.tobytes() == arrays.load(tmp_path / "weights.npz")["meta"].tobytes()
    assert {values.dtype for values in stored.values()} == {np.dtype(np.float16)}
    kernel = exact["params"]["head"]["kernel"]
    np.testing.assert_array_equal(stored["params/head/kernel"], kernel.astype(np.float16))
    assert tables.read_csv(tmp_path / "shipped/history.csv") == tables.read_csv(
        tmp_path / "history.csv"
    )


def test_a_weight_beyond_half_precision_is_named(tmp_path, points):
    variables = weights()
    variables["params"]["head"]["bias"] += 70_000
    write(tmp_path, variables)
    with pytest.raises(ValueError, match=r"params/head/bias .* not all weights are finite"):
        ship.ship(tmp_path, points, tmp_path / "shipped")
    assert not (tmp_path / "shipped/weights.npz").exists()


def test_the_card_says_all_of_it():
    found = {
        "train_accuracy": [0.9995, 0.9994],
        "test_accuracy": [0.85, 0.8499],
        "predictions_changed": [7, 3],
        "features_changed": 0.0013,
        "test_accuracy_of_class": [0.9, *[0.8] * 8, 0.7],
        "pair_accuracy": {10.0: 0.974, 1.0: 0.977},
    }
    text = "\n".join(ship.card(found))
    for said in (
        "train images classified correctly: 99.95%, after rounding 99.94%",
        "test images classified correctly: 85.00%, after rounding 84.99%",
        "7 predictions of training images and 3 of test images",
        "by at most 0.13% of the largest",
        "airplane 90.0%, automobile 80.0%",
        "truck 70.0%",
        "airplane v automobile: 97.40% at C = 10",
    ):
        assert said in text
