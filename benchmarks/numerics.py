"""Scores, fits, simulations and draws compared with plain versions and other software.

Random ReLU features of two overlapping classes, drawn with a fixed seed.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from measuring import difference, once, peak_gib, product_rate, row, turns
from threadpoolctl import threadpool_limits

BUDGETS = [1, 10, 50, 100, 250, 500, 750, 1000]
C = 10.0


def problem(n, d, seed=0):
    """Features (n, d) float32 and labels of two overlapping classes."""
    rng = np.random.default_rng(seed)
    X = np.maximum(rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d), 0)
    y = ((X - X.mean(axis=0)) @ rng.normal(size=d) + 2 * rng.normal(size=n) > 0).astype(int)
    return X.astype(np.float32), y


def panel_of(n, v, d, n_test):
    """Mapping like features.npz: n originals and v noisy copies of each."""
    rng = np.random.default_rng(1)
    X, y = problem(n + n_test, d)
    rows = [X[:n], *(X[:n] + rng.normal(0, 0.5, (n, d)).astype(np.float32) for _ in range(v))]
    source = np.concatenate([np.full(n, -1), np.tile(np.arange(n), v)])
    return {
        "x_train": np.concatenate(rows), "y_train": np.tile(y[:n], v + 1), "source_train": source,
        "x_test": X[n:], "y_test": y[n:], "source_test": np.full(n_test, -1),
    }  # fmt: skip


def published_influence(theta, X, y):
    """Influence as the published code computes it: autograd, an inverse, a loop over points.

    The penalty is in H, which it left out, so that the scores can be compared with ours.
    """
    import autograd
    import autograd.numpy as anp

    X = np.column_stack([X.astype(np.float64), np.ones(len(X))])

    def objective(theta, X, y, ridge):
        p = 1 / (1 + anp.exp(-anp.dot(X, theta)))
        likelihood = anp.sum(anp.log(p * y + (1 - p) * (1 - y)))
        return ridge * anp.sum(theta[:-1] ** 2) / 2 - likelihood

    inverse = np.linalg.inv(autograd.hessian(objective)(theta, X, y, 1 / C))
    gradient = autograd.grad(objective)
    gradients = (gradient(theta, x[None], label, 0.0) for x, label in zip(X, y, strict=True))
    return np.array([-g @ inverse @ g for g in gradients])


def _influence(d, goals):
    from efficient_augmentation.heads import influence as scores

    n, D = 5000, d + 1
    X, y = problem(n, d)
    theta = np.random.default_rng(1).normal(size=D) / np.sqrt(D)
    # A symmetric H, its factor and the factor's inverse, a triangular product with the rows.
    operations = n * D**2 + 2 * D**3 / 3 + n * D**2
    mine = []
    for dtype in (np.float64, np.float32):
        peak_gib(reset=True)
        (ours,), (found,) = turns(
            lambda dtype=dtype: scores.loo_influence(theta, X, y, C, dtype=dtype), repetitions=9
        )
        mine.append((dtype, ours, found, peak_gib(), operations / product_rate(dtype)))
    peer, plain = once(lambda: published_influence(theta, X, y))
    for (dtype, ours, found, memory, limit), goal in zip(mine, goals, strict=True):
        yield row(
            f"influence, {n} x {d}, {np.dtype(dtype).name}",
            "the published computation",
            goal,
            ours,
            peer,
            limit=limit,
            memory=memory,
            agrees=f"{difference(found, plain):.0e}",
        )


def influence():
    yield from _influence(256, ("100x, 2x of the limit", "200x, 2x of the limit"))


def influence_wide():
    yield from _influence(2048, ("15x, 2.5x of the limit", "40x, 2.5x of the limit"))


class _ScikitModel:
    """A model for `simulate` with scikit-learn's fits and a plain closed form of the scores."""

    def __init__(self, features):
        from efficient_augmentation.heads.expanded import Rows

        self.C, self.rows = C, Rows(features["source_train"])
        self._X, self._y = features["x_train"].astype(np.float64), features["y_train"]
        self._test = features["x_test"].astype(np.float64), features["y_test"]
        self._n = self.rows.n
        self.labels, self.given = self._y[: self._n], {}

    def fit(self, weights):
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=C, tol=1e-10, max_iter=10_000)
        theta = []
        for weight in weights:
            rows = weight > 0
            model.fit(self._X[rows], self._y[rows], weight[rows])
            theta.append(np.append(model.coef_[0], model.intercept_))
        return np.array(theta), weights

    def accuracy(self, state, test_rows=slice(None)):
        X, y = self._test
        margin = X[test_rows] @ state[0][:, :-1].T + state[0][:, -1]
        return ((y[test_rows] == 1) == (margin > 0).T).mean(axis=1)

    def scores(self, name, state, runs, calls=1):
        return np.stack([self._influence(state[0][r], state[1][r]) for r in runs])

    def _influence(self, theta, weights):
        rows = np.column_stack([self._X, np.ones(len(self._X))])
        p = 1 / (1 + np.exp(-rows @ theta))
        H = (rows * (weights * p * (1 - p))[:, None]).T @ rows
        H += np.diag(np.append(np.full(len(H) - 1, 1 / C), 0.0))
        own, n = rows[: self._n], self._n
        lift = (own * np.linalg.solve(H, own.T).T).sum(axis=1)
        return -weights[:n] * (p[:n] - self._y[:n]) ** 2 * lift

    def features(self, state, run):
        return self._X[: self._n]


def _optimum(features):
    """Our model with fits that continue until the gradient is zero up to rounding."""
    from efficient_augmentation.heads import logistic
    from efficient_augmentation.simulation import simulate

    class Optimum(simulate.FrozenModel):
        def fit(self, weights):
            return logistic.fit_many(self._points.X, self._points.y, C, weights), weights

    return Optimum(features, C)


def _one_thread():
    """Limit JAX, which is not loaded yet, to one thread, as in the workflow's simulations."""
    os.environ["NPROC"] = "1"


def _simulated(features, model=None, scores=("influence",), rounds=5):
    from efficient_augmentation.names import policies
    from efficient_augmentation.simulation import simulate

    model = simulate.FrozenModel(features, C) if model is None else model
    with threadpool_limits(1):
        plan = simulate.Plan(scores, policies.PAPER_PANEL, BUDGETS, rounds)
        return simulate.run(model, plan)


def panel():
    _one_thread()
    features = panel_of(1000, 4, 256, 9920)
    _simulated(features)
    peak_gib(reset=True)
    ours, found = min((once(lambda: _simulated(features)) for _ in range(3)), key=lambda t: t[0])
    memory = peak_gib()
    first = _in_a_process("first_panel")
    hundred = min(once(lambda: _simulated(features, rounds=100))[0] for _ in range(2))
    memory_of_hundred = peak_gib()
    peer, theirs = once(lambda: _simulated(features, _ScikitModel(features)))
    optimum = _simulated(features, _optimum(features))

    def apart(rows):
        pairs = zip(rows, optimum, strict=True)
        return sum(a["test_accuracy"] != b["test_accuracy"] for a, b in pairs)

    work = "panel: 12 policies, 5 rounds, 8 budgets, scores of every update, 9920 test rows"
    beside = "scikit-learn at tol 1e-10, closed-form scores"
    agrees = f"of {len(found)} accuracies {apart(found)} differ from the optimum's, {apart(theirs)}"
    agrees += " of scikit-learn's"
    yield row(f"{work}: warm", beside, "8x", ours, peer, memory=memory, agrees=agrees)
    yield row("the same, programs from the compilation cache", beside, "4x", first, peer)
    few = f"{beside}, 5 rounds"
    aim = "hundreds at the price of a few"
    yield row("the same, 100 rounds, warm", few, aim, hundred, peer, memory=memory_of_hundred)


def first_panel():
    """Seconds of the first simulation of this process."""
    features = panel_of(1000, 4, 256, 9920)
    return once(lambda: _simulated(features))[0]


def one_job():
    """Seconds of a simulation job, from the start of Python to its end: the work of `panels`."""
    _simulated(panel_of(1000, 4, 256, 2000), scores=sys.argv[2].split(","))
    return 0.0


def _in_a_process(name, *arguments):
    """The result of a function of this module in a process whose programs are compiled already."""
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            value = _job(cache, name, *arguments)
    return value


def _job(cache, name, *arguments):
    environment = {
        "JAX_COMPILATION_CACHE_DIR": cache,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    command = [sys.executable, __file__, name, *arguments]
    done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def panels():
    """One job per transform with two scores, compared with one job per transform and score."""
    _one_thread()
    with tempfile.TemporaryDirectory() as cache:

        def jobs(*scores):
            start = time.perf_counter()
            for score in scores:
                _job(cache, "one_job", score)
            return time.perf_counter() - start

        jobs("loss,influence", "loss", "influence")
        ours, peer = jobs("loss,influence"), jobs("loss", "influence")
    yield row(
        "3 transforms and 2 scores: 3 jobs, from start to end, programs compiled",
        "6 jobs of one score",
        "1.4x (0.7 of the time)",
        3 * ours,
        3 * peer,
        agrees="one transform measured",
    )


def leave_one_out():
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    from efficient_augmentation.heads import influence as scores
    from efficient_augmentation.heads import logistic, refits

    X, y = problem(1000, 256)
    refits.refit_losses(X, y, C)
    peak_gib(reset=True)
    (ours,), (found,) = turns(lambda: refits.refit_losses(X, y, C))
    memory = peak_gib()
    some = np.arange(0, 1000, 10)
    model = LogisticRegression(C=C, tol=1e-10, max_iter=10_000)
    wide = X.astype(np.float64)

    def plain():
        whole, result = scores.loss(logistic.fit(X, y, C), X, y), []
        with threadpool_limits(1):
            for i in some:
                model.fit(np.delete(wide, i, axis=0), np.delete(y, i))
                theta = np.append(model.coef_[0], model.intercept_)
                result.append(scores.loss(theta, X[i : i + 1], y[i : i + 1])[0] - whole[i])
        return result

    peer, expected = once(plain)
    apart = np.abs(found[some] - expected).max() / found.max()
    yield row(
        "1000 exact leave-one-out refits, 1000 x 256",
        "scikit-learn's lbfgs at tol 1e-10, 100 of them times 10",
        "5x",
        ours,
        peer * len(X) / len(some),
        memory=memory,
        agrees=f"{apart:.0e} of the largest",
    )


def k_dpp():
    from dppy.finite_dpps import FiniteDPP

    from efficient_augmentation.policies import dpp

    X, _ = problem(1000, 256)
    rng, k = np.random.default_rng(0), 250
    spectrum = dpp.spectrum(X)
    L = dpp.kernel(X)
    # DPPy is correct if the trace is near n, and wrong at other scales; this kernel's trace is n.
    peer = FiniteDPP("likelihood", L=L)
    peer.sample_exact_k_dpp(size=k, random_state=0)
    peak_gib(reset=True)
    (ours, theirs), (mine, _) = turns(
        lambda: dpp.sample_k_dpp(spectrum, k, rng),
        lambda: peer.sample_exact_k_dpp(size=k, random_state=1),
        repetitions=5,
    )
    work = "k-DPP, n = 1000, k = 250: a draw after the eigendecomposition"
    assert len(set(mine)) == k
    yield row(work, "DPPy 0.3.3", "4x", ours, theirs, memory=peak_gib())
    (dual, plain), (a, b) = turns(
        lambda: dpp.spectrum(X), lambda: dpp.decompose(dpp.kernel(X)), repetitions=3
    )
    yield row(
        "its eigendecomposition, d = 256",
        "the n x n one",
        "",
        dual,
        plain,
        agrees=f"eigenvalues {difference(a.values, b.values):.0e}",
    )


ROWS = {
    "influence": influence,
    "influence-2048": influence_wide,
    "panel": panel,
    "panels": panels,
    "leave-one-out": leave_one_out,
    "k-dpp": k_dpp,
}

if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
