"""Settings shared by all figures: sizes, fonts, colours that stand for no policy, saving."""

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

COLUMN = 3.3
"""Width of a paper's column, inches."""
PAGE = 6.8
"""Width of a paper's two columns, inches."""
DPI = 220

BLACK, GREY, LIGHT = "#1a1a1a", "#6f6f6f", "#d5d5d5"
BEFORE, AFTER = "#0072B2", "#D55E00"
CLASSES = ("#56B4E9", "#D55E00", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#E69F00", "#999999")

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


def styled(draw):
    """Decorator: run a drawing function under the project's settings."""
    return mpl.rc_context(RC)(draw)


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
def save(figure, png_path, pdf_path):
    """Write a figure as PNG and PDF; the same figure always gives the same bytes.

    Args:
      figure: Figure.
      png_path: target.
      pdf_path: target; carries no creation date.
    """
    figure.savefig(png_path, format="png")
    figure.savefig(pdf_path, format="pdf", metadata={"CreationDate": None})
