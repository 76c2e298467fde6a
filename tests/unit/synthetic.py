"""Made-up results in the shape of real ones, for the tests of summaries, figures and report."""

import numpy as np

from efficient_augmentation import policies

SPEED = {
    "baseline": 1.0,
    "random_proportional": 3.0,
    "random_inverse_proportional": 0.35,
    "deterministic_proportional": 4.0,
    "deterministic_inverse_proportional": 0.25,
}


def columns(rows):
    """Rows as columns, as tables.read_csv gives them."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def curves(baselines, budgets, rounds=5, names=policies.PAPER_PANEL, seed=0):
    """Columns of curves.csv: saturating curves that end at the ceiling, with noise by round."""
    rng = np.random.default_rng(seed)
    floor, gain = baselines["floor"], baselines["ceiling"] - baselines["floor"]
    rows = []
    for score, strength in (("loss", 0.8), ("influence", 1.0)):
        for policy in map(policies.parse, names):
            speed = SPEED[policy.base] ** strength * (1.1 if policy.update else 1)
            for r in range(rounds if policy.random else 1):
                for n in budgets:
                    t = n / budgets[-1]
                    share = (1 - np.exp(-6 * speed * t)) / (1 - np.exp(-6 * speed))
                    share *= 0.9 if policy.downweight else 1
                    noise = 0.05 * np.sqrt(t * (1 - t)) * rng.normal() if policy.random else 0
                    rows.append(
                        {
                            "score": score,
                            "policy": policy.name,
                            "clusters": 0,
                            "round": r,
                            "n_augmented": n,
                            "test_accuracy": floor + gain * (share + noise),
                        }
                    )
    return columns(rows)


def baselines(floor=0.9632, ceiling=0.9732, n_train=1000):
    """What baselines.json holds."""
    return {
        "floor": floor,
        "floor_plain_test": floor + 0.01,
        "ceiling": ceiling,
        "C": 10.0,
        "n_train": n_train,
        "n_test_rows": 9920,
    }


def scores(n_train=1000, seed=0):
    """Columns of scores.csv: heavy-tailed scores, negative influences, some exact zeros."""
    rng = np.random.default_rng(seed)
    loss = np.exp(rng.normal(-5, 2.2, n_train))
    influence = -loss * np.exp(rng.normal(0, 0.8, n_train))
    influence[:3] = 0
    return {
        "id": np.arange(n_train),
        "label": rng.integers(0, 2, n_train),
        "loss": loss,
        "influence": influence,
        "loss_after": loss * np.exp(rng.normal(-0.3, 0.7, n_train)),
        "influence_after": influence * np.exp(rng.normal(-0.8, 0.9, n_train)),
    }


def config(n_train=1000, **changes):
    """Effective settings of an experiment."""
    return {
        "dataset": {"kind": "mnist", "classes": [3, 8], "n_train": n_train},
        "transforms": {
            "translate": {"pixels": [2]},
            "rotate": {"degrees": [float(a) for a in np.linspace(-30, 30, 15) if a]},
            "crop": {"pixels": [1, 2, 3, 4, 5, 6]},
        },
        "featurizer": {
            "kind": "cnn",
            "mode": "frozen",
            "epochs": 40,
            "batch_size": 512,
            "learning_rate": 0.001,
            "seed": 0,
        },
        "scores": ["loss", "influence"],
        "influence": "influence",
        "policies": list(policies.PAPER_PANEL),
        "budgets": [1, 10, 50, 100, 250, 500, 750, 1000],
        "rounds": 5,
        "C": 10.0,
        "faithful": False,
        "seed": 0,
        **changes,
    }
