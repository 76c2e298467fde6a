"""Figures: what is drawn where, for usual and for hostile results; the same bytes every time."""

import os
import subprocess
import sys
import warnings
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

import synthetic
from efficient_augmentation import policies
from efficient_augmentation.figures import all as every
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.figures import images, looks, score_plots, style

BUDGETS = [1, 10, 50, 100, 250, 500, 750, 1000]


class Variant(NamedTuple):
    label: str
    apply: object


VARIANTS = [Variant("flip", lambda x: x[:, ::-1]), Variant("darker", lambda x: x // 2)]


def dataset(n=30, channels=1, side=8):
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (n, side, side, channels)).astype(np.uint8),
        "y_train": np.arange(n) % 2,
    }


def drawn(figure):
    """Draw, with warnings as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    return figure


def panel(baselines, family="random", **kwargs):
    curves = synthetic.curves(baselines, BUDGETS, **kwargs)
    return drawn(accuracy_curves.accuracy(curves, baselines, "influence", family))


def lines(figure):
    """Label to line of all policies' curves."""
    found = figure.axes[0].get_lines()
    return {line.get_label(): line for line in found if not line.get_label().startswith("_")}


def test_every_policy_has_a_look_of_its_own_in_colour_and_in_grey():
    names = [b + m for b in policies.BASES for m in ("", "_update", "_downweight")]
    seen = [looks.look(name) for name in names]
    assert len(set(seen)) == len(names)
    assert len({(look.dash, look.marker) for look in seen}) == len(names)


def test_lighter_mixes_with_white():
    assert looks.lighter("#000000", 0) == "#000000"
    assert looks.lighter("#0072b2", 1) == "#ffffff"
    assert looks.lighter("#000000", 0.5) == "#808080"


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


def test_a_mosaic_holds_each_image_in_its_place_and_frame():
    pictures = np.stack([np.full((4, 4, 1), v, np.uint8) for v in (10, 20, 30)])
    sheet = images.mosaic(pictures, [0, 1, 0], columns=2)
    side = 32 + 4 * images.FRAME
    assert sheet.shape == (2 * side, 2 * side, 3)
    centre = side // 2
    assert sheet[centre, centre].tolist() == [10] * 3
    assert sheet[centre, side + centre].tolist() == [20] * 3
    assert sheet[side + centre, centre].tolist() == [30] * 3
    assert sheet[side + centre, side + centre].tolist() == [255] * 3
    frame = images.FRAME
    assert mpl.colors.to_hex(sheet[frame, frame] / 255) == style.CLASSES[0].lower()
    assert mpl.colors.to_hex(sheet[frame, side + frame] / 255) == style.CLASSES[1].lower()


def test_float_and_colour_images_become_rgb():
    grey = images.to_rgb(np.array([[[[0.0], [1.0], [2.0], [0.5]]]]))
    assert grey[0, 0, :, 0].tolist() == [0, 255, 255, 128]
    assert images.to_rgb(np.zeros((2, 3, 3, 3), np.uint8)).shape == (2, 3, 3, 3)
    with pytest.raises(ValueError, match=r"\(2, 3, 3, 2\)"):
        images.to_rgb(np.zeros((2, 3, 3, 2)))


def test_few_points_give_smaller_grids():
    data = dataset(5)
    figure = drawn(
        images.extremes(data["x_train"], data["y_train"], np.arange(5), "loss", ["a", "b"])
    )
    assert "highest 2" in figure.axes[0].get_title(loc="left")
    with pytest.raises(ValueError, match="1 points"):
        images.extremes(data["x_train"][:1], [0], [1.0], "loss", ["a", "b"])


def test_transforms_show_both_classes_and_every_variant():
    data = dataset(6, channels=3)
    figure = drawn(images.transform(*data.values(), VARIANTS, "mirror", ["a", "b"]))
    assert len(figure.axes) == 1 + len(VARIANTS)
    texts = [t.get_text() for t in figure.findobj(Text)]
    assert {"original", "flip", "darker", "class a", "class b"} <= set(texts)
    assert images.pick([1, 1, 1, 0, 0, 0]).tolist() == [3, 4, 0, 1]
    assert images.short_labels(["rotate -3.0 deg", "rotate +3.0 deg"]) == ["-3.0°", "+3.0°"]
    assert images.short_labels(["crop 1 px", "flip"]) == ["crop 1 px", "flip"]


def test_the_whole_set_is_named_as_the_workflow_expects():
    data, baselines = dataset(), synthetic.baselines()
    curves, scores = synthetic.curves(baselines, [10, 1000]), synthetic.scores(30)
    kwargs = {"name": "mirror", "class_names": ["3", "8"]}
    made = every.transform_figures(data, scores, baselines, curves, VARIANTS, **kwargs)
    names = [name for name, _ in made]
    kinds = ("accuracy_{}_random", "accuracy_{}_deterministic", "scores_{}", "images_{}")
    expected = [kind.format(s) for s in ("loss", "influence") for kind in kinds]
    assert names == [*expected, "transform"]
    short = {k: v[:29] for k, v in scores.items()}
    lacking = {"loss": scores["loss"]}
    with pytest.raises(ValueError, match="29 rows for 30"):
        next(every.transform_figures(data, short, baselines, curves, VARIANTS, **kwargs))
    with pytest.raises(ValueError, match="no column 'loss_after'"):
        next(every.transform_figures(data, lacking, baselines, curves, VARIANTS, **kwargs))


def test_drawing_leaves_the_users_settings_alone():
    before = {name: mpl.rcParams[name] for name in style.RC}
    panel(synthetic.baselines())
    assert before == {name: mpl.rcParams[name] for name in style.RC}


WRITE = """
import sys
import synthetic
from efficient_augmentation.figures import curves, style
b = synthetic.baselines()
figure = curves.accuracy(synthetic.curves(b, [1, 10, 1000]), b, "loss", "random")
style.save(figure, sys.argv[1] + "/f.png", sys.argv[1] + "/f.pdf")
assert "matplotlib.pyplot" not in sys.modules
"""


def test_saving_gives_the_same_bytes_in_every_process(tmp_path):
    outputs = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        command = [sys.executable, "-c", WRITE, str(folder)]
        subprocess.run(command, env=environment, check=True, timeout=120)
        outputs.append([(folder / name).read_bytes() for name in ("f.png", "f.pdf")])
    assert outputs[0] == outputs[1]
    assert outputs[0][0].startswith(b"\x89PNG")
    assert b"CreationDate" not in outputs[0][1]
