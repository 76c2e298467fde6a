"""Figures of a transform by their names, and what was not measured."""

import pytest
from matplotlib.text import Text

import synthetic
from drawing import BUDGETS, VARIANTS, dataset
from efficient_augmentation.experiment import figures
from efficient_augmentation.figures import all as every


def measured(**changes):
    """What the figures of a transform show, with all panels."""
    data, baselines = dataset(), synthetic.baselines()
    given = {
        "x": data["x_train"],
        "y": data["y_train"],
        "scores": synthetic.scores(30),
        "baselines": baselines,
        "curves": synthetic.all_curves(baselines, BUDGETS, counts=(1, 10)),
        "variants": VARIANTS,
        "transform": "mirror",
        "class_names": ["3", "8"],
    }
    return every.Measured(**given | changes)


def named(name, **changes):
    """The figure of a name as its rule asks for it."""
    figure, made_for = figures.find(name)
    return every.transform_figures({name: (figure.name, made_for)}, measured(**changes))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("transform", "mirror"),
        ("regularization", "C = 10"),
        ("accuracy_loss_random", "loss: random policies"),
        ("accuracy_margin_deterministic", "margin: deterministic policies"),
        ("compare_margin_random", "influence beside margin: random policies"),
        ("compare_loss_deterministic", "influence beside loss: deterministic policies"),
        ("compare_dpp_raw", "beside independent draws"),
        ("clusters_influence", "influence"),
        ("scores_loss", "loss"),
        ("images_margin", "margin"),
    ],
)
def test_a_figure_is_drawn_by_its_name(name, title):
    ((found, figure),) = named(name)
    texts = " ".join(t.get_text() for t in figure.findobj(Text))
    assert found == name
    assert title in texts


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("images_hinge", {}, "no column 'hinge'"),
        ("scores_margin", {}, "no column 'margin_after'"),
        ("images_loss", {"scores": synthetic.scores(29)}, "29 rows for 30"),
        ("accuracy_hinge_random", {}, "no row of score 'hinge'"),
        ("compare_hinge_random", {}, "no row of score 'hinge'"),
        ("clusters_margin", {}, "'margin' is stratified"),
        ("compare_dpp_map_raw", {}, "dpp_map_raw"),
        ("map_of_loss", {}, "'map_of_loss'"),
    ],
)
def test_a_figure_of_what_was_not_measured_is_refused(name, changes, message):
    with pytest.raises(ValueError, match=message):
        list(named(name, **changes))
