"""Figures: what is drawn where, for usual and for hostile results; the same bytes every time."""

import os
import re
import subprocess
import sys
import warnings
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

import synthetic
from efficient_augmentation.figures import (
    C_sweep,
    compare,
    images,
    looks,
    regularization,
    score_plots,
    strata,
    style,
    sweep,
    training,
)
from efficient_augmentation.figures import all as every
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.names import policies

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
    bases = (*policies.BASES, "random_power_0.5")
    fixed = [b for b in bases if policies.unordered(b)]
    names = [b + m for b in bases for m in ("", "_downweight")]
    names += [f"{b}_update" for b in bases if b not in fixed]
    seen = [looks.look(name) for name in names]
    assert len(set(seen)) == len(names)
    assert len({(look.dash, look.marker) for look in seen}) == len(names)


def test_powers_darken_with_the_exponent():
    colors = [looks.look(f"random_power_{a}").color for a in ("0.25", "0.5", "2", "4")]
    light = [sum(int(color[k : k + 2], 16) for k in (1, 3, 5)) for color in colors]
    assert sorted(light, reverse=True) == light
    assert len(set(colors)) == 4


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


def test_more_classes_than_colours_are_named_in_the_corners():
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (40, 8, 8, 1)).astype(np.uint8)
    labels, scores = np.arange(40) % 10, np.arange(40.0)
    names = [*"012345678", "extraordinarily"]
    figure = images.extremes(pictures, labels, scores, "loss", names)
    lowest, highest = sorted(figure.axes, key=lambda axes: "highest" in axes.get_title(loc="left"))
    for axes, points in ((highest, range(39, 19, -1)), (lowest, range(20))):
        shown = [text.get_text() for text in axes.texts]
        expected = [names[labels[i]] for i in points]
        assert shown == [n if len(n) < 8 else "extrao\u2026" for n in expected]
    assert not figure.legends
    assert images.extremes(pictures, labels % 8, scores, "loss", names[:8]).legends


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
    assert images.pick([2, 1, 0, 0, 1, 2, 0]).tolist() == [2, 3, 1, 0]
    assert images.pick([0, 1, 1]).tolist() == [0, 1, 2]
    assert images.pick(np.arange(30) % 15).tolist() == list(range(10))
    assert images.short_labels(["rotate -3.0 deg", "rotate +3.0 deg"]) == ["-3.0°", "+3.0°"]
    assert images.short_labels(["crop 1 px", "flip"]) == ["crop 1 px", "flip"]


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
    ((found, figure),) = every.transform_figures([name], measured())
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
        list(every.transform_figures([name], measured(**changes)))


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


@pytest.mark.parametrize(("n", "marked"), [(60, True), (1000, True), (1001, False)])
def test_support_vectors_are_marked_where_the_axis_reaches(n, marked):
    baselines = {**synthetic.baselines(), "n_support_vectors": n, "vsv_accuracy": 0.95}
    figure = panel({**baselines, "n_train": 1000})
    texts = [t.get_text() for t in figure.findobj(Text)]
    assert (f"VSV ({n})" in texts) == marked
    assert (figure.axes[0].get_ylim()[0] < 95) == marked


def test_pictures_get_a_palette_unless_it_would_show():
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    assert style.png(noise).mode == "RGB"
    assert (np.asarray(style.png(noise)) == noise).all()
    flat = np.full((60, 60, 3), 200, np.uint8)
    assert style.png(flat).mode == "P"
    assert (np.asarray(style.png(flat).convert("RGB")) == flat).all()


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


@pytest.mark.slow
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


NAMES = {
    "dollars": ["US$ to A$", "$x_1^2$ \\$ \\\\$"],
    "half a formula": [r"$\frac{$", "$"],
    "no letters of the font": ["猫", "🐶 dog"],
    "control characters": ["cat\r", "two\nlines"],
    "many": [f"{'$' * i}猫" for i in range(12)],
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_names_of_classes_stand_as_they_are_or_as_numbers(names, tmp_path):
    data = dataset()
    k = len(names)
    data["y_train"] = np.arange(30) % k
    expected = [
        f"#{i}" if {"猫", "🐶", "\r", "\n"} & set(name) else name for i, name in enumerate(names)
    ]
    assert style.drawable(names) == expected
    variants = [Variant(f"m:f(text={names[0]!r})", lambda x: x)]
    figures = [
        images.transform(*data.values(), variants, "mirror", names),
        images.extremes(*data.values(), np.arange(30), "loss", names),
    ]
    shown = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in figures:
            for text in figure.findobj(Text):
                if text.get_text() and not text.get_text().startswith("m:f"):
                    clean, is_formula = text._preprocess_math(text.get_text())
                    assert not is_formula
                    shown.add(clean)
            style.save(figure, tmp_path / "f.png", tmp_path / "f.pdf")
    wanted = {images.shortened(name, 7 if k > 8 else 16) for name in expected[:8]}
    assert wanted <= {text.removeprefix("class ") for text in shown}


def test_names_that_would_come_out_wrong_are_numbers():
    names = ["שלום", "سلام", "a\u200bb", "ab", "#3", "#x", "", " ", "a\u2028", "é", "a b"]
    expected = ["#0", "#1", "#2", "ab", "#4", "#x", "#6", "#7", "#8", "é", "a b"]
    assert style.drawable(names) == expected
    assert style.plain("m:f(text='猫 $ש')\nx") == r"m:f(text='\u732b \$\u05e9')" + "\nx"


def test_a_pdf_embeds_the_characters_of_its_fonts_and_no_tables_of_layout(tmp_path):
    figure = style.new_figure(2, 2)
    figure.text(0, 0, "floor")
    with mpl.rc_context(style.RC | {"pdf.compression": 0}):
        figure.savefig(tmp_path / "f.pdf")
    written = (tmp_path / "f.pdf").read_bytes()
    assert re.search(rb"/FontFile2 (\d+) 0 R", written)
    assert b"glyf" in written
    assert not re.search(rb"GSUB|GPOS|GDEF|kern", written)


def test_a_users_own_settings_change_no_byte(tmp_path):
    data = dataset()

    def made(name):
        figure = images.transform(*data.values(), VARIANTS, "mirror", ["a", "b"])
        style.save(figure, tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
        return (tmp_path / f"{name}.png").read_bytes(), (tmp_path / f"{name}.pdf").read_bytes()

    before = made("before")
    theirs = {
        "text.usetex": True,
        "axes.prop_cycle": mpl.cycler(color=["r"]),
        "figure.facecolor": "black",
        "font.sans-serif": ["no such font"],
        "savefig.bbox": "tight",
        "pdf.compression": 0,
        "image.cmap": "hot",
    }
    with mpl.rc_context(theirs):
        assert made("after") == before
