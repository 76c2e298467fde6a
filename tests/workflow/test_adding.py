"""What docs/contributing.md says on adding, carried out as it stands, in a copy of the project."""

import json
import shutil

import numpy as np
from conftest import ROOT
from pages import follow

from efficient_augmentation.files import arrays, tables

PAGE = ROOT / "docs/contributing.md"


def test_walk_throughs_add_what_they_say(fresh):
    for part in ("docs", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, fresh.tree / part, ignore=ignored, dirs_exist_ok=True)
    kinds = follow(PAGE, fresh.tree)
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "before": 4,
        "entry": 8,
        "file": 2,
        "import": 1,
        "run": 2,
    }
    results = fresh.tree / "results/toy"
    transform = results / "solarize"

    points = arrays.load(results / "dataset.npz")
    assert points["x_train"].shape == (20, 16, 16, 1)
    assert points["x_test"].shape == (40, 16, 16, 1)
    meta = arrays.load(results / "featurizer/weights.npz", "meta")["meta"]
    assert json.loads(meta.tobytes())["name"] == "perceptron"

    features = arrays.load(transform / "features.npz")
    assert features["x_train"].shape == (2 * 20, 32)
    assert not np.array_equal(features["x_train"][:20], features["x_train"][20:])
    scores = tables.read_csv(transform / "scores.csv")
    assert {"least_confidence", "least_confidence_after"} <= scores.keys()
    assert (scores["least_confidence"] > 0).all()
    assert (scores["least_confidence"] <= 0.5).all()

    curves = tables.read_csv(transform / "curves.csv")
    assert set(curves["policy"]) == {"baseline", "random_rank", "random_rank_update"}
    assert set(curves["score"]) == {"least_confidence"}
    report = (fresh.tree / "results/report.html").read_text(encoding="utf-8")
    assert "by rank + update" in report
    assert "drawn with probability proportional to the rank of |score|" in report

    page = (fresh.tree / "docs/config.md").read_text(encoding="utf-8")
    schema = (fresh.tree / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    for name in ("random_rank", "least_confidence", "solarize", "bars", "perceptron"):
        assert f"`{name}`" in page
        assert name in schema or name == "random_rank"
