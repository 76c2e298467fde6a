"""docs/make_findings.py, on made-up files of finished runs."""

import importlib.util
import math
from pathlib import Path

import pytest

import synthetic
from efficient_augmentation.files import tables

MAKER = Path(__file__).parents[2] / "docs/make_findings.py"


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_findings", MAKER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needed_row(policy, points, verdict, low=math.nan, high=math.nan, share=0.95, score="loss"):
    row = {"score": score, "policy": policy, "share": share, "points": points}
    return row | {"low": low, "high": high, "saved": 0.0, "verdict": verdict}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    rows = [
        needed_row("baseline", 100.2, "equal", 90.0, math.inf),
        needed_row("random_proportional", 40.0, "better", 30.5, 60.0),
        needed_row("random_proportional", 20.0, "better", share=0.5),
        needed_row("deterministic_proportional", math.inf, "worse"),
        needed_row("baseline", 100.2, "equal", 90.0, math.inf, score="influence"),
        needed_row("random_proportional", 95.0, "undecided", score="influence"),
    ]
    tables.write_csv(folder / "demo/crop/needed.csv", rows)
    summary = {"score": "alo", "spearman": 0.99994, "top_100": 0.97, "error_median": 0.00061}
    nothing = {"score": "hinge", "spearman": 0.5, "top_100": math.nan, "error_median": math.nan}
    tables.write_csv(folder / "demo/audit_summary.csv", [summary, nothing])
    networks = [
        {
            "score": score,
            "policy": policy,
            "round": number,
            "share": share,
            "n_augmented": round(20 * share),
            "images": 20 + 4 * round(20 * share),
            "test_accuracy": accuracy + 0.01 * number,
            "frozen_accuracy": accuracy,
        }
        for number in (0, 1)
        for score, policy, share, accuracy in [
            ("-", "none", 0.0, 0.5),
            ("-", "all", 1.0, 0.9),
            ("loss", "baseline", 0.25, 0.6),
            ("loss", "random_proportional", 0.25, 0.7),
        ]
    ]
    tables.write_csv(folder / "demo/crop/end_to_end.csv", networks)
    times = [{"round": r, "networks": 4, "images_seen": 300, "seconds": 1.5} for r in (0, 1)]
    tables.write_csv(folder / "benchmarks/train_end_to_end/demo/crop.csv", times)
    keys = ("experiment", "varies", "label_noise", "policy", "ahead", "ahead_low", "ahead_high")
    ablations = [
        dict(zip(keys, values, strict=True))
        | {"dataset": "mnist", "transform": "crop", "faithful": "none", "score": "loss"}
        | {"n_train": 100 if values[0] == "few" else 500, "points": 40.2, "points_uniform": 60.7}
        | {"points_low": math.nan if values[0] == "few" else 30.0, "points_high": math.nan}
        for values in [
            ("base", "base", 0.0, "random_proportional", 0.1, 0.05, 0.15),
            ("noisy", "label_noise", 0.05, "random_proportional", -0.2, -0.3, -0.1),
            ("few", "n_train", 0.0, "random_proportional", math.nan, math.nan, math.nan),
        ]
    ]
    tables.write_csv(folder / "ablations.csv", ablations)
    tables.write_csv(folder / "demo/crop/C_sweep.csv", tables.rows(synthetic.C_sweep()))
    return folder


def test_points_needed_with_intervals_and_verdicts(maker, results):
    lines = maker.needed(results, "demo").splitlines()
    assert "| uniform random | 101 (90 to >) |" in lines
    assert "| loss (proportional) | **40 (31 to 60)** |" in lines
    assert "| loss (highest first) | *>* |" in lines
    assert "| influence (proportional) | 95 |" in lines
    assert sum("uniform random |" in line for line in lines) == 1
    for part in ("Of 3 pairs", "1 need fewer points", "1 need more", "for 1 the difference is not"):
        assert part in lines[-1]


def test_the_truth_check(maker, results):
    lines = maker.audited(results, "demo").splitlines()
    assert "| alo | 0.9999 | 97 % | 0.00061 |" in lines
    assert "| hinge | 0.5000 | - | - |" in lines


def test_networks_and_what_they_took(maker, results):
    text = maker.trained(results, "demo")
    assert "8 networks were trained in 3 s, 200 images a second." in text
    # Ten points ahead in both rounds, of a gain of forty.
    row = "| loss (proportional) | 25 % | 40 % | 50 % | 50 % | **+10.0 (10.0 to 10.0)** |"
    assert row in text.splitlines()
    assert "Differences from random selection that are significant on frozen features: 1." in text


def test_ablations_say_what_they_vary(maker, results):
    lines = maker.ablated(results).splitlines()
    assert "| 100 points | - |" in lines
    assert "| 5 % of labels flipped | *-20.0 (-30.0 to -10.0)* |" in lines
    base = "| nothing (500 points, labels as they are, corrected) | **+10.0 (5.0 to 15.0)** |"
    assert base in lines
    sizes = lines.index("| training points | uniform random | loss (proportional) |")
    assert lines[sizes + 2 :] == ["| 100 | 61 | 41 |", "| 500 | 61 | 41 (30 to -) |"]


def test_the_sweep_over_C_says_where_policies_are_ahead(maker, results):
    lines = maker.swept(results, "demo").splitlines()
    assert "| 1 (auto) | 2 | 90.00 | 91.00 | uniform random | 51 (10 to >) | - | - |" in lines
    ahead = "**+1.00 (0.30 to 1.70)** | **+10.0 (3.0 to 17.0)**"
    assert f"|  |  |  |  | influence (proportional) | 21 (10 to >) | {ahead} |" in lines
    behind = "*-1.00 (-1.70 to -0.30)* | - |"
    assert f"|  |  |  |  | influence (proportional) | 21 (10 to >) | {behind}" in lines
    assert lines[-1] == (
        "- influence (proportional): ahead at C = 0.1; behind at C = 10; not significant at C = 1"
    )


def test_the_sweeps_together_and_what_was_not_run(maker, results):
    text = maker.swept_together(results, ["demo"])
    assert "Of 1 pairs of policy and transform" in text
    told = {line.split(", ")[0]: line.split(", ")[1:] for line in text.splitlines() if "- " in line}
    auto, best, largest = told.values()
    assert auto[-1] == "1 not significantly different"
    assert best[0] == "1 are ahead of random selection"
    assert largest[1] == "1 behind"
    assert "not run: digits_penalties translate, digits_penalties rotate," in text


def test_what_was_not_run_is_left_out(maker, tmp_path):
    parts = [maker.needed, maker.audited, maker.trained, maker.swept]
    assert [part(tmp_path, "demo") for part in parts] == [""] * 4
    assert maker.ablated(tmp_path) == ""


def test_the_page_holds_what_was_run_and_the_commands(maker, results, tmp_path, monkeypatch):
    monkeypatch.setattr(maker, "__file__", str(tmp_path / "make_findings.py"))
    maker.main(results, "demo", "absent")
    text = (tmp_path / "findings.md").read_text()
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert len(heads) == 6
    assert heads[-1] == "## The commands"
    assert "\nsnakemake audit --config run='[demo]'\n" in text
    assert "make_findings.py results demo absent\n" in text
    maker.main(tmp_path, "demo")
    text = (tmp_path / "findings.md").read_text()
    assert "snakemake" not in text
