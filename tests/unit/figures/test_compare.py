"""Two scores, and a k-DPP beside independent draws, in one figure."""

import pytest

import synthetic
from drawing import BUDGETS, drawn, lines
from efficient_augmentation.figures import compare


def test_two_scores_share_colours_and_differ_in_lines():
    baselines = synthetic.baselines()
    curves = synthetic.all_curves(baselines, BUDGETS, counts=())
    figure = drawn(compare.scores(curves, baselines, "influence", "loss", "random"))
    found = lines(figure)
    assert set(found) == {
        "uniform random",
        *(f"{s}, {p}" for s in ("influence", "loss") for p in ("proportional", "inverse")),
    }
    single, double = found["influence, proportional"], found["loss, proportional"]
    assert single.get_color() == double.get_color()
    assert double.get_linewidth() > 1.5 * single.get_linewidth()
    cores = [line for line in figure.axes[0].get_lines() if line.get_color() == "white"]
    assert len(cores) == 2
    box = figure.legends[0].get_window_extent()
    assert box.y1 <= figure.axes[0].get_tightbbox().y0


def test_modified_policies_are_compared_where_there_are_no_others():
    names = ["baseline", "random_proportional_update", "random_proportional_downweight"]
    assert compare.plain(names) == names
    assert compare.plain([*names, "random_proportional"]) == ["baseline", "random_proportional"]


@pytest.mark.parametrize("policy", ["dpp_weighted", "dpp_raw"])
def test_a_dpp_is_shown_up_to_its_last_budget(policy):
    baselines = synthetic.baselines()
    curves = synthetic.all_curves(baselines, BUDGETS, counts=())
    figure = drawn(compare.dpp(curves, baselines, "influence", policy))
    found = lines(figure)
    assert len(found) == 3
    assert {line.get_xdata()[-1] for line in found.values()} == {250}
    assert figure.axes[0].get_xlim()[1] < 260
