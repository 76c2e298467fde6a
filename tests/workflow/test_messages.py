"""What a user reads when something is wrong, and the form of the workflow's files."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from conftest import ROOT, Checkout, copy_workflow

import download as download_script
import make_dataset as make_dataset_script
import score_points as score_points_script
import simulate_policies as simulate_policies_script
from efficient_augmentation.data import download, sources
from efficient_augmentation.data import published as published_sets
from efficient_augmentation.files import arrays


def test_wrong_config_stops_before_any_job_with_all_messages_and_no_traceback(fresh):
    (fresh.work / "results").write_text("in the way")
    wrong = {"experiments": {"mine": {"budgetz": [1], "C": "1e-3"}}, "run": ["mien"]}
    (fresh.work / "wrong.yaml").write_text(yaml.safe_dump(wrong))
    done = fresh.snakemake("--quiet", "host", config=[fresh.work / "wrong.yaml"])
    assert done.returncode == 1
    message = done.stdout.partition("ConfigError:\n")[2].strip().splitlines()
    assert message[0] == "the configuration cannot be used:"
    assert {line.split(":")[0].strip() for line in message[1:]} == {
        "experiments.mine.budgetz",
        "experiments.mine.C",
        "run",
        "results",
    }
    assert "Traceback" not in done.stdout
    assert ".smk" not in done.stdout
    assert (fresh.work / "results").read_text() == "in the way"


def test_a_key_that_stands_twice_in_a_file_stops_before_any_job(fresh):
    text = "experiments:\n  digits:\n    rounds: 2\n    rounds: 3\n"
    (fresh.work / "twice.yaml").write_text(text)
    done = fresh.snakemake("--quiet", "host", config=[fresh.work / "twice.yaml"])
    assert done.returncode == 1
    assert "twice.yaml, line 4: experiments.digits.rounds stands in line 3 already" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc")
def test_an_own_file_that_cannot_be_read_stops_before_any_job(fresh):
    for name in ("a", "b"):
        (fresh.work / "photos" / name).mkdir(parents=True)
        for i in range(3):
            (fresh.work / "photos" / name / f"{i}.png").symlink_to("/proc/self/mem")
    data = {"kind": "folder", "train": "photos", "side": 12}
    own = {"run": ["mine"], "experiments": {"mine": {"dataset": data}}}
    (fresh.work / "own.yaml").write_text(yaml.safe_dump(own))
    done = fresh.snakemake("--quiet", "host", config=[fresh.work / "own.yaml"])
    assert done.returncode == 1
    assert "photos/a/0.png: cannot be read (Input/output error)" in done.stdout
    assert ".py" not in done.stdout


def test_a_checkout_whose_path_snakemake_would_take_for_a_pattern(tmp_path):
    checkout = Checkout(copy_workflow(tmp_path / "a {b} c"), tmp_path)
    done = checkout.snakemake("--dry-run", "--quiet", "host")
    assert done.returncode == 1
    assert f"{checkout.tree}: Snakemake takes braces for wildcards; move the" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_dry_run_gives_the_reason_of_every_job(fresh):
    jobs, output = fresh.would_run("results/pixels/dataset.npz")
    assert jobs == {"make_dataset_pixels": 1}
    assert "reason: Missing output files: results/pixels/dataset.npz" in output


# --- data sets ---------------------------------------------------------------------------------


def test_a_file_that_is_not_the_published_one_makes_no_data_set(tmp_path):
    """Fashion-MNIST comes in files of the same names and form."""
    file, other = tmp_path / "train-images-idx3-ubyte.gz", "f" * 64
    file.write_bytes(b"another")
    found = hashlib.sha256(b"another").hexdigest()
    params = SimpleNamespace(settings={"kind": "mnist"}, contents=[f"{found} {other}", ""])
    job = SimpleNamespace(input=[file], output=[tmp_path / "dataset.npz"], params=params)
    message = f"images-idx3-ubyte.gz: SHA-256 {found}, expected {other}: not the published file"
    with pytest.raises(ValueError, match=message):
        make_dataset_script.main(job)
    assert not job.output[0].exists()


@pytest.mark.parametrize("stage", [score_points_script, simulate_policies_script])
def test_a_black_image_and_diverse_subsets_are_named_before_any_fit(tmp_path, stage):
    x = np.ones((6, 2), np.float32)
    x[4] = 0
    source = np.array([-1, -1, -1, -1, -1, 0], np.int32)
    arrays.save(tmp_path / "features.npz", x_train=x, source_train=source)
    ids = np.array([f"cat/{i}.png" for i in range(5)])
    arrays.save(tmp_path / "dataset.npz", train_ids=ids)
    files = {name: tmp_path / f"{name}.npz" for name in ("features", "dataset")}
    job = SimpleNamespace(
        input=SimpleNamespace(**files, history=[], C=[]),
        params=SimpleNamespace(kernel=True, plan={"policies": [], "dpp": {"budgets": [3]}}),
    )
    with pytest.raises(ValueError, match=r"dpp: .* those of cat/4.png are all zero; leave out"):
        stage.main(job)


# --- download -------------------------------------------------------------------------------------


@pytest.fixture
def job(tmp_path, monkeypatch):
    """The download job of one published file that no publisher has."""
    published = sources.Source("mnist", "labels.gz", 4, "0" * 64, ())
    monkeypatch.setattr(published_sets, "find", lambda dataset, name: published)
    monkeypatch.delenv("DATA_MIRROR", raising=False)
    return SimpleNamespace(
        wildcards=SimpleNamespace(source="mnist", file="labels.gz"),
        output=[tmp_path / "resources/mnist/labels.gz"],
        config={"mirrors": [str(tmp_path / "empty"), str(tmp_path / "wrong")]},
        params=SimpleNamespace(sha256=published.sha256),
    )


def test_a_mirror_without_the_file_and_one_with_another_are_both_named(job, tmp_path):
    (tmp_path / "wrong/mnist").mkdir(parents=True)
    (tmp_path / "wrong/mnist/labels.gz").write_bytes(b"abcd")
    with pytest.raises(download.DownloadError) as error:
        download_script.main(job)
    lines = str(error.value).splitlines()
    assert lines[0].startswith("mnist/labels.gz could not be fetched")
    assert "empty/mnist/labels.gz: no such file" in lines[1]
    assert "wrong/mnist/labels.gz: SHA-256 is 88d4266fd4e6338d13b845fcf289579d209c" in lines[2]
    assert lines[3].startswith("Remedy: set DATA_MIRROR")
    assert not job.output[0].exists()


# --- make ---------------------------------------------------------------------------------------


def test_make_gives_a_home_to_an_account_without_a_writable_one(tmp_path):
    assert made_home("") == made_home("/nowhere/at/all") == str(ROOT / ".venv/home")
    assert made_home(str(tmp_path)) == str(tmp_path)


def made_home(home):
    environment = {"PATH": os.environ["PATH"], "HOME": home}
    command = ["make", "--silent", "--eval", "home: ; @echo $$HOME", "home"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# --- form -----------------------------------------------------------------------------------------


def test_lint(fresh):
    done = fresh.snakemake("--lint")
    assert "your workflow is in a good condition" in done.stdout, done.stdout


def test_format():
    done = subprocess.run(
        [sys.executable, "-m", "snakefmt", "--check", "Snakefile", "workflow/rules"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_common_rules_stay_small():
    assert len((ROOT / "workflow/rules/common.smk").read_text().splitlines()) < 120


@pytest.mark.parametrize("path", sorted((ROOT / "workflow/scripts").glob("[!_]*.py")), ids=str)
def test_scripts_stay_thin(path):
    assert len(path.read_text().splitlines()) < 40
