"""Summaries of the curves against hand-made numbers and scipy."""

import math
import shutil
import subprocess

import numpy as np
import pytest
from scipy import integrate, stats

import synthetic
from efficient_augmentation import policies, summary

BASE = {"floor": 0.5, "ceiling": 0.9, "n_train": 20}


def small(accuracy, policy="random_proportional", budgets=(10, 20), score="loss"):
    """Columns of curves.csv from accuracy (rounds, budgets)."""
    return synthetic.columns(
        [
            {
                "score": score,
                "policy": policy,
                "clusters": 0,
                "round": r,
                "n_augmented": n,
                "test_accuracy": value,
            }
            for r, values in enumerate(accuracy)
            for n, value in zip(budgets, values, strict=True)
        ]
    )


def joined(*tables):
    return {name: np.concatenate([t[name] for t in tables]) for name in tables[0]}


def test_area_is_the_hand_computed_trapezoid_from_the_floor():
    # (0.5 + 0.7) / 2 * 10 + (0.7 + 0.9) / 2 * 10 = 6 + 8
    (row,) = summary.summarize(small([[0.7, 0.9]]), BASE)
    assert row["auc_mean"] == pytest.approx(14.0)
    assert row["rounds"] == 1
    assert math.isnan(row["auc_std"])


def test_area_agrees_with_scipy_and_uses_the_sample_deviation():
    rng = np.random.default_rng(0)
    budgets, values = np.array([1, 10, 50, 200]), rng.uniform(0.5, 1, (5, 4))
    (row,) = summary.summarize(small(values, budgets=budgets), BASE)
    areas = [integrate.trapezoid([0.5, *v], [0, *budgets]) for v in values]
    assert row["auc_mean"] == pytest.approx(np.mean(areas))
    assert row["auc_std"] == pytest.approx(stats.tstd(areas))


def test_rows_may_come_in_any_order():
    curves = small(np.random.default_rng(1).uniform(size=(3, 2)))
    shuffled = {k: v[np.random.default_rng(2).permutation(6)] for k, v in curves.items()}
    shuffled = {k: curves[k][np.random.default_rng(2).permutation(6)] for k in shuffled}
    assert summary.summarize(shuffled, BASE) == summary.summarize(curves, BASE)


def test_stratified_rows_are_left_out():
    curves = small([[0.7, 0.9]])
    stratified = {**small([[0.1, 0.1]]), "clusters": np.array([10, 10])}
    assert summary.summarize(joined(curves, stratified), BASE) == summary.summarize(curves, BASE)


def test_a_missing_budget_is_an_error_that_names_the_policy():
    curves = {k: v[:-1] for k, v in small([[0.7, 0.9], [0.6, 0.9]]).items()}
    with pytest.raises(ValueError, match="loss, random_proportional: 3 rows"):
        summary.summarize(curves, BASE)
    with pytest.raises(ValueError, match="no row has score 'influence'"):
        summary.accuracies(curves, "influence", "baseline")


def test_mean_interval_is_scipys():
    values = np.random.default_rng(3).normal(size=7)
    mean, low, high = summary.mean_interval(values)
    expected = stats.t.interval(0.95, 6, loc=values.mean(), scale=stats.sem(values))
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(expected)


def test_difference_interval_is_welchs():
    rng = np.random.default_rng(4)
    a, b = rng.normal(1, 1, 5), rng.normal(0, 3, 8)
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert summary.difference_interval(a, b) == pytest.approx(tuple(expected))
    single = stats.ttest_1samp(a, 0.3).confidence_interval(0.95)
    low, high = summary.difference_interval(a, [0.3])
    assert (low, high) == pytest.approx((single.low - 0.3, single.high - 0.3))
    assert summary.difference_interval([1.0, 1.0], [0.5]) == (0.5, 0.5)
    with pytest.raises(ValueError, match="no interval"):
        summary.difference_interval([1.0], [2.0])


def test_gain_recovered_by_hand():
    rows = summary.gain_recovered(small([[0.6, 0.9], [0.8, 0.9]]), BASE)
    assert [row["n_augmented"] for row in rows] == [10, 20]
    assert rows[0]["share_mean"] == pytest.approx(0.5)  # 0.25 and 0.75
    half = 12.7062 * 0.25  # t quantile of one degree of freedom, times sqrt(1/8)/sqrt(2)
    assert rows[0]["share_high"] - rows[0]["share_mean"] == pytest.approx(half, rel=1e-4)
    assert rows[1]["share_mean"] == rows[1]["share_low"] == pytest.approx(1)


@pytest.mark.parametrize("ceiling", [0.5, 0.4])
def test_nothing_to_gain_is_said_and_never_divided_by(ceiling):
    baselines = {**BASE, "ceiling": ceiling}
    curves = small([[0.6, 0.9], [0.8, 0.9]])
    assert all(math.isnan(r["share_mean"]) for r in summary.gain_recovered(curves, baselines))
    assert math.isnan(summary.points_needed(curves, baselines)[0]["points"])
    sentence = summary.gain_sentence(curves, baselines, "loss", "random_proportional")
    assert sentence.startswith("Nothing to gain here: augmenting every point gives")


def test_points_needed_interpolates_the_mean_curve():
    curves = small([[0.6, 0.9], [0.8, 0.9]])  # shares 0, .5, 1 at 0, 10, 20
    for share, points in ((0.25, 5), (0.5, 10), (0.75, 15), (1, 20)):
        (row,) = summary.points_needed(curves, BASE, share)
        assert row["points"] == pytest.approx(points)
    assert math.isnan(summary.points_needed(small([[0.6, 0.7]]), BASE, 0.95)[0]["points"])
    with pytest.raises(ValueError, match="share: 95"):
        summary.points_needed(curves, BASE, 95)


def test_the_sentence_says_what_the_numbers_say():
    ours = small([[0.86, 0.9], [0.88, 0.9], [0.87, 0.9]])
    theirs = small([[0.6, 0.9], [0.61, 0.9], [0.62, 0.9]], policy="baseline")
    curves = joined(ours, theirs)
    sentence = summary.gain_sentence(curves, BASE, "loss", "random_proportional")
    assert sentence == (
        "With 10 of 20 points augmented, loss (proportional) recovers 92 % (86 to 99 %) of the "
        "gain, uniform random 27 % (21 to 34 %)."
    )


def test_the_sentence_admits_what_chance_could_do():
    curves = joined(
        small([[0.86, 0.9], [0.70, 0.9]]), small([[0.8, 0.9], [0.85, 0.9]], policy="baseline")
    )
    sentence = summary.gain_sentence(curves, BASE, "loss", "random_proportional")
    assert sentence.endswith("2 rounds do not tell the two apart.")
    single = joined(small([[0.86, 0.9]]), small([[0.8, 0.9]], policy="baseline"))
    sentence = summary.gain_sentence(single, BASE, "loss", "random_proportional")
    assert sentence.endswith("One round each: chance is not ruled out.")
    assert "(" not in sentence.split("recovers")[1]
    alone = summary.gain_sentence(small([[0.86, 0.9]]), BASE, "loss", "random_proportional")
    assert alone.endswith("of the gain.")


def test_every_policy_has_a_label_of_its_own():
    labels = {summary.policy_label(p) for p in policies.BASES}
    assert len(labels) == len(policies.BASES)
    assert summary.policy_label("random_proportional_update_downweight") == (
        "proportional + update + downweight"
    )


def test_order_of_tables_is_that_of_the_paper():
    assert tuple(summary.in_order(reversed(policies.PAPER_PANEL))) == policies.PAPER_PANEL


def test_latex_has_a_cell_for_every_column_and_marks_the_best(tmp_path):
    rows = [
        {"score": s, "policy": p, "auc_mean": m, "auc_std": d, "rounds": 5}
        for s, p, m, d in (
            ("loss", "baseline", 10.0, 0.5),
            ("loss", "random_proportional", 12.0, 0.25),
            ("influence", "baseline", 10.0, math.nan),
        )
    ]
    text = summary.to_latex(rows, "50 % of mnist_small & more")
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    assert [line.count(" & ") for line in body] == [2, 2]
    assert body[0].strip() == r"uniform random & $10.00 \pm 0.50$ & $\mathbf{10.00}$ \\"
    assert body[1].strip() == r"proportional & $\mathbf{12.00} \pm 0.25$ & -- \\"
    assert r"\caption{50 \% of mnist\_small \& more}" in text
    assert text.count(r"\begin") == text.count(r"\end") == 2
    with pytest.raises(ValueError, match="no row"):
        summary.to_latex([], "x")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_latex_compiles(tmp_path):
    curves = synthetic.curves(synthetic.baselines(), [10, 100, 1000])
    rows = summary.summarize(curves, synthetic.baselines())
    table = summary.to_latex(rows, r"All \ of {it}: 50 % ~ a_b ^ & $ #")
    document = rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}{table}"
    (tmp_path / "t.tex").write_text(document.replace("{%", "{\n%") + "\\end{document}\n")
    command = ["pdflatex", "-halt-on-error", "-interaction=batchmode", "t.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert (tmp_path / "t.pdf").stat().st_size > 1000


def test_spearman_ignores_signs_and_what_is_not_finite():
    rng = np.random.default_rng(5)
    before, after = rng.normal(size=30), rng.normal(size=30)
    expected = stats.spearmanr(abs(before), abs(after)).statistic
    assert summary.spearman(before, after) == pytest.approx(expected)
    with_holes = (np.append(before, [np.inf, 1]), np.append(after, [1, np.nan]))
    assert summary.spearman(*with_holes) == pytest.approx(expected)
    assert math.isnan(summary.spearman(np.ones(4), np.arange(4)))


def test_extreme_points_are_disjoint_and_stable():
    highest, lowest = summary.extreme_points([-3, 0, 1, -2, 1], count=100)
    assert highest.tolist() == [0, 3]
    assert lowest.tolist() == [1, 2]
    highest, lowest = summary.extreme_points(np.arange(500.0))
    assert (len(highest), len(lowest), highest[0], lowest[0]) == (100, 100, 499, 0)


def test_sentences_about_scores_count_what_is_there():
    scores = {
        "label": np.array([0, 0, 1, 1]),
        "loss": np.array([6.0, 2.0, 1.0, 1.0]),
        "loss_after": np.array([4.0, 3.0, 2.0, 1.0]),
    }
    assert summary.scores_sentence(scores, "loss") == (
        "Augmenting everything keeps the ranking of the points (Spearman 0.95); the top 1 of 4 "
        "points hold 60 % of all |loss| before."
    )
    assert summary.images_sentence(scores, "loss", ["3", "8"]) == (
        "By |loss|, the 2 highest are 2 of class 3 and 0 of class 8; the 2 lowest are 0 of class 3 "
        "and 2 of class 8."
    )
    flat = {**scores, "loss": np.zeros(4)}
    assert summary.scores_sentence(flat, "loss").endswith("all points score the same.")
