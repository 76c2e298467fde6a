"""What C does: floor and ceiling over C, and how far policies are ahead of random selection."""

import numpy as np

from efficient_augmentation.analysis import wording
from efficient_augmentation.figures import looks, style

_HEIGHT = 4.4
_CEILING = {"color": style.AFTER, "linestyle": (0, (4, 1.2)), "marker": "s"}
_FLOOR = {"color": style.BEFORE, "linestyle": "solid", "marker": "o"}


@style.styled
def draw(columns):
    """Floor and ceiling, and leads over random selection with their intervals, over C.

    Args:
      columns: of C_sweep.csv. A lead that is nan leaves a gap.
    Returns: Figure, a column wide.
    """
    pairs = dict.fromkeys(zip(columns["score"].tolist(), columns["policy"].tolist(), strict=True))
    series = [pair for pair in pairs if pair[1] != "baseline"]
    legend = 0.1 + 0.155 * len(series)
    height = _HEIGHT + legend
    figure = style.new_figure(style.COLUMN, height)
    upper = figure.add_axes((0.165, (2.3 + legend) / height, 0.795, 1.8 / height))
    lower = figure.add_axes((0.165, (0.3 + legend) / height, 0.795, 1.7 / height), sharex=upper)
    _levels(upper, columns)
    for s, pair in enumerate(series):
        _lead(lower, columns, pair, s - (len(series) - 1) / 2)
    lower.axhline(0, color=style.GREY, linewidth=0.6, zorder=1)
    lower.set_ylabel("ahead of random (% of gain)", labelpad=1)
    lower.set_xlabel("C, weaker penalty to the right (log scale)", labelpad=1)
    chosen = columns["C"][np.asarray(columns["chosen"]) == 1][0]
    for axes in (upper, lower):
        axes.axvline(chosen, color=style.GREY, linewidth=0.8, linestyle=(0, (1.1, 1.3)), zorder=0)
    upper.set_xscale("log")
    upper.minorticks_off()
    upper.tick_params(labelbottom=False)
    upper.set_title(f"C, chosen by the data: {chosen:.3g}", x=-0.19)
    handles, labels = lower.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.12, 0))
    return figure


def _levels(axes, columns):
    C, first = np.unique(columns["C"], return_index=True)
    for name, look in (("ceiling", _CEILING), ("floor", _FLOOR)):
        accuracy = 100 * np.asarray(columns[name])[first]
        axes.plot(C, accuracy, linewidth=1.1, markersize=2.6, label=name, **look)
    axes.set_ylabel("test accuracy (%)", labelpad=1)
    axes.grid(axis="y", color="#ececec", linewidth=0.5)
    axes.legend(loc="best", borderpad=0.1)


def _lead(axes, columns, pair, place):
    """Leads of one policy, moved aside a little so that bars of several can be seen."""
    score, policy = pair
    rows = (columns["score"] == score) & (columns["policy"] == policy)
    order = np.argsort(columns["C"][rows])
    C, ahead, low, high = (
        np.asarray(columns[name], float)[rows][order]
        for name in ("C", "ahead", "ahead_low", "ahead_high")
    )
    known = np.isfinite(ahead)
    if not known.any():
        return
    scores = list(dict.fromkeys(columns["score"].tolist()))
    dash = looks.score_dash(scores.index(score))
    look = looks.look(policy)
    bars = np.nan_to_num([ahead - low, high - ahead])
    axes.errorbar(
        C * 1.06**place,
        100 * ahead,
        yerr=100 * bars,
        color=look.color,
        linestyle=(0, dash) if dash else "solid",
        linewidth=0.9,
        marker=look.marker,
        markersize=3.2,
        markerfacecolor=look.face,
        elinewidth=0.6,
        label=wording.series(score, policy),
    )
