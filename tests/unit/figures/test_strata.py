"""Accuracy by number of clusters."""

import matplotlib as mpl
import numpy as np
import pytest

import synthetic
from drawing import BUDGETS, drawn
from efficient_augmentation.figures import strata, style


def test_every_number_of_clusters_has_a_line_in_its_own_shade():
    baselines, counts = synthetic.baselines(), (1, 10, 50, 100, 250, 500, 750, 1000)
    curves = synthetic.all_curves(baselines, BUDGETS, counts)
    figure = drawn(strata.clusters(curves, baselines, "loss"))
    assert figure.get_figwidth() == style.PAGE
    for axes in figure.axes:
        shades = {
            line.get_label(): mpl.colors.to_rgb(line.get_color())
            for line in axes.get_lines()
            if line.get_label().startswith("k = ")
        }
        assert list(shades) == [f"k = {k}" for k in counts]
        grey = [np.dot(shade, (0.299, 0.587, 0.114)) for shade in shades.values()]
        assert (np.diff(grey) > 0.04).all()
    lowest = min(axes.get_tightbbox().y0 for axes in figure.axes)
    assert figure.legends[0].get_window_extent().y1 <= lowest
    assert figure.legends[0].get_window_extent().x1 <= figure.bbox.x1
    with pytest.raises(ValueError, match="'margin' is stratified"):
        strata.clusters(curves, baselines, "margin")


def test_one_stratified_policy_fits_a_column():
    baselines = synthetic.baselines()
    strata_of_one = synthetic.curves(baselines, BUDGETS, names=["baseline"], clusters=5)
    figure = drawn(strata.clusters(strata_of_one, baselines, "loss"))
    assert figure.get_figwidth() == style.COLUMN
    assert len(figure.axes) == 1
