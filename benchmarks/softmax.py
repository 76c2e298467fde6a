"""Influence under a multinomial logistic regression, compared with conjugate gradients.

Random ReLU features, 256 and an intercept, of 50000 rows in 10 overlapping classes, float64.
Conjugate gradients, row by row as anybody without H would do it, are timed on a few rows and scaled
up to all of them.
"""

import numpy as np
from measuring import difference, once, peak_gib, product_rate, row, turns

N, D, K, C = 50_000, 256, 10, 10.0
FEW = 2


def problem(n, d=D, k=K, seed=0):
    """Features (n, d) float32 and labels of k overlapping classes."""
    rng = np.random.default_rng(seed)
    X = np.maximum(rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d), 0)
    logits = (X - X.mean(axis=0)) @ rng.normal(size=(d, k))
    y = (logits + 0.3 * logits.std() * rng.gumbel(size=logits.shape)).argmax(axis=1)
    return X.astype(np.float32), y


def plain_conjugate_gradients(theta, X, y, rows, tolerance=1e-4):
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


def operations(n):
    """Operations for H by pairs of classes, its factor, the factor's inverse, and the products."""
    pairs, P = K * (K - 1) // 2, (K - 1) * (D + 1)
    return 2 * (2 * pairs * n * (D + 1) ** 2) + 2 * P**3 / 3


def overlap(score, exact, share):
    """Share of the points with the largest scores that also have the largest exact scores."""
    count = max(1, int(share * len(exact)))
    return len(set(np.argsort(score)[:count]) & set(np.argsort(exact)[:count])) / count


def softmax():
    from efficient_augmentation.heads import softmax, softmax_influence

    X, y = problem(N)
    theta = softmax.fit(X, y, C)

    def score(kind):
        peak_gib(reset=True)
        call = min(
            (once(lambda: softmax_influence.loo_influence(theta, X, y, C, kind)) for _ in range(2)),
            key=lambda result: result[0],
        )
        return *call, peak_gib()

    limit = operations(N) / product_rate(np.float64)
    seconds, exact, memory = score("influence")
    took, (few, iterations) = once(lambda: plain_conjugate_gradients(theta, X, y, np.arange(FEW)))
    peer = took * N / FEW
    yield row(
        f"influence, {N} x {D}, {K} classes, exact, float64",
        f"conjugate gradients ({iterations} iterations), {FEW} rows scaled up",
        "3x of the limit, 1.5 GiB",
        seconds,
        peer,
        limit=limit,
        memory=memory,
        agrees=f"{difference(few, exact[:FEW]):.0e}",
    )
    seconds, quick, memory = score("kfac")
    top = ", ".join(f"{overlap(quick, exact, s):.0%} of the top {s:.0%}" for s in (0.01, 0.1))
    yield row("the same, kind kfac", "the same", "", seconds, peer, memory=memory, agrees=top)


def many_classes():
    """Small data of many classes: by rows and by K-FAC, compared with the dense Hessian."""
    from efficient_augmentation.heads import logistic, softmax, softmax_influence

    n, d, k = 600, 256, 20
    X, y = problem(n, d, k)
    theta, rows = softmax.fit(X, y, C), logistic.with_intercept(X.astype(np.float64))
    fits = theta[None], rows, y, np.ones((1, n)), C

    def score(**options):
        return softmax_influence.loo_influence_many(*fits, **options)[0]

    (ours, quick, peer), (exact, _, dense) = turns(
        lambda: score(solver="rows"), lambda: score(kind="kfac"), lambda: score(solver="dense"),
        repetitions=1,
    )  # fmt: skip
    work, beside = f"influence, {n} x {d}, {k} classes, exact, float64", "the dense Hessian"
    yield row(work, beside, "10x", ours, peer, agrees=f"{difference(exact, dense):.0e}")
    made = softmax_influence.influence_made(*fits, "kfac")
    error = f"median error {made['relative_error']:.0%}, rank correlation "
    error += f"{made['rank_correlation']:.3f} at {made['points']} points"
    yield row("the same, kind kfac", beside, "", quick, peer, agrees=error)


def few_runs():
    """A fit of many classes and features on many rows: one Kronecker product against k Hessians."""
    from efficient_augmentation.heads import softmax

    X, y = problem(6000, 512, 50)
    plain = softmax._MANY_PRODUCTS

    def fit(products):
        softmax._MANY_PRODUCTS = products
        softmax._minimise.clear_cache()
        return softmax.fit(X, y, 1.0)

    seconds, (ours, theirs) = zip(*(once(lambda p=p: fit(p)) for p in (0.0, np.inf)), strict=True)
    softmax._MANY_PRODUCTS = plain
    apart = np.abs(ours - theirs).max() / np.abs(theirs).max()
    work = "a fit, 6000 x 512, 50 classes, preconditioned by one Kronecker product, with compiling"
    yield row(work, "by a Hessian a class", "1.5x", *seconds, agrees=f"{apart:.0e} of the largest")


ROWS = {"softmax": softmax, "many-classes": many_classes, "few-runs": few_runs}
