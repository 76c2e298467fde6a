"""Table 1, beside numbers worked out by hand and a bootstrap written in plain loops."""

import math

import numpy as np
import pytest

from efficient_augmentation.analysis import latex, table1

ROUNDS, POINTS, N = 4, 60, 200
BUDGETS = [10, 20, 50, 200]
POLICIES = {
    ("influence", "baseline"): 0.80,
    ("influence", "random_proportional"): 0.84,
    ("influence", "deterministic_proportional"): 0.95,
}


@pytest.fixture
def measured():
    """curves, baselines and test points of four rounds, made from single predictions."""
    rng = np.random.default_rng(3)
    hard = rng.uniform(size=POINTS)
    floor, ceiling = (hard < 0.7).astype(float), (hard < 0.9).astype(float)
    curves = {k: [] for k in ("score", "policy", "clusters", "round", "n_augmented")}
    curves["test_accuracy"], keys, right, each = [], [], [], {}
    for (score, policy), level in POLICIES.items():
        rounds = 1 if policy.startswith("deterministic") else ROUNDS
        for budget in BUDGETS:
            at = level + 0.05 * budget / N
            correct = hard + rng.normal(0, 0.05, (rounds, POINTS)) < at
            each[score, policy, budget] = correct.astype(float)
            for r in range(rounds):
                keys.append((score, policy, 0, r, budget))
                right.append(correct[r])
                row = (score, policy, 0, r, budget, correct[r].mean())
                for column, value in zip(curves.values(), row, strict=True):
                    column.append(value)
    names = ("score", "policy", "clusters", "round", "n_augmented")
    points = {k: np.array(v) for k, v in zip(names, zip(*keys, strict=True), strict=True)}
    points |= {"right": np.array(right), "floor": floor, "ceiling": ceiling}
    points |= {"rows": np.ones(POINTS, int), "label": np.zeros(POINTS, int)}
    baselines = {"n_train": N, "floor": floor.mean(), "ceiling": ceiling.mean()}
    return {k: np.array(v) for k, v in curves.items()}, baselines, points, each


def ours(measured):
    rows = table1.rows({"cifar10": measured[:3]})
    return {row["column"]: row for row in rows if row["source"] == "ours"}


def test_every_column_is_the_mean_over_rounds_and_test_points(measured):
    found, each = ours(measured), measured[3]
    for percent, budget in zip((5, 10, 25), BUDGETS, strict=False):
        means = {pair: each[(*pair, budget)].mean() for pair in POLICIES}
        for kind, policy in (("random", "baseline"), ("named", "random_proportional")):
            expected = pytest.approx(means["influence", policy])
            assert found[f"{kind}_{percent}"]["accuracy"] == expected
        chosen = {pair: mean for pair, mean in means.items() if pair[1] != "baseline"}
        best = found[f"best_{percent}"]
        assert best["accuracy"] == pytest.approx(max(chosen.values()))
        assert (best["score"], best["policy"]) == max(chosen, key=chosen.get)
    assert found["none"]["accuracy"] == measured[1]["floor"]
    assert found["all"]["share"] == pytest.approx(1)


def test_share_of_the_gain_has_the_interval_of_a_bootstrap(measured):
    _, _, points, each = measured
    correct = each["influence", "random_proportional", 20]
    rng, drawn = np.random.default_rng(0), []
    for _ in range(4000):
        i, j = rng.integers(ROUNDS, size=ROUNDS), rng.integers(POINTS, size=POINTS)
        floor, ceiling = points["floor"][j].mean(), points["ceiling"][j].mean()
        # Both draws move the mean by themselves, as the two variances add up.
        mean = correct[:, j].mean() + correct[i].mean() - correct.mean()
        drawn.append((mean - floor) / (ceiling - floor) if ceiling > floor else math.nan)
    row = ours(measured)["named_10"]
    assert row["share_high"] - row["share_low"] == pytest.approx(
        2 * 1.96 * np.nanstd(drawn), rel=0.25
    )


def test_a_sorted_policy_varies_by_its_test_points_alone(measured):
    right = measured[3]["influence", "deterministic_proportional", 20][0]
    row = ours(measured)["best_10"]
    assert row["policy"] == "deterministic_proportional"
    half = 2.0010 * right.std(ddof=1) / math.sqrt(POINTS)  # Student's t, 59 degrees of freedom
    assert row["high"] - row["accuracy"] == pytest.approx(half, rel=1e-3)


def test_the_papers_rows_are_those_of_the_paper():
    rows = [row for row in table1.rows({}) if row["dataset"] == "CIFAR-10"]
    found = {row["column"]: round(100 * row["accuracy"], 1) for row in rows}
    assert found == {
        **{"none": 96.3, "random_5": 96.6, "random_10": 96.8, "random_25": 97.0},
        **{"best_5": 97.0, "best_10": 97.2, "best_25": 97.3, "all": 97.3},
    }


def test_what_is_missing_says_why(measured):
    curves, baselines, points, _ = measured
    rows = table1.rows({"mnist": (curves, {**baselines, "n_train": 400}, points)}, {"norb": "gone"})
    notes = {(r["experiment"], r["column"]): r["note"] for r in rows}
    assert notes["mnist", "random_10"] == "not measured with 40 points"
    assert {notes["norb", column] for column in table1.COLUMNS} == {"gone"}
    assert all(math.isnan(r["accuracy"]) for r in rows if r["note"])


def test_an_unknown_experiment_is_refused():
    with pytest.raises(ValueError, match="no row for mine"):
        table1.rows({}, {"mine": ""})


def test_nothing_gained_has_no_share(measured):
    curves, baselines, points, _ = measured
    rows = table1.rows({"mnist": (curves, baselines, {**points, "ceiling": points["floor"]})})
    row = next(r for r in rows if r["experiment"] == "mnist" and r["column"] == "named_5")
    assert math.isnan(row["share"])
    assert not math.isnan(row["accuracy"])


def test_latex_has_two_lines_a_source_and_a_cell_a_column(measured):
    text = latex.table1_to_latex(table1.rows({"cifar10": measured[:3]}))
    body = [line for line in text.splitlines() if ": accuracy" in line or ": share" in line]
    assert len(body) == 2 * (len(table1.PAPER) + 1)
    assert {line.count(" & ") for line in body} == {len(table1.COLUMNS)}
