"""Accuracy over the number of augmented points, of one score."""

import numpy as np
import pytest
from matplotlib.text import Text

import synthetic
from drawing import BUDGETS, drawn, lines, panel
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.figures import style
from efficient_augmentation.names import policies


def test_curves_start_at_the_floor_and_pass_the_means():
    baselines = synthetic.baselines()
    curves = synthetic.curves(baselines, BUDGETS)
    figure = drawn(accuracy_curves.accuracy(curves, baselines, "influence", "random"))
    line = lines(figure)["uniform random"]
    assert line.get_xdata().tolist() == [0, *BUDGETS]
    chosen = (curves["score"] == "influence") & (curves["policy"] == "baseline")
    at_100 = 100 * curves["test_accuracy"][chosen & (curves["n_augmented"] == 100)].mean()
    assert line.get_ydata()[0] == 100 * baselines["floor"]
    assert line.get_ydata()[4] == pytest.approx(at_100)


def test_the_two_families_share_out_the_panel():
    names = synthetic.baselines()
    random, fixed = lines(panel(names)), lines(panel(names, "deterministic"))
    assert set(random) & set(fixed) == {"uniform random"}
    assert len(random) + len(fixed) == len(policies.PAPER_PANEL) + 1


def test_floor_and_ceiling_carry_their_names_and_nothing_is_below_seven_points():
    figure = panel(synthetic.baselines())
    texts = [t for t in figure.findobj(Text) if t.get_text()]
    assert {t.get_fontsize() >= 7 for t in texts} == {True}
    words = " ".join(t.get_text() for t in texts)
    assert "floor 96.3 % (none augmented)" in words
    assert "ceiling 97.3 % (all augmented)" in words
    assert figure.get_figwidth() == style.COLUMN


@pytest.mark.parametrize("family", accuracy_curves.FAMILIES)
@pytest.mark.parametrize(
    "names",
    [
        policies.PAPER_PANEL,
        ["random_proportional"],
        ["random_inverse_proportional_update_downweight", "deterministic_proportional"],
        ["baseline_downweight", "deterministic_inverse_proportional_downweight"],
    ],
)
def test_the_legend_covers_no_data_and_stays_on_the_page(names, family):
    figure = panel(synthetic.baselines(), family, names=sorted({"baseline", *names}))
    box = figure.legends[0].get_window_extent()
    assert box.y1 <= figure.axes[0].get_tightbbox().y0
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    texts = figure.legends[0].get_texts()
    boxes = [t.get_window_extent() for t in texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


@pytest.mark.parametrize(("floor", "ceiling"), [(0.9, 0.9), (0.99, 0.97), (0.5, 1.0)])
def test_any_floor_and_ceiling_can_be_drawn(floor, ceiling):
    figure = panel(synthetic.baselines(floor, ceiling))
    bottom, top = figure.axes[0].get_ylim()
    assert bottom < 100 * min(floor, ceiling) <= 100 * max(floor, ceiling) < top


def test_one_round_has_no_band_and_two_do_not_flatten_the_curves():
    panel(synthetic.baselines(), rounds=1)
    figure = panel(synthetic.baselines(0.90, 0.95), rounds=2)
    bottom, top = figure.axes[0].get_ylim()
    assert top - bottom < 3 * 5


def test_a_family_without_policies_shows_uniform_choice_alone():
    figure = panel(synthetic.baselines(), "deterministic", names=["baseline"])
    assert set(lines(figure)) == {"uniform random"}


def test_ticks_are_budgets_that_keep_apart():
    assert accuracy_curves.spread_ticks(np.array(BUDGETS)) == [0, 10, 50, 100, 250, 500, 750, 1000]
    assert accuracy_curves.spread_ticks(np.array([7])) == [0, 7]


@pytest.mark.parametrize(("n", "marked"), [(60, True), (1000, True), (1001, False)])
def test_support_vectors_are_marked_where_the_axis_reaches(n, marked):
    baselines = {**synthetic.baselines(), "n_support_vectors": n, "vsv_accuracy": 0.95}
    figure = panel({**baselines, "n_train": 1000})
    texts = [t.get_text() for t in figure.findobj(Text)]
    assert (f"VSV ({n})" in texts) == marked
    assert (figure.axes[0].get_ylim()[0] < 95) == marked
