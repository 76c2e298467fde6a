"""k-DPP: diverse subsets, drawn with probability proportional to a determinant.

A k-DPP with kernel L draws a set Y of k points with probability det(L_Y) / e_k(lambda), where
e_k is the k-th elementary symmetric polynomial of L's eigenvalues. Drawing takes two phases
(Kulesza and Taskar 2012, algorithms 8 and 1): choose k eigenvectors, by the recursion

    e_l(lambda_1..lambda_m) = e_l(lambda_1..lambda_m-1) + lambda_m e_l-1(lambda_1..lambda_m-1),

then draw from the projection DPP of these eigenvectors. The distribution does not depend on the
scale of L, but the recursion overflows float64 from about k = 50 on, so it runs on logarithms.
Points of the projection DPP are drawn one by one with a Cholesky factorisation that grows by one
row per point.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import lapack

PUBLISHED_SCALE = 1e6  # of the published code's kernel
_DIAGONAL = 1e-3


class Spectrum(NamedTuple):
    """Eigendecomposition of a kernel, ascending; eigenvalues that are rounding errors are 0."""

    values: np.ndarray
    vectors: np.ndarray


def kernel(features: ArrayLike, scores: ArrayLike | None = None) -> np.ndarray:
    """Kernel of similar directions: L = S phi phi' S + 1e-3 I.

    Args:
      features: (n, d); phi are its rows, each divided by its Euclidean norm.
      scores: (n,), S is the diagonal matrix of their magnitudes ("weighted"); None means the
        identity ("raw").
    Returns: (n, n) float64, symmetric positive definite.
    Raises: ValueError if a row of features is zero or not finite, or scores have another length.
    Source: Kuchnik and Smith 2019, appendix.
    """
    weighted = _weighted_directions(features, scores)
    return weighted @ weighted.T + _DIAGONAL * np.eye(len(weighted))


def spectrum(features: ArrayLike, scores: ArrayLike | None = None) -> Spectrum:
    """Eigendecomposition of `kernel`, computed from a (d, d) matrix if d < n.

    With B = S phi and the eigenvectors U of B' B, the columns of B U are orthogonal. Householder
    reflections make them orthonormal up to rounding and complete the basis; on vectors orthogonal
    to the columns of B, L is 1e-3 times the identity.

    Args, Raises: as `kernel`.
    Returns: Spectrum.
    Cost: O(n^2 d), nearly all of it matrix products; O(n^3) if d >= n.
    """
    B = _weighted_directions(features, scores)
    n, d = B.shape
    if d >= n:
        return decompose(B @ B.T + _DIAGONAL * np.eye(n))
    values, vectors = np.linalg.eigh(B.T @ B)
    # Largest first, so that their rounding errors do not affect the smallest.
    reflections, tau, _, failed = lapack.dgeqrf(B @ vectors[:, ::-1])
    assert not failed
    # Columns in reverse order, since eigenvalues ascend and the last ones belong to the smallest.
    identity = np.eye(n, order="F")[:, ::-1]
    full, _, failed = lapack.dormqr("L", "N", reflections, tau, identity, 64 * n)
    assert not failed
    return Spectrum(np.append(np.zeros(n - d), np.maximum(values, 0.0)) + _DIAGONAL, full)


def decompose(L: ArrayLike) -> Spectrum:
    """Eigendecomposition of a kernel, which all draws from it can share.

    Args:
      L: (n, n), symmetric positive semidefinite, finite.
    Returns: Spectrum.
    Raises: ValueError if L is not such a matrix.
    Cost: O(n^3).
    """
    L = _checked_kernel(L)
    values, vectors = np.linalg.eigh(L)
    noise = len(L) * np.finfo(np.float64).eps * max(abs(values[0]), abs(values[-1]))
    if values[0] < -1e3 * noise:
        raise ValueError(f"L must be positive semidefinite; its least eigenvalue is {values[0]:g}")
    return Spectrum(np.where(values > noise, values, 0.0), vectors)


def sample_k_dpp(L: ArrayLike | Spectrum, k: int, rng: np.random.Generator) -> np.ndarray:
    """One draw from the k-DPP with kernel L.

    Args:
      L: (n, n) symmetric positive semidefinite, of any scale; or its `Spectrum`, which saves the
        eigendecomposition when drawing again.
      k: size of the subset, 1..rank of L.
      rng: numpy Generator.
    Returns: (k,) distinct indices. The same generator gives the same draw for the same bytes of L.
      If eigenvalues coincide, rounding errors in L decide which of their eigenvectors are used;
      this changes the draw, but not its distribution.
    Raises: ValueError if L is not such a matrix or k exceeds its rank.
    Cost: O(n^3) for a matrix; then O(n^2 k) per draw, nearly all of it in one product; memory n^2.
    Source: Kulesza and Taskar 2012, sections 2.4.4 and 5.2.2.
    """
    spectrum = L if isinstance(L, Spectrum) else decompose(L)
    _check_size(spectrum, k)
    with np.errstate(divide="ignore"):
        log_values = np.log(spectrum.values)
    return _draw(spectrum.vectors, k, rng, lambda u: _choose_by_logarithms(log_values, u, k))


def sample_k_dpp_as_published(
    L: ArrayLike | Spectrum, k: int, rng: np.random.Generator
) -> np.ndarray:
    """One draw as the published code makes it: scale of 1e6, recursion in plain float64.

    The polynomials overflow from about k = 50 on. Ratios of infinities are NaN and accept no
    eigenvector, so that the last ones visited are chosen, those of the smallest eigenvalues: the
    points are then nearly uniformly random. This function exists to reproduce published figures.

    Args, Returns, Raises: as `sample_k_dpp`.
    """
    spectrum = L if isinstance(L, Spectrum) else decompose(L)
    _check_size(spectrum, k)
    values = PUBLISHED_SCALE * spectrum.values
    return _draw(spectrum.vectors, k, rng, lambda u: _choose_overflowing(values, u, k))


def greedy_map(L: ArrayLike) -> np.ndarray:
    """Order in which each next point increases the determinant of the chosen block most.

    The first k points are the greedy approximation of the most probable subset of a k-DPP. Nothing
    in it is random. Among equal gains the lower index wins.

    Args:
      L: (n, n) symmetric positive semidefinite.
    Returns: (n,) permutation of 0..n-1. Beyond the rank of L no point adds anything, and the
      remaining points are ordered by index.
    Raises: ValueError if L is not square, finite and symmetric.
    Cost: O(n^3) for all points, O(n k^2) for the first k of them.
    Source: Chen, Zhang and Zhou 2018, algorithm 1.
    """
    L = _checked_kernel(L)
    n, floor = len(L), len(L) * np.finfo(np.float64).eps * np.diagonal(L).max()
    factor, order = np.empty((n, n)), np.empty(n, np.int64)
    # The diagonal of the kernel's Schur complement: each point's factor on the determinant.
    left = np.diagonal(L).copy()
    for j in range(n):
        i = order[j] = np.argmax(left)
        if left[i] <= floor:
            order[j:] = np.flatnonzero(left > -np.inf)
            break
        factor[j] = (L[i] - factor[:j, i] @ factor[:j]) / np.sqrt(left[i])
        left -= factor[j] ** 2
        left[order[: j + 1]] = -np.inf
    return order


def log_elementary_symmetric(log_values: np.ndarray, k: int) -> np.ndarray:
    """Logarithms of all elementary symmetric polynomials up to the k-th.

    Args:
      log_values: (n,) logarithms of non-negative values, -inf for zero.
      k: highest order.
    Returns: (n + 1, k + 1): entry (m, l) is log e_l of the first m values.
    Cost: O(n k).
    """
    polynomials = np.full((len(log_values) + 1, k + 1), -np.inf)
    polynomials[0, 0] = 0.0
    for m, log_value in enumerate(log_values):
        lower = log_value + polynomials[m, :-1]
        np.logaddexp(polynomials[m, 1:], lower, out=polynomials[m + 1, 1:])
        polynomials[m + 1, 0] = 0.0
    return polynomials


def _checked_kernel(L: ArrayLike) -> np.ndarray:
    L = np.asarray(L, np.float64)
    if L.ndim != 2 or L.shape[0] != L.shape[1] or not len(L):
        raise ValueError(f"L must have shape (n, n), n >= 1, not {L.shape}")
    if not np.isfinite(L).all():
        raise ValueError("L must be finite")
    size = np.abs(L).max()
    if not np.allclose(L, L.T, rtol=0, atol=1e-10 * size):
        raise ValueError("L must be symmetric")
    return L


def check_directions(features: ArrayLike, ids: np.ndarray) -> None:
    """Check that no point has only zero features, before anything is computed.

    Args:
      features: (n, d).
      ids: (n,) names of the points in the results.
    Raises: ValueError naming the point and the key of the config.
    """
    norms = np.linalg.norm(np.asarray(features, np.float64), axis=1)
    if (norms > 0).all():
        return
    found = np.flatnonzero(~(norms > 0))
    named = ", ".join(str(ids[i]) for i in found[:5]) + ", ..." * (len(found) > 5)
    raise ValueError(
        f"dpp: k-DPPs compare the directions of features, and those of {named} are all zero; leave "
        "out these points, or dpp.budgets and the policies dpp_map_weighted and dpp_map_raw"
    )


def _weighted_directions(features: ArrayLike, scores: ArrayLike | None) -> np.ndarray:
    """S phi of `kernel`, (n, d)."""
    phi = np.asarray(features, np.float64)
    norms = np.linalg.norm(phi, axis=1, keepdims=True)
    if not (np.isfinite(norms).all() and (norms > 0).all()):
        row = int(np.flatnonzero(~(np.isfinite(norms[:, 0]) & (norms[:, 0] > 0)))[0])
        raise ValueError(
            f"features must be finite with a non-zero norm; row {row} is not: its norm is "
            f"{norms[row, 0]}"
        )
    magnitude = np.ones(len(phi)) if scores is None else np.abs(np.asarray(scores, np.float64))
    if magnitude.shape != (len(phi),):
        raise ValueError(f"scores must have shape ({len(phi)},), not {magnitude.shape}")
    if not np.isfinite(magnitude).all():
        bad = int(np.argmin(np.isfinite(magnitude)))
        raise ValueError(f"scores must be finite; point {bad} has {magnitude[bad]}")
    return magnitude[:, None] * phi / norms


def _check_size(spectrum: Spectrum, k: int) -> None:
    rank = int((spectrum.values > 0).sum())
    if k % 1 or not 1 <= k <= rank:
        raise ValueError(f"k must be a whole number within 1..{rank} (the rank of L), not {k}")


def _draw(
    vectors: np.ndarray, k: int, rng: np.random.Generator, choose: Callable[[np.ndarray], list[int]]
) -> np.ndarray:
    n = len(vectors)
    uniform = rng.random(n + k)
    return _draw_projection(vectors[:, choose(uniform[:n])], uniform[n:])


def _choose_by_logarithms(log_values: np.ndarray, uniform: np.ndarray, k: int) -> list[int]:
    polynomials = log_elementary_symmetric(log_values, k)
    chosen: list[int] = []
    for m in range(len(log_values), 0, -1):
        left = k - len(chosen)
        if not left:
            break
        log_p = log_values[m - 1] + polynomials[m - 1, left - 1] - polynomials[m, left]
        if np.log(uniform[m - 1]) < log_p:
            chosen.append(m - 1)
    return chosen


def _choose_overflowing(values: np.ndarray, uniform: np.ndarray, k: int) -> list[int]:
    n = len(values)
    with np.errstate(over="ignore", invalid="ignore"):
        polynomials = np.zeros((n + 1, k + 1))
        polynomials[:, 0] = 1.0
        for m in range(1, n + 1):
            lower = values[m - 1] * polynomials[m - 1, :-1]
            polynomials[m, 1:] = polynomials[m - 1, 1:] + lower
        chosen: list[int] = []
        for m in range(n, 0, -1):
            left = k - len(chosen)
            if not left:
                break
            p = values[m - 1] * polynomials[m - 1, left - 1] / polynomials[m, left]
            if m == left or uniform[m - 1] < p:
                chosen.append(m - 1)
    return chosen


def _draw_projection(V: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Points of the projection DPP with kernel V V', V (n, k) with orthonormal columns."""
    n, k = V.shape
    # One matrix product is several times faster than one row of it per point.
    K = V @ V.T
    factor = np.empty((k, n))
    points = np.empty(k, dtype=np.int64)
    # The diagonal of the kernel's Schur complement, proportional to each point's probability.
    left = K.diagonal().copy()
    for j in range(k):
        cumulative = np.cumsum(left)
        i = min(np.searchsorted(cumulative, uniform[j] * cumulative[-1], side="right"), n - 1)
        factor[j] = (K[i] - factor[:j, i] @ factor[:j]) / np.sqrt(left[i])
        left = np.maximum(left - factor[j] ** 2, 0.0)
        left[i] = 0.0
        points[j] = i
    return points
