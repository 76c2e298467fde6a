import numpy as np
import pytest

from efficient_augmentation.config import effective
from efficient_augmentation.heads import influence as scores
from efficient_augmentation.heads import logistic
from efficient_augmentation.names import as_published
from efficient_augmentation.scores import by_name, svm
from efficient_augmentation.simulation import simulate
from problems import augmented_features

FEATURES = augmented_features()
X, Y = (FEATURES[name][FEATURES["source_train"] < 0] for name in ("x_train", "y_train"))


def scored(faithful, name):
    """Scores under the fit on the originals, and the C of that fit."""
    model = simulate.FrozenModel(FEATURES, 10.0, faithful=faithful)
    weights = (model.source < 0).astype(float)[None]
    return model.scores(name, model.fit(weights), [0])[0], model.C


@pytest.mark.parametrize(
    ("faithful", "fit_C", "influence_C"),
    [(["C"], 1.0, 1.0), (["hessian"], 10.0, None), (["C", "hessian"], 1.0, None), ([], 10.0, 10.0)],
)
def test_each_part_changes_what_it_names(faithful, fit_C, influence_C):
    influence, C = scored(faithful, "influence")
    theta = logistic.fit(X, Y, fit_C)
    expected = scores.loo_influence(theta, X, Y, influence_C)
    np.testing.assert_allclose(influence, expected, rtol=1e-4)
    assert fit_C == C
    np.testing.assert_array_equal(scored(faithful, "hinge")[0], svm.fit(X, Y).hinge)


def test_hinge_alone_changes_the_hinge_loss_alone():
    published_hinge = svm.fit(X, Y, faithful=True).hinge
    np.testing.assert_array_equal(scored(["hinge"], "hinge")[0], published_hinge)
    assert not np.array_equal(published_hinge, svm.fit(X, Y).hinge)
    influence, C = scored(["hinge"], "influence")
    np.testing.assert_array_equal(influence, scored(False, "influence")[0])
    assert C == 10.0


@pytest.mark.parametrize("faithful", [["dpp"], ["hinge", "C"]])
def test_k_dpps_overflow_where_that_is_repeated(monkeypatch, faithful):
    drawn = []
    monkeypatch.setattr(
        simulate.dpp,
        "sample_k_dpp_as_published",
        lambda spectrum, k, rng: drawn.append(k) or np.arange(k),
    )
    simulate.simulate(FEATURES, "loss", ["dpp_raw"], [2], 1, 10.0, 0, faithful=faithful)
    assert bool(drawn) == ("dpp" in faithful)


def test_true_is_all_and_false_none_of_what_the_schema_lists():
    listed = effective.schema()["$defs"]["experiment"]["properties"]["faithful"]["items"]["enum"]
    assert as_published.parts(True) == set(as_published.PARTS) == set(listed)
    assert as_published.parts(False) == as_published.parts([]) == set()
    for wrong in ("C", ["c"]):
        with pytest.raises(ValueError, match="give true, false, or a list of C, hessian"):
            as_published.parts(wrong)


def test_more_than_two_classes_repeat_no_part():
    with pytest.raises(ValueError, match="knows two classes, not 3"):
        by_name.Points(X, np.arange(len(X)) % 3, faithful=["C"])
