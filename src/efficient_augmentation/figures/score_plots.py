"""Scores before and after augmenting everything: their distribution and their agreement."""

import numpy as np

from efficient_augmentation.analysis import summary
from efficient_augmentation.figures import style


@style.styled
def before_after(before, after, score):
    """Magnitudes of a score under the fit on the originals and under the fit on all augmented.

    Above: histograms with logarithmic counts. Below: each point's two magnitudes in log-log,
    the line of no change, and Spearman's rank correlation. A magnitude of zero lies on the edge
    of the lower plot; what is not finite is left out of both and counted in the lower one.

    Args:
      before: score of each training point, (n,), any sign.
      after: the same points' scores under the fit on all augmented rows, (n,).
      score: name of the score.
    Returns: Figure, a column wide.
    Raises: ValueError if the lengths differ.
    """
    before, after = np.abs(np.asarray(before, float)), np.abs(np.asarray(after, float))
    if before.shape != after.shape:
        raise ValueError(f"{score}: {before.size} scores before, {after.size} after")
    figure = style.new_figure(style.COLUMN, 4.5)
    upper = figure.add_axes((0.165, 0.69, 0.795, 0.26))
    lower = figure.add_axes((0.165, 0.085, 0.795, 0.505))
    draw_histograms(upper, before, after, score)
    draw_joint(lower, before, after, score)
    return figure


def draw_histograms(axes, before, after, score):
    """Histograms of the finite magnitudes over common bins, counts on a logarithmic scale."""
    axes.set_title(f"{score}: before and after augmenting all", x=-0.19)
    finite = [values[np.isfinite(values)] for values in (before, after)]
    top = max((values.max(initial=0) for values in finite), default=0) or 1.0
    edges = np.linspace(0, top, 31)
    looks = (("before", style.BEFORE, 0.25, "solid"), ("after", style.AFTER, 0.0, (0, (4, 1.2))))
    for values, (label, color, alpha, dash) in zip(finite, looks, strict=True):
        counts, _ = np.histogram(values, edges)
        face = (color, alpha)
        axes.stairs(
            np.maximum(counts, 0.5),
            edges,
            baseline=0.5,
            fill=True,
            facecolor=face,
            edgecolor=color,
            linestyle=dash,
            linewidth=1.1,
            label=label,
        )
    axes.set_yscale("log")
    axes.set_ylim(0.6, 2 * max(v.size for v in finite) + 1)
    axes.set_xlim(0, 1.01 * top)
    axes.set_xlabel(f"|{score}|", labelpad=1)
    axes.set_ylabel("training points")
    axes.legend(loc="upper right", borderpad=0.1)


def draw_joint(axes, before, after, score):
    """Each point's magnitude after over its magnitude before, log-log."""
    finite = np.isfinite(before) & np.isfinite(after)
    x, y = before[finite], after[finite]
    positive = np.concatenate([x[x > 0], y[y > 0]])
    low, high = (positive.min(), positive.max()) if positive.size else (0.1, 1.0)
    low, high = low / 3, high * 2
    zero = (x == 0) | (y == 0)
    axes.plot([low, high], [low, high], color=style.GREY, linewidth=0.8, zorder=1)
    draw_points(axes, x[~zero], y[~zero], "o", style.BEFORE)
    draw_points(axes, np.maximum(x, low)[zero], np.maximum(y, low)[zero], "D", style.AFTER)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.minorticks_off()
    axes.set_xlabel(f"|{score}| before")
    axes.set_ylabel(f"|{score}| after")
    plate = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
    place = {"transform": axes.transAxes, "linespacing": 1.35, "bbox": plate, "zorder": 5}
    axes.text(0.03, 0.97, note(before, after), ha="left", va="top", **place)
    axes.text(0.97, 0.03, "line: no change", ha="right", va="bottom", color="#444444", **place)


def draw_points(axes, x, y, marker, color):
    """Small translucent markers, whole even where they lie on the edge."""
    axes.plot(
        x,
        y,
        linestyle="none",
        marker=marker,
        markersize=3,
        markerfacecolor=(color, 0.3),
        markeredgecolor=(color, 0.6),
        markeredgewidth=0.4,
        clip_on=False,
        zorder=3,
    )


def note(before, after):
    """What the joint plot says in its corner."""
    rho = summary.spearman(before, after)
    lines = ["Spearman undefined (constant)" if np.isnan(rho) else f"Spearman {rho:.3f}"]
    finite = np.isfinite(before) & np.isfinite(after)
    zeros = int((finite & ((before == 0) | (after == 0))).sum())
    if zeros:
        lines.append(f"{zeros} zero: on the edge")
    if not finite.all():
        lines.append(f"{int((~finite).sum())} not finite: left out")
    return "\n".join(lines)


DRAWINGS = {
    "scores_{}": lambda m, score: before_after(m.column(score), m.column(f"{score}_after"), score),
}
"""Registered names of figures -> functions of `all.Measured`, and of the score or policy."""
