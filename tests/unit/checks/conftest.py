"""Results that the checks read, made once."""

import copy

import numpy as np
import pytest

from checked import SETTINGS, N, simulated
from efficient_augmentation.analysis import chosen, summary
from efficient_augmentation.selection import every_image
from efficient_augmentation.simulation import baselines, simulate
from problems import augmented_features
from synthetic import columns


@pytest.fixture(scope="session")
def whole():
    """Dataset and files of a transform, as the stages make them."""
    features = augmented_features(N)
    data = {f"y_{s}": features[f"y_{s}"][features[f"source_{s}"] < 0] for s in ("train", "test")}
    data |= {f"{s}_ids": np.arange(len(data[f"y_{s}"])) + 7 for s in ("train", "test")}
    model = simulate.FrozenModel(features, 1.0)
    scores, levels = baselines.evaluate(model, features, data["train_ids"], class_names=["3", "8"])
    curves, points, compared = simulated(model, SETTINGS)
    choice = {"score": "influence", "policy": "baseline", "budget": 5, "seed": 0}
    images = every_image.of(data)
    rows, answer = chosen.select(columns(scores), points, levels, choice, images, ["3", "8"])
    return data, {
        "selection.csv": columns(rows),
        "selection.json": answer,
        "selected.npy": chosen.selected_rows(rows),
        "features.npz": features,
        "scores.csv": columns(scores),
        "baselines.json": levels,
        "curves.csv": curves,
        **compared,
        "auc.csv": columns(summary.summarize(curves, levels)),
    }


@pytest.fixture
def made(whole):
    return copy.deepcopy(whole)
