import jax
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.heads import influence as scores
from efficient_augmentation.heads import softmax_influence
from efficient_augmentation.networks import featurize, train_small
from efficient_augmentation.scores import svm
from efficient_augmentation.simulation import online, simulate

N, SIZE = 20, 12
TRAINING = train_small.Training(epochs=2, batch_size=16, learning_rate=3e-3)
SETTINGS = {"kind": "lenet", "seed": 0, **TRAINING._asdict()}


def blobs(n, column, seed):
    """A bright spot in the upper half in class 0, in the lower half in class 1, amid noise."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    x = rng.integers(0, 90, (n, SIZE, SIZE, 1))
    for image, label in zip(x, y, strict=True):
        row = rng.integers(1, 4) + 5 * label
        image[row : row + 3, column : column + 3] += 120
    return x.astype(np.uint8), y


def expanded(n, seed):
    """Originals with the spot on the left, each with one variant that has it on the right."""
    (x, y), (shifted, _) = blobs(n, 1, seed), blobs(n, 7, seed + 100)
    source = np.concatenate([np.full(n, -1), np.arange(n)]).astype(np.int32)
    return np.concatenate([x, shifted]), np.concatenate([y, y]), source


def images():
    x, y, source = expanded(N, 0)
    x_test, y_test, _ = expanded(30, 1)
    return {"x_train": x, "y_train": y, "source_train": source, "x_test": x_test, "y_test": y_test}


IMAGES = images()
ORIGINALS = (IMAGES["source_train"] < 0).astype(float)
EVERYTHING = np.ones(2 * N)


def model(**changes):
    return online.OnlineModel(IMAGES, 1.0, {**SETTINGS, **changes})


@pytest.fixture(scope="module")
def fitted():
    half = np.concatenate([np.ones(N), np.arange(N) < 10]) * 0.5
    weights = np.stack([ORIGINALS, EVERYTHING, half, EVERYTHING])
    return model(), model().fit(weights), weights


def by_hand(weights, seed):
    """Network, its features of the rows of positive weight, and scikit-learn's fit on them."""
    variables, _ = train_small.train(
        "lenet", IMAGES["x_train"], IMAGES["y_train"], n_classes=2, training=TRAINING, seed=seed,
        sample_weight=weights,
    )  # fmt: skip
    rows = np.flatnonzero(weights)
    X = featurize.featurize("lenet", variables, IMAGES["x_train"][rows])
    regression = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    regression.fit(X.astype(float), IMAGES["y_train"][rows], sample_weight=weights[rows])
    return variables, X, regression


def test_a_fit_is_a_training_and_a_regression_on_its_features(fitted):
    online_model, state, weights = fitted
    found = online_model.accuracy(state)
    assert found.shape == (4,)
    for run, w in enumerate(weights):
        variables, X, regression = by_hand(w, online.seed_of(0, w))
        theta = np.append(regression.coef_[0], regression.intercept_)
        np.testing.assert_allclose(state.theta[state.network[run]], theta, atol=1e-5)
        x_test = featurize.featurize("lenet", variables, IMAGES["x_test"])
        assert found[run] == pytest.approx(regression.score(x_test, IMAGES["y_test"]), abs=0.02)
        loss = online_model.scores("loss", state, [run])[0]
        expected = scores.loss_by_definition(theta, X[:N].astype(float), IMAGES["y_train"][:N])
        np.testing.assert_allclose(loss, expected, atol=1e-4)


def test_influence_is_that_of_the_weighted_fit(fitted):
    online_model, state, weights = fitted
    found = online_model.scores("influence", state, [2, 0, 2])
    for w, run, row in ((weights[2], 2, 0), (weights[0], 0, 1)):
        _, X, _ = by_hand(w, online.seed_of(0, w))
        expected = scores.loo_influence(
            state.theta[state.network[run]], X[:N], IMAGES["y_train"][:N], 1.0,
            fit_X=X, fit_weights=w[w > 0],
        )  # fmt: skip
        np.testing.assert_allclose(found[row], expected, rtol=1e-4)
    assert (found < 0).all()
    np.testing.assert_array_equal(found[2], found[0])


def test_features_and_condition_numbers_are_those_of_a_run(fitted):
    online_model, state, weights = fitted
    variables, X, _ = by_hand(weights[2], online.seed_of(0, weights[2]))
    originals = featurize.featurize("lenet", variables, IMAGES["x_train"][:N])
    np.testing.assert_allclose(online_model.features(state, 2), originals, atol=1e-6)
    expected = scores.condition_number(state.theta[state.network[2]], X, 1.0)
    assert online_model.condition_number(state, 2) == pytest.approx(expected, rel=1e-6)


def test_margins_are_those_of_a_machine_on_the_features(fitted):
    online_model, state, _ = fitted
    originals = online_model.features(state, 1).astype(float)
    machine = svm.fit(originals, IMAGES["y_train"][:N])
    found = online_model.scores("margin", state, [1, 3])
    np.testing.assert_allclose(found, np.tile(machine.margin, (2, 1)), rtol=1e-6)


def test_a_run_does_not_depend_on_the_others(fitted):
    online_model, state, weights = fitted
    assert len(state.theta) == 3
    assert state.network[1] == state.network[3]
    alone = model().fit(weights[2:3])
    np.testing.assert_array_equal(alone.theta[0], state.theta[state.network[2]])
    np.testing.assert_array_equal(model().accuracy(alone), online_model.accuracy(state)[2:3])


def test_seeds_give_other_networks(fitted):
    _, state, _ = fitted
    other = model(seed=1).fit(ORIGINALS[None])
    assert np.abs(other.theta[0] - state.theta[state.network[0]]).max() > 1e-3


def test_augmentation_teaches_the_network_what_it_shows():
    ceiling_model = model(epochs=30)
    state = ceiling_model.fit(np.stack([ORIGINALS, EVERYTHING]))
    floor, ceiling = ceiling_model.accuracy(state)
    assert ceiling > floor
    assert ceiling > 0.9


def test_policies_are_simulated_online():
    names = ["baseline", "random_proportional_update", "deterministic_proportional_downweight"]
    first, again = (
        simulate.run(model(), simulate.Plan(["loss"], names, [5, N], rounds=2)) for _ in range(2)
    )
    assert first == again
    assert len(first) == (2 + 2 + 1) * 2
    last = {row["policy"]: row["test_accuracy"] for row in first if row["n_augmented"] == N}
    ceiling = model().accuracy(model().fit(EVERYTHING[None]))[0]
    assert last["baseline"] == last["random_proportional_update"] == ceiling


def test_the_published_choices(fitted):
    _, _, weights = fitted
    published = online.OnlineModel(IMAGES, 10.0, SETTINGS, faithful=True)
    state = published.fit(weights[:1])
    plain = model().fit(weights[:1])
    # C is 1 whatever is asked for, and the penalty is left out of the Hessian.
    np.testing.assert_array_equal(state.theta, plain.theta)
    found = published.scores("influence", state, [0])
    assert np.isfinite(found).all()
    assert not np.allclose(found, model().scores("influence", plain, [0]))


def test_rows_out_of_order_are_refused():
    source = IMAGES["source_train"][::-1]
    with pytest.raises(ValueError, match="source_train"):
        online.OnlineModel({**IMAGES, "source_train": source}, 1.0, SETTINGS)


def test_bad_settings_are_refused_before_training():
    with pytest.raises(ValueError, match="unknown network 'resnet'"):
        online.OnlineModel(IMAGES, 1.0, {**SETTINGS, "kind": "resnet"}).fit(ORIGINALS[None])
    with pytest.raises(ValueError, match="epochs must be an integer of at least 1"):
        model(epochs=0).fit(ORIGINALS[None])


def test_digests_are_seeds():
    seeds = {online.seed_of(seed, w) for seed in (0, 1) for w in (ORIGINALS, EVERYTHING)}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert jax.random.key(np.uint32(max(seeds))).shape == ()


def test_three_classes_have_a_network_of_three_outputs():
    labels = {name: np.arange(len(IMAGES[name])) % 3 for name in ("y_train", "y_test")}
    labels["y_train"][N:] = labels["y_train"][:N]
    three = online.OnlineModel({**IMAGES, **labels}, 1.0, SETTINGS)
    state = three.fit(EVERYTHING[None])
    variables, _ = train_small.train(
        "lenet", IMAGES["x_train"], labels["y_train"], n_classes=3, training=TRAINING,
        seed=online.seed_of(0, EVERYTHING), sample_weight=EVERYTHING,
    )  # fmt: skip
    X, X_test = (featurize.featurize("lenet", variables, IMAGES[x]) for x in ("x_train", "x_test"))
    regression = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    regression.fit(X.astype(float), labels["y_train"])
    assert three.accuracy(state)[0] == regression.score(X_test, labels["y_test"])
    y = labels["y_train"][:N]
    theta = np.column_stack([regression.coef_, regression.intercept_])
    influence = softmax_influence.loo_influence(theta, X[:N], y, 1.0, fit_X=X)
    np.testing.assert_allclose(three.scores("influence", state, [0])[0], influence, rtol=1e-3)
    margin = svm.fit(X[:N], y).margin
    np.testing.assert_array_equal(three.scores("margin", state, [0])[0], margin)
