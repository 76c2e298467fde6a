"""One door for two classes and more."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.heads import head as heads
from efficient_augmentation.heads import influence, logistic, softmax, softmax_influence
from efficient_augmentation.names import scores as score_names
from efficient_augmentation.scores import by_name, knn_shapley, of_head
from many_classes import several_classes
from problems import two_classes


@pytest.mark.parametrize(
    ("labels", "head"),
    [([0, 1, 1], heads.BINARY), ([0, 0], heads.BINARY), ([0, 1, 2], heads.MULTINOMIAL)],
)
def test_the_number_of_classes_decides(labels, head):
    assert heads.of(labels) is head


@pytest.mark.parametrize("labels", [["cat", "dog"], [], [np.nan, 1.0], [-1, 1]])
def test_what_is_no_label_is_left_to_the_checks_of_two_classes(labels):
    head = heads.of(labels)
    assert head is heads.BINARY
    with pytest.raises(ValueError, match=r"labels must be 0 or 1|must have shapes"):
        head.check_rows(np.ones((len(labels), 1)), labels)


def test_the_published_code_knows_two_classes():
    assert heads.of([0, 1], faithful=True) is heads.BINARY
    with pytest.raises(ValueError, match=r"faithful .* two classes, not 4; set it to false"):
        heads.of([0, 1, 3], faithful=True)


@pytest.mark.parametrize("head", [heads.BINARY, heads.MULTINOMIAL])
def test_C_is_that_of_scikit_learn_for_both(head):
    X, y = two_classes(40, 3) if head is heads.BINARY else several_classes(40, 3, 3)
    model = LogisticRegression(C=2.0, tol=1e-12, max_iter=1000).fit(X.astype(float), y)
    np.testing.assert_allclose(head.fit(X, y, 2.0)[..., :-1], np.squeeze(model.coef_), atol=1e-5)


def test_scores_by_name_are_the_functions_of_the_head():
    X, y = several_classes(30, 3, 3)
    theta = softmax.fit(X, y, 5.0)
    np.testing.assert_array_equal(
        by_name.score_alone("loss", X, y, 5.0), softmax_influence.loss(theta, X, y)
    )
    np.testing.assert_array_equal(
        by_name.score_alone("influence", X, y, 5.0),
        softmax_influence.loo_influence(theta, X, y, 5.0),
    )
    X, y = two_classes(30, 3)
    theta = logistic.fit(X, y, 5.0)
    np.testing.assert_array_equal(
        by_name.score_alone("influence", X, y, 5.0), influence.loo_influence(theta, X, y, 5.0)
    )


@pytest.mark.parametrize("make", [lambda: two_classes(30, 3), lambda: several_classes(30, 3, 3)])
def test_scores_of_probabilities_and_neighbours_come_by_name(make):
    X, y = make()
    theta = heads.of(y).fit(X, y, 5.0)
    for name in ("el2n", "grand", "margin_uncertainty", "entropy"):
        expected = getattr(of_head, name)(theta, X, y)
        np.testing.assert_array_equal(by_name.score_alone(name, X, y, 5.0), expected)
    found = by_name.score_alone("knn_shapley", X, y, 5.0)
    np.testing.assert_array_equal(found, knn_shapley.score(X, y))


def test_scores_of_points_do_not_depend_on_the_other_rows_of_the_fit():
    X, y = two_classes(30, 3)
    points = by_name.Points(X, y, 20)
    fits = by_name.Fits(np.zeros((2, 4)), np.ones((2, 30)), 1.0)
    margins = by_name.score("margin", points, fits)
    assert margins.shape == (2, 20)
    np.testing.assert_array_equal(margins[1], by_name.score_alone("margin", X[:20], y[:20], 1.0))


def test_forgetting_is_given_or_refused():
    X, y = two_classes(30, 3)
    points = by_name.Points(X, y, 20, given={"forgetting": np.arange(20)})
    fits = by_name.Fits(np.zeros((2, 4)), np.ones((2, 30)), 1.0)
    found = by_name.score("forgetting", points, fits)
    np.testing.assert_array_equal(found, np.tile(np.arange(20), (2, 1)))
    with pytest.raises(ValueError, match="'forgetting' comes from the training of the network"):
        by_name.score("forgetting", by_name.Points(X, y), fits)
    with pytest.raises(ValueError, match=r"forgetting must have shape \(20,\), not \(19,\)"):
        by_name.Points(X, y, 20, given={"forgetting": np.arange(19)})


def test_names_are_listed_alike_where_nothing_is_computed():
    assert (*score_names.FOLLOWED, *score_names.FIXED) == by_name.NAMES


def test_unknown_names_are_refused_before_any_fit():
    with pytest.raises(ValueError, match="unknown score 'size'; a score is one of loss, infl"):
        by_name.score_alone("size", None, None, None)
