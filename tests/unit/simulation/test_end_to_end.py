import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.networks import featurize, recipes, train_resnet, train_small
from efficient_augmentation.simulation import end_to_end, online, simulate
from problems import augmented_features

N, COPIES = 12, 2
SETTINGS = {"kind": "lenet", "epochs": 2, "batch_size": 16, "learning_rate": 3e-3}
POLICIES = ["baseline", "deterministic_proportional"]


def images():
    """Images that go with augmented_features: noise around one level for each class."""
    found = augmented_features(N, 5, COPIES, n_test=15)
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        y = found[f"y_{split}"]
        noise = rng.integers(0, 150, (len(y), 12, 12, 1))
        found[f"x_{split}_images"] = (noise + 60 * y[:, None, None, None]).astype(np.uint8)
    return found


DATA = images()
IMAGES = {
    "x_train": DATA["x_train_images"],
    "y_train": DATA["y_train"],
    "x_test": DATA["x_test_images"],
    "y_test": DATA["y_test"],
}


def model(seed):
    frozen = simulate.FrozenModel(DATA, 2.0)
    return end_to_end.NetworkModel(frozen, IMAGES, SETTINGS, seed)


@pytest.fixture(scope="module")
def finished():
    models = [model(7), model(8)]
    return models, end_to_end.run(models, ["loss"], POLICIES, [0.25, 1.0], seed=3)


def of(rows, **key):
    return [row for row in rows if key.items() <= row.items()]


def test_rows_are_those_of_the_plan(finished):
    _, rows = finished
    keys = [(r["score"], r["policy"], r["round"], r["share"], r["n_augmented"]) for r in rows]
    expected = [
        (score, policy, number, share, b)
        for number in (0, 1)
        for score, policy, points in [
            ("-", "none", [(0.0, 0)]),
            ("-", "all", [(1.0, N)]),
            *(("loss", policy, [(0.25, 3), (1.0, N)]) for policy in POLICIES),
        ]
        for share, b in points
    ]
    assert keys == expected
    assert all(row["images"] == N + COPIES * row["n_augmented"] for row in rows)


def test_the_hardest_points_are_augmented_and_the_network_trained_on_them(finished):
    """The whole chain by hand: scikit-learn's losses, rows by index, one training."""
    _, rows = finished
    X, y = DATA["x_train"].astype(float), DATA["y_train"]
    fit = LogisticRegression(C=2.0, tol=1e-10, max_iter=10_000).fit(X[:N], y[:N])
    loss = -fit.predict_log_proba(X[:N])[np.arange(N), y[:N]]
    hardest = set(np.argsort(-loss)[:3].tolist())
    weights = np.array([float(s < 0 or s in hardest) for s in DATA["source_train"].tolist()])
    variables, _ = train_small.train(
        "lenet", IMAGES["x_train"], y, n_classes=2, sample_weight=weights,
        training=train_small.training_of(SETTINGS), seed=online.seed_of(7, weights),
    )  # fmt: skip
    head = variables["params"]["head"]
    features = featurize.featurize("lenet", variables, IMAGES["x_test"])
    found = (features @ head["kernel"] + head["bias"]).argmax(axis=1)
    expected = np.mean(found == IMAGES["y_test"])
    (row,) = of(rows, policy="deterministic_proportional", round=0, share=0.25)
    assert row["test_accuracy"] == pytest.approx(expected, abs=1 / len(found))
    kept = weights > 0
    again = LogisticRegression(C=2.0, tol=1e-10, max_iter=10_000).fit(X[kept], y[kept])
    assert row["frozen_accuracy"] == pytest.approx(again.score(DATA["x_test"], DATA["y_test"]))


def test_equal_sets_are_one_network_in_a_round_and_another_in_the_next(finished):
    models, rows = finished
    for number in (0, 1):
        everything = of(rows, round=number, share=1.0)
        assert len({row["test_accuracy"] for row in everything}) == 1
    # None and all, then two policies at a quarter; all is known by then.
    assert [time["networks"] for time in models[0].times] == [2, 2]
    seen = [time["images_seen"] for time in models[0].times]
    assert seen == [2 * (N + N * (1 + COPIES)), 2 * 2 * (N + COPIES * 3)]
    assert all(time["seconds"] > 0 for time in models[0].times)
    first, second = (model._known for model in models)
    assert first.keys() & second.keys()


def test_it_answers_all_that_the_simulation_asks_of_a_model(finished):
    model = finished[0][0]
    chosen = np.array([np.zeros(N, bool), np.ones(N, bool)])
    weights = model.rows.weights(chosen, np.zeros(2, bool))
    state = model.fit(weights)
    right, some = model.correct(state), np.arange(len(IMAGES["y_test"])) % 3 == 0
    assert (right.shape, right.dtype) == ((2, len(IMAGES["y_test"])), bool)
    ends = [of(finished[1], policy=policy, round=0)[0] for policy in ("none", "all")]
    assert model.accuracy(state).tolist() == [row["test_accuracy"] for row in ends]
    for run in (0, 1):
        correct = sum(bool(value) for value, kept in zip(right[run], some, strict=True) if kept)
        assert model.accuracy(state, some)[run] == pytest.approx(correct / some.sum())
        theta, rows = model.frozen.fit(weights)[0][run], weights[run] > 0
        X = np.column_stack([DATA["x_train"], np.ones(len(rows))])[rows].astype(float)
        p = 1 / (1 + np.exp(-X @ theta))
        H = (X * (p * (1 - p))[:, None]).T @ X + np.diag([1.0] * (X.shape[1] - 1) + [0]) / 2.0
        assert model.condition_number(state, run) == pytest.approx(np.linalg.cond(H), rel=1e-3)


def test_a_resnet_takes_rows_and_refuses_weights(monkeypatch):
    """Its training has tests of its own; here it only says what it was given."""
    monkeypatch.setattr(train_resnet, "train", lambda *given, **more: ((given, more), None))
    settings = {
        "kind": "resnet20v2",
        "recipe": "one_cycle",
        "epochs": 1,
        "batch_size": 4,
        "learning_rate": 1e-3,
        "weight_decay": 0.05,
        "label_smoothing": 0.1,
        "half_size_epochs": 0,
        "distortion": {"degrees": 0.0, "pixels": 0.0, "flip": True},
    }
    x, y = IMAGES["x_train"][:6], IMAGES["y_train"][:6]
    weights = np.array([[1, 1, 1, 1, 0, 1.0], [0, 1, 1, 1, 1, 1]])
    (name, *first), more = next(end_to_end.networks(x, y, weights, [5, 6], settings))
    assert name == "resnet20v2"
    np.testing.assert_array_equal(first[0], x[[0, 1, 2, 3, 5]])
    np.testing.assert_array_equal(first[1], y[[0, 1, 2, 3, 5]])
    assert (more["seed"], more["n_classes"], more["distortion"].flip) == (5, 2, True)
    assert more["recipe"] == recipes.Recipe("one_cycle", 1, 4, 1e-3, 0.05, 0.1)
    with pytest.raises(ValueError, match="resnet20v2 trains on rows that are there or not"):
        list(end_to_end.networks(x, y, weights / 2, [5, 6], settings))
