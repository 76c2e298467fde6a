import numpy as np
import pytest

from efficient_augmentation.scores import forgetting


def test_forgetting_is_right_then_wrong():
    correct = np.array([[1, 1, 0, 0, 1], [1, 0, 0, 1, 0], [1, 1, 0, 1, 1], [1, 0, 0, 1, 1]])
    # always right; forgotten twice; never right; learned late; forgotten once and relearned
    assert forgetting.events(correct).tolist() == [0, 2, 4, 0, 1]


def test_one_epoch_tells_only_who_was_never_right():
    assert forgetting.events([[True, False]]).tolist() == [0, 1]


@pytest.mark.parametrize("correct", [[1, 0], [[]], [[0.5]]])
def test_bad_histories_are_refused(correct):
    with pytest.raises(ValueError, match=r"correct must have shape \(epochs, n\)"):
        forgetting.events(correct)
