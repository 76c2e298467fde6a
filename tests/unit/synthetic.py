"""Made-up results in the shape of real ones, for the tests of summaries, figures and report."""

import numpy as np

from efficient_augmentation.analysis import chosen as stage
from efficient_augmentation.names import policies
from efficient_augmentation.report import inputs
from efficient_augmentation.selection import every_image

SPEED = {
    "baseline": 1.0,
    "random_proportional": 3.0,
    "random_inverse_proportional": 0.35,
    "deterministic_proportional": 4.0,
    "deterministic_inverse_proportional": 0.25,
    "dpp_weighted": 2.5,
    "dpp_raw": 1.2,
}
STRENGTH = {"loss": 0.8, "influence": 1.0, "margin": -0.7, "hinge": 0.3}


def columns(rows):
    """Rows as columns, as tables.read_csv gives them."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def joined(*tables):
    """Tables below each other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


BASE = {"floor": 0.5, "ceiling": 0.9, "n_train": 20}
"""Baselines of the hand-made curves of `small`."""


def small(accuracy, policy="random_proportional", budgets=(10, 20), score="loss", clusters=0):
    """Columns of curves.csv from accuracy (rounds, budgets)."""
    return columns(
        [
            {
                "score": score,
                "policy": policy,
                "clusters": clusters,
                "round": r,
                "n_augmented": n,
                "test_accuracy": value,
            }
            for r, values in enumerate(accuracy)
            for n, value in zip(budgets, values, strict=True)
        ]
    )


def clustered(accuracy, k):
    """Columns of curves.csv of uniform random choice in k clusters."""
    return small(accuracy, policy="baseline", clusters=k)


def curves(
    baselines,
    budgets,
    rounds=5,
    names=policies.PAPER_PANEL,
    seed=0,
    scores=("loss", "influence"),
    clusters=0,
):
    """Columns of curves.csv: saturating curves that end at the ceiling, with noise by round."""
    rng = np.random.default_rng(seed)
    floor, gain = baselines["floor"], baselines["ceiling"] - baselines["floor"]
    rows = []
    for score in scores:
        for policy in map(policies.parse, names):
            speed = SPEED[policy.base] ** STRENGTH[score] * (1.1 if policy.update else 1)
            speed *= 1 + 0.04 * np.log1p(clusters)
            for r in range(rounds if policy.random else 1):
                for n in budgets:
                    t = n / baselines["n_train"]
                    share = (1 - np.exp(-6 * speed * t)) / (1 - np.exp(-6 * speed))
                    share *= 0.9 if policy.downweight else 1
                    noise = 0.05 * np.sqrt(t * (1 - t)) * rng.normal() if policy.random else 0
                    rows.append(
                        {
                            "score": score,
                            "policy": policy.name,
                            "clusters": clusters,
                            "round": r,
                            "n_augmented": n,
                            "test_accuracy": floor + gain * (share + noise),
                        }
                    )
    return columns(rows)


def all_curves(baselines, budgets, counts=(1, 10, 50, 100, 250, 500, 750, 1000), rounds=5):
    """Columns of curves.csv with all three panels."""
    strata = {"names": ["baseline", "random_proportional"], "rounds": rounds}
    dpp = {"names": ["dpp_weighted", "dpp_raw"], "scores": ["influence"], "rounds": rounds}
    quarter = baselines["n_train"] // 4
    return joined(
        curves(baselines, budgets, rounds, scores=["loss", "influence", "margin"]),
        *(curves(baselines, budgets, **strata, clusters=k, seed=k) for k in counts),
        curves(baselines, [1, 10, quarter // 5, quarter // 2, quarter], **dpp, seed=7),
    )


def sweep(counts=(2, 5, 10, 50, 200, 999)):
    """Columns of clusters.csv; the last test silhouette is undefined."""
    k = np.array(counts)
    return {
        "clusters": k,
        "inertia_train": 1e5 / k**0.5,
        "inertia_test": 3e5 / k**0.3,
        "silhouette_train": 0.3 / k**0.1,
        "silhouette_test": np.append(0.25 / k[:-1] ** 0.2, np.nan),
    }


def baselines(floor=0.9632, ceiling=0.9732, n_train=1000):
    """What baselines.json holds."""
    return {
        "floor": floor,
        "floor_plain_test": floor + 0.01,
        "ceiling": ceiling,
        "C": 10.0,
        "C_choice": penalty(),
        "n_train": n_train,
        "n_test_rows": 9920,
        "vsv_accuracy": floor + 0.8 * (ceiling - floor),
        "n_support_vectors": min(60, n_train),
    }


def penalty():
    """What C.json holds: the least loss at C = 100, the strongest within its error at 10."""
    return {
        "C": 10.0,
        "rule": "cross-validation",
        "scale": 1.0,
        "grid": [1.0, 10.0, 100.0, 1000.0],
        "losses": [0.5, 0.22, 0.2, 0.3],
        "standard_errors": [0.01, 0.02, 0.03, 0.04],
        "points": 1000,
        "folds": 5,
    }


def C_sweep():
    """Columns of C_sweep.csv at C = 0.1, 1 (chosen) and 10: no gain is sure at the last."""
    rows = []
    for C, ahead in ((0.1, 0.1), (1.0, 0.05), (10.0, np.nan)):
        for policy in ("baseline", "random_proportional"):
            lead, difference = ahead, -0.01 if C == 10 else ahead * 0.01 / C
            if policy == "baseline":
                lead = difference = np.nan
            rows.append(
                {
                    "C": C,
                    "scaled_C": 2 * C,
                    "chosen": int(C == 1),
                    "score": "influence",
                    "policy": policy,
                    "floor": 0.9,
                    "ceiling": 0.9 + 0.01 / C,
                    "gain": 0.01 / C,
                    "gain_low": 0.01 / C - 0.002,
                    "gain_high": 0.01 / C + 0.002,
                    "points": 50.5 if policy == "baseline" else 20.5,
                    "points_low": 10.0,
                    "points_high": np.inf,
                    "difference": difference,
                    "difference_low": difference - 0.007,
                    "difference_high": difference + 0.007,
                    "ahead": lead,
                    "ahead_low": lead - 0.07,
                    "ahead_high": lead + 0.07,
                }
            )
    return columns(rows)


def scores(n_train=1000, seed=0):
    """Columns of scores.csv: heavy-tailed scores, negative influences, some exact zeros."""
    rng = np.random.default_rng(seed)
    loss = np.exp(rng.normal(-5, 2.2, n_train))
    influence = -loss * np.exp(rng.normal(0, 0.8, n_train))
    influence[:3] = 0
    return {
        "id": np.arange(n_train),
        "label": np.array(["3", "8"])[rng.integers(0, 2, n_train)],
        "loss": loss,
        "influence": influence,
        "margin": np.abs(rng.normal(2, 1, n_train)),
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
        "clusters": {"counts": [], "policies": ["baseline"], "scores": ["loss", "influence"]},
        "dpp": {"budgets": [], "policies": ["dpp_weighted", "dpp_raw"], "scores": ["influence"]},
        "sweep": 0,
        "audit": False,
        "end_to_end": {"shares": []},
        "selection": {
            "budget": {"gain": 0.95},
            "score": "influence",
            "policy": "random_proportional",
            "refit": False,
            "images": False,
        },
        "C": 10.0,
        "C_sweep": {"values": []},
        "faithful": False,
        "seed": 0,
        **changes,
    }


def tallied(curves, baselines, n_test=400):
    """Arrays of test_points.npz that add up to the curves, up to one test point.

    The easiest points are classified correctly, as many as the accuracy says, so that two fits
    differ in no more points than they must.
    """

    def right(accuracy):
        return (np.arange(n_test) < round(float(accuracy) * n_test)).astype(np.uint8)

    names = ("score", "policy", "clusters", "round", "n_augmented")
    return {
        **{name: np.asarray(curves[name]) for name in names},
        "right": np.stack([right(a) for a in curves["test_accuracy"]]),
        "floor": right(baselines["floor"]),
        "ceiling": right(baselines["ceiling"]),
        "rows": np.ones(n_test, int),
        "label": np.arange(n_test) % 2,
    }


_ANSWERS = {}


def dataset(scores, n_test=2000):
    """Arrays of dataset.npz, but for the images: the points of scores.csv, and test points."""
    return {
        "y_train": (scores["label"] == "8").astype(int),
        "train_ids": scores["id"],
        "y_test": np.arange(n_test) % 2,
        "test_ids": np.arange(n_test),
    }


def selected(curves, baselines, scores, seed=0, n_test=2000, **changes):
    """The points chosen of a made-up transform, with images of 8 x 8 pixels in grey."""
    settings = {**config()["selection"], "seed": seed, **changes}
    # The bootstrap takes seconds, and many tests ask for the same.
    key = (str(settings), str(baselines), curves["test_accuracy"].tobytes(), n_test)
    if key not in _ANSWERS:
        points = tallied(curves, baselines, n_test)
        images = every_image.of(dataset(scores, n_test))
        _ANSWERS[key] = stage.select(scores, points, baselines, settings, images, ["3", "8"])
    rows, answer = _ANSWERS[key]
    table = columns(rows)
    images = np.random.default_rng(0).random((int(table["selected"].sum()), 8, 8, 1))
    return inputs.Selection(answer, table, images[: inputs.THUMBNAILS])


def needed(share=0.95):
    """Columns of needed.csv: random selection, and a policy that needs fewer points."""
    interval = {"p": 0.001, "p_holm": 0.01, "verdict": "better", "rounds": 5}
    uniform = {"p": np.nan, "p_holm": np.nan, "verdict": "equal", "rounds": 5}
    names = ("points", "low", "high", "measured", "saved", "saved_low", "saved_high")
    numbers = {
        "baseline": (90, 70, np.inf, 100, 0, 0, 0),
        "random_proportional": (31, 20, 45, 50, 59, 35, np.inf),
    }
    return columns(
        [
            {"score": "loss", "policy": policy, "share": share}
            | dict(zip(names, map(float, values), strict=True))
            | (uniform if policy == "baseline" else interval)
            for policy, values in numbers.items()
        ]
    )


def history():
    """Columns of a ResNet's history.csv."""
    return {
        "epoch": np.array([1, 2, 3]),
        "learning_rate": np.array([1e-3, 2e-3, 0.0]),
        "loss": np.array([2.0, 0.5, 0.25]),
        "accuracy": np.array([0.3, 0.7, 0.9]),
        "test_accuracy": np.array([0.2, 0.6, 0.8]),
    }
