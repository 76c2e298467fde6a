"""Degenerate and extreme numbers: an optimum, a score, an order, or one error that says why."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efficient_augmentation import clusters, dpp, logistic, policies, scores, select, simulate, svm
from efficient_augmentation import transforms as tf
from problems import augmented_features, two_classes

# A shape is a compilation, so there are few: n = 2 with d > n, and two others.
SHAPES = [(2, 3), (6, 2), (12, 4)]
ORDERED = [name for name in policies.BASES if not policies.parse(name).diverse]


def hostile(examples):
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],  # of a busy machine
    )


@st.composite
def problems(draw, shapes=SHAPES, decades=(-12, -6, -3, 0, 3, 6, 12)):
    """Features of any scale, also degenerate ones, and labels 0, 1, 0, ..."""
    n, d = draw(st.sampled_from(shapes))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    per_feature = st.lists(st.sampled_from(decades), min_size=d, max_size=d)
    scale = 10.0 ** np.array(draw(st.sampled_from(decades).map(lambda s: [s] * d) | per_feature))
    X, y = rng.normal(size=(n, d)) * scale, np.arange(n) % 2
    kind = draw(st.sampled_from(["plain", "pairs", "one point", "constant", "separable", "zero"]))
    match kind:
        case "pairs":
            X = X[np.arange(n) // 2]
        case "one point":
            X = X[np.zeros(n, int)]
        case "constant":
            X[:, 0] = X[0, 0]
        case "separable":
            X[:, 0] = (2 * y - 1) * np.abs(X[:, 0]).max()
        case "zero":
            X[:] = 0
    return X, y


def attempt(function, *args, **options):
    """Result and "", or None and what the one error says."""
    try:
        return function(*args, **options), ""
    except (ValueError, FloatingPointError) as error:
        return None, str(error)


penalties = st.sampled_from([1e-12, 1e-6, 1e-3, 1.0, 10.0, 1e4, 1e8, 1e12])


def relative_gradient(theta, X, y, C, weights):
    """Norm of the gradient, over what theta's and the products' roundings amount to."""
    X, theta, s = (a.astype(np.longdouble) for a in (X, theta, 2 * y - 1))
    X = np.column_stack([X, np.ones(len(X), np.longdouble)])
    margin = s * (X @ theta)
    small = np.exp(-np.abs(margin))
    wrong = np.where(margin > 0, small, 1) / (1 + small)
    pull = C * weights * wrong
    penalised = np.append(theta[:-1], 0)
    gradient = penalised - (pull * s) @ X
    curvature = pull * (1 - wrong)
    size = (
        np.abs(penalised) + pull @ np.abs(X) + (curvature * (np.abs(X) @ np.abs(theta))) @ np.abs(X)
    )
    return float(np.linalg.norm(gradient) / np.linalg.norm(size))


# Fits


@hostile(250)
@given(problems(), penalties, st.sampled_from([None, 1e-8, 1e8]))
def test_fit_is_the_optimum_or_says_that_it_is_not(problem, C, uneven):
    X, y = problem
    weights = np.ones(len(y))
    if uneven:
        weights[: len(y) // 2] = uneven
    theta, error = attempt(logistic.fit, X, y, C, weights)
    if error:
        assert "features of a more even scale" in error
        assert np.abs(X).max() > 1e10
        return
    assert relative_gradient(theta, X, y, C, weights) < 1e-12


@pytest.mark.parametrize(
    ("C", "weights"), [(1e-12, [1e8, 1.0, 1e8, 1.0, 1.0, 1e8]), (1e-6, [1e8] + [1e-8] * 5)]
)
def test_large_intercept_of_a_weak_fit_is_exact(C, weights):
    X, y, weights = np.zeros((6, 2)), np.arange(6) % 2, np.array(weights)
    theta = logistic.fit(X, y, C, weights)
    odds = weights[y == 1].sum() / weights[y == 0].sum()
    np.testing.assert_allclose(theta, [0, 0, np.log(odds)], rtol=1e-10, atol=1e-12)


def test_products_beyond_single_precision_are_no_optimum_at_zero():
    X, y = two_classes(6, 2, gap=4.0)
    weights = np.array([1, 1e8, 1e8, 0.25, 1, 1e-8])
    theta = logistic.fit(1e12 * X.astype(float), y, 1e12, weights)
    assert theta[:2].any()
    assert relative_gradient(theta, 1e12 * X.astype(float), y, 1e12, weights) < 1e-12


@hostile(60)
@given(problems(decades=(-300, -100, -40, 40, 100, 150, 300)), penalties)
def test_fit_of_absurd_scales_is_finite_or_one_error(problem, C):
    theta, error = attempt(logistic.fit, *problem, C)
    assert "logistic regression did not converge" in error if error else np.isfinite(theta).all()


X6, Y6 = two_classes(6, 2)


@pytest.mark.parametrize("C", [0, -1.0, np.nan, np.inf, "10", None, 1j, [1.0]])
def test_C_is_a_positive_number(C):
    with pytest.raises(ValueError, match="C must be a positive number, not"):
        logistic.fit(X6, Y6, C)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X6 + 1j, Y6, "features must be real numbers, not complex"),
        (X6.astype(str), Y6, "features must be real numbers, not <U"),
        (X6.astype(object), Y6, "features must be real numbers, not object"),
        (np.where(X6 > 0, np.inf, X6), Y6, "holds NaN or infinity"),
        (X6[:, :0], Y6, r"not \(6, 0\)"),
        (X6, Y6 - 1, "labels must be 0 or 1"),
        (X6, Y6 + 0.5, "labels must be 0 or 1"),
        (X6, np.where(Y6, np.nan, 0), "labels must be 0 or 1"),
        (X6, Y6.astype(str), "labels must be 0 or 1"),
        (X6, np.zeros(6), "class 1 is absent"),
        (X6, np.ones(6), "class 0 is absent"),
    ],
)
def test_rows_that_cannot_be_fitted(X, y, message):
    with pytest.raises(ValueError, match=message):
        logistic.fit(X, y, 1.0)


@pytest.mark.parametrize("missing", [0, 1])
def test_weights_that_leave_one_class_in_one_run_of_many(missing):
    weights = np.stack([np.ones(6), np.where(Y6 - missing, 1.0, 0.0)])
    with pytest.raises(ValueError, match=f"class {missing} is absent from the rows of positive"):
        logistic.fit_many(X6, Y6, 1.0, weights)


def test_accuracy_of_nan_is_refused():
    with pytest.raises(ValueError, match="theta' x~ is NaN"):
        logistic.accuracy(np.array([np.nan, 0, 0]), X6, Y6)


# Scores


@hostile(150)
@given(problems(), penalties, st.sampled_from(["influence", "alo", "published"]))
def test_influence_has_a_sign_and_follows_its_rows_or_is_one_error(problem, C, kind):
    X, y = problem
    options = {"C": None} if kind == "published" else {"C": C, "kind": kind}
    theta, error = attempt(logistic.fit, X, y, C)
    if not error:
        score, error = attempt(scores.loo_influence, theta, X, y, **options)
    if error:
        assert "nearer to 1" in error
        return
    assert np.isfinite(score).all()
    assert (score <= 0).all()
    if kind == "influence":
        turned = scores.loo_influence(theta, X[::-1], y[::-1], **options)[::-1]
        np.testing.assert_allclose(turned, score, rtol=0, atol=1e-6 * np.abs(score).max())


@hostile(100)
@given(problems(), penalties)
def test_loss_is_finite_not_negative_and_follows_its_rows(problem, C):
    X, y = problem
    theta = np.full(X.shape[1] + 1, C)
    loss = scores.loss(theta, X, y)
    assert np.isfinite(loss).all()
    assert (loss >= 0).all()
    turned = scores.loss(theta, X[::-1], y[::-1])[::-1]
    np.testing.assert_allclose(turned, loss, rtol=1e-12, atol=1e-13 * C * np.abs(X).max())


@hostile(60)
@given(problems(), penalties, st.integers(-30, 30))
def test_loss_does_not_depend_on_the_unit_of_the_features(problem, C, exponent):
    X, y = problem
    theta = np.full(X.shape[1] + 1, C)
    other = np.append(theta[:-1] * 2.0**-exponent, theta[-1])
    np.testing.assert_array_equal(
        scores.loss(other, X * 2.0**exponent, y), scores.loss(theta, X, y)
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theta": [0, np.nan, 0]}, "theta must be finite; entry 1 is not"),
        ({"C": -1.0}, "C must be a positive number, not -1.0"),
        ({"C": 0.0}, "C must be a positive number, not 0.0"),
        ({"fit_weights": np.full(6, np.nan)}, "fit_weights must be finite and not negative"),
        ({"fit_weights": -np.ones(6)}, "fit_weights must be finite and not negative"),
    ],
)
def test_influence_names_what_is_wrong(change, message):
    arguments = {"theta": [0.1, 0.2, 0.3], "X": X6, "y": Y6, "C": 1.0} | change
    with pytest.raises(ValueError, match=message):
        scores.loo_influence(**arguments)


def test_row_that_carries_its_curvature_alone_has_no_approximate_score():
    theta, X, y = np.zeros(4), 1e6 * np.eye(2, 3), np.array([0, 1])
    with pytest.raises(ValueError, match="singular to rounding without some row"):
        scores.loo_influence(theta, X, y, C=None, kind="alo")


def test_margin_that_overflows_is_named():
    with pytest.raises(ValueError, match=r"of row 0 is -?inf; features nearer to 1"):
        scores.loss(np.array([1e300, 0, 0]), np.full((6, 2), 1e300), Y6)


# Policies


magnitudes = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 5e-324, 1e-20, 1.0, 1e308, -1e308, 1.7976931348623157e308]
)


@hostile(200)
@given(st.lists(magnitudes, min_size=1, max_size=9), st.sampled_from(ORDERED), st.data())
def test_any_finite_scores_have_an_order(values, policy, data):
    n = len(values)
    labels = data.draw(st.none() | st.lists(st.integers(-3, 3), min_size=n, max_size=n))
    order = policies.order(policy, values, np.random.default_rng(0), labels)
    assert sorted(order) == list(range(n))
    if policy == "deterministic_proportional" and labels is None:
        # A zero ties with the smallest of the others.
        taken = np.abs(values)[order]
        assert (np.diff(taken[taken > 0]) <= 0).all()


@hostile(60)
@given(st.lists(magnitudes, min_size=2, max_size=9), st.sampled_from(ORDERED))
def test_sign_of_a_score_does_not_matter(values, policy):
    one, other = (
        policies.order(policy, s, np.random.default_rng(1)) for s in (values, np.negative(values))
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("labels", [[0.0, np.nan], [0.5, 1.0], ["a", "b"]])
def test_cluster_labels_are_integers(labels):
    with pytest.raises(ValueError, match="clusters must be integer labels, not"):
        policies.order("baseline", [1.0, 2.0], np.random.default_rng(0), labels)


# Simulation


@pytest.mark.parametrize(
    ("n", "d", "v"), [(2, 3, 1), (3, 4, 2), (6, 2, 3)], ids=["n=2,d>n", "n=3,d>n", "n=6"]
)
@pytest.mark.parametrize("kind", ["plain", "duplicates"])
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_simulations_of_few_points_are_complete(n, d, v, kind):
    features = augmented_features(n, d, v, n_test=4)
    if kind == "duplicates":
        features |= {name: np.ones_like(features[name]) for name in ("x_train", "x_test")}
    names = ["baseline", "random_proportional_update", "deterministic_proportional_downweight"]
    rows = simulate.simulate(
        features, ["loss", "influence"], names, range(1, n + 1), 2, 10.0, 0, clusters=[0, 1, n]
    )
    assert len(rows) == 2 * 3 * n * (2 + 2 + 1)
    assert all(0 <= row["test_accuracy"] <= 1 for row in rows)
    by_run = {}
    for row in rows:
        key = row["score"], row["policy"], row["clusters"], row["round"]
        by_run.setdefault(key, []).append(row["n_augmented"])
    assert all(counts == list(range(1, n + 1)) for counts in by_run.values())
    last = {r["test_accuracy"] for r in rows if r["n_augmented"] == n and "down" not in r["policy"]}
    assert len(last) == 1


FEATURES = augmented_features(3, 4, 2, n_test=4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budgets": [1.5]}, "budgets must be whole numbers"),
        ({"budgets": [float("nan")]}, "budgets must be whole numbers"),
        ({"rounds": 1.5}, "rounds must be at least 1, not 1.5, and whole"),
        ({"clusters": [float("nan")]}, "clusters must be whole numbers"),
        ({"C": np.inf}, "C must be a positive number, not inf"),
        ({"features": FEATURES | {"x_train": FEATURES["x_train"][:, :3]}}, "do not fit"),
        ({"features": FEATURES | {"source_train": FEATURES["source_train"][:-1]}}, "do not fit"),
        ({"features": FEATURES | {"y_train": FEATURES["y_train"][:-1]}}, "features and labels"),
        ({"features": FEATURES | {"x_test": FEATURES["x_test"] * np.nan}}, "row 0 holds NaN"),
        ({"features": FEATURES | {"y_train": np.zeros(9, int)}}, "class 1 is absent"),
    ],
)
def test_simulations_name_what_is_wrong(change, message):
    arguments = {
        "features": FEATURES, "scores": "loss", "policies": ["baseline"], "budgets": [1],
        "rounds": 1, "C": 1.0, "seed": 0,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        simulate.simulate(**(arguments | change))


# Support vectors, clusters, subsets, selection


@hostile(25)
@given(problems())
def test_separator_is_finite_or_one_error(problem):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svm, "MAX_ITERATIONS", 5_000)
        separator, error = attempt(svm.fit, *problem)
    if error:
        assert "features nearer to 1 would help" in error
        return
    assert np.isfinite(separator.margin).all()
    assert (separator.hinge >= 0).all()
    assert separator.support.any()


@pytest.mark.parametrize("scale", [1e3, 1e12, 1e160])
def test_separator_that_does_not_converge_says_so(monkeypatch, scale):
    monkeypatch.setattr(svm, "MAX_ITERATIONS", 1_000)
    X, y = np.random.default_rng(0).normal(size=(40, 3)) * scale, np.arange(40) % 2
    with pytest.raises(FloatingPointError, match=r"did not converge .* largest feature .*e"):
        svm.fit(X, y)


@hostile(25)
@given(problems(), st.integers(1, 3))
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_every_point_has_a_cluster_whatever_the_features(problem, seed):
    X = problem[0]
    found = clusters.labels(X, [1, len(X)], seed)
    assert all(set(labels) <= set(range(k)) for k, labels in found.items())
    assert all(len(labels) == len(X) for labels in found.values())


@pytest.mark.parametrize(
    ("X", "k", "message"),
    [
        (np.full((4, 2), np.nan), 2, "features must be finite"),
        (np.full((4, 2), 1e200), 2, "features must be finite, and their squares too"),
        (np.zeros(4), 2, r"features must have shape \(n, d\), not \(4,\)"),
        (np.zeros((4, 2)), float("nan"), r"within 1\.\.4, not nan"),
        (np.zeros((4, 2)), float("inf"), r"within 1\.\.4, not inf"),
    ],
)
def test_clusters_name_what_is_wrong(X, k, message):
    with pytest.raises(ValueError, match=message):
        clusters.labels(X, [k], 0)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (np.full((3, 2), np.inf), "features of test points must be finite"),
        (np.zeros((3, 1)), "1 features of test points, 2 of training"),
        (np.zeros((0, 2)), r"features of test points must have shape \(n, d\), not \(0, 2\)"),
    ],
)
def test_sweeps_name_what_is_wrong(test, message):
    with pytest.raises(ValueError, match=message):
        clusters.sweep(np.eye(4, 2), test, [2], 0)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_points_for_a_sweep_have_no_counts(n):
    assert clusters.geometric_counts(n) == []


@hostile(80)
@given(problems(decades=(-6, 0, 6)), st.sampled_from([0.0, 1e-9, 1.0, 1e3]), st.data())
def test_subsets_of_any_kernel_are_distinct_up_to_its_rank(problem, score, data):
    X = problem[0]
    if not X.any():
        with pytest.raises(ValueError, match="row 0 is not: its norm is 0"):
            dpp.kernel(X)
        return
    L = dpp.kernel(X, np.full(len(X), score))
    if data.draw(st.booleans()):
        # Without what is added to the diagonal: the rank is that of the directions.
        L = L - dpp._DIAGONAL * np.eye(len(X))
        L[np.abs(L) < 1e-12] = 0
    spectrum = dpp.decompose(L)
    rank = int((spectrum.values > 0).sum())
    for k in {1, rank} if rank else ():
        drawn = dpp.sample_k_dpp(spectrum, k, np.random.default_rng(0))
        assert len(set(drawn)) == k
        assert set(drawn) <= set(range(len(X)))
    with pytest.raises(ValueError, match=f"k must be a whole number within 1..{rank}"):
        dpp.sample_k_dpp(spectrum, rank + 1, np.random.default_rng(0))


@pytest.mark.parametrize("k", [float("nan"), float("inf")])
def test_size_of_a_subset_is_a_number(k):
    with pytest.raises(ValueError, match="k must be a whole number"):
        dpp.sample_k_dpp(np.eye(3), k, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("scores_", "message"), [(np.nan, "point 0 has nan"), (np.inf, "point 0 has inf")]
)
def test_kernels_of_scores_that_are_not_finite(scores_, message):
    with pytest.raises(ValueError, match=message):
        dpp.kernel(np.eye(3), np.full(3, scores_))


@hostile(40)
@given(
    problems(decades=(-6, 0, 3)),
    st.sampled_from(scores.NAMES),
    st.sampled_from(ORDERED),
    st.data(),
)
def test_selection_is_distinct_points_or_one_error(problem, score, policy, data):
    X, y = problem
    budget = data.draw(st.integers(1, len(X)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svm, "MAX_ITERATIONS", 5_000)
        chosen, error = attempt(select.select_points, X, y, budget, score, policy)
    if error:
        assert "nearer to 1" in error
        return
    assert len(set(chosen)) == budget


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": float("nan")}, r"budget must be a whole number within 1\.\.6, not nan"),
        ({"budget": float("inf")}, r"budget must be a whole number within 1\.\.6, not inf"),
        ({"labels": [0, np.nan] * 3}, "that of row 1 is nan"),
        ({"labels": Y6[:5]}, r"labels must have shape \(6,\), a label a row, not \(5,\)"),
        ({"labels": Y6[:, None]}, r"not \(6, 1\)"),
        ({"labels": np.zeros(6)}, "two classes, not 1"),
        ({"C": 0}, "C must be a positive number, not 0"),
        ({"policy": "best", "features": X6 * np.nan}, "unknown policy 'best'"),
    ],
)
def test_selection_names_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        select.select_points(**({"features": X6, "labels": Y6, "budget": 2} | change))


# Transforms


pixels = {
    np.uint8: [0, 1, 127, 254, 255],
    np.float32: [0.0, -1.0, 1e-45, 1e-30, 1.0, 3e38, -3e38],
    np.float16: [0.0, 6e-8, 1.0, -65504.0, 65504.0],
}


@hostile(60)
@given(
    st.sampled_from(list(pixels)),
    st.sampled_from([(1, 1, 1, 1), (2, 3, 5, 2), (1, 4, 1, 3)]),
    st.data(),
)
def test_transforms_stay_in_the_range_of_extreme_pixels(dtype, shape, data):
    seed = data.draw(st.integers(0, 999))
    x = np.random.default_rng(seed).choice(np.array(pixels[dtype], dtype), shape)
    results = [
        tf.translate(x, data.draw(st.integers(-(10**6), 10**6)), data.draw(st.integers(-9, 9))),
        tf.rotate(x, data.draw(st.floats(-1e6, 1e6))),
        tf.crop(x, data.draw(st.integers(0, (min(shape[1:3]) - 1) // 2))),
    ]
    slack = 0.0
    if dtype != np.uint8:
        # Weights that add up to one may exceed it by a rounding, and subnormals count as 0.
        eps, tiny = (float(getattr(np.finfo(dtype), name)) for name in ("eps", "tiny"))
        slack = 4 * eps * float(np.abs(x).max()) + tiny
    for y in map(np.asarray, results):
        assert (y.shape, y.dtype) == (x.shape, x.dtype)
        assert np.isfinite(y).all()
        assert float(y.min()) >= float(x.min()) - slack
        assert float(y.max()) <= float(x.max()) + slack


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e39])
@pytest.mark.parametrize("blocks", [1, 3])
def test_expanding_pixels_that_are_not_finite_names_the_image(monkeypatch, bad, blocks):
    x = np.zeros((3, 4, 4, 1))
    x[2, 1, 1, 0] = bad
    monkeypatch.setattr(tf, "_BLOCK_BYTES", x.nbytes // blocks)
    with pytest.raises(ValueError, match="image 2 holds NaN or infinity: pixels must be finite"):
        tf.expand(x, np.zeros(3), tf.variants("crop", {"pixels": [1]}))
