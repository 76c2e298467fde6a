"""How C was chosen: the loss on held-out points over C."""

import numpy as np

from efficient_augmentation.figures import style


@style.styled
def losses(choice):
    """Mean loss on held-out points over C, with one standard error, and the C that was chosen.

    Args:
      choice: mapping of C.json. Without copies it holds no losses, and the figure says so.
    Returns: Figure, a column wide.
    """
    height = 2.1
    figure = style.new_figure(style.COLUMN, height)
    axes = figure.add_axes((0.165, 0.4 / height, 0.795, 1.42 / height))
    axes.set_title("Loss on held-out points over C", x=-0.19)
    axes.set_xlabel("C, weaker penalty to the right (log scale)", labelpad=1)
    axes.set_ylabel("mean log loss (nats)")
    axes.set_xscale("log")
    if not choice["losses"]:
        axes.set_xlim(choice["C"] / 10, choice["C"] * 10)
        axes.set_yticks([])
        text = f"no copies to judge by: C = {choice['C']:.3g}"
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center")
        return figure
    grid, mean, error = (np.array(choice[name]) for name in ("grid", "losses", "standard_errors"))
    axes.fill_between(grid, mean - error, mean + error, color=style.LIGHT, linewidth=0)
    axes.plot(grid, mean, color=style.BLACK, linewidth=1.1, marker="o", markersize=2.6)
    best = mean.argmin()
    _bound(axes, mean[best] + error[best])
    _chosen(axes, choice["C"], mean[np.flatnonzero(grid == choice["C"])])
    axes.set_ylim(0, None)
    axes.grid(axis="y", color="#ececec", linewidth=0.5)
    axes.minorticks_off()
    return figure


def _bound(axes, value):
    """The line below which a loss counts as the least."""
    axes.axhline(value, color=style.GREY, linewidth=0.7, linestyle=(0, (4, 1.5)))
    axes.text(
        1.0,
        value,
        "least + 1 standard error",
        transform=axes.get_yaxis_transform(),
        ha="right",
        va="bottom",
        color=style.GREY,
        size=6,
    )


def _chosen(axes, C, loss):
    """A circle at the C that was chosen."""
    axes.plot(
        np.full(len(loss), C),
        loss,
        linestyle="none",
        marker="o",
        markersize=6,
        markerfacecolor="none",
        markeredgecolor=style.AFTER,
        markeredgewidth=1.4,
        zorder=4,
    )
    axes.annotate(
        f"C = {C:.3g}",
        (C, loss[0]),
        xytext=(0, 14),
        textcoords="offset points",
        ha="center",
        color=style.AFTER,
    )


DRAWINGS = {"regularization": lambda m, _: losses(m.baselines["C_choice"])}
"""Registered names of figures -> functions of `all.Measured`, and of the score or policy."""
