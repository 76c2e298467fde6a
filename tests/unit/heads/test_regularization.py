"""C chosen from the data: the losses, the rule, the folds and the scale."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from efficient_augmentation.heads import head as heads
from efficient_augmentation.heads import regularization as choosing
from efficient_augmentation.names import regularization as names


def problem(n=30, classes=2, copies=2, seed=0, d=4):
    """Rows of n points that overlap, and of copies near each: (X, y, source)."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    X = rng.normal(size=(n, d)) + 0.8 * rng.normal(size=(classes, d))[y]
    near = [X + 0.5 * rng.normal(size=X.shape) for _ in range(copies)]
    source = np.concatenate([np.full(n, -1), *[np.arange(n)] * copies])
    return np.concatenate([X, *near]), np.tile(y, copies + 1), source


@pytest.mark.parametrize("classes", [2, 3])
def test_losses_are_those_of_scikit_learn_with_the_same_folds(classes):
    X, y, source = problem(classes=classes)
    point = np.where(source < 0, np.arange(len(source)), source)
    fold = choosing.folds(y[:30])
    grid = np.array([0.01, 1.0, 30.0])
    found = choosing.held_out_losses(heads.of(y), X, y, point, fold, grid)
    for C, losses in zip(grid, found, strict=True):
        expected = np.empty(30)
        for i in range(30):
            # Of every point by itself: the rows that share its fold are out, and its rows judged.
            train, own = fold[point] != fold[i], point == i
            model = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(X[train], y[train])
            p = model.predict_proba(X[own])
            expected[i] = log_loss(y[own], p, labels=range(classes))
        np.testing.assert_allclose(losses, expected, rtol=2e-3, atol=1e-6)


def test_the_strongest_penalty_within_one_standard_error_is_chosen():
    X, y, source = problem()
    choice = choosing.choose(X, y, source)
    grid, mean, error = map(np.array, choice[3:6])
    assert choice.rule == names.CROSS_VALIDATION
    assert (choice.points, choice.folds) == (30, 5)
    least = mean.argmin()
    within = [C for C, loss in zip(grid, mean, strict=True) if loss <= mean[least] + error[least]]
    assert choice.C == min(within) < grid[least]
    assert 0 < least < len(grid) - 1


@pytest.mark.parametrize(
    ("mean", "error", "place"),
    [
        ([5, 3, 2, 1, 2], [9, 9, 9, 1.5, 9], 2),
        ([5, 3, 2, 1, 2], [9, 9, 9, 0.5, 9], 3),
        ([1, 2, 3], [0.1, 0, 0], 0),
        ([3, 2, 1], [0, 0, 0], 2),
        # The error of the least loss counts, not that of the others.
        ([2, 1, 3], [5, 0.5, 5], 1),
    ],
)
def test_one_standard_error(mean, error, place):
    assert choosing.strongest_within_one_error(np.array(mean), np.array(error)) == place


@pytest.mark.parametrize("factor", [1e-3, 1e3, 1e6])
@pytest.mark.parametrize("copies", [0, 2])
def test_features_of_another_scale_have_the_same_fits(factor, copies):
    X, y, source = problem(copies=copies)
    plain, scaled = (choosing.choose(x, y, source) for x in (X, factor * X))
    np.testing.assert_allclose(scaled.C * factor**2, plain.C, rtol=1e-12)
    np.testing.assert_allclose(scaled.losses, plain.losses, rtol=1e-5)
    fits = [heads.of(y).fit(x, y, choice.C) for x, choice in ((X, plain), (factor * X, scaled))]
    np.testing.assert_allclose(factor * fits[1][:-1], fits[0][:-1], rtol=1e-7)
    np.testing.assert_allclose(fits[1][-1], fits[0][-1], rtol=1e-6, atol=1e-9)


def test_where_the_features_lie_does_not_matter():
    X, y, source = problem()
    here, there = choosing.choose(X, y, source), choosing.choose(X + 100.0, y, source)
    np.testing.assert_allclose(there.C, here.C, rtol=1e-9)


def test_the_same_rows_give_the_same_choice():
    assert choosing.choose(*problem()) == choosing.choose(*problem())


def test_copies_are_held_out_with_their_source():
    """Copies equal to their source, of labels that nothing else tells: no fit may know them."""
    rng = np.random.default_rng(0)
    n, d = 40, 200
    X, y = rng.normal(size=(n, d)), rng.permutation(np.arange(n) % 2)
    source = np.concatenate([np.full(n, -1), np.arange(n), np.arange(n)])
    point = np.where(source < 0, np.arange(3 * n), source)
    rows = np.tile(X, (3, 1)), np.tile(y, 3)
    (losses,) = choosing.held_out_losses(
        heads.of(y), *rows, point, choosing.folds(y), np.array([1.0])
    )
    assert losses.mean() > 0.6  # ln 2 is what a coin gives; copies in the fits would give near 0


def test_folds_hold_classes_in_proportion():
    y = np.repeat([0, 1, 2], [53, 20, 7])
    fold = choosing.folds(y)
    for label in range(3):
        sizes = np.bincount(fold[y == label], minlength=5)
        assert sizes.max() - sizes.min() <= 1
    sizes = np.bincount(fold, minlength=5)
    assert sizes.max() - sizes.min() <= 1
    # Not by position, which data of a regular order would suffer from.
    assert len(set(fold[:53:5])) > 1


def test_a_point_alone_in_its_class_is_in_every_fit():
    X, y, source = problem(n=12)
    y = np.where(np.where(source < 0, np.arange(len(source)), source) == 11, 2, y)
    assert choosing.folds(y[:12]).tolist().count(-1) == 1
    assert choosing.folds(y[:12])[11] == -1
    assert choosing.choose(X, y, source).points == 11


def test_fewer_points_than_folds():
    X, y, source = problem(n=4)
    choice = choosing.choose(X, y, source)
    assert (choice.points, choice.folds) == (4, 4)
    assert choice.C in choice.grid
    X, y, source = problem(n=3)
    assert choosing.choose(X, y, source)[-2:] == (2, 2)


def test_without_copies_the_scale_decides():
    X, y, source = problem(copies=0)
    choice = choosing.choose(X, y, source)
    assert choice.rule == names.NO_COPIES
    assert (choice.grid, choice.losses, choice.folds) == ((), (), 0)
    np.testing.assert_allclose(choice.C, 10 / X.var(axis=0).sum(), rtol=1e-12)


def test_norms_of_a_million():
    X, y, source = problem()
    X = 1e6 * X / np.linalg.norm(X, axis=1, keepdims=True)
    choice = choosing.choose(X, y, source)
    assert np.isfinite(choice.losses).all()
    assert choice.losses[choice.grid.index(choice.C)] < np.log(2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y, s: (np.full_like(X, 0.1), y, s), r'C: "auto" .*30 points.* is .*positive'),
        (lambda X, y, s: (X * 1e200, y, s), r'C: "auto" .*inf.*finite'),
        (lambda X, y, s: (X * np.nan, y, s), "features must be finite"),
    ],
    ids=["constant", "overflow", "nan"],
)
def test_features_that_give_no_scale(change, message):
    with pytest.raises(ValueError, match=message):
        choosing.choose(*change(*problem()))


def test_one_point_of_each_class():
    X, y, source = problem(n=2)
    with pytest.raises(ValueError, match=r'C: "auto" .*two points.*2 points of 2 classes'):
        choosing.choose(X, y, source)


@pytest.mark.parametrize("C", [0, -1, np.nan, "aut", "10", None])
def test_C_is_auto_or_a_positive_number(C):
    with pytest.raises(ValueError, match=f"C must be a positive number.*, not {C!r}"):
        choosing.number(C, *problem())


def test_a_number_is_taken_as_it_is():
    assert choosing.number(0.25, None, None, None) == 0.25
