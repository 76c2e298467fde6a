"""Accuracy against the number of augmented points."""

from typing import NamedTuple

import numpy as np
from matplotlib import patheffects
from matplotlib.ticker import MaxNLocator

from efficient_augmentation.analysis import summary, wording
from efficient_augmentation.figures import looks, style
from efficient_augmentation.names import policies

FAMILIES = {"random": True, "deterministic": False}
"""Name of a figure's family, and whether its policies are random."""
X_LABEL = "points augmented (square-root scale)"
Y_LABEL = "accuracy on transformed test set (%)"


def family(curves, score, name):
    """Policies of one accuracy figure: those of the family, and random selection beside them.

    Args:
      curves: columns of curves.csv.
      score: name of the score.
      name: a key of `FAMILIES`.
    Returns: list of policy names in the order of the tables.
    """
    found = [policy for s, policy in summary.pairs(curves) if s == score]
    wanted = FAMILIES[name]
    return [p for p in found if p == "baseline" or policies.parse(p).random == wanted]


class Line(NamedTuple):
    """One measured series of an accuracy figure.

    Attributes:
      score: that ordered the points.
      policy: name of the policy.
      label: in the legend.
      double: whether it is drawn with a white core, as the second score of a figure is.
    """

    score: str
    policy: str
    label: str
    double: bool = False


@style.styled
def accuracy(curves, baselines, score, family_name):
    """Accuracy of one family of policies over the number of augmented points.

    Lines are means over rounds, bands their 95 % t intervals (none for one round). The x axis
    is square-root scaled: it holds 0 and gives room to the small budgets, where policies differ.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling`, `n_train`, `vsv_accuracy`, `n_support_vectors`.
      score: name of the score.
      family_name: a key of `FAMILIES`.
    Returns: Figure, a column wide.
    """
    names = family(curves, score, family_name)
    lines = [Line(score, name, short_label(name)) for name in names]
    return draw(curves, baselines, lines, f"{score}: {family_name} policies")


def draw(curves, baselines, lines, title, last=None):
    """An accuracy figure of any series: curves, floor, ceiling, support vectors, legend.

    Args:
      curves: columns of curves.csv.
      baselines: as `accuracy` takes them.
      lines: sequence of Line.
      title: of the figure.
      last: budget at which the x axis ends; None means the last one measured.
    Returns: Figure, a column wide.
    """
    narrow = all(len(line.label) <= 26 for line in lines)
    rows = -(-len(lines) // 2) if narrow else len(lines)
    bottom, top = 0.42 + 0.155 * rows, 0.24
    height = 2.15 + bottom + top
    figure = style.new_figure(style.COLUMN, height)
    axes = figure.add_axes((0.165, bottom / height, 0.795, 2.15 / height))
    drawn = [draw_line(axes, curves, baselines, line, last) for line in lines]
    budgets = np.unique(np.concatenate([[last or baselines["n_train"]], *(d[1] for d in drawn)]))
    set_scales(axes, budgets, baselines, [d[2] for d in drawn])
    label_levels(axes, baselines)
    mark_support_vectors(axes, baselines, budgets[-1])
    axes.set_title(title, x=-0.19, y=1.01)
    axes.set_xlabel(X_LABEL, labelpad=2)
    axes.set_ylabel(Y_LABEL, labelpad=2)
    figure.legend(
        [d[0] for d in drawn],
        [line.label for line in lines],
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0, 1.0, 0.1),
        mode="expand",
        ncols=2 if narrow else 1,
        columnspacing=1.0,
        handletextpad=0.5,
        borderpad=0.2,
        labelspacing=0.3,
    )
    return figure


def draw_line(axes, curves, baselines, line, last=None):
    """Draw one series up to a budget.

    Returns: (handle for the legend, budgets, (means, low, high) in percent).
    """
    budgets, values = summary.accuracies(curves, line.score, line.policy)
    kept = budgets <= (last or budgets[-1])
    budgets, values = budgets[kept], values[:, kept]
    mean, low, high = (100 * v for v in summary.mean_interval(values))
    look = looks.look(line.policy)
    x = np.concatenate([[0], budgets])
    y = np.concatenate([[100 * baselines["floor"]], mean])
    axes.fill_between(budgets, low, high, color=look.color, alpha=0.13, linewidth=0, zorder=2)
    marks = {"marker": look.marker, "markersize": 3.2, "markevery": slice(1, None)}
    zorder = 3 if look.width < 1.5 else 4
    if not line.double:
        dash = (0, look.dash) if look.dash else "solid"
        marks |= {"markerfacecolor": look.face, "linestyle": dash, "linewidth": look.width}
        (handle,) = axes.plot(x, y, color=look.color, zorder=zorder, label=line.label, **marks)
        return handle, budgets, (mean, low, high)
    hollow = {"markerfacecolor": "white", "markeredgecolor": look.color, "linestyle": "none"}
    handles = [
        *axes.plot(x, y, color=look.color, linewidth=2.6, zorder=zorder - 0.3, label=line.label),
        *axes.plot(x, y, color="white", linewidth=1.1, zorder=zorder - 0.2),
        *axes.plot(x, y, zorder=zorder - 0.1, **marks, **hollow),
    ]
    return tuple(handles), budgets, (mean, low, high)


def short_label(name):
    """A policy's name that fits half a column: "proportional + both" stands for two modifiers."""
    label = wording.policy(name)
    return label.replace(" + ".join(["", *policies.MODIFIERS]), " + both")


def set_scales(axes, budgets, baselines, extents):
    """Square-root x axis with round ticks; y axis around means, floor, ceiling, support vectors.

    A band may widen the y axis by a quarter of that range on each side: with two rounds an
    interval can be so wide that it would flatten every curve.
    """
    axes.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
    axes.set_xlim(0, budgets[-1] * 1.02)
    axes.set_xticks(spread_ticks(budgets))
    axes.minorticks_off()
    levels = [100 * baselines[name] for name in ("floor", "ceiling")]
    if baselines["n_support_vectors"] <= budgets[-1]:
        levels.append(100 * baselines["vsv_accuracy"])
    means = np.concatenate([levels, *(mean for mean, _, _ in extents)])
    bottom, top = means.min(), means.max()
    room = max(top - bottom, 0.1)
    bands = np.concatenate([means, *(np.concatenate(e[1:]) for e in extents)])
    margin = 0.09 * room + (room - top + bottom) / 2
    bottom = max(np.nanmin(bands), bottom - room / 4)
    top = min(np.nanmax(bands), top + room / 4)
    axes.set_ylim(bottom - margin, top + margin)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(axis="y", color="#ececec", linewidth=0.5)


def spread_ticks(budgets, least=0.085):
    """Budgets far enough apart on a square-root axis to be labelled; the last one always is."""
    end = budgets[-1]
    kept = [end]
    for b in (*budgets[-2::-1], 0):
        if np.sqrt(kept[-1] / end) - np.sqrt(b / end) >= least:
            kept.append(b)
    if kept[-1] != 0:
        kept[-1] = 0
    return kept[::-1]


def label_levels(axes, baselines):
    """Floor and ceiling as thin lines that carry their names."""
    floor, ceiling = 100 * baselines["floor"], 100 * baselines["ceiling"]
    digits = wording.accuracy_digits(baselines["floor"], baselines["ceiling"])
    if floor == ceiling:
        draw_level(axes, floor, f"floor = ceiling {floor:.{digits}f} %", 0.98, "bottom")
        return
    up = ceiling > floor
    below, above = ("top", "bottom") if up else ("bottom", "top")
    draw_level(axes, floor, f"floor {floor:.{digits}f} % (none augmented)", 0.98, below)
    draw_level(axes, ceiling, f"ceiling {ceiling:.{digits}f} % (all augmented)", 0.02, above)


def draw_level(axes, level, text, x, side):
    """One horizontal line with its label at x (share of the width), above or below it."""
    axes.axhline(level, color=style.GREY, linewidth=0.8, zorder=1)
    label = axes.annotate(
        text,
        (x, level),
        xycoords=("axes fraction", "data"),
        xytext=(0, 1.5 if side == "bottom" else -1.5),
        textcoords="offset points",
        ha="left" if x < 0.5 else "right",
        va=side,
        color="#444444",
        zorder=6,
    )
    label.set_path_effects([patheffects.withStroke(linewidth=2, foreground="white")])


def mark_support_vectors(axes, baselines, last):
    """A star where exactly the support vectors are augmented, if the last budget is as large."""
    n, level = baselines["n_support_vectors"], 100 * baselines["vsv_accuracy"]
    if n > last:
        return
    star = {"marker": "*", "markersize": 8, "markerfacecolor": "white", "linestyle": "none"}
    axes.plot([n], [level], color=style.BLACK, zorder=7, **star)
    bottom, top = axes.get_ylim()
    # Curves rise to the right: there is room left of a high star and right of a low one, unless it
    # stands at the right edge.
    high, place = level > (bottom + top) / 2, np.sqrt(n / last)
    left = place > 0.8 or (high and place > 0.22)
    label = axes.annotate(
        f"VSV ({n})",
        (n, level),
        xytext=(-5 if left else 5, 0 if left and high else -1),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center" if left and high else "top",
        zorder=8,
    )
    label.set_path_effects([patheffects.withStroke(linewidth=2, foreground="white")])


DRAWINGS = {
    "accuracy_{}_random": lambda m, score: accuracy(*m.of(score), score, "random"),
    "accuracy_{}_deterministic": lambda m, score: accuracy(*m.of(score), score, "deterministic"),
}
"""Registered names of figures -> functions of `all.Measured`, and of the score or policy."""
