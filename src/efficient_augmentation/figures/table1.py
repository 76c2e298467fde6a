"""Table 1 of the paper as a figure: the paper's accuracies and ours, a panel a data set."""

import numpy as np

from efficient_augmentation.analysis import table1, wording
from efficient_augmentation.figures import looks, style
from efficient_augmentation.files import tables
from efficient_augmentation.names.table1 import TRANSFORM

_KINDS = {"random": "baseline", "best": "deterministic_proportional", "named": table1.NAMED[1]}
"""The policy whose look stands for each kind of column."""
_LABELS = {
    "random": "random selection",
    "best": "best observed policy",
    "named": f"named beforehand: {wording.series(*table1.NAMED)}",
}
_SPREAD = 0.09


@style.styled
def draw(columns):
    """Accuracy over the share of the points augmented, the paper's hollow and dashed.

    Bars are 95 % intervals of ours, over rounds and test points. Floor and ceiling of each source
    are the ends of its lines.

    Args:
      columns: of table1.csv.
    Returns: Figure, a page wide.
    """
    figure = style.new_figure(style.PAGE, 2.75)
    rows = tables.rows(columns)
    for i, dataset in enumerate(table1.PAPER):
        axes = figure.add_axes((0.07 + 0.317 * i, 0.33, 0.275, 0.55))
        axes.set_title(f"{dataset}, {TRANSFORM}", pad=4)
        own = [row for row in rows if row["dataset"] == dataset]
        _lines(axes, [row for row in own if row["source"] == "paper"], ours=False)
        ours = [row for row in own if row["source"] == "ours" and not np.isnan(row["accuracy"])]
        # The first is the one that repeats the paper most closely; the table has all.
        shown = next((row["experiment"] for row in ours), None)
        _lines(axes, [row for row in ours if row["experiment"] == shown], ours=True)
        _ticks(axes, i == 0)
        note = f"ours: {shown}" if shown else "ours: not run"
        axes.text(0.97, 0.05, note, transform=axes.transAxes, ha="right", color=style.GREY)
    _legend(figure)
    return figure


def _lines(axes, rows, ours):
    by_column = {row["column"]: row for row in rows}
    for k, (kind, policy) in enumerate(_KINDS.items()):
        inner = [by_column.get(f"{kind}_{percent}") for percent in table1.SHARES]
        if None in inner:
            continue
        line = [by_column["none"], *inner, by_column["all"]]
        at = np.arange(len(line)) + _SPREAD * (k - 1) * (np.arange(len(line)) % 4 > 0)
        values = 100 * np.array([[row[n] for row in line] for n in ("accuracy", "low", "high")])
        look = looks.look(policy)
        axes.errorbar(
            at,
            values[0],
            yerr=np.nan_to_num([values[0] - values[1], values[2] - values[0]]) if ours else None,
            color=look.color,
            linestyle="solid" if ours else (0, (4, 1.5)),
            linewidth=0.9 if ours else 0.7,
            alpha=1.0 if ours else 0.75,
            marker=look.marker,
            markersize=3.4,
            markerfacecolor=look.color if ours else "#ffffff",
            elinewidth=0.6,
            zorder=3 if ours else 2,
        )


def _ticks(axes, first):
    names = ["none", *(f"{percent} %" for percent in table1.SHARES), "all"]
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.4, len(names) - 0.6)
    axes.set_xlabel("points augmented", labelpad=2)
    if first:
        axes.set_ylabel("accuracy (%)", labelpad=2)


def _legend(figure):
    axes = figure.axes[0]
    handles = [
        axes.errorbar(
            [],
            [],
            yerr=[] if ours else None,
            color=looks.look(policy).color,
            marker=looks.look(policy).marker,
            markersize=3.4,
            markerfacecolor=looks.look(policy).color if ours else "#ffffff",
            linewidth=0.9 if ours else 0.7,
            linestyle="solid" if ours else (0, (4, 1.5)),
            elinewidth=0.6,
            label=f"{'ours' if ours else 'paper'}: {_LABELS[kind]}",
        )
        for ours in (False, True)
        for kind, policy in _KINDS.items()
        if ours or kind != "named"
    ]
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.05, 0), ncols=2)
