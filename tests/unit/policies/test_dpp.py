import itertools

import numpy as np
import pytest
from scipy import stats

from efficient_augmentation.policies import dpp


def random_kernel(n, d, seed=0):
    B = np.random.default_rng(seed).normal(size=(n, d)) * np.geomspace(0.3, 3, d)
    return B @ B.T


@pytest.mark.parametrize(("n", "d", "k"), [(6, 6, 2), (6, 6, 3), (7, 4, 4), (5, 5, 1), (4, 6, 4)])
def test_subsets_have_the_probabilities_of_their_determinants(n, d, k):
    L = random_kernel(n, d)
    subsets = list(itertools.combinations(range(n), k))
    weight = np.array([np.linalg.det(L[np.ix_(s, s)]) for s in subsets])
    rng, spectrum = np.random.default_rng(1), dpp.decompose(L)
    draws = [tuple(sorted(dpp.sample_k_dpp(spectrum, k, rng))) for _ in range(3000)]
    observed = np.array([draws.count(s) for s in subsets], float)
    expected = 3000 * weight / weight.sum()
    common = expected >= 5
    observed = np.append(observed[common], observed[~common].sum())
    expected = np.append(expected[common], expected[~common].sum())
    positive = expected > 0
    assert observed[~positive].sum() == 0
    if positive.sum() > 1:
        assert stats.chisquare(observed[positive], expected[positive]).pvalue > 1e-3


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3, 1e12])
def test_scale_of_the_kernel_does_not_matter(scale):
    L = dpp.kernel(np.random.default_rng(0).normal(size=(120, 200)))
    first = dpp.sample_k_dpp(L, 60, np.random.default_rng(2))
    again = dpp.sample_k_dpp(scale * L, 60, np.random.default_rng(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(("n", "d"), [(60, 7), (9, 20)])
@pytest.mark.parametrize("spread", [0, 9])
def test_spectrum_of_features_is_that_of_their_kernel(n, d, spread):
    rng = np.random.default_rng(0)
    # Nearly dependent features: eigenvalues far below the largest.
    features = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) * np.geomspace(1, 10**-spread, d)
    features[:, -1] = features[:, 0]
    scores = rng.normal(size=n)
    L = dpp.kernel(features, scores)
    values, vectors = dpp.spectrum(features, scores)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(L), rtol=1e-9)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(n), atol=1e-12)
    np.testing.assert_allclose(vectors * values @ vectors.T, L, atol=1e-12 * values[-1])


def test_polynomials_equal_the_coefficients_of_a_polynomial():
    values = np.random.default_rng(0).lognormal(size=12)
    values[3] = 0.0
    with np.errstate(divide="ignore"):
        ours = np.exp(dpp.log_elementary_symmetric(np.log(values), 12))
    for m in (0, 1, 5, 12):
        expected = np.zeros(13)
        expected[: m + 1] = np.abs(np.poly(values[:m]))
        np.testing.assert_allclose(ours[m], expected, rtol=1e-12)


def test_draws_are_distinct_and_follow_the_seed():
    L = dpp.kernel(np.random.default_rng(0).normal(size=(200, 20)), np.linspace(0.1, 2, 200))
    first, again, other = (dpp.sample_k_dpp(L, 100, np.random.default_rng(s)) for s in (0, 0, 1))
    assert len(set(first)) == 100
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


def test_similar_points_are_avoided_and_high_scores_preferred():
    angle = np.repeat([0.0, np.pi / 2], [30, 2])
    features = np.column_stack([np.cos(angle), np.sin(angle)])
    pair = [set(dpp.sample_k_dpp(dpp.kernel(features), 2, np.random.default_rng(s)) >= 30)
            for s in range(50)]  # fmt: skip
    assert all(p == {True, False} for p in pair)
    scores = np.ones(200)
    scores[:20] = 10
    weighted = dpp.kernel(np.random.default_rng(0).normal(size=(200, 50)), scores)
    drawn = dpp.sample_k_dpp(weighted, 20, np.random.default_rng(0))
    assert (drawn < 20).sum() > 12


def test_published_recursion_is_right_while_it_does_not_overflow_and_random_after():
    features = np.random.default_rng(0).normal(size=(150, 300))
    spectrum = dpp.decompose(dpp.kernel(features))
    pairs = [
        [draw(spectrum, k, np.random.default_rng(5)).tolist()
         for draw in (dpp.sample_k_dpp, dpp.sample_k_dpp_as_published)]
        for k in (10, 100)
    ]  # fmt: skip
    assert pairs[0][0] == pairs[0][1]
    assert pairs[1][0] != pairs[1][1]
    # Past the overflow, eigenvectors of the smallest eigenvalues are chosen.
    uniform = np.random.default_rng(0).random(150)
    chosen = dpp._choose_overflowing(1e6 * spectrum.values, uniform, 100)
    assert len(chosen) == 100
    assert np.median(spectrum.values[chosen]) < 0.7 * np.median(spectrum.values)


@pytest.mark.parametrize("k", [0, 5, 2.5])
def test_k_above_the_rank_is_refused(k):
    with pytest.raises(ValueError, match=rf"k must be a whole number within 1\.\.4 .* not {k}"):
        dpp.sample_k_dpp(random_kernel(9, 4), k, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("L", "message"),
    [
        (np.ones((2, 3)), r"shape \(n, n\), n >= 1, not \(2, 3\)"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), "L must be finite"),
        (np.array([[1.0, 0.5], [0.0, 1.0]]), "L must be symmetric"),
        (-np.eye(3), "positive semidefinite; its least eigenvalue is -1"),
    ],
)
def test_what_is_no_kernel_is_refused(L, message):
    with pytest.raises(ValueError, match=message):
        dpp.sample_k_dpp(L, 1, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.array([[1.0], [0.0]]),), "row 1 is not"),
        ((np.ones((2, 1)), np.ones(3)), r"scores must have shape \(2,\), not \(3,\)"),
    ],
)
def test_bad_features_or_scores_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        dpp.kernel(*arguments)


def test_points_without_a_direction_are_named_before_anything_is_computed():
    x = np.ones((9, 3))
    ids = np.array([f"cat/{i}.png" for i in range(9)])
    dpp.check_directions(x, ids)
    x[[4, 6]] = 0
    with pytest.raises(ValueError, match=r"dpp: .* those of cat/4.png, cat/6.png are all zero; "):
        dpp.check_directions(x, ids)
    with pytest.raises(ValueError, match=r"0, 1, 2, 3, 4, \.\.\. are all zero"):
        dpp.check_directions(x * 0, np.arange(9))
