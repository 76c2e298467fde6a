import math

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.analysis import audit
from efficient_augmentation.figures import audit as figure
from efficient_augmentation.heads import influence, logistic
from efficient_augmentation.report import audit as report_audit
from efficient_augmentation.report import inputs
from efficient_augmentation.scores import by_name, svm
from efficient_augmentation.simulation import truth_check as stage
from many_classes import several_classes
from problems import two_classes

pytestmark = pytest.mark.slow

C = 3.0


@pytest.fixture(scope="module")
def problem():
    return two_classes(40, 4, seed=3)


@pytest.fixture(scope="module")
def retrained(problem):
    return retrained_losses(*problem)


def retrained_losses(X, y):
    """By scikit-learn, a fit for every point left out."""
    X, points = X.astype(float), np.arange(len(y))

    def losses(rows):
        fit = LogisticRegression(C=C, tol=1e-12, max_iter=10_000).fit(X[rows], y[rows])
        return -fit.predict_log_proba(X)[points, y]

    left_out = [losses(np.delete(points, i))[i] for i in points]
    return np.array(left_out) - losses(points)


@pytest.fixture(scope="module")
def audited(problem):
    X, y = problem
    # Rows of a variant after the originals, which must not count.
    features = {
        "x_train": np.concatenate([X, X[::-1]]),
        "y_train": np.concatenate([y, y[::-1]]),
        "source_train": np.concatenate([np.full(40, -1), np.arange(40)[::-1]]),
    }
    return compared(features, np.arange(100, 140), C=C, faithful=False)


def compared(features, ids, **settings):
    """Rows of both files, as the stage writes them."""
    truth, scores, labels = stage.run(features, **settings)
    return audit.rows(truth, scores, ids, labels), audit.summarize(truth, scores)


def test_truth_is_that_of_retraining(audited, retrained):
    rows, _ = audited
    np.testing.assert_allclose([row["exact"] for row in rows], retrained, rtol=1e-4, atol=1e-9)
    assert [row["id"] for row in rows] == list(range(100, 140))


def test_truth_of_more_classes_is_that_of_retraining():
    X, y = several_classes(18, 2, 3, seed=1)
    truth = stage.refit_losses(X, y, C)
    np.testing.assert_allclose(truth, retrained_losses(X, y), rtol=1e-4, atol=1e-7)


def test_scores_are_those_of_the_package(audited, problem):
    rows, _ = audited
    X, y = problem
    theta = logistic.fit(X, y, C)
    expected = {
        "loss": influence.loss(theta, X, y),
        "influence": influence.influence_by_definition(theta, X, y, C),
        "alo": influence.loo_influence(theta, X, y, C, "alo"),
        "influence_published": influence.loo_influence(theta, X, y),
        "margin": svm.fit(X, y).margin,
        "label": y,
    }
    assert rows[0].keys() >= {"id", "exact", *by_name.NAMES}
    for name, values in expected.items():
        np.testing.assert_allclose([row[name] for row in rows], values, rtol=1e-5, err_msg=name)


def test_agreement_is_that_of_scipy_and_of_counting(audited, retrained):
    rows, summary = audited
    truth = np.array([row["exact"] for row in rows])
    assert [row["score"] for row in summary] == [*rows[0]][3:]
    for row in summary:
        size = np.abs([r[row["score"]] for r in rows])
        assert row["spearman"] == pytest.approx(stats.spearmanr(size, truth)[0])
        assert row["pearson"] == pytest.approx(np.corrcoef(size, truth)[0, 1])
        for name, k in {"top_10": 10, "top_tenth": 4}.items():
            sign = -1 if row["score"] == "margin" else 1
            ours = sorted(range(40), key=lambda i, s=size * sign: -s[i])[:k]
            best = sorted(range(40), key=lambda i: -truth[i])[:k]
            assert row[name] == len(set(ours) & set(best)) / k
        assert np.isnan([row["top_50"], row["top_100"]]).all()


def test_relative_error_is_of_estimates_alone(audited):
    rows, summary = audited
    truth = np.array([row["exact"] for row in rows])
    by_score = {row["score"]: row for row in summary}
    for name in ("influence", "alo", "influence_published"):
        errors = [abs(abs(r[name]) - t) / t for r, t in zip(rows, truth, strict=True)]
        assert by_score[name]["error_median"] == pytest.approx(np.median(errors))
        assert by_score[name]["error_90"] == pytest.approx(np.percentile(errors, 90))
    assert math.isnan(by_score["loss"]["error_median"])
    assert by_score["alo"]["error_median"] < 0.25 * by_score["influence"]["error_median"]


def test_a_perfect_and_a_constant_score():
    truth = np.linspace(0.0, 1.0, 60)
    perfect, constant = audit.summarize(truth, {"influence": -truth, "loss": np.ones(60)})
    assert (perfect["spearman"], perfect["top_50"]) == (pytest.approx(1), 1)
    assert perfect["error_median"] == 0
    assert np.isnan([constant["spearman"], constant["pearson"]]).all()


def test_published_choices_refit_with_their_own_penalty(problem):
    X, y = problem
    features = {"x_train": X, "y_train": y, "source_train": np.full(40, -1)}
    ids = np.arange(40)
    published, _ = compared(features, ids, C=C, faithful=True)
    assert published == compared(features, ids, C=1.0, faithful=False)[0]
    assert published != compared(features, ids, C=C, faithful=False)[0]


def test_what_cannot_be_audited_is_named():
    with pytest.raises(ValueError, match="id 2, label 3"):
        audit.rows(np.ones(3), {}, [1, 2], np.ones(3))
    with pytest.raises(ValueError, match=r"loss has shape \(2,\)"):
        audit.summarize(np.ones(3), {"loss": np.ones(2)})
    with pytest.raises(ValueError, match="loss and the truth must be finite"):
        audit.summarize(np.ones(2), {"loss": np.array([1, np.nan])})


def test_the_figure_says_what_the_table_says(audited):
    rows, summary = ({name: [r[name] for r in table] for name in table[0]} for table in audited)
    drawn = figure.agreement(rows, summary)
    assert [axes.get_title(loc="left") for axes in drawn.axes] == summary["score"]
    for axes, rho in zip(drawn.axes, summary["spearman"], strict=True):
        assert f"Spearman {rho:.4f}" in axes.texts[0].get_text()
        shown = sum(len(line.get_xdata()) for line in axes.lines if line.get_marker() in "oD")
        assert shown == 40
    with pytest.raises(ValueError, match="no score to draw"):
        figure.agreement(rows, {"score": []})


def test_the_report_shows_every_score_and_none_where_nothing_was_audited(audited):
    table = {name: [row[name] for row in audited[1]] for name in audited[1][0]}
    one = inputs.ExperimentResult("demo", {}, [], audit=table, audit_figure=bytes(24))
    found = report_audit.view(inputs.Material([one, one._replace(audit=None)]))
    (shown,) = found["parts"]
    assert [row[0] for row in shown.rows] == table["score"]
    assert {len(row) for row in shown.rows} == {len(shown.head)}
    rho = dict(zip(table["score"], table["spearman"], strict=True))
    assert shown.rows[0][1] == f"{rho['loss']:.4f}"
    assert shown.rows[0][-2:] == ["-", "-"]
    best = max(rho, key=lambda name: abs(rho[name]))
    assert shown.figures[0]["sentence"].startswith(f"The ranking by {best} is closest to")
    assert report_audit.view(inputs.Material([one._replace(audit=None)])) is None
