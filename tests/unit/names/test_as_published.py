import jax
import numpy as np
import pytest

from efficient_augmentation.config import effective
from efficient_augmentation.heads import influence as scores
from efficient_augmentation.heads import logistic
from efficient_augmentation.names import as_published, networks
from efficient_augmentation.networks import models
from efficient_augmentation.scores import by_name, svm
from efficient_augmentation.simulation import simulate
from problems import augmented_features

pytestmark = pytest.mark.slow

FEATURES = augmented_features()
X, Y = (FEATURES[name][FEATURES["source_train"] < 0] for name in ("x_train", "y_train"))


def scored(faithful, name):
    """Scores under the fit on the originals, and the C of that fit."""
    model = simulate.FrozenModel(FEATURES, 10.0, faithful=faithful)
    weights = model.rows.original.astype(float)[None]
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
    experiment = effective.schema()["$defs"]["Experiment"]["properties"]
    listed = experiment["faithful"]["anyOf"][1]["items"]["enum"]
    assert as_published.parts(True) == set(as_published.PARTS) == set(listed)
    assert as_published.parts(False) == as_published.parts([]) == set()
    for wrong in ("C", ["c"]):
        with pytest.raises(ValueError, match="give true, false, or a list of C, hessian"):
            as_published.parts(wrong)


def of_network(kind, data="cifar10", faithful=True, **network):
    return {
        "dataset": {"kind": data},
        "faithful": faithful,
        "featurizer": {"kind": kind, **network},
    }


@pytest.mark.parametrize("kind", ["raw", "given", "cnn", "lenet"])
def test_where_nothing_is_subtracted_there_is_no_input_to_repeat(kind):
    settings = of_network(kind)
    assert as_published.repeated(settings) == set(as_published.PARTS) - {"input"}
    corrected = of_network(kind, faithful=False)
    assert as_published.input_of(settings) == as_published.input_of(corrected)


@pytest.mark.parametrize("faithful", [True, ["input"]])
def test_the_mean_image_stays_in_where_that_is_repeated(faithful):
    trained = of_network("resnet56v2", mode="train", faithful=faithful)
    assert "input" in as_published.repeated(trained)
    assert as_published.input_of(trained) == {"divisor": 1.0, "subtract_mean": False}
    others = of_network("resnet56v2", mode="train", faithful=["C", "dpp"])
    assert as_published.input_of(others) == {"divisor": 1.0, "subtract_mean": True}
    # Pixels of small NORB are divided again, but not for weights from images that were not.
    norb = of_network("resnet56v2", "norb", mode="train", faithful=faithful)
    assert as_published.input_of(norb) == {"divisor": 255.0, "subtract_mean": False}
    ready = of_network("resnet56v2", "norb", mode="pretrained", faithful=faithful)
    assert as_published.input_of(ready) == {"divisor": 1.0, "subtract_mean": False}


def test_every_network_subtracts_a_mean_image_or_is_small():
    built = set(models.NETWORKS) - {"resnet50v2_imagenet"}
    assert built == {*networks.SMALL, *networks.RESNETS}
    means = {
        name: "input"
        in jax.eval_shape(
            models.build(name, 2).init, jax.random.key(0), np.zeros((1, 16, 16, 1), "f4")
        )
        for name in built
    }
    assert means == {name: networks.subtracts_mean({"kind": name}) for name in built}


def test_more_than_two_classes_repeat_no_part():
    with pytest.raises(ValueError, match="knows two classes, not 3"):
        by_name.Points(X, np.arange(len(X)) % 3, faithful=["C"])
