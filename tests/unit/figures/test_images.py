"""Images of a transform and of either end of a ranking, with any names of classes."""

import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

from drawing import VARIANTS, Variant, dataset, drawn
from efficient_augmentation.figures import images, style


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
