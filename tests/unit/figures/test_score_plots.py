"""Scores before and after augmenting everything."""

import numpy as np
import pytest

from drawing import drawn
from efficient_augmentation.figures import score_plots


@pytest.mark.parametrize(
    "before",
    [
        [0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 1.0, 1.0],
        [np.inf, -2.0, 0.0, 1e-300],
        [np.nan, np.nan, np.nan, np.nan],
        [1e200, 1e-200, 3.0, 2.0],
    ],
)
def test_scores_with_zeros_and_infinities_are_drawn(before):
    drawn(score_plots.before_after(before, [0.0, 1.0, 2.0, 1e-9], "loss"))
    drawn(score_plots.before_after([0.0, 1.0, 2.0, 1e-9], before, "loss"))


def test_what_cannot_be_placed_is_counted():
    text = score_plots.note(np.array([0, 1, np.inf, 3]), np.array([1, 2, 3, 4.0]))
    assert "1 zero: on the edge" in text
    assert "1 not finite: left out" in text
    with pytest.raises(ValueError, match="3 scores before, 2 after"):
        score_plots.before_after([1, 2, 3], [1, 2], "loss")


def test_histogram_counts_every_finite_point():
    figure = drawn(score_plots.before_after(np.arange(1, 101.0), np.ones(100), "loss"))
    before, after = figure.axes[0].patches
    counts = before.get_data().values
    assert counts[counts >= 1].sum() == 100
    assert after.get_data().values.max() == 100
