"""The whole workflow on a few points: it ends, it rests, and it reruns what has to."""

import json
import os

import numpy as np
import pytest
import yaml

from efficient_augmentation import tables

EXPERIMENTS = {
    "tiny": ({"translate", "crop"}, ["loss", "influence"]),
    "pixels": ({"translate"}, ["influence"]),
    "refitted": ({"crop"}, ["loss"]),
}
TRANSFORMS = [(name, t) for name, (transforms, _) in EXPERIMENTS.items() for t in transforms]


@pytest.mark.parametrize(("experiment", "transform"), TRANSFORMS)
def test_every_file_of_a_transform_is_there(finished, experiment, transform):
    folder = finished.work / "results" / experiment / transform
    figures = ["transform"]
    for score in EXPERIMENTS[experiment][1]:
        figures += [f"accuracy_{score}_random", f"accuracy_{score}_deterministic"]
        figures += [f"scores_{score}", f"images_{score}"]
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
    assert set(curves["n_augmented"]) == {1, 5, 20}
    assert ((curves["test_accuracy"] >= 0) & (curves["test_accuracy"] <= 1)).all()


@pytest.mark.parametrize(("experiment", "transform"), TRANSFORMS)
def test_curves_end_at_the_ceiling(finished, experiment, transform):
    folder = finished.work / "results" / experiment / transform
    curves = tables.read_csv(folder / "curves.csv")
    ceiling = json.loads((folder / "baselines.json").read_text())["ceiling"]
    last = (curves["n_augmented"] == 20) & ~np.char.endswith(curves["policy"], "_downweight")
    assert set(curves["test_accuracy"][last]) == {ceiling}


def test_raw_pixels_need_no_network(finished):
    assert not (finished.work / "results/pixels/featurizer").exists()
    assert (finished.work / "results/tiny/featurizer/history.csv").is_file()


def test_the_report_is_one_file_that_shows_every_experiment(finished):
    html = (finished.work / "results/report.html").read_text()
    assert all(name in html for name in EXPERIMENTS)
    assert "src=http" not in html.replace('"', "")


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
        "write_report": 1,
        "all": 1,
    }
    (reason,) = {line for line in output.splitlines() if "exclusive params before" in line}
    before, _, now = reason.partition("before: ")[2].partition("now: ")
    assert before.split()[0].strip("'") == now.split()[0].strip("'") == SUMMARY


SUMMARY = "efficient_augmentation.summary"


def test_an_edited_template_rewrites_the_report_alone(finished, edited):
    edited("src/efficient_augmentation/report_template.html.j2", "</body>", "<p></p></body>")
    assert finished.would_run()[0] == {"write_report": 1, "all": 1}


AFTER_SIMULATION = {"summarize_curves", "plot_transform_tiny", "write_report", "all"}
AFTER_FEATURES = AFTER_SIMULATION | {"score_points", "simulate_policies"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"mirrors": ["/nowhere"]}, set()),
        ({"defaults": {"C": 10}}, set()),
        ({"experiments": {"tiny": {"rounds": 3}}}, AFTER_SIMULATION | {"simulate_policies"}),
        ({"experiments": {"tiny": {"influence": "alo"}}}, AFTER_FEATURES),
        (
            {"experiments": {"tiny": {"featurizer": {"epochs": 2}}}},
            AFTER_FEATURES | {"featurize_tiny", "train_featurizer"},
        ),
        ({"run": ["tiny"]}, {"write_report", "all"}),
    ],
    ids=["mirrors", "same meaning", "rounds", "influence", "epochs", "run"],
)
def test_a_changed_key_reruns_its_users(finished, tmp_path, change, expected):
    (tmp_path / "more.yaml").write_text(yaml.safe_dump(change))
    jobs, output = finished.would_run(config=[tmp_path / "more.yaml"])
    assert set(jobs) == expected, output
    assert jobs.get("simulate_policies", 0) in (0, 2)
