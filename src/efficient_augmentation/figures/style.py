"""Settings shared by all figures: sizes, fonts, colours that stand for no policy, saving."""

import functools
import re
import unicodedata

import matplotlib as mpl
import numpy as np
from fontTools import subset
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin

from efficient_augmentation.files import atomic, provenance

COLUMN = 3.3
"""Width of a paper's column, inches."""
PAGE = 6.8
"""Width of a paper's two columns, inches."""
DPI = 200

BLACK, GREY, LIGHT = "#1a1a1a", "#6f6f6f", "#d5d5d5"
BEFORE, AFTER = "#0072B2", "#D55E00"
CLASSES = ("#56B4E9", "#D55E00", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#E69F00", "#999999")
"""Of that many classes at most; more are not told apart by colours."""

RC = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "figure.dpi": DPI,
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.markeredgewidth": 0.9,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,
    "savefig.dpi": DPI,
    "svg.hashsalt": "efficient-augmentation",
    "text.color": BLACK,
    "xtick.color": GREY,
    "xtick.labelcolor": BLACK,
    "xtick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.color": GREY,
    "ytick.labelcolor": BLACK,
    "ytick.labelsize": 7,
    "ytick.major.width": 0.6,
}

# To embed the few characters that a PDF shows, fontTools reads all of a font's tables. Those of
# ligatures and of kerning cost it more than the others together, and a PDF does not use them: each
# of its characters has a place already. fontTools reads them even where they are to be dropped.
_LAYOUT = ("GDEF", "GPOS", "GSUB", "kern")
_load_font = subset.load_font


def _without_layout(*args, **named):
    font = _load_font(*args, **named)
    for table in _LAYOUT:
        if table in font:
            del font[table]
    return font


subset.load_font = _without_layout

# The rest is what Matplotlib comes with, not what a user's own matplotlibrc says. The backend
# stays: figures have canvases of their own.
_NOT_OF_FIGURES = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}
_ALL = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if key not in _NOT_OF_FIGURES}


def styled(draw):
    """Decorator: run a drawing function under the project's settings, whatever the user's are."""
    return mpl.rc_context(_ALL | RC)(draw)


def plain(text):
    """Text that Matplotlib shows as it stands, with escapes for what would not come out."""
    shown = (c if c == "\n" or _is_drawn(c) else ascii(c)[1:-1] for c in text)
    return "".join(shown).replace("$", r"\$")


def drawable(names):
    """Names as figures show them, those that would come out wrong as #0, #1, ...

    These are names with a character that the font lacks or that cannot be seen, names in scripts
    that run from right to left, which Matplotlib draws backwards, and names that look like such a
    number themselves.

    Args:
      names: list of text.
    Returns: list of text.
    """
    return [name if _comes_out(name) else f"#{i}" for i, name in enumerate(names)]


@functools.cache
def _glyphs():
    found = font_manager.findfont(font_manager.FontProperties(family=RC["font.family"]))
    return frozenset(font_manager.get_font(found).get_charmap())


def _comes_out(name):
    return bool(name.strip()) and not re.fullmatch(r"#\d+", name) and all(map(_is_drawn, name))


def _is_drawn(character):
    return (
        ord(character) in _glyphs()
        and (character == " " or unicodedata.category(character)[0] not in "CZ")
        and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
    )


def new_figure(width, height):
    """An empty figure outside pyplot, so that nothing outlives it.

    Args:
      width: inches.
      height: inches.
    Returns: Figure with an Agg canvas.
    """
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


@styled
def save(figure, png_path, pdf_path, made_by=None):
    """Write a figure as PNG and PDF; the same figure always gives the same bytes.

    Args:
      figure: Figure.
      png_path: target; of at most 256 colours where these are enough, which saves more than half.
      pdf_path: target; carries no creation date.
      made_by: mapping as `provenance.of` returns it; becomes the PNG's text "provenance" and the
        PDF's keywords. None leaves it out.
    Raises: OSError as `atomic.whole`.
    """
    figure.canvas.draw()
    picture = png(np.asarray(figure.canvas.buffer_rgba())[..., :3])
    chunks, metadata = PngImagePlugin.PngInfo(), {"CreationDate": None}
    if made_by is not None:
        chunks.add_text(provenance.NAME, provenance.text(made_by))
        metadata["Keywords"] = provenance.text(made_by)
    with atomic.whole(png_path) as part:
        picture.save(part, format="PNG", optimize=True, pnginfo=chunks)
    with atomic.whole(pdf_path) as part:
        figure.savefig(part, format="pdf", metadata=metadata)


def png(pixels, tolerance=2.0):
    """Pixels as a picture with a palette, or in full colour where a palette would show.

    Args:
      pixels: (h, w, 3) uint8.
      tolerance: root mean square error, in levels of 0..255, up to which a palette will do.
    Returns: PIL image.
    """
    full = Image.fromarray(pixels)
    few = full.quantize(256, dither=Image.Dither.NONE)
    error = np.asarray(few.convert("RGB"), float) - pixels
    return few if np.sqrt((error**2).mean()) <= tolerance else full
