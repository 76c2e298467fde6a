from functools import partial

import numpy as np
import pytest
from scipy import special
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.heads import head, logistic
from efficient_augmentation.names import policies
from efficient_augmentation.policies import clusters, coresets, dpp, ranking
from efficient_augmentation.scores import svm
from efficient_augmentation.simulation import simulate
from many_classes import several_classes
from problems import augmented_features

BUDGETS = [1, 5, 12, 24]
PANEL = policies.PAPER_PANEL


def plain_simulation(features, score, name, budgets, number, C, seed, k=0):
    """One round of one policy, fit by fit with scikit-learn, point by point."""
    policy, source = policies.parse(name), features["source_train"]
    X, y = features["x_train"].astype(np.float64), features["y_train"]
    n, v = int((source < 0).sum()), len(source) // int((source < 0).sum()) - 1

    def stands_for(i, taken):
        """Whether i's own label and nearest gradient is that of each taken point."""
        others = [j for j in taken if y[j] == y[i]]
        if i in taken or not others:
            return [i] * (i in taken)
        return [min(others, key=lambda j: np.linalg.norm(gradients[i] - gradients[j]))]

    def fitted(taken):
        rows = [i for i in range(len(source)) if source[i] < 0 or source[i] in taken]
        share = 1 / (v + 1) if policy.downweight else 1.0
        point = [i if source[i] < 0 else source[i] for i in rows]
        weight = np.array([share if p in taken else 1.0 for p in point])
        if policy.rule.weighted and taken:
            centres = [j for i in range(n) for j in stands_for(i, taken)]
            sizes = [1 if source[i] < 0 else centres.count(source[i]) for i in rows]
            weight = weight * sizes
        model = LogisticRegression(C=C, tol=1e-12, solver="newton-cholesky", max_iter=10_000)
        model.fit(X[rows], y[rows], weight)
        theta = np.squeeze(np.column_stack([model.coef_, model.intercept_]))
        scores = head.of(y)
        if score == "margin":
            values = svm.fit(X[:n], y[:n]).margin
        elif score == "loss":
            values = scores.loss(theta, X[:n], y[:n])
        else:
            values = scores.loo_influence(theta, X[:n], y[:n], C, fit_X=X[rows], fit_weights=weight)
        return model.score(features["x_test"], features["y_test"]), values, theta

    rng = np.random.default_rng([seed, number])
    labels = clusters.labels(X[:n], [k], seed)[k] if k else None
    taken, result = set(), []
    _, initial, theta = fitted(taken)
    tilde = np.column_stack([X[:n], np.ones(n)])
    logits = tilde @ np.atleast_2d(theta).T
    logits = np.column_stack([np.zeros(n), logits]) if theta.ndim == 1 else logits
    residuals = special.softmax(logits, axis=1) - np.eye(logits.shape[1])[y[:n]]
    gradients = [np.kron(r, x) for r, x in zip(residuals, tilde, strict=True)]
    if policy.coreset:
        order = list(coresets.order(policy.base, X[:n], y[:n], residuals, initial))
        if labels is not None:
            order = list(ranking.round_robin(np.array(order), labels, rng))
    else:
        plain = name.removesuffix("_downweight").removesuffix("_update")
        order = [] if policy.diverse else list(ranking.order(plain, initial, rng, labels))
    for budget in budgets:
        if policy.diverse:
            spectrum = dpp.spectrum(X[:n], initial if policy.base == "dpp_weighted" else None)
            taken = set(dpp.sample_k_dpp(spectrum, budget, rng))
        while len(taken) < budget:
            taken.add(order.pop(0))
        accuracy, values, _ = fitted(taken)
        result.append(accuracy)
        left = np.array([i for i in range(n) if i not in taken], int)
        if policy.update and len(left):
            order = list(left[ranking.order(plain, values[left], rng)])
    return result


@pytest.fixture(scope="module")
def features():
    return augmented_features()


@pytest.fixture(scope="module")
def rows(features):
    return simulate.simulate(features, ["loss", "influence"], PANEL, BUDGETS, 2, 10.0, seed=3)


def curve(rows, score, policy, number):
    key = (score, policy, number)
    return [r["test_accuracy"] for r in rows if (r["score"], r["policy"], r["round"]) == key]


@pytest.mark.parametrize("score", ["loss", "influence"])
@pytest.mark.parametrize("policy", PANEL)
def test_equals_a_plain_loop_over_points(features, rows, score, policy):
    for number in range(2 if policies.parse(policy).random else 1):
        expected = plain_simulation(features, score, policy, BUDGETS, number, 10.0, 3)
        assert curve(rows, score, policy, number) == expected


@pytest.mark.parametrize(
    ("score", "policy", "k"),
    [
        ("margin", "random_inverse_proportional", 0),
        ("margin", "deterministic_inverse_proportional_update", 0),
        ("margin", "dpp_weighted", 0),
        ("loss", "dpp_raw_downweight", 0),
        ("loss", "baseline", 4),
        ("influence", "random_proportional", 4),
        ("influence", "deterministic_proportional_downweight", 24),
        ("influence", "random_power_0.5_update_downweight", 0),
        ("influence", "dpp_map_weighted", 0),
        ("loss", "dpp_map_raw_downweight", 0),
        ("loss", "k_center_greedy", 0),
        ("loss", "herding", 4),
        ("loss", "facility_location", 0),
        ("loss", "facility_location_weighted", 0),
        ("loss", "facility_location_weighted_downweight", 4),
    ],
)
def test_margins_subsets_and_clusters_equal_a_plain_loop(features, score, policy, k):
    found = simulate.simulate(features, score, [policy], BUDGETS, 2, 10.0, 3, clusters=[k])
    assert {r["clusters"] for r in found} == {k}
    for number in range(2 if policies.parse(policy).random else 1):
        expected = plain_simulation(features, score, policy, BUDGETS, number, 10.0, 3, k)
        assert curve(found, score, policy, number) == expected


@pytest.mark.parametrize(
    ("score", "policy", "k"),
    [
        ("influence", "deterministic_proportional_update_downweight", 0),
        ("loss", "deterministic_inverse_proportional_update", 0),
        ("influence", "random_proportional", 4),
        ("loss", "dpp_raw_downweight", 0),
    ],
)
def test_three_classes_equal_a_plain_loop(score, policy, k):
    features = augmented_features(classes=partial(several_classes, k=3))
    found = simulate.simulate(features, score, [policy], BUDGETS, 1, 10.0, 3, clusters=[k])
    expected = plain_simulation(features, score, policy, BUDGETS, 0, 10.0, 3, k)
    assert curve(found, score, policy, 0) == expected


def test_published_draws_of_a_k_dpp_come_with_a_warning(features, monkeypatch, caplog):
    drawn = []
    monkeypatch.setattr(
        dpp, "sample_k_dpp_as_published", lambda L, k, rng: drawn.append(k) or np.arange(k)
    )
    arguments = (features, "loss", ["dpp_raw"], [3, 6], 1, 1.0, 0)
    simulate.simulate(*arguments, faithful=True)
    assert drawn == [3, 6]
    assert "larger subsets are nearly uniformly random" in caplog.text
    caplog.clear()
    simulate.simulate(*arguments)
    assert caplog.text == ""


def test_rows_are_complete_and_in_order(rows):
    keys = [
        (score, policy, 0, number, budget)
        for score in ("loss", "influence")
        for policy in PANEL
        for number in range(2 if policies.parse(policy).random else 1)
        for budget in BUDGETS
    ]
    assert [tuple(r.values())[:-1] for r in rows] == keys
    assert list(rows[0]) == [
        "score", "policy", "clusters", "round", "n_augmented", "test_accuracy",
    ]  # fmt: skip


def test_last_budget_without_downweighting_is_the_ceiling(features, rows):
    theta = logistic.fit(features["x_train"], features["y_train"], 10.0)
    ceiling = logistic.accuracy(theta, features["x_test"], features["y_test"])
    last = [r for r in rows if r["n_augmented"] == 24 and "downweight" not in r["policy"]]
    assert {r["test_accuracy"] for r in last} == {ceiling}


def test_same_seed_same_rows_other_seed_other_rows(features, rows):
    arguments = (features, ["loss", "influence"], PANEL, BUDGETS, 2, 10.0)
    assert simulate.simulate(*arguments, seed=3) == rows
    assert simulate.simulate(*arguments, seed=4) != rows


def test_a_policy_does_not_depend_on_its_company(features, rows):
    alone = simulate.simulate(
        features, "influence", ["random_proportional_update"], BUDGETS, 2, 10.0, seed=3
    )
    expected = [
        r for r in rows if (r["score"], r["policy"]) == ("influence", "random_proportional_update")
    ]
    assert alone == expected


def test_faithful_is_the_published_choice_of_C_and_hessian(features):
    panel = ["deterministic_proportional_update"]
    faithful = simulate.simulate(features, "influence", panel, BUDGETS, 1, 10.0, 0, faithful=True)
    model = simulate.FrozenModel(features, 1.0)
    model._influence_C = None
    assert faithful == simulate.run(model, simulate.Plan(["influence"], panel, BUDGETS, 1))
    assert faithful != simulate.simulate(features, "influence", panel, BUDGETS, 1, 10.0, 0)


def test_coresets_are_simulated_once_for_all_scores(features):
    runs = []

    class Counted(simulate.FrozenModel):
        def fit(self, weights):
            runs.append(len(weights))
            return super().fit(weights)

    names = ["facility_location", "dpp_map_weighted"]
    simulate.run(Counted(features, 1.0), simulate.Plan(["loss", "margin"], names, [24], 3))
    assert set(runs) == {3}  # one for both scores, one for each, whatever the rounds


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"scores": "margins"},
            "unknown score 'margins'; a score is one of loss, influence, el2n, .* knn_shapley",
        ),
        ({"budgets": [1, 25]}, r"within 1\.\.24"),
        ({"budgets": [5, 5]}, "strictly increasing"),
        ({"budgets": []}, "strictly increasing"),
        ({"budgets": [0, 5]}, r"within 1\.\.24"),
        ({"rounds": 0}, "rounds must be at least 1, not 0"),
        ({"clusters": [25]}, r"clusters must be whole numbers within 0\.\.24, not \[25\]"),
        ({"clusters": [3], "policies": ["dpp_raw"]}, "dpp_raw draws subsets and cannot be strat"),
        ({"policies": ["best"]}, "unknown policy 'best'"),
        ({"C": -1.0}, "C must be a positive number"),
        ({"kind": "exact"}, "kind must be one of influence, alo, kfac, auto, not 'exact'"),
    ],
)
def test_bad_arguments_are_refused(features, change, message):
    arguments = {
        "features": features, "scores": "influence", "policies": ["baseline"], "budgets": [1],
        "rounds": 1, "C": 1.0, "seed": 0,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        simulate.simulate(**(arguments | change))


def test_labels_that_no_training_row_has_are_refused():
    features = augmented_features(classes=partial(several_classes, k=3))
    features["y_test"][5] = 7
    with pytest.raises(ValueError, match=r"y_test holds label 7, y_train those of 0\.\.2"):
        simulate.FrozenModel(features, 1.0)


def test_published_choices_of_three_classes_are_refused():
    features = augmented_features(classes=partial(several_classes, k=3))
    with pytest.raises(ValueError, match="which knows two classes, not 3; set it to false"):
        simulate.FrozenModel(features, 1.0, faithful=True)


@pytest.mark.parametrize("source", [[0, -1], [-1, 1], [-1, -1, 2], [0, 0]])
def test_source_must_put_originals_first(features, source):
    with pytest.raises(ValueError, match="source_train must be -1 for the originals"):
        simulate.FrozenModel(features | {"source_train": np.array(source)}, 1.0)
