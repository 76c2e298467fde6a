"""Degenerate and extreme numbers: an order, a curve, a subset, or one error that says why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degenerate import attempt, hostile, problems
from efficient_augmentation.names import policies
from efficient_augmentation.policies import clusters, dpp, ranking
from efficient_augmentation.scores import by_name, svm
from efficient_augmentation.selection import points
from efficient_augmentation.simulation import simulate
from efficient_augmentation.transforms import catalogue as tf
from problems import augmented_features, two_classes

X6, Y6 = two_classes(6, 2)
ORDERED = [name for name in policies.BASES if not policies.unordered(name)]


# Policies


magnitudes = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 5e-324, 1e-20, 1.0, 1e308, -1e308, 1.7976931348623157e308]
)


@hostile(200)
@given(st.lists(magnitudes, min_size=1, max_size=9), st.sampled_from(ORDERED), st.data())
def test_any_finite_scores_have_an_order(values, policy, data):
    n = len(values)
    labels = data.draw(st.none() | st.lists(st.integers(-3, 3), min_size=n, max_size=n))
    order = ranking.order(policy, values, np.random.default_rng(0), labels)
    assert sorted(order) == list(range(n))
    if policy == "deterministic_proportional" and labels is None:
        # A zero ties with the smallest of the others.
        taken = np.abs(values)[order]
        assert (np.diff(taken[taken > 0]) <= 0).all()


@hostile(60)
@given(st.lists(magnitudes, min_size=2, max_size=9), st.sampled_from(ORDERED))
def test_sign_of_a_score_does_not_matter(values, policy):
    one, other = (
        ranking.order(policy, s, np.random.default_rng(1)) for s in (values, np.negative(values))
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("labels", [[0.0, np.nan], [0.5, 1.0], ["a", "b"]])
def test_cluster_labels_are_integers(labels):
    with pytest.raises(ValueError, match="clusters must be integer labels, not"):
        ranking.order("baseline", [1.0, 2.0], np.random.default_rng(0), labels)


# Simulation


@pytest.mark.parametrize(
    ("n", "d", "v"), [(2, 3, 1), (3, 4, 2), (6, 2, 3)], ids=["n=2,d>n", "n=3,d>n", "n=6"]
)
@pytest.mark.parametrize("kind", ["plain", "duplicates"])
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@pytest.mark.slow
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
    st.sampled_from(by_name.NAMES),
    st.sampled_from(ORDERED),
    st.data(),
)
def test_selection_is_distinct_points_or_one_error(problem, score, policy, data):
    X, y = problem
    budget = data.draw(st.integers(1, len(X)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(svm, "MAX_ITERATIONS", 5_000)
        chosen, error = attempt(points.select_points, X, y, budget, score, policy)
    if error:
        assert "nearer to 1" in error or "Give features that differ" in error
        return
    assert len(set(chosen)) == budget


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": float("nan")}, r"budget must be a whole number within 1\.\.6, .*, not nan"),
        ({"budget": float("inf")}, r"budget must be a whole number within 1\.\.6, .*, not inf"),
        ({"labels": [0, np.nan] * 3}, "that of row 1 is nan"),
        ({"labels": Y6[:5]}, r"labels must have shape \(6,\), a label a row, not \(5,\)"),
        ({"labels": Y6[:, None]}, r"not \(6, 1\)"),
        ({"labels": np.zeros(6)}, "two classes or more, not 1"),
        ({"C": 0}, "C must be a positive number, not 0"),
        ({"policy": "best", "features": X6 * np.nan}, "unknown policy 'best'"),
    ],
)
def test_selection_names_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        points.select_points(**({"features": X6, "labels": Y6, "budget": 2} | change))


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
