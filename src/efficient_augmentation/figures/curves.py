"""Accuracy against the number of augmented points."""

import numpy as np
from matplotlib import patheffects
from matplotlib.ticker import MaxNLocator

from efficient_augmentation import policies, summary
from efficient_augmentation.figures import looks, style

FAMILIES = {"random": True, "deterministic": False}
"""Name of a figure's family, and whether its policies are random."""


def family(curves, score, name):
    """Policies of one accuracy figure: those of the family, and uniform choice beside them.

    Args:
      curves: columns of curves.csv.
      score: name of the score.
      name: a key of `FAMILIES`.
    Returns: list of policy names in the order of the tables.
    """
    found = [policy for s, policy in summary.pairs(curves) if s == score]
    wanted = FAMILIES[name]
    return [p for p in found if p == "baseline" or policies.parse(p).random == wanted]


@style.styled
def accuracy(curves, baselines, score, family_name):
    """Accuracy of one family of policies over the number of augmented points.

    Lines are means over rounds, bands their 95 % t intervals (none for one round). The x axis
    is square-root scaled: it holds 0 and gives room to the small budgets, where policies differ.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling` and `n_train`.
      score: name of the score.
      family_name: a key of `FAMILIES`.
    Returns: Figure, a column wide.
    """
    names = family(curves, score, family_name)
    narrow = all(len(short_label(name)) <= 26 for name in names)
    rows = -(-len(names) // 2) if narrow else len(names)
    bottom, top = 0.42 + 0.155 * rows, 0.24
    height = 2.15 + bottom + top
    figure = style.new_figure(style.COLUMN, height)
    axes = figure.add_axes((0.165, bottom / height, 0.795, 2.15 / height))
    extents = [draw_policy(axes, curves, baselines, score, name) for name in names]
    set_scales(axes, curves, baselines, extents)
    label_levels(axes, baselines)
    axes.set_title(f"{score}: {family_name} policies", x=-0.19, y=1.01)
    axes.set_xlabel("points augmented (square-root scale)", labelpad=2)
    axes.set_ylabel("accuracy on transformed test set (%)", labelpad=2)
    figure.legend(
        *axes.get_legend_handles_labels(),
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


def draw_policy(axes, curves, baselines, score, name):
    """Draw one policy's mean and band; returns (means, low, high) in percent."""
    budgets, values = summary.accuracies(curves, score, name)
    mean, low, high = (100 * v for v in summary.mean_interval(values))
    look = looks.look(name)
    x = np.concatenate([[0], budgets])
    axes.plot(
        x,
        np.concatenate([[100 * baselines["floor"]], mean]),
        color=look.color,
        linestyle=(0, look.dash) if look.dash else "solid",
        linewidth=look.width,
        marker=look.marker,
        markerfacecolor=look.face,
        markersize=3.2,
        markevery=slice(1, None),
        zorder=3 if look.width < 1.5 else 4,
        label=short_label(name),
    )
    axes.fill_between(budgets, low, high, color=look.color, alpha=0.13, linewidth=0, zorder=2)
    return mean, low, high


def short_label(name):
    """A policy's name that fits half a column: "proportional + both" stands for two modifiers."""
    label = summary.policy_label(name)
    return label.replace(" + ".join(["", *policies.MODIFIERS]), " + both")


def set_scales(axes, curves, baselines, extents):
    """Square-root x axis with round ticks; y axis around means, floor and ceiling.

    A band may widen the y axis by a quarter of that range on each side: with two rounds an
    interval can be so wide that it would flatten every curve.
    """
    budgets = np.unique(np.asarray(curves["n_augmented"]))
    axes.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
    axes.set_xlim(0, budgets[-1] * 1.02)
    axes.set_xticks(spread_ticks(budgets))
    axes.minorticks_off()
    levels = [100 * baselines["floor"], 100 * baselines["ceiling"]]
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
    digits = summary.accuracy_digits(baselines["floor"], baselines["ceiling"])
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
