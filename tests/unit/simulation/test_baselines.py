import json
from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from efficient_augmentation.heads import influence as scores
from efficient_augmentation.heads import logistic, softmax, softmax_influence
from efficient_augmentation.names import as_published
from efficient_augmentation.scores import of_head, svm
from efficient_augmentation.simulation import baselines, simulate
from many_classes import several_classes
from problems import augmented_features


@pytest.fixture(scope="module")
def features():
    return augmented_features()


@pytest.fixture(scope="module")
def evaluated(features):
    return baselines.evaluate(simulate.FrozenModel(features, 10.0), features, ids=np.arange(24) * 3)


def accuracy_of(features, rows, test=slice(None)):
    model = LogisticRegression(C=10.0, tol=1e-12, solver="newton-cholesky", max_iter=1000)
    model.fit(features["x_train"][rows].astype(float), features["y_train"][rows])
    return model.score(features["x_test"][test], features["y_test"][test])


def test_floor_ceiling_and_virtual_support_vectors(features, evaluated):
    _, found = evaluated
    source = features["source_train"]
    assert found["floor"] == accuracy_of(features, source < 0)
    assert found["floor_plain_test"] == accuracy_of(
        features, source < 0, features["source_test"] < 0
    )
    assert found["ceiling"] == accuracy_of(features, slice(None))
    machine = SVC(kernel="linear", C=found["svm_C"])
    machine.fit(features["x_train"][:24], features["y_train"][:24])
    support = set(machine.support_)
    rows = [s < 0 or s in support for s in source]
    assert found["vsv_accuracy"] == accuracy_of(features, np.array(rows))
    assert found["n_support_vectors"] == len(support)
    assert (found["n_train"], found["n_test_rows"], found["C"]) == (24, 160, 10.0)


def test_scores_before_and_after(features, evaluated):
    rows, _ = evaluated
    X, y = features["x_train"], features["y_train"]
    before, after = logistic.fit(X[:24], y[:24], 10.0), logistic.fit(X, y, 10.0)
    expected = {
        "id": np.arange(24) * 3,
        "label": y[:24],
        "loss": scores.loss(before, X[:24], y[:24]),
        "influence": scores.loo_influence(before, X[:24], y[:24], 10.0),
        "loss_after": scores.loss(after, X[:24], y[:24]),
        "influence_after": scores.loo_influence(after, X[:24], y[:24], 10.0, fit_X=X),
    }
    for name, values in expected.items():
        np.testing.assert_allclose([row[name] for row in rows], values, rtol=1e-7, err_msg=name)
    assert list(rows[0]) == [
        "id", "label", "loss", "influence", "margin", "loss_after", "influence_after",
        "support_vector",
    ]  # fmt: skip
    # A support vector lies on the margin or inside it: complementary slackness.
    margin = np.array([row["margin"] for row in rows])
    support = np.array([row["support_vector"] for row in rows], bool)
    assert margin[~support].min() >= 1 - 1e-3


def test_further_scores_are_columns_at_the_end(features, evaluated):
    given = {"forgetting": np.arange(24) % 3}
    model = simulate.FrozenModel(features, 10.0, given=given)
    rows, _ = baselines.evaluate(model, features, further=["entropy", "hinge", "forgetting"])
    first = list(evaluated[0][0])
    assert list(rows[0]) == [*first, "entropy", "hinge", "forgetting", "entropy_after"]
    assert [row["forgetting"] for row in rows] == given["forgetting"].tolist()
    X, y = features["x_train"], features["y_train"]
    for name, theta in (
        ("entropy", logistic.fit(X[:24], y[:24], 10.0)),
        ("entropy_after", logistic.fit(X, y, 10.0)),
    ):
        expected = of_head.entropy(theta, X[:24])
        np.testing.assert_allclose([row[name] for row in rows], expected, rtol=1e-6)


def test_three_classes_are_measured_as_two_are():
    features = augmented_features(classes=partial(several_classes, k=3))
    rows, found = baselines.evaluate(simulate.FrozenModel(features, 10.0), features)
    source, X, y = features["source_train"], features["x_train"], features["y_train"]
    assert found["floor"] == accuracy_of(features, source < 0)
    assert found["ceiling"] == accuracy_of(features, slice(None))
    machine = svm.fit(X[:24], y[:24])
    chosen = (source < 0) | machine.support[source]
    assert found["vsv_accuracy"] == accuracy_of(features, chosen)
    assert (found["n_support_vectors"], found["svm_C"]) == (machine.support.sum(), machine.C)
    after = softmax.fit(X, y, 10.0)
    influence = softmax_influence.loo_influence(after, X[:24], y[:24], 10.0, fit_X=X)
    np.testing.assert_allclose([row["influence_after"] for row in rows], influence, rtol=1e-6)
    assert [row["label"] for row in rows] == y[:24].tolist()
    assert found["influence"] == {"kind": "influence"}
    number = softmax_influence.condition_number(after, X, 10.0)
    assert found["condition_number_after"] == pytest.approx(number, rel=1e-6)


def test_an_approximated_influence_comes_with_its_error(evaluated):
    features = augmented_features(classes=partial(several_classes, k=3))
    rows, found = baselines.evaluate(simulate.FrozenModel(features, 10.0, kind="kfac"), features)
    made, X, y = found["influence"], features["x_train"][:24], features["y_train"][:24]
    assert (made["kind"], made["points"]) == ("kfac", 24)
    theta = softmax.fit(X, y, 10.0)
    exact = softmax_influence.loo_influence(theta, X, y, 10.0)
    error = np.median(np.abs(np.array([row["influence"] for row in rows]) / exact - 1))
    assert made["relative_error"] == pytest.approx(error, rel=0.02)
    assert 0.8 < made["rank_correlation"] <= 1
    assert "influence" not in evaluated[1]  # of two classes, where nothing is approximated


def test_warnings_name_an_ill_conditioned_hessian():
    wide = augmented_features(n=10, d=40, v=1)
    _, corrected = baselines.evaluate(simulate.FrozenModel(wide, 10.0), wide)
    _, faithful = baselines.evaluate(simulate.FrozenModel(wide, 10.0, faithful=True), wide)
    assert corrected["warnings"] == []
    assert corrected["condition_number"] >= 1
    assert faithful["C"] == as_published.C == 1.0
    assert faithful["condition_number"] is None
    assert "fit on the originals is ill-conditioned" in faithful["warnings"][0]
    json.dumps(faithful, allow_nan=False)


def test_ids_of_another_length_are_refused(features):
    with pytest.raises(ValueError, match=r"ids must have shape \(24,\), not \(3,\)"):
        baselines.evaluate(simulate.FrozenModel(features, 1.0), features, ids=[1, 2, 3])
