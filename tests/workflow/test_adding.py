"""What docs/contributing.md says on adding, carried out as it stands, in a copy of the project."""

import json
import re
import shutil

import numpy as np
import pytest
from conftest import ROOT, copy_workflow
from pages import follow

from efficient_augmentation.files import arrays, tables

PAGE = ROOT / "docs/contributing.md"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The copy, after all walk-throughs."""
    tree = copy_workflow(tmp_path_factory.mktemp("adding") / "tree")
    for part in ("docs", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, tree / part, ignore=ignored, dirs_exist_ok=True)
    kinds = follow(PAGE, tree)
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "before": 6,
        "entry": 11,
        "file": 3,
        "import": 2,
        "run": 2,
    }
    return tree


@pytest.fixture(scope="module")
def scores(tree):
    return tables.read_csv(tree / "results/toy/solarize/scores.csv")


@pytest.fixture(scope="module")
def report(tree):
    return (tree / "results/report.html").read_text(encoding="utf-8")


def test_the_data_set_the_network_and_the_transform_make_features(tree):
    results = tree / "results/toy"
    points = arrays.load(results / "dataset.npz")
    assert points["x_train"].shape == (20, 16, 16, 1)
    assert points["x_test"].shape == (40, 16, 16, 1)
    meta = arrays.load(results / "featurizer/weights.npz", "meta")["meta"]
    assert json.loads(meta.tobytes())["name"] == "perceptron"
    features = arrays.load(results / "solarize/features.npz")
    assert features["x_train"].shape == (2 * 20, 32)
    assert not np.array_equal(features["x_train"][:20], features["x_train"][20:])


def test_points_are_scored_and_chosen_by_the_score_and_the_policy(tree, scores, report):
    assert {"least_confidence", "least_confidence_after"} <= scores.keys()
    assert (scores["least_confidence"] > 0).all()
    assert (scores["least_confidence"] <= 0.5).all()
    curves = tables.read_csv(tree / "results/toy/solarize/curves.csv")
    assert set(curves["policy"]) == {"baseline", "random_rank", "random_rank_update"}
    assert set(curves["score"]) == {"least_confidence"}
    assert "by rank + update" in report
    assert "drawn with probability proportional to the rank of |score|" in report


def test_the_figure_stands_in_the_results_and_in_the_report(tree, scores, report):
    for suffix in ("png", "pdf"):
        path = tree / f"results/toy/solarize/figures/classes_least_confidence.{suffix}"
        assert path.is_file()
    means = {c: scores["least_confidence"][scores["label"] == c].mean() for c in (0, 1)}
    highest = max(means, key=means.get)
    sentence = f"Class {highest} has the highest mean, {means[highest]:.3g}."
    assert f"<strong>{sentence}</strong> A box holds the middle half" in report
    assert 'alt="classes least confidence, transform solarize' in report
    caption = tree / ".snakemake/efficient-augmentation/captions/classes.rst"
    assert caption.read_text(encoding="utf-8").startswith("A box holds the middle half")


def test_the_section_stands_on_the_page(scores, report):
    section = report.partition('<h2 id="hardest">Hardest points</h2>')[2].partition("</section>")[0]
    worst = scores["loss"].argsort()[::-1][:3]
    listed = re.findall('<th scope="row">(.*?)</th>', section)
    assert listed == [str(scores["id"][i]) for i in worst]
    assert '<a href="#hardest">Hardest points</a>' in report


def test_the_names_stand_in_the_schema_and_on_the_page_of_settings(tree):
    page = (tree / "docs/config.md").read_text(encoding="utf-8")
    schema = (tree / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    for name in ("random_rank", "least_confidence", "solarize", "bars", "perceptron"):
        assert f"`{name}`" in page
        assert name in schema or name == "random_rank"
