"""Are verdicts and intervals right as often as they say? Experiments whose truth is known.

PYTHONPATH=src python benchmarks/calibration.py            # made-up fits, about a minute
PYTHONPATH=src python benchmarks/calibration.py simulated  # real fits, about ten minutes

Every line is so many experiments of one kind; each goes through `comparison.needed`, as those of
the workflow do. "better" and "worse" are verdicts on a score that is no better than random
selection by construction: 5 % at most may say either. "covered" is how often the 95 % interval of
points needed holds the true number.

Made-up fits: a test point's rows are classified correctly where a normal variable is positive. It
is the sum of a curve over budgets, of what the point, its rows, the round and the fit bring by
chance, so that the accuracy of infinitely many rounds and test points is known.

Real fits: logistic regressions on Gaussian points whose copies are shifted, as `simulate` makes
them. The score is random numbers. What infinitely many rounds and test points would give is
measured on many rounds and test points of the same world.
"""

import sys
import time

import numpy as np
from scipy import stats

from efficient_augmentation.analysis import comparison, monotone, series
from efficient_augmentation.config.featurizer import default_budgets
from efficient_augmentation.simulation import panels, simulate
from efficient_augmentation.simulation.tally import Tally

EXPERIMENTS = {"made": 200, "simulated": 100}
N, ROWS = 1000, 3
SHARE = 0.95
# Shares of the variance of a row's latent variable that come from its point, the row and the fit.
POINT, ROW, FIT = 0.6, 0.2, 0.2
SETTINGS = [
    {"gain": gain, "speed": speed, "test": test, "rounds": rounds}
    for gain, speed, test, rounds in (
        (0.05, 5, 600, 5),
        (0.1, 20, 150, 10),
        (0.1, 5, 400, 10),
        (0.3, 20, 150, 20),
    )
]
SCORED = ("random_proportional", "deterministic_proportional")


def main(kind="made"):
    runs = SETTINGS if kind == "made" else SIMULATED
    experiment = made if kind == "made" else simulated
    print("setting | better | worse | points covered | saved covered | s")
    every = []
    for settings in runs:
        begun = time.perf_counter()
        found = [
            experiment(np.random.default_rng([seed, 7]), **settings)
            for seed in range(EXPERIMENTS[kind])
        ]
        every += found
        show(", ".join(f"{k} {v}" for k, v in settings.items()), found, time.perf_counter() - begun)
    show("all", every, 0)


def show(name, found, seconds):
    rates = [100 * np.mean([one[key] for one in found]) for key in ("better", "worse")]
    for key in ("covered", "saved"):
        rates.append(100 * np.mean([hit for one in found for hit in one[key]]))
    print(f"{name} | {' | '.join(f'{rate:.1f} %' for rate in rates)} | {seconds:.0f}", flush=True)


def judged(points, truth, share=SHARE, replicates=2000):
    """Verdicts on the scored policies, and whether their intervals of points cover the truth."""
    if not comparison.gain(points).low > 0:
        # The answer is "augment none", and no number is given.
        return {"better": False, "worse": False, "covered": [], "saved": []}
    rows = comparison.needed(points, 0, (share,), replicates)
    scored = [row for row in rows if row["policy"] != "baseline"]
    return {
        "better": any(row["verdict"] == "better" for row in scored),
        "worse": any(row["verdict"] == "worse" for row in scored),
        "covered": [row["low"] <= truth[row["policy"]] <= row["high"] for row in rows],
        "saved": [
            row["saved_low"] <= truth["baseline"] - truth[row["policy"]] <= row["saved_high"]
            for row in scored
        ],
    }


def crossing(budgets, shares, share=SHARE):
    """Points at which a true curve, linear between budgets, first reaches a share."""
    return float(np.interp(share, monotone.rising([0, *shares]), [0, *budgets]))


def made(rng, gain, speed, test, rounds, top=0.95):
    """One experiment of made-up fits."""
    budgets = np.array(default_budgets(N))
    t = budgets / N
    shares = -np.expm1(-speed * t) / -np.expm1(-speed)
    spread = 0.15 * (1 - t)  # of rounds, gone where every point is augmented
    truth = top - gain + gain * shares
    level = stats.norm.ppf(truth) * np.sqrt(1 + spread**2)
    fixed = np.sqrt(POINT) * rng.normal(size=(test, 1)) + np.sqrt(ROW) * rng.normal(
        size=(test, ROWS)
    )
    ends = rng.normal(size=(2, test, ROWS))

    def row(value, own):
        return value + fixed + np.sqrt(FIT) * own > 0

    tally = Tally(sources(test), labels(test))
    for policy in ("baseline", *SCORED):
        for r in range(rounds if policy != SCORED[1] else 1):
            mine, bend = rng.normal(size=(test, ROWS)), rng.normal(size=len(t))
            for j, budget in enumerate(budgets):
                # The fit moves from the one on the originals to the one on all rows.
                old, new = 1 - t[j], t[j]
                between = np.sqrt(max(1 - old**2 - new**2, 0))
                fit = old * ends[0] + new * ends[1] + between * mine
                moved = spread[j] * bend[0] * (policy != SCORED[1])
                base = level[j] if policy != SCORED[1] else stats.norm.ppf(truth[j])
                tally.add(("loss", policy, 0, r, int(budget)), row(base + moved, fit).T.ravel())
    floor, ceiling = (
        row(stats.norm.ppf(value), own).T.ravel()
        for value, own in zip((top - gain, top), ends, strict=True)
    )
    tally.set_levels(floor, ceiling)
    return judged(tally.arrays(), dict.fromkeys(("baseline", *SCORED), crossing(budgets, shares)))


def sources(test):
    """Source of every row: the originals, then one copy after the other."""
    return np.concatenate([np.full(test, -1), *[np.arange(test)] * (ROWS - 1)])


def labels(test):
    return np.arange(test * ROWS) % 2


def simulated(rng, n, test, rounds, d=10, copies=2):
    """One experiment of real fits; its truth comes from further rounds and test points."""
    many, further = 40, 1000
    centre, shifts = rng.normal(size=d) / 2, rng.normal(size=(copies, d)) * 1.2
    x_train, y_train = drawn(rng, n, centre)
    x_test, y_test = drawn(rng, test + further, centre)
    features = expanded("train", x_train, y_train, shifts) | expanded(
        "test", x_test, y_test, shifts
    )
    score = rng.exponential(size=n)
    model = simulate.FrozenModel(features, 1.0, given={"noise": score})
    plan = {"scores": ["noise"], "policies": ["baseline", "random_proportional"], "faithful": False}
    plan |= {"budgets": default_budgets(n), "rounds": many, "seed": int(rng.integers(1 << 30))}
    _, points = panels.tallied(model, plan, features["source_test"], features["y_test"])
    seen = np.arange(test + further) < test
    of_rounds = points["round"] < rounds
    names = ("score", "policy", "clusters", "round", "n_augmented", "right")
    sample = series.restricted({**points, **{k: points[k][of_rounds] for k in names}}, seen)
    rest = series.restricted({**points, **{k: points[k][~of_rounds] for k in names}}, ~seen)
    truth = {
        row["policy"]: row["points"] for row in comparison.needed(rest, 0, (SHARE,), replicates=2)
    }
    return judged(sample, truth)


def drawn(rng, n, centre):
    """Points of two classes, one on either side of the origin."""
    labels = np.arange(n) % 2
    return rng.normal(size=(n, len(centre))) + np.where(labels, 1, -1)[:, None] * centre, labels


def expanded(split, x, y, shifts):
    """Arrays of features.npz: the originals, then one shifted copy after the other."""
    n, copies = len(x), len(shifts)
    return {
        f"x_{split}": np.concatenate([x, *(x + shift for shift in shifts)]).astype(np.float32),
        f"y_{split}": np.tile(y, copies + 1),
        f"source_{split}": np.concatenate([np.full(n, -1), *[np.arange(n)] * copies]),
    }


SIMULATED = [{"n": 100, "test": 300, "rounds": 10}]
if __name__ == "__main__":
    main(*sys.argv[1:])
