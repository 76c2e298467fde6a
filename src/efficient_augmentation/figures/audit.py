"""Scores beside the exact change of retraining without each point: a panel a score."""

import numpy as np

from efficient_augmentation.analysis import audit
from efficient_augmentation.figures import score_plots, style

COLUMNS = 3
_SIDE, _GAP, _LEFT, _TOP, _BOTTOM = 1.72, 0.46, 0.48, 0.42, 0.42


@style.styled
def agreement(columns, summary):
    """Magnitude of every score over the exact change, log-log, a panel a score.

    A score in the truth's unit carries the line of equality. What is zero lies on the edge. Each
    panel says Spearman's correlation and how many of the ten most changing points the score finds.

    Args:
      columns: of audit.csv.
      summary: columns of audit_summary.csv.
    Returns: Figure, a page wide.
    Raises: ValueError if there is no score.
    """
    names = [str(name) for name in summary["score"]]
    if not names:
        raise ValueError("audit: no score to draw")
    lines = -(-len(names) // COLUMNS)
    height = _TOP + lines * (_SIDE + _GAP) - _GAP + _BOTTOM
    figure = style.new_figure(style.PAGE, height)
    figure.text(
        0.012, 1 - 0.06 / height, "Scores and exact retraining", va="top", size=8, weight="bold"
    )
    for i, name in enumerate(names):
        line, column = divmod(i, COLUMNS)
        left = _LEFT + column * (_SIDE + _GAP)
        bottom = height - _TOP - _SIDE - line * (_SIDE + _GAP)
        place = (left / style.PAGE, bottom / height, _SIDE / style.PAGE, _SIDE / height)
        axes = figure.add_axes(place)
        _draw(axes, np.asarray(columns[audit.TRUTH], float), np.abs(columns[name]), name)
        axes.set_title(name, size=7, pad=3)
        _note(axes, summary, i)
        if i + COLUMNS >= len(names):
            axes.set_xlabel("exact change of loss (nats)", labelpad=1)
        if not column:
            axes.set_ylabel("|score|", labelpad=1)
    return figure


def _draw(axes, truth, size, name):
    limits = [_limits(values) for values in (truth, size)]
    if name in audit.ESTIMATES:
        ends = min(low for low, _ in limits), max(high for _, high in limits)
        limits = [ends, ends]
        axes.plot(ends, ends, color=style.GREY, linewidth=0.8, zorder=1)
    (x_low, x_high), (y_low, y_high) = limits
    edge = (truth <= x_low) | (size <= y_low)
    x, y = np.maximum(truth, x_low), np.maximum(size, y_low)
    score_plots.draw_points(axes, x[~edge], y[~edge], "o", style.BEFORE)
    score_plots.draw_points(axes, x[edge], y[edge], "D", style.AFTER)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(x_low, x_high)
    axes.set_ylim(y_low, y_high)
    axes.minorticks_off()


def _limits(values):
    """Ends of a logarithmic axis: a little more than the positive values span."""
    positive = values[values > 0]
    if not positive.size:
        return 0.1, 1.0
    return positive.min() / 2, positive.max() * 2


def _note(axes, summary, i):
    rho, top = float(summary["spearman"][i]), float(summary["top_10"][i])
    text = "Spearman undefined" if np.isnan(rho) else f"Spearman {rho:.4f}"
    if not np.isnan(top):
        text += f"\n{round(10 * top)} of the top 10"
    plate = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
    low_is_hard = str(summary["score"][i]) in audit.LOW_IS_HARD
    axes.text(
        0.04,
        0.04 if low_is_hard else 0.96,
        text,
        transform=axes.transAxes,
        va="bottom" if low_is_hard else "top",
        linespacing=1.3,
        bbox=plate,
        zorder=5,
    )
