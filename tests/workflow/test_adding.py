"""What docs/contributing.md says on adding, carried out as it stands, in a copy of the project."""

import json
import re
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
        "before": 6,
        "entry": 11,
        "file": 3,
        "import": 2,
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

    means = {c: scores["least_confidence"][scores["label"] == c].mean() for c in (0, 1)}
    highest = max(means, key=means.get)
    for suffix in ("png", "pdf"):
        assert (transform / f"figures/classes_least_confidence.{suffix}").is_file()
    sentence = f"Class {highest} has the highest mean, {means[highest]:.3g}."
    assert f"<strong>{sentence}</strong> A box holds the middle half" in report
    assert 'alt="classes least confidence, transform solarize' in report

    section = report.partition('<h2 id="hardest">Hardest points</h2>')[2].partition("</section>")[0]
    worst = scores["loss"].argsort()[::-1][:3]
    listed = re.findall('<th scope="row">(.*?)</th>', section)
    assert listed == [str(scores["id"][i]) for i in worst]
    assert '<a href="#hardest">Hardest points</a>' in report

    page = (fresh.tree / "docs/config.md").read_text(encoding="utf-8")
    schema = (fresh.tree / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    for name in ("random_rank", "least_confidence", "solarize", "bars", "perceptron"):
        assert f"`{name}`" in page
        assert name in schema or name == "random_rank"
