"""Time and memory as one size after another doubles, and their slopes compared with theory.

A slope is the exponent that fits all sizes best: 1 where twice the size takes twice the time. Every
measurement runs in a process of its own. The curves are drawn into docs/growth.svg.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from measuring import once, peak_gib, row

PICTURE = Path(__file__).resolve().parent.parent / "docs/growth.svg"
C = 10.0


def influence(n, d):
    """Influence of n points with d features."""
    from numerics import problem

    from efficient_augmentation.heads import influence as scores
    from efficient_augmentation.heads import logistic

    X, y = problem(n, d)
    theta = logistic.fit(X[:2000], y[:2000], C)
    return lambda: scores.loo_influence(theta, X, y, C)


def influence_of_classes(k):
    """Influence of 4000 points with 64 features in k classes."""
    from softmax import problem

    from efficient_augmentation.heads import softmax
    from efficient_augmentation.heads import softmax_influence as softmax_scores

    X, y = problem(4000, 64, k)
    theta = softmax.fit(X, y, C)
    return lambda: softmax_scores.loo_influence(theta, X, y, C)


def simulation(rounds, policies):
    """The panel of a small problem."""
    from numerics import panel_of

    from efficient_augmentation.simulation import simulate

    features = panel_of(500, 3, 64, 2000)
    bases = "proportional", "inverse_proportional", "softmax_proportional"
    modifiers = "_update", "", "_downweight", "_update_downweight"
    panel = [f"random_{base}{modifier}" for base in bases for modifier in modifiers][:policies]
    budgets = [50, 100, 250, 500]
    return lambda: simulate.simulate(features, "influence", panel, budgets, rounds, C, 0)


# What doubles, the sizes, the function of a size, and the exponents of time and memory in theory.
GROWTHS = {
    "n, d = 256": ((5000, 10_000, 20_000, 40_000), lambda n: influence(n, 256), "1", "1"),
    "d, n = 8000": ((256, 512, 1024, 2048), lambda d: influence(8000, d), "2", "1 to 2"),
    "classes": ((2, 4, 8, 16), influence_of_classes, "2 to 3", "2"),
    "rounds, 4 policies": ((4, 8, 16, 32), lambda r: simulation(r, 4), "1", "1"),
    "policies, 8 rounds": ((3, 6, 12), lambda p: simulation(8, p), "1", "1"),
}


def measured(name, size):
    """The result of `one` in a process of its own."""
    command = [sys.executable, __file__, name, str(size)]
    done = subprocess.run(command, env=os.environ, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def one(name, size):
    """Best seconds of three calls after the first, and peak GiB beyond what libraries hold."""
    import jax

    jax.numpy.ones(1).block_until_ready()
    libraries = peak_gib(reset=True)
    call = GROWTHS[name][1](size)
    call()
    peak_gib(reset=True)
    return min(once(call)[0] for _ in range(3)), peak_gib() - libraries


def growth():
    curves = {}
    for name, (sizes, _, time, memory) in GROWTHS.items():
        seconds, peak = np.array([measured(name, size) for size in sizes]).T
        curves[name] = sizes, seconds, peak
        slopes = [np.polyfit(np.log(sizes), np.log(values), 1)[0] for values in (seconds, peak)]
        yield row(
            f"growth with {name}: {sizes[0]} to {sizes[-1]}",
            "",
            f"slopes {time} (time), {memory} (memory)",
            seconds[-1],
            memory=peak[-1],
            agrees=f"slopes {slopes[0]:.2f}, {slopes[1]:.2f}",
        )
    draw(curves)


def draw(curves):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "growth"
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
    for (name, (sizes, *values)), marker in zip(curves.items(), "osD^v", strict=True):
        for axis, column in zip(axes, values, strict=True):
            axis.loglog(sizes, column, marker=marker, base=2, label=name)
    axes[0].set(xlabel="size", ylabel="seconds")
    axes[1].set(xlabel="size", ylabel="GiB beyond the libraries'")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    figure.savefig(PICTURE, metadata={"Date": None})


ROWS = {"growth": growth}

if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], int(sys.argv[2]))))
