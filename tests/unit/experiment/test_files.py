"""The files of an experiment, against lists written by hand."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import synthetic
from efficient_augmentation.experiment import files
from efficient_augmentation.files import code, tables

PACKAGE = Path(files.__file__).parents[1]
TRANSLATE = {"transforms": {"translate": {"pixels": [2]}}}
EVERYTHING = {
    **TRANSLATE,
    "sweep": 4,
    "audit": True,
    "end_to_end": {"shares": [0.5]},
    "selection": {"images": True, "refit": True},
}
NOTHING_TO_COMPARE = {**TRANSLATE, "policies": ["baseline"]}
EXPECTED = {
    ("everything", files.FINAL): (
        "clusters.csv audit.csv audit_summary.csv selection_all.csv "
        "translate/scores.csv translate/baselines.json translate/curves.csv translate/auc.csv "
        "translate/auc.tex translate/refit.csv translate/selection.csv "
        "translate/selection.json translate/selected.npy translate/comparison.csv "
        "translate/needed.csv translate/selected translate/end_to_end.csv"
    ),
    ("everything", files.CHECKS): (
        "dataset.npz clusters.csv audit.csv selection_all.csv translate/features.npz "
        "translate/scores.csv translate/baselines.json translate/curves.csv translate/auc.csv "
        "translate/refit.csv translate/selection.csv translate/selection.json "
        "translate/selected.npy translate/comparison.csv "
        "translate/needed.csv translate/end_to_end.csv"
    ),
    ("everything", files.REPORT): (
        "dataset.npz clusters.csv audit_summary.csv net/weights.npz net/history.csv "
        "translate/features.npz translate/scores.csv translate/baselines.json "
        "translate/curves.csv translate/auc.csv translate/selection.csv "
        "translate/selection.json translate/needed.csv translate/end_to_end.csv"
    ),
    ("baseline alone", files.FINAL): (
        "selection_all.csv translate/scores.csv translate/baselines.json translate/curves.csv "
        "translate/auc.csv translate/auc.tex translate/selection.csv translate/selection.json "
        "translate/selected.npy"
    ),
    ("baseline alone", files.CHECKS): (
        "dataset.npz selection_all.csv translate/features.npz translate/scores.csv "
        "translate/baselines.json translate/curves.csv translate/auc.csv translate/selection.csv "
        "translate/selection.json translate/selected.npy"
    ),
    ("baseline alone", files.REPORT): (
        "dataset.npz translate/features.npz translate/scores.csv translate/baselines.json "
        "translate/curves.csv translate/auc.csv translate/selection.csv translate/selection.json"
    ),
}


@pytest.mark.parametrize(("name", "use"), EXPECTED)
def test_files_of_each_use(name, use):
    changes = EVERYTHING if name == "everything" else NOTHING_TO_COMPARE
    network = "exp/net" if name == "everything" else None
    located = files.located("exp", synthetic.config(**changes), use, network)
    assert [str(path) for _, path in located] == [f"exp/{p}" for p in EXPECTED[name, use].split()]


def test_a_stage_that_asks_depends_on_little_code():
    """Scripts of checks and report are stamped with what this module reaches."""
    found = code.digests(PACKAGE / "experiment/files.py", [PACKAGE.parent])
    modules = {name.removeprefix("efficient_augmentation.") for name in found}
    assert modules == {
        *("files.py", "files.atomic", "files.provenance", "files.tables"),
        "names.policies",
    }


def test_the_room_is_light():
    heavy = "{'jax', 'flax', 'matplotlib', 'sklearn', 'snakemake'}"
    statement = (
        "import sys; from efficient_augmentation.experiment import "
        "captions, figures, files, inputs, paper, plans, results; "
        f"print(sorted({heavy} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", statement]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_every_transform_has_its_files():
    located = files.located("exp", synthetic.config(), files.FINAL)
    tables_of = [path.parent.name for file, path in located if file.name == "auc.csv"]
    assert tables_of == ["translate", "rotate", "crop"]


def test_the_stages_of_the_report_stand_in_the_order_of_the_work():
    located = files.located("exp", synthetic.config(**TRANSLATE), files.REPORT, "exp/net")
    stages = [file.stage for file, _ in located if file.stage]
    assert stages == ["data set", "network", "features", "scores", "curves", "selection"]


def test_names_and_labels_of_a_selection_stay_text(tmp_path):
    row = {"rank": 1, "id": "007", "label": "3", "score": 0.5}
    tables.write_csv(tmp_path / "selection.csv", [row], {})
    (selection,) = [file for file in files.OF_TRANSFORM if file.name == "selection.csv"]
    found = files.read(selection, tmp_path)
    assert (found["id"].tolist(), found["label"].tolist()) == (["007"], ["3"])
    assert found["rank"].dtype == np.int64


def test_a_json_file_is_read_as_it_is(tmp_path):
    Path(tmp_path, "baselines.json").write_text(json.dumps({"floor": 0.25, "warnings": ["é"]}))
    (baselines,) = [file for file in files.OF_TRANSFORM if file.name == "baselines.json"]
    assert files.read(baselines, tmp_path) == {"floor": 0.25, "warnings": ["é"]}
