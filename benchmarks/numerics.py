"""Scores, fits and draws beside plain versions of the same, in one run.

    PYTHONPATH=src python benchmarks/numerics.py

Random ReLU features of two overlapping classes. Prints a Markdown table: seconds of ours (median of
five, compiled), seconds of the plain version, their ratio, and how far the results lie apart.
"""

import statistics
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from efficient_augmentation import dpp, logistic, policies, scores, simulate


def problem(n, d, seed=0):
    rng = np.random.default_rng(seed)
    X = np.maximum(rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d), 0)
    y = ((X - X.mean(axis=0)) @ rng.normal(size=d) + 2 * rng.normal(size=n) > 0).astype(int)
    return X.astype(np.float32), y


def timed(function, repetitions=5):
    """(median seconds, result), the first call left out where there are several."""
    seconds = []
    for _ in range(repetitions + (repetitions > 1)):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[repetitions > 1 :]), result


def plain_influence(theta, X, y, C):
    """Point by point, as the published code goes about it, with the penalty in H."""
    X = np.column_stack([X.astype(np.float64), np.ones(len(X))])
    p = 1 / (1 + np.exp(-X @ theta))
    H = np.zeros((X.shape[1], X.shape[1]))
    for x, q in zip(X, p, strict=True):
        H += q * (1 - q) * np.outer(x, x)
    H += np.diag([1 / C] * (len(H) - 1) + [0])
    inverse = np.linalg.inv(H)
    gradients = (p - y)[:, None] * X
    return np.array([-g @ inverse @ g for g in gradients])


def plain_fits(X, y, weights, C):
    model = LogisticRegression(C=C, tol=1e-10, max_iter=10_000)
    # On one thread: with more, this solver is several times slower at this size.
    with threadpool_limits(1):
        fits = (model.fit(X, y, w) for w in weights)
        return np.stack([np.append(m.coef_[0], m.intercept_) for m in fits])


def panel_of(n, v, d, n_test):
    """Mapping like features.npz: n originals and v noisy copies of each."""
    rng = np.random.default_rng(1)
    X, y = problem(n + n_test, d)
    rows = [X[:n], *(X[:n] + rng.normal(0, 0.5, (n, d)).astype(np.float32) for _ in range(v))]
    source = np.concatenate([np.full(n, -1), np.tile(np.arange(n), v)])
    test = {"x_test": X[n:], "y_test": y[n:], "source_test": np.full(n_test, -1)}
    return {
        "x_train": np.concatenate(rows), "y_train": np.tile(y[:n], v + 1), "source_train": source,
    } | test  # fmt: skip


def main():
    print("| work | ours, s | plain, s | ratio | largest relative difference |")
    print("|---|---|---|---|---|")

    def row(work, ours, plain=None):
        cells = [work, f"{ours[0]:.3g}", "-", "-", "-"]
        if plain is not None:
            apart = np.abs(ours[1] - plain[1]).max() / np.abs(plain[1]).max()
            cells[2:] = f"{plain[0]:.3g}", f"{plain[0] / ours[0]:.0f}", f"{apart:.0e}"
        print(f"| {' | '.join(cells)} |", flush=True)

    X, y = problem(5000, 256)
    theta = logistic.fit(X, y, 10.0)
    row(
        "influence, 5000 x 256, beside the published loop over points",
        timed(lambda: scores.loo_influence(theta, X, y, 10.0)),
        timed(lambda: plain_influence(theta, X, y, 10.0), 1),
    )
    weights = np.ones((35, 5000))
    weights[:, 1000:] = np.random.default_rng(0).random((35, 4000)) < 0.3
    row(
        "35 fits of 5000 x 256 from zero, beside scikit-learn's lbfgs at tol 1e-10",
        timed(lambda: logistic.fit_many(X, y, 10.0, weights)),
        timed(lambda: plain_fits(X.astype(np.float64), y, weights, 10.0), 1),
    )
    features = panel_of(1000, 4, 256, 9920)
    budgets = [1, 10, 50, 100, 250, 500, 750, 1000]
    row(
        "panel: 11 policies, 5 rounds, 8 budgets, influence, 9920 test rows",
        timed(
            lambda: simulate.simulate(
                features, "influence", policies.PAPER_PANEL, budgets, 5, 10.0, 0
            ),
            3,
        ),
    )
    spectrum = dpp.decompose(dpp.kernel(X[:1000]))
    rng = np.random.default_rng(0)
    row("k-DPP, n = 1000, k = 250: a draw", timed(lambda: dpp.sample_k_dpp(spectrum, 250, rng)))


if __name__ == "__main__":
    main()
