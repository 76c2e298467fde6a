"""The whole workflow on a few points: it ends, it rests, and it reruns what has to."""

import json
import os
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


# --- what reruns ----------------------------------------------------------------------------------


def test_a_second_run_has_nothing_to_do(finished):
    done = finished.snakemake("--quiet", "host")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_comments_layout_and_touched_files_rerun_nothing(finished, edited):
    for path in (finished.tree / "src").rglob("*.py"):
        edited(path.relative_to(finished.tree), "", '"""Said differently."""\n# Why.\n\n\n')
    for path in (finished.tree / "workflow/scripts").glob("*.py"):
        path.touch()
    for path in (finished.work / "results").rglob("*.npz"):
        os.utime(path)
    jobs, output = finished.would_run()
    assert jobs == {}, output


def test_an_edit_reruns_what_depends_on_it_and_names_the_module(finished, edited):
    edited("src/efficient_augmentation/summary.py", "def area(", "EDITED = 1\n\n\ndef area(")
    jobs, output = finished.would_run()
    assert jobs == {
        "summarize_curves": 4,
        "plot_transform_tiny": 2,
        "plot_transform_pixels": 1,
        "plot_transform_refitted": 1,
        "check_experiment": 3,
        "write_report": 1,
        "all": 1,
    }
    (reason,) = {line for line in output.splitlines() if "exclusive params before" in line}
    before, _, now = reason.partition("before: ")[2].partition("now: ")
    assert before.split()[0].strip("'") == now.split()[0].strip("'") == SUMMARY


SUMMARY = "efficient_augmentation.summary"


def test_an_edited_reader_reruns_the_data_sets_that_it_reads(finished, edited):
    edited("src/efficient_augmentation/data/mnist.py", "def load(", "EDITED = 1\n\n\ndef load(")
    jobs, output = finished.would_run()
    assert jobs == {}, output


def test_an_edited_template_rewrites_the_report_alone(finished, edited):
    edited("src/efficient_augmentation/report_template.html.j2", "</body>", "<p></p></body>")
    assert finished.would_run()[0] == {"write_report": 1, "all": 1}


AFTER_CHECKS = {"check_experiment", "write_report", "all"}
AFTER_SIMULATION = AFTER_CHECKS | {"summarize_curves", "plot_transform_tiny"}
AFTER_SCORES = AFTER_SIMULATION | {"score_points", "simulate_policies"}
AFTER_FEATURES = AFTER_SCORES | {"sweep_clusters", "plot_sweep"}
SWEPT = AFTER_CHECKS | {"sweep_clusters", "plot_sweep"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"mirrors": ["/nowhere"]}, set()),
        ({"defaults": {"C": 10}}, set()),
        ({"experiments": {"tiny": {"rounds": 3}}}, AFTER_SIMULATION | {"simulate_policies"}),
        ({"experiments": {"tiny": {"influence": "alo"}}}, AFTER_SCORES),
        ({"experiments": {"tiny": {"sweep": 3}}}, SWEPT),
        ({"experiments": {"refitted": {"clusters": {"scores": ["hinge"]}}}}, AFTER_CHECKS),
        (
            {"experiments": {"tiny": {"featurizer": {"epochs": 2}}}},
            AFTER_FEATURES | {"featurize_tiny", "train_featurizer"},
        ),
        ({"run": ["tiny"]}, {"write_report", "all"}),
    ],
    ids=[
        *("mirrors", "same meaning", "rounds", "influence", "sweep", "panel not asked for"),
        *("epochs", "run"),
    ],
)
def test_a_changed_key_reruns_its_users(finished, tmp_path, change, expected):
    (tmp_path / "more.yaml").write_text(yaml.safe_dump(change))
    jobs, output = finished.would_run(config=[tmp_path / "more.yaml"])
    assert set(jobs) == expected, output
    assert jobs.get("simulate_policies", 0) in (0, 2)
