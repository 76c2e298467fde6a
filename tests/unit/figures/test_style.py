"""What all figures have in common: palettes, fonts, the same bytes every time."""

import os
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

import synthetic
from drawing import VARIANTS, dataset, panel
from efficient_augmentation.figures import images, style


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
