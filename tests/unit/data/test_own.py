"""Which points of one's own data an experiment gets: splits, draws, classes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficient_augmentation.data import own, stratified

counts = st.lists(st.integers(2, 40), min_size=2, max_size=6)


def labels_of(counts, seed=0):
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))


@settings(max_examples=40, deadline=None)
@given(counts, st.floats(0.01, 0.99))
def test_split_is_a_partition_with_the_share_of_every_class(counts, share):
    y = labels_of(counts)
    train, test = stratified.split(y, share, 3)
    assert sorted([*train, *test]) == list(range(len(y)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(test) > 0).all()
    for label, m in enumerate(counts):
        assert (y[test] == label).sum() == min(max(int(share * m + 0.5), 1), m - 1)


@settings(max_examples=40, deadline=None)
@given(counts, st.data())
def test_draw_holds_every_class_near_its_share(counts, data):
    y = labels_of(counts)
    n = data.draw(st.integers(len(counts), len(y)))
    drawn = stratified.draw(y, n, 1)
    assert len(drawn) == n
    assert (np.diff(drawn) > 0).all()
    taken = np.bincount(y[drawn], minlength=len(counts))
    assert (taken >= 1).all()
    # Classes whose share is below one point take their first from the others.
    at_least_one = np.maximum(n * np.array(counts) / len(y), 1)
    assert (taken <= np.ceil(at_least_one) + 1).all()


def test_draw_is_by_sainte_lague():
    """Seat by seat, from the method's definition."""
    counts, seats = [53, 24, 23], [1, 1, 1]
    y = labels_of(counts)
    for n in range(4, 30):
        quotients = [m / (2 * s + 1) for m, s in zip(counts, seats, strict=True)]
        seats[int(np.argmax(quotients))] += 1
        assert np.bincount(y[stratified.draw(y, n, 0)]).tolist() == seats


def test_larger_draws_contain_smaller_ones():
    y = labels_of([30, 11, 5])
    draws = [set(stratified.draw(y, n, 7).tolist()) for n in range(3, 47)]
    assert all(small < large for small, large in itertools.pairwise(draws))


def test_seed_decides():
    y = labels_of([20, 30])
    for draw in (lambda s: stratified.draw(y, 10, s), lambda s: stratified.split(y, 0.3, s)[1]):
        np.testing.assert_array_equal(draw(0), draw(0))
        assert draw(0).tolist() != draw(1).tolist()


def test_what_cannot_be_split_or_drawn():
    with pytest.raises(ValueError, match="class 1 has 1 point; a split needs 2"):
        stratified.split(np.array([0, 0, 1]), 0.5, 0)
    for n in (1, 5):
        with pytest.raises(ValueError, match=rf"n: {n} is not within 2\.\.4"):
            stratified.draw(np.array([0, 0, 1, 1]), n, 0)


TRAIN = own.Labels("train", np.array([0, 1, 2, 2, 1, 0, 2, 0, 1]))
TEST = own.Labels("test", np.array([1, 0, -1, 0, 1]))


def test_classes_are_kept_in_the_order_given():
    choice = own.choose(["ant", "bee", "cat"], TRAIN, TEST, classes=["bee", "ant"])
    assert choice.class_names == ["bee", "ant"]
    assert choice.train.tolist() == [0, 1, 4, 5, 7, 8]
    assert choice.y_train.tolist() == [1, 0, 0, 1, 1, 0]
    assert choice.test.tolist() == [0, 1, 3, 4]
    assert choice.y_test.tolist() == [0, 1, 1, 0]
    assert choice.test_share == 0
    assert (choice.y_train.dtype, choice.y_test.dtype) == (np.int32, np.int32)


def test_without_a_test_set_a_share_of_every_class_is_split_off():
    choice = own.choose(["ant", "bee", "cat"], TRAIN, test_share=0.34)
    assert sorted([*choice.train, *choice.test]) == list(range(9))
    assert np.bincount(choice.y_test).tolist() == [1, 1, 1]
    np.testing.assert_array_equal(choice.y_train, TRAIN.y[choice.train])
    np.testing.assert_array_equal(choice.y_test, TRAIN.y[choice.test])
    assert choice.test_share == 0.34


def test_fewer_points_leave_the_test_set_as_it_is():
    names = ["ant", "bee", "cat"]
    whole, fewer = (own.choose(names, TRAIN, n_train=n, seed=5) for n in (None, 4))
    np.testing.assert_array_equal(whole.test, fewer.test)
    assert len(fewer.train) == 4
    assert set(fewer.train) < set(whole.train)
    assert set(fewer.y_train) == {0, 1, 2}


def test_numbers_are_taken_for_their_digits():
    choice = own.choose(["3", "8"], own.Labels("train", np.arange(6) % 2), classes=[8, "3"])
    assert choice.class_names == ["8", "3"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"classes": ["ant", "cow"]},
            "dataset.classes: no class 'cow' in train; it holds ant, bee",
        ),
        ({"classes": ["ant", True]}, "True is neither text nor a whole number; write it in quotes"),
        ({"classes": ["ant", "ant"]}, "names 'ant' twice"),
        ({"classes": "ant"}, "not a list of at least two classes"),
        ({"n_train": 10}, "dataset.n_train: 10 is more than the 6 training points"),
        ({"n_train": 1}, "dataset.n_train: 1 is fewer than the 2 classes"),
        ({"existing": ["ant"]}, "train: one class, 'ant'; at least two are needed"),
        ({"classes": None}, "test: class 'cat' has 0 points; give at least 1, or leave the class"),
        (
            {"train": own.Labels("train", np.array([0, 0, 1])), "test": None},
            "train: class 'bee' has 1 points; give at least 2 .one to train on, one to test on",
        ),
    ],
)
def test_bad_choices_are_refused(change, message):
    given = {"existing": ["ant", "bee", "cat"], "train": TRAIN, "test": TEST}
    given["classes"] = ["ant", "bee"]
    with pytest.raises(ValueError, match=message):
        own.choose(**(given | change))


@pytest.mark.parametrize(
    "names",
    [
        ["cat", "Cat"],
        ["cat", "cat "],
        ["ab", "a\u200bb", "A b"],
        ["\u00e9", "e\u0301"],
        ["", "\n", "\u202e"],
    ],
)
def test_classes_that_look_alike_are_shown_so_that_they_can_be_told_apart(names):
    (text,) = own.spelling_warnings(["dog", *names, "1", "01", "C", "C#", "a-b", "b"])
    assert text.startswith(f"The classes {' and '.join(map(ascii, names))} look alike")
