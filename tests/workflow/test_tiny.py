"""The whole workflow on a few points: it ends, and its files fit together."""

import json
import shutil

import numpy as np
import pytest
import yaml

from efficient_augmentation import config, tables
from efficient_augmentation.stages import results

TRANSFORMS = [
    ("tiny", "translate"),
    ("tiny", "crop"),
    ("pixels", "translate"),
    ("refitted", "crop"),
]
# Figures, the sizes of k-DPPs' subsets, and the numbers of clusters.
EXPERIMENTS = {
    "tiny": (
        "transform accuracy_loss_random accuracy_loss_deterministic scores_loss images_loss "
        "accuracy_influence_random accuracy_influence_deterministic scores_influence "
        "images_influence accuracy_margin_random accuracy_margin_deterministic images_margin "
        "compare_loss_random compare_loss_deterministic compare_margin_random "
        "compare_dpp_weighted compare_dpp_raw clusters_loss clusters_influence",
        {1, 4},
        {1, 3},
    ),
    "pixels": (
        "transform accuracy_influence_random accuracy_influence_deterministic scores_influence "
        "images_influence accuracy_hinge_random accuracy_hinge_deterministic compare_dpp_raw "
        "clusters_hinge",
        {2, 20},
        {20},
    ),
    "refitted": (
        "transform accuracy_loss_random accuracy_loss_deterministic scores_loss images_loss",
        {3},
        set(),
    ),
}


@pytest.mark.parametrize(("experiment", "transform"), TRANSFORMS)
def test_every_file_of_a_transform_is_there(finished, experiment, transform):
    folder = finished.work / "results" / experiment / transform
    figures = EXPERIMENTS[experiment][0].split()
    files = [f"figures/{name}.{suffix}" for name in figures for suffix in ("png", "pdf")]
    files += ["features.npz", "scores.csv", "baselines.json", "curves.csv", "auc.csv", "auc.tex"]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == set(files)


@pytest.mark.parametrize(("experiment", "transform"), TRANSFORMS)
def test_results_fit_together(finished, experiment, transform):
    folder = finished.work / "results" / experiment
    dataset = np.load(folder / "dataset.npz", allow_pickle=False)
    features = np.load(folder / transform / "features.npz", allow_pickle=False)
    scores = tables.read_csv(folder / transform / "scores.csv")
    curves = tables.read_csv(folder / transform / "curves.csv")
    baselines = json.loads((folder / transform / "baselines.json").read_text())
    assert scores["id"].tolist() == dataset["train_ids"].tolist()
    assert scores["label"].tolist() == dataset["y_train"].tolist()
    assert baselines["n_train"] == (features["source_train"] == -1).sum() == 20
    assert baselines["n_test_rows"] == len(features["x_test"])
    _, subsets, counts = EXPERIMENTS[experiment]
    diverse = np.char.startswith(curves["policy"], "dpp")
    assert set(curves["n_augmented"][~diverse]) == {1, 5, 20}
    assert set(curves["n_augmented"][diverse]) == subsets
    assert set(curves["clusters"]) == {0} | counts


def test_the_sweep_is_made_where_it_is_asked_for(finished):
    folder = finished.work / "results/tiny"
    assert tables.read_csv(folder / "clusters.csv")["clusters"].tolist() == [2, 4, 9, 19]
    assert (folder / "figures/clusters_sweep.png").stat().st_size > 5000
    assert not (finished.work / "results/pixels/clusters.csv").exists()


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_results_were_checked(finished, experiment):
    text = (finished.work / "results" / experiment / "checks.txt").read_text()
    transforms = [t for name, t in TRANSFORMS if name == experiment]
    assert sorted(line.split(":")[0] for line in text.splitlines()) == sorted(transforms)


def test_damaged_results_do_not_pass(finished, tmp_path):
    """Results copied, one number changed in each table."""
    with (finished.tree / "tests/config/tiny.yaml").open() as file:
        settings = config.effective(yaml.safe_load(file))["tiny"]
    folder = shutil.copytree(finished.work / "results/tiny", tmp_path / "tiny")
    assert results.check(folder, settings)
    curves, scores = folder / "crop/curves.csv", folder / "translate/scores.csv"
    edit_line(curves, 4, -1, "0.5")
    edit_line(scores, 2, 3, "0.25")
    edit_line(folder / "clusters.csv", 3, 3, "2.0")
    with pytest.raises(results.CheckError) as error:
        results.check(folder, settings)
    message = str(error.value)
    assert f"{curves}, line 4: test_accuracy is 0.5, expected the ceiling" in message
    assert f"{scores}, line 2: influence is 0.25, expected finite and <= 0" in message
    assert f"{folder}/clusters.csv, line 3: silhouette_train is 2.0, expected" in message


def edit_line(path, line, column, value):
    lines = path.read_text().splitlines()
    fields = lines[line - 1].split(",")
    fields[column] = value
    lines[line - 1] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n")


def test_raw_pixels_need_no_network(finished):
    assert not (finished.work / "results/pixels/featurizer").exists()
    assert (finished.work / "results/tiny/featurizer/history.csv").is_file()


def test_the_report_is_one_file_that_shows_every_experiment(finished):
    html = (finished.work / "results/report.html").read_text()
    assert all(name in html for name in EXPERIMENTS)
    assert "src=http" not in html.replace('"', "")


def test_snakemakes_own_report_finds_every_caption(finished):
    done = finished.snakemake("--report", finished.work / "own.html")
    assert done.returncode == 0, done.stdout
    html = (finished.work / "own.html").read_text()
    assert all(name in html for name in EXPERIMENTS["tiny"][0].split())


def test_every_job_has_a_log_and_a_benchmark(finished):
    results = finished.work / "results"
    logs = {path.relative_to(results / "logs").with_suffix("") for path in results.rglob("*.log")}
    times = {
        path.relative_to(results / "benchmarks").with_suffix("") for path in results.rglob("*.tsv")
    }
    assert logs == times
    assert len(logs) >= 18
