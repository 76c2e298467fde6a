"""Accuracy of policies stratified by k-means clusters, a line for each number of clusters."""

import matplotlib as mpl
import numpy as np
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

from efficient_augmentation.analysis import summary, wording
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.figures import looks, style


@style.styled
def clusters(curves, baselines, score):
    """Accuracy by number of clusters k, a panel for each stratified policy, side by side.

    Lines are means over rounds; the darker, the fewer clusters. The policy without clusters is
    drawn over them in its own look, with the 95 % band that the others, much the same, lack.

    Args:
      curves: columns of curves.csv.
      baselines: mapping of baselines.json.
      score: name of the score.
    Returns: Figure, two columns wide; one where a single policy is stratified.
    Raises: ValueError if no row of this score is stratified.
    """
    found = {p: counts for (s, p), counts in summary.stratified(curves).items() if s == score}
    if not found:
        raise ValueError(f"curves: no row of score {score!r} is stratified by clusters")
    counts = sorted(set().union(*found.values()))
    colors = dict(zip(counts, sequence(len(counts)), strict=True))
    columns = min(len(found), 2)
    width = style.PAGE if columns == 2 else style.COLUMN
    rows = -(-len(found) // columns)
    in_legend = 9 if columns == 2 else 4
    legend = 0.2 + 0.165 * -(-(len(counts) + 1) // in_legend)
    height = 2.72 * rows + legend
    figure = style.new_figure(width, height)
    panels = []
    for k, policy in enumerate(found):
        left = (0.165 * style.COLUMN + (k % columns) * (style.PAGE - style.COLUMN)) / width
        bottom = (legend + 0.36 + 2.72 * (rows - 1 - k // columns)) / height
        axes = figure.add_axes((left, bottom, 0.795 * style.COLUMN / width, 2.1 / height))
        panels.append((axes, draw_panel(axes, curves, baselines, (score, policy), colors, found)))
    finish(panels, baselines)
    panels[0][0].set_ylabel(accuracy_curves.Y_LABEL, labelpad=2)
    add_legend(figure, colors, list(found), in_legend)
    return figure


def draw_panel(axes, curves, baselines, series, colors, found):
    """All lines of one policy; returns its budgets and extents, see `set_scales`."""
    extents, budgets = [], np.array([baselines["n_train"]])
    for k in found[series[1]]:
        b, values = summary.accuracies(curves, *series, k)
        mean = 100 * values.mean(axis=0)
        y = np.concatenate([[100 * baselines["floor"]], mean])
        axes.plot([0, *b], y, color=colors[k], linewidth=1.3, zorder=3, label=f"k = {k}")
        extents.append((mean, mean, mean))
        budgets = np.union1d(budgets, b)
    if summary.has(curves, *series):
        line = accuracy_curves.Line(*series, "no clusters")
        extents.append(accuracy_curves.draw_line(axes, curves, baselines, line)[2])
    label = wording.policy(series[1])
    axes.set_title(f"{series[0]}: {label}, stratified", x=-0.19, y=1.01)
    axes.set_xlabel(accuracy_curves.X_LABEL, labelpad=2)
    return budgets, extents


def finish(panels, baselines):
    """Common scales of all panels, floor and ceiling on each."""
    extents = [e for _, (_, found) in panels for e in found]
    for axes, (budgets, _) in panels:
        accuracy_curves.set_scales(axes, budgets, baselines, extents)
        accuracy_curves.label_levels(axes, baselines)
        accuracy_curves.mark_support_vectors(axes, baselines, budgets[-1])


def sequence(count):
    """Colours whose lightness grows from dark to mid: viridis without its pale end."""
    shades = mpl.colormaps["viridis"](np.linspace(0, 0.93, count))
    return [mpl.colors.to_hex(shade) for shade in shades]


def add_legend(figure, colors, names, columns):
    """Numbers of clusters and their colours, and how policies without clusters are drawn."""
    handles = [Line2D([], [], color=color, linewidth=1.8) for color in colors.values()]
    figure.legend(
        [tuple(marker(name) for name in names), *handles],
        ["no clusters", *(f"k = {k}" for k in colors)],
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0, 1.0, 0.1),
        mode="expand",
        ncols=columns,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.1)},
        handlelength=1.6,
        columnspacing=0.7,
        handletextpad=0.4,
        borderpad=0.2,
        labelspacing=0.3,
    )


def marker(name):
    """A short piece of a policy's line, with its marker."""
    look = looks.look(name)
    dash = (0, look.dash) if look.dash else "solid"
    face = {"marker": look.marker, "markersize": 3.2, "markerfacecolor": look.face}
    return Line2D([], [], color=look.color, linestyle=dash, linewidth=look.width, **face)


DRAWINGS = {"clusters_{}": lambda m, score: clusters(m.curves, m.baselines, score)}
"""Registered names of figures -> functions of `all.Measured`, and of the score or policy."""
