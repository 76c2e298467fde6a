"""Sweeps over clusters and over C, the choice of C, the course of training."""

import numpy as np
import pytest

import synthetic
from drawing import drawn
from efficient_augmentation.figures import C_sweep, regularization, sweep, training


@pytest.mark.parametrize("counts", [(2, 5, 10, 50, 200, 999), (2, 3)])
def test_the_sweep_shows_both_sets_and_leaves_gaps(counts):
    columns = synthetic.sweep(counts)
    figure = drawn(sweep.sweep(columns))
    upper, lower = figure.axes
    assert [line.get_label() for line in upper.get_lines()] == ["training points", "test points"]
    assert np.isnan(lower.get_lines()[1].get_ydata()[-1])
    for axes in (upper, lower):
        assert axes.get_lines()[0].get_xdata().tolist() == list(counts)


def test_a_sweep_of_nothing_is_an_error_and_zero_inertia_a_gap():
    columns = {name: np.zeros(3) for name in synthetic.sweep()}
    drawn(sweep.sweep({**columns, "clusters": np.array([2, 3, 4])}))
    with pytest.raises(ValueError, match="no number of clusters"):
        sweep.sweep({name: np.zeros(0) for name in columns})


def test_training_shows_what_the_history_holds():
    columns = synthetic.history()
    figure = drawn(training.training(columns))
    loss, accuracy = figure.axes[:2]
    np.testing.assert_array_equal(loss.lines[0].get_ydata(), columns["loss"])
    assert [line.get_label() for line in accuracy.lines] == [
        "training images",
        "test images: 0.8000 at the end",
    ]
    assert "at most 0.002" in figure.axes[2].texts[0].get_text()
    small = {name: columns[name][:1] for name in ("epoch", "loss", "accuracy")}
    figure = drawn(training.training(small))
    assert len(figure.axes) == 2
    assert len(figure.axes[1].lines) == 1
    with pytest.raises(ValueError, match="no epoch was trained"):
        training.training({name: values[:0] for name, values in columns.items()})


def test_the_chosen_penalty_is_marked_on_its_curve():
    choice = synthetic.penalty()
    (axes,) = regularization.losses(choice).axes
    curve, bound, chosen = axes.get_lines()
    assert curve.get_xdata().tolist() == choice["grid"]
    assert curve.get_ydata().tolist() == choice["losses"]
    assert bound.get_ydata()[0] == pytest.approx(0.23)
    assert chosen.get_xydata().tolist() == [[10.0, 0.22]]
    assert "C = 10" in {text.get_text() for text in axes.texts}


def test_the_sweep_over_C_shows_levels_leads_and_the_chosen_value():
    figure = drawn(C_sweep.draw(synthetic.C_sweep()))
    upper, lower = figure.axes
    levels = {line.get_label(): line.get_xydata() for line in upper.get_lines()}
    np.testing.assert_allclose(levels["ceiling"], [[0.1, 100.0], [1.0, 91.0], [10.0, 90.1]])
    np.testing.assert_allclose(levels["floor"][:, 1], [90.0] * 3)
    (bars,) = lower.containers
    np.testing.assert_allclose(bars[0].get_ydata(), [10.0, 5.0, np.nan])
    np.testing.assert_allclose(bars[2][0].get_segments()[0][:, 1], [3.0, 17.0])
    assert [line.get_xdata()[0] for line in upper.get_lines()[2:]] == [1.0]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "influence (proportional)"
    ]


def test_a_sweep_over_C_without_any_gain_is_drawn():
    nothing = {**synthetic.C_sweep(), **dict.fromkeys(("ahead", "ahead_low"), np.full(6, np.nan))}
    assert not drawn(C_sweep.draw(nothing)).axes[1].containers


def test_without_copies_the_figure_says_so():
    none = {"C": 2.5, "losses": []}
    (axes,) = regularization.losses(none).axes
    assert [text.get_text() for text in axes.texts] == ["no copies to judge by: C = 2.5"]
