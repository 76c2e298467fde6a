"""Time and memory of the parts of a simulation with ten classes.

    PYTHONPATH=src python benchmarks/simulation.py [POINTS [FEATURES [VARIANTS]]]

Made-up ReLU features of ten classes. Prints seconds, processor seconds and the largest memory so
far of the 15 different fits that a panel makes at one budget, a quarter of the points augmented;
of one influence under them; of the condition number; and of the support vector machine.
"""

import resource
import sys
import time

import numpy as np

from efficient_augmentation.scores import svm
from efficient_augmentation.simulation import simulate

CLASSES, RUNS, TEST_POINTS = 10, 15, 2000


def features(points, d, variants, rng, means):
    y = np.arange(points) % CLASSES
    X = means[y] + 0.7 * rng.normal(size=(points, d))
    rows = [X, *(X + 0.4 * rng.normal(size=X.shape) + 0.1 for _ in range(variants))]
    source = np.concatenate([np.full(points, -1), np.tile(np.arange(points), variants)])
    X = np.maximum(np.concatenate(rows), 0).astype(np.float32)
    return {"x": X, "y": np.tile(y, variants + 1), "source": source}


def timed(what, work):
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what:40} {wall:8.1f} {processor:8.1f} {peak:8.2f} GiB", flush=True)
    return result


def main(points=5000, d=256, variants=4):
    rng = np.random.default_rng(0)
    means = 0.25 * rng.normal(size=(CLASSES, d))
    sets = {"train": points, "test": TEST_POINTS}
    parts = {split: features(n, d, variants, rng, means) for split, n in sets.items()}
    arrays = {f"{name}_{s}": part[name] for s, part in parts.items() for name in part}
    model = simulate.FrozenModel(arrays, 10.0)
    chosen = rng.random((RUNS, points)) < 0.25
    weights = model.rows.weights(chosen, np.zeros(RUNS, bool))
    start = model.rows.weights(np.zeros_like(chosen), np.zeros(RUNS, bool))
    timed("fits of the originals, all equal", lambda: model.fit(start))
    state = timed(f"{RUNS} fits", lambda: model.fit(weights))
    timed("influence, compiling", lambda: model.scores("influence", state, [0]))
    timed("influence", lambda: model.scores("influence", state, [1]))
    timed("condition number", lambda: model.condition_number(state, 0))
    timed("accuracy", lambda: model.accuracy(state))
    originals = arrays["x_train"][:points], arrays["y_train"][:points]
    timed("support vector machine", lambda: svm.fit(*originals))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
