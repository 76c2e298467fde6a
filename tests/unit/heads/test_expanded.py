import numpy as np
import pytest

from efficient_augmentation.heads.expanded import Rows


def test_rows_know_their_points():
    rows = Rows([-1, -1, -1, 2, 0, 2])
    assert (len(rows), rows.n) == (6, 3)
    assert rows.original.tolist() == [True, True, True, False, False, False]
    assert rows.point.tolist() == [0, 1, 2, 2, 0, 2]
    assert rows.copies.tolist() == [1, 0, 2]


def test_weights_follow_the_source_point():
    rows = Rows([-1, -1, 0, 1, 0, 1])
    chosen = np.array([[True, False], [True, False], [False, False]])
    weights = rows.weights(chosen, np.array([False, True, True]))
    third = 1 / 3
    expected = [[1, 1, 1, 0, 1, 0], [third, 1, third, 0, third, 0], [1, 1, 0, 0, 0, 0]]
    np.testing.assert_allclose(weights, expected)
    sizes = np.array([[3.0, 5.0], [2.0, 1.0], [7.0, 7.0]])
    weights = rows.weights(chosen, np.array([False, True, True]), sizes)
    expected = [[1, 1, 3, 0, 3, 0], [third, 1, 2 / 3, 0, 2 / 3, 0], [1, 1, 0, 0, 0, 0]]
    np.testing.assert_allclose(weights, expected)


@pytest.mark.parametrize("source", [[], [0], [0, -1], [-1, -2], [-1, -1, 2], [-1, 0, -1]])
def test_rows_out_of_order_are_refused(source):
    with pytest.raises(ValueError, match="source_test must be -1 for the originals, which come"):
        Rows(source, "source_test")
