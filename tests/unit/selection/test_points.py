import numpy as np
import pytest

from efficient_augmentation.heads import influence, logistic, regularization
from efficient_augmentation.policies import coresets
from efficient_augmentation.scores import by_name, of_head
from efficient_augmentation.selection import points
from many_classes import several_classes
from problems import augmented_features, two_classes

X, Y = two_classes(50, 4)


def test_deterministic_choice_takes_the_highest_scores():
    chosen = points.select_points(X, Y, 10, "loss", "deterministic_proportional")
    C = 10 / X.astype(float).var(axis=0).sum()
    losses = influence.loss(logistic.fit(X, Y, C), X, Y)
    assert set(chosen) == set(np.argsort(losses)[-10:])


@pytest.mark.parametrize("labels", [np.where(Y, "dog", "cat"), Y * 5 - 2, Y.astype(bool)])
def test_labels_are_any_two_values(labels):
    np.testing.assert_array_equal(
        points.select_points(X, labels, 50, seed=1), points.select_points(X, Y, 50, seed=1)
    )


@pytest.mark.parametrize("score", ["loss", "influence", "margin", "hinge"])
@pytest.mark.slow
def test_more_than_two_classes(score):
    X, y = several_classes(40, 4, 3)
    values = points.score_points(X, np.array(["cat", "dog", "eel"])[y], score)
    C = 10 / regularization.scale(X)
    np.testing.assert_array_equal(values, by_name.score_alone(score, X, y, C))
    chosen = points.select_points(X, y * 5 - 2, 7, score, "deterministic_proportional")
    assert np.abs(values)[chosen].min() >= np.abs(np.delete(values, chosen)).max()


def test_seed_decides_and_points_are_distinct():
    first, again, other = (points.select_points(X, Y, 20, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert len(set(first)) == 20
    assert first.tolist() != other.tolist()


def test_a_share_is_that_many_points():
    np.testing.assert_array_equal(
        points.select_points(X, Y, 0.1, seed=3), points.select_points(X, Y, 5, seed=3)
    )


def test_random_state_is_scikit_learns():
    of_seed = points.select_points(X, Y, 20, seed=4)
    np.testing.assert_array_equal(points.select_points(X, Y, 20, random_state=4), of_seed)
    generator = np.random.default_rng(4)
    np.testing.assert_array_equal(points.select_points(X, Y, 20, random_state=generator), of_seed)
    assert points.select_points(X, Y, 20, random_state=generator).tolist() != of_seed.tolist()
    first, again = (
        points.select_points(X, Y, 20, random_state=np.random.RandomState(0)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != of_seed.tolist()


@pytest.mark.parametrize("score", ["loss", "influence", "margin", "hinge"])
def test_points_of_highest_scores_are_chosen(score):
    values = np.abs(points.score_points(X, Y, score))
    chosen = points.select_points(X, Y, 7, score, "deterministic_proportional")
    assert values[chosen].min() >= np.delete(values, chosen).max()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": 51}, r"budget must be a whole number within 1\.\.50, or a share .*, not 51"),
        ({"budget": 0}, "not 0"),
        ({"budget": -0.5}, "not -0.5"),
        ({"budget": 1.0}, "budget 1.0 is one point or all: give 1 for one point, 50 for all"),
        ({"budget": "5"}, "budget must be a whole number .* not '5'"),
        ({"budget": float("nan")}, "not nan"),
        ({"budget": 2.5}, "not 2.5"),
        ({"labels": np.zeros(50)}, "labels must hold two classes or more, not 1"),
        (
            {"score": "size"},
            "unknown score 'size'; a score is one of loss, influence, el2n",
        ),
        ({"policy": "dpp_raw"}, "'dpp_raw' draws subsets; it has no order"),
        ({"policy": "best"}, "unknown policy 'best'"),
        ({"seed": -1}, "seed must be a non-negative whole number, .*, not -1"),
        ({"seed": "a"}, "seed must be .*, not 'a'"),
        ({"random_state": 0.5}, "or random_state a numpy Generator or RandomState, not 0.5"),
        (
            {"labels": [None, "a"] * 25},
            "labels must all be numbers or all be text, not NoneT",
        ),
        ({"features": np.full((50, 4), np.nan)}, "row 0 holds NaN or infinity"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        points.select_points(**({"features": X, "labels": Y, "budget": 5} | change))


@pytest.mark.parametrize("policy", ["herding", "facility_location", "dpp_map_weighted"])
def test_coresets_are_those_of_the_fit_on_the_points(policy):
    theta = logistic.fit(X, Y, 10 / regularization.scale(X))
    residuals = of_head.residuals(theta, X, Y)
    losses = influence.loss(theta, X, Y)
    expected = coresets.order(policy, X.astype(float), Y, residuals, losses)[:9]
    np.testing.assert_array_equal(points.select_points(X, Y, 9, "loss", policy), expected)


def test_copies_choose_C_whatever_the_labels_are_called():
    found = augmented_features(24, 5)
    rows, labels, source = (found[f"{x}_train"] for x in ("x", "y", "source"))
    choice = points.choose_C(rows, np.array(["cat", "dog"])[labels], source)
    assert choice == regularization.choose(rows, labels, source)
    assert choice.C in choice.grid


@pytest.mark.parametrize(
    "change", [lambda s: s[::-1], lambda s: s[:-1], lambda s: np.where(s == 23, 24, s)]
)
def test_sources_that_name_no_point(change):
    found = augmented_features(24, 5)
    with pytest.raises(ValueError, match=r"source must have shape .*-1 for each point"):
        points.choose_C(found["x_train"], found["y_train"], change(found["source_train"]))


def test_C_is_auto_or_a_number():
    with pytest.raises(ValueError, match="C must be a positive number or \"auto\", not 'aut'"):
        points.select_points(X, Y, 5, C="aut")


def test_the_scale_of_the_features_does_not_decide():
    chosen = [points.select_points(a * X, Y, 5, "loss", seed=1).tolist() for a in (1, 1e3, 1e-3)]
    assert chosen[0] == chosen[1] == chosen[2]


def test_C_that_was_used_is_logged(caplog):
    with caplog.at_level("INFO"):
        points.score_points(X, Y)
    assert "10 over the mean squared distance" in caplog.text
