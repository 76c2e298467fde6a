"""How well k-means fits over the number of clusters: inertia and silhouette."""

import numpy as np

from efficient_augmentation.figures import style

LOOKS = {
    "train": {"color": style.BLACK, "linestyle": "solid", "marker": "o"},
    "test": {
        "color": style.AFTER,
        "linestyle": (0, (4, 1.2)),
        "marker": "s",
        "markerfacecolor": "white",
    },
}

NAMES = {"train": "training points", "test": "test points"}


@style.styled
def sweep(columns):
    """Inertia and silhouette over the number of clusters, training and test points.

    Args:
      columns: of clusters.csv: clusters, inertia_train, inertia_test, silhouette_train,
        silhouette_test; NaN, where a silhouette is undefined, leaves a gap.
    Returns: Figure, a column wide.
    Raises: ValueError if there is no row.
    """
    k = np.asarray(columns["clusters"], float)
    if not len(k):
        raise ValueError("clusters: no number of clusters was tried")
    height = 4.2
    figure = style.new_figure(style.COLUMN, height)
    upper = figure.add_axes((0.165, 2.31 / height, 0.795, 1.62 / height))
    lower = figure.add_axes((0.165, 0.36 / height, 0.795, 1.62 / height), sharex=upper)
    draw_measure(upper, k, columns, "inertia")
    draw_measure(lower, k, columns, "silhouette")
    upper.set_title("k-means over the number of clusters", x=-0.19)
    if (positive(columns, "inertia") > 0).any():
        upper.set_yscale("log")
    upper.set_ylabel("inertia (log scale)")
    upper.legend(loc="lower left", borderpad=0.1)
    lower.set_ylabel("mean silhouette")
    lower.set_xlabel("clusters k (log scale)", labelpad=1)
    upper.tick_params(labelbottom=False)
    lower.axhline(0, color=style.GREY, linewidth=0.6, zorder=1)
    set_k_axis(lower, k)
    return figure


def positive(columns, measure):
    """All values of a measure, both sets."""
    return np.concatenate([np.asarray(columns[f"{measure}_{name}"], float) for name in LOOKS])


def draw_measure(axes, k, columns, measure):
    """Training and test values of one measure over k."""
    for name, look in LOOKS.items():
        values = np.asarray(columns[f"{measure}_{name}"], float)
        if measure == "inertia":
            values = np.where(values > 0, values, np.nan)
        axes.plot(k, values, linewidth=1.1, markersize=2.6, label=NAMES[name], **look)
    axes.grid(axis="y", color="#ececec", linewidth=0.5)


def set_k_axis(axes, k):
    """Logarithmic axis with plain numbers at its ends and at powers of ten and their halves."""
    axes.set_xscale("log")
    low, high = k.min(), k.max()
    axes.set_xlim(low / 1.1, high * 1.1)
    steps = [m * 10.0**e for e in range(7) for m in (1, 2, 5)]
    axes.set_xticks([s for s in steps if low <= s <= high] or [low])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
