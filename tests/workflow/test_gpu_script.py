"""benchmarks/gpu.sh at a tiny size, on whatever device there is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIRROR = os.environ.get("DATA_MIRROR")


@pytest.mark.study
@pytest.mark.skipif(not MIRROR, reason="needs MNIST and CIFAR-10: DATA_MIRROR names no folder")
def test_every_part_runs_and_says_what_it_found(tmp_path):
    ended = subprocess.run(
        ["bash", str(ROOT / "benchmarks/gpu.sh"), MIRROR, "--tiny"],
        env=os.environ | {"OUT": str(tmp_path), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads((tmp_path / "gpu.json").read_text())
    parts = ["checks", "ceilings", "memorised", "online", "augmented", "resnet50v2"]
    assert list(found) == parts
    exact = [value for name, value in found["checks"].items() if name.endswith("to the bit")]
    assert exact == [True] * 3
    assert found["checks"]["accuracies_that_differ"] == 0
    for part in ("memorised", "augmented", "resnet50v2"):
        assert found[part]["images_per_s"] > 0
        assert (tmp_path / f"{part}_history.csv").stat().st_size
    assert found["online"]["rows"] > 0
    weights = {path.name for path in tmp_path.glob("*_weights.npz")}
    assert "memorised_weights.npz" in weights


def test_a_run_without_a_folder_for_its_results_says_so():
    environment = {key: value for key, value in os.environ.items() if key != "OUT"}
    ended = subprocess.run(
        ["bash", str(ROOT / "benchmarks/gpu.sh"), "nowhere"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "OUT" in ended.stderr
