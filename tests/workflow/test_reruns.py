"""What reruns: docs/reruns.md is up to date, and dry runs of the tiny workflow agree with it."""

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, Checkout

PACKAGE = "src/efficient_augmentation"
EXPERIMENTS = ("tiny", "pixels", "refitted", "deep")
# What rules of one stage have appended: an experiment, or a network and the digest of its settings.
APPENDED = rf"_({'|'.join(EXPERIMENTS)}|digits_resnet20v2_[0-9a-f]{{8}})$"


@pytest.mark.study
def test_the_tables_are_what_the_workflow_gives_now():
    command = [sys.executable, "docs/make_reruns.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def documented(row):
    """Stages that rerun according to a row of docs/reruns.md."""
    lines = (ROOT / "docs/reruns.md").read_text().splitlines()
    tables = [[c.strip() for c in line.split("|")[1:-1]] for line in lines if line[:1] == "|"]
    stages = next(cells for cells in tables if cells[0] == "edited")[1:]
    (marks,) = (cells[1:] for cells in tables if cells[0] == f"`{row}`")
    return {stage for stage, mark in zip(stages, marks, strict=True) if mark}


def stages(jobs):
    """Stages of rules by name, without the experiment's or network's; targets are left out."""
    return {re.sub(APPENDED, "", rule) for rule in jobs} - {"all"}


# --- nothing --------------------------------------------------------------------------------------


def test_a_second_run_has_nothing_to_do(finished):
    done = finished.snakemake("--quiet", "host")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


def test_comments_layout_and_touched_files_rerun_nothing(finished, edited):
    for folder in ("src", "workflow/scripts"):
        for path in (finished.tree / folder).rglob("*.py"):
            text = path.read_text()
            laid_out = f'"""Said differently."""\n# Why.\n\n\n{ast.unparse(ast.parse(text))}\n'
            edited(path.relative_to(finished.tree), text, laid_out)
    for path in (finished.work / "results").rglob("*.npz"):
        os.utime(path)
    jobs, output = finished.would_run()
    assert jobs == {}, output


def test_another_checkout_of_new_files_reruns_nothing(finished, tmp_path):
    """As after a fresh clone, or a branch switch and back: same text, other path and times."""
    tree = shutil.copytree(finished.tree, tmp_path / "clone", copy_function=shutil.copy)
    jobs, output = Checkout(tree, finished.work).would_run()
    assert jobs == {}, output


def test_an_edit_taken_back_reruns_nothing(finished, edited):
    edited(f"{PACKAGE}/heads/logistic.py", "def fit(", "EDITED = 1\n\n\ndef fit(")
    assert finished.would_run()[0]
    edited(f"{PACKAGE}/heads/logistic.py", "EDITED = 1\n\n\ndef fit(", "def fit(")
    jobs, output = finished.would_run()
    assert jobs == {}, output


# --- edits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("files.code", "digests"),
        ("data.digits", "load"),
        ("figures.style", "save"),
        ("heads.logistic", "fit"),
        ("checks.result_files", "check"),
        ("networks.train_small", "train"),
        ("transforms.catalogue", "expand"),
    ],
)
def test_an_edited_function_reruns_what_the_table_says(finished, edited, module, function):
    path = f"{PACKAGE}/{module.replace('.', '/')}.py"
    lines = (finished.tree / path).read_text().splitlines(keepends=True)
    functions = {f.name: f for f in ast.parse("".join(lines)).body if hasattr(f, "name")}
    first = functions[function].body[0].lineno - 1
    edited(path, "".join(lines), "".join([*lines[:first], "    edited = 1\n", *lines[first:]]))
    jobs, output = finished.would_run()
    assert stages(jobs) == documented(module), output


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("experiment/figures.py", "Each row shows a training image"),
        ("analysis/sentences.py", "No policy of this family was run."),
        ("analysis/table_sentences.py", "nats; the least"),
    ],
)
def test_another_text_on_a_figure_makes_the_report_alone(finished, edited, module, text):
    edited(f"{PACKAGE}/{module}", text, f"{text} indeed")
    jobs, output = finished.would_run()
    assert jobs == {"write_report": 1, "all": 1}, output


def test_an_edit_reruns_each_job_once_and_names_the_module(finished, edited):
    edited(f"{PACKAGE}/analysis/summary.py", "def area(", "EDITED = 1\n\n\ndef area(")
    jobs, output = finished.would_run()
    assert jobs == {
        "summarize_curves": 5,
        "compare_policies": 3,
        "select_points": 5,
        "join_selections": 4,
        "write_selected": 1,
        "plot_transform_tiny": 2,
        "plot_transform_pixels": 1,
        "plot_transform_refitted": 1,
        "plot_transform_deep": 1,
        "sweep_C": 1,
        "plot_C_sweep": 1,
        "plot_audit": 1,
        "plot_end_to_end": 1,
        "check_experiment": 4,
        "write_report": 1,
        "all": 1,
    }
    (reason,) = {line for line in output.splitlines() if "exclusive params before" in line}
    before, _, now = reason.partition("before: ")[2].partition("now: ")
    assert before.split()[0].strip("'") == now.split()[0].strip("'") == SUMMARY


SUMMARY = "efficient_augmentation.analysis.summary"


def test_an_edited_reader_reruns_the_data_sets_that_it_reads(finished, edited):
    edited(f"{PACKAGE}/data/mnist.py", "def load(", "EDITED = 1\n\n\ndef load(")
    jobs, output = finished.would_run()
    assert jobs == {}, output


def test_an_edited_template_rewrites_the_report_alone(finished, edited):
    edited(f"{PACKAGE}/report/templates/page.html.j2", "</body>", "<p></p></body>")
    jobs, output = finished.would_run()
    assert stages(jobs) == {"write_report"} == documented("report/templates/page.html.j2"), output


# --- keys -----------------------------------------------------------------------------------------

CROP = {"crop": {"pixels": [2]}}
# Stages that another of the tiny experiments asks for.
ELSEWHERE = {"audit_scores", "plot_audit", "train_end_to_end", "plot_end_to_end", "write_selected"}
ELSEWHERE |= {"refit_network", "refit_scores"}
HINGE = {"scores": ["hinge"]}


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ({"mirrors": ["/nowhere"]}, "mirrors"),
        ({"defaults": {"C": "auto"}}, None),
        ({"run": ["tiny"]}, "run"),
        ({"experiments": {"more": {}}}, "experiments (one more)"),
        ({"experiments": {"tiny": {"rounds": 3}}}, "rounds"),
        ({"experiments": {"tiny": {"influence": "alo"}}}, "influence"),
        ({"experiments": {"tiny": {"selection": {"budget": 2}}}}, "selection.budget.gain"),
        ({"experiments": {"tiny": {"sweep": 3}}}, "sweep"),
        ({"experiments": {"tiny": {"dataset": {"classes": [8, 3]}}}}, "dataset.classes"),
        ({"experiments": {"tiny": {"featurizer": {"epochs": 2}}}}, "featurizer.epochs"),
        ({"experiments": {"tiny": {"transforms": CROP}}}, "transforms.crop.pixels"),
        ({"experiments": {"refitted": {"clusters": HINGE}}}, "clusters.scores in plain"),
    ],
    ids=lambda value: value if isinstance(value, str) else "same meaning",
)
def test_a_changed_key_reruns_its_users(finished, tmp_path, change, row):
    (tmp_path / "more.yaml").write_text(yaml.safe_dump(change))
    jobs, output = finished.would_run(config=[tmp_path / "more.yaml"])
    assert stages(jobs) == (documented(row) - ELSEWHERE if row else set()), output
    # Only the experiment that was changed: two transforms, one check.
    assert jobs.get("simulate_policies", 2) == 2, output
    assert jobs.get("check_experiment", 1) == 1, output
