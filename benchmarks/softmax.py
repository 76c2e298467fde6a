"""Influence under a multinomial logistic regression, beside plain conjugate gradients, in one run.

    PYTHONPATH=src python benchmarks/softmax.py [N]

Random ReLU features, 256 and an intercept, of N = 50000 rows in 10 overlapping classes, float64.
Prints Markdown tables: what each way takes (seconds, compiled; gibibytes at its peak beyond what
the process held before it), how far it lies from the exact score and whether it names the same
points, and the limit: the exact score's arithmetic at the rate of a matrix product measured here.
Conjugate gradients are timed on 64 rows, a plain and a preconditioned version, and scaled up to N.
"""

import statistics
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation import softmax, softmax_scores

D, K, C = 256, 10, 10.0
FEW = 64


def problem(n, seed=0):
    rng = np.random.default_rng(seed)
    X = np.maximum(rng.normal(size=(n, D)) @ rng.normal(size=(D, D)) / np.sqrt(D), 0)
    logits = (X - X.mean(axis=0)) @ rng.normal(size=(D, K))
    y = (logits + 0.3 * logits.std() * rng.gumbel(size=logits.shape)).argmax(axis=1)
    return X.astype(np.float32), y


def peak_bytes(reset=False):
    """Most memory that the process has held since the last reset (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def measured(function, repetitions=1):
    """(median seconds, peak bytes beyond those held before, result) of calls after the first."""
    function()
    before, seconds = peak_bytes(reset=True), []
    for _ in range(repetitions):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), peak_bytes() - before, result


def plain_conjugate_gradients(theta, X, y, rows, tolerance=1e-6):
    """Influence of some rows in all k (d + 1) coordinates, and the iterations that it took."""
    X = np.column_stack([X.astype(np.float64), np.ones(len(X))])
    logits = X @ theta.T
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    ridge = np.append(np.full(D, 1 / C), 0.0)

    def product(U):
        change = (X @ U.reshape(-1, D + 1).T).reshape(len(X), len(U), K).transpose(1, 0, 2)
        change = p * (change - (p * change).sum(axis=2, keepdims=True))
        back = X.T @ change.transpose(1, 0, 2).reshape(len(X), -1)
        return back.T.reshape(U.shape) + ridge * U

    r = p[rows] - np.eye(K)[y[rows]]
    G = r[:, :, None] * X[rows, None]
    U, left, direction, k = np.zeros_like(G), G, G, 0
    squared = (left**2).sum(axis=(1, 2))
    stop = tolerance**2 * squared
    while (squared > stop).any():
        Hd = product(direction)
        step = (squared / (direction * Hd).sum(axis=(1, 2)))[:, None, None]
        U, left = U + step * direction, left - step * Hd
        new = (left**2).sum(axis=(1, 2))
        direction = left + (new / squared)[:, None, None] * direction
        squared, k = new, k + 1
    return -(G * U).sum(axis=(1, 2)), k


def flops(n):
    """Of H by pairs of classes, its factor and the inverse of that, and their product with rows."""
    pairs, P = K * (K - 1) // 2, (K - 1) * (D + 1)
    return 2 * (2 * pairs * n * (D + 1) ** 2) + 2 * P**3 / 3


def product_rate(size=2048):
    """Operations a second of a float64 matrix product."""
    with jax.enable_x64(True):
        A = jnp.asarray(np.random.default_rng(0).normal(size=(size, size)))
        multiply = jax.jit(jnp.matmul)
        return 2 * size**3 / measured(lambda: multiply(A, A).block_until_ready(), 5)[0]


def overlap(score, exact, share):
    """Share of the points with the largest scores that are so under the exact ones."""
    count = max(1, int(share * len(exact)))
    return len(set(np.argsort(score)[:count]) & set(np.argsort(exact)[:count])) / count


def main(n):
    X, y = problem(n)
    seconds, memory, theta = measured(lambda: softmax.fit(X, y, C))
    print(f"Fit of {n} x {D}, {K} classes: {seconds:.3g} s, {memory / 2**30:.2f} GiB.\n")
    print("| score | s | GiB | largest relative error | of the top 1 % | of the top 10 % |")
    print("|---|---|---|---|---|---|")

    def row(name, seconds, memory, error, *shares):
        shares = [f"{100 * share:.0f} %" for share in shares] or ["-", "-"]
        cells = [name, f"{seconds:.3g}", f"{memory / 2**30:.2f}", error, *shares]
        print(f"| {' | '.join(cells)} |", flush=True)

    def score(kind):
        return measured(lambda: softmax_scores.loo_influence(theta, X, y, C, kind))

    seconds, memory, exact = score("influence")
    row("exact", seconds, memory, "-", 1, 1)
    row("exact, kind alo", *score("alo")[:2], "-")
    quick = score("kfac")
    error = np.abs(quick[2] / exact - 1).max()
    row(
        "kind kfac", *quick[:2], f"{error:.0e}", *(overlap(quick[2], exact, s) for s in (0.01, 0.1))
    )

    few = {"fit_X": X, "dense_limit": 0}
    ours = measured(lambda: softmax_scores.loo_influence(theta, X[:FEW], y[:FEW], C, **few))
    plain = measured(lambda: plain_conjugate_gradients(theta, X, y, np.arange(FEW)))
    for name, (took, held, values) in (
        ("conjugate gradients, preconditioned", ours),
        (f"conjugate gradients, plain ({plain[2][1]} iterations)", (*plain[:2], plain[2][0])),
    ):
        error = np.abs(values / exact[:FEW] - 1).max()
        row(f"{name}, {FEW} rows times {n / FEW:.0f}", took * n / FEW, held, f"{error:.0e}")

    limit = flops(n) / product_rate()
    print(f"\nLimit of the exact score: {limit:.3g} s; it takes {seconds / limit:.1f} times that.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
