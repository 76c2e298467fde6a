"""How far policies are ahead of random selection as one setting varies: a panel a setting."""

import numpy as np

from efficient_augmentation.analysis import ablations, wording
from efficient_augmentation.figures import looks, style
from efficient_augmentation.names import as_published

TITLES = {
    "label_noise": "labels flipped",
    "n_train": "training points",
    "faithful": "as published",
}
_WIDTH, _HEIGHT, _GAP = 1.9, 1.7, 0.5


@style.styled
def draw(columns):
    """Lead over random selection, in shares of the gain, over the values of each varied setting.

    A row of panels for each data set and transform, a panel for each setting that varies by
    itself; the base stands in all of them. Bars are 95 % intervals.

    Args:
      columns: of ablations.csv.
    Returns: Figure, a page wide.
    Raises: ValueError if no experiment varies one setting alone.
    """
    pairs = list(zip(columns["dataset"].tolist(), columns["transform"].tolist(), strict=True))
    varies = np.asarray(columns["varies"])
    lines = list(dict.fromkeys(pairs))
    settings = [key for key in ablations.VARIED if (varies == key).any()]
    if not settings:
        raise ValueError("ablations: no experiment varies one setting alone")
    names = list(zip(columns["score"].tolist(), columns["policy"].tolist(), strict=True))
    series = list(dict.fromkeys(names))
    legend = 0.15 + 0.155 * -(-len(series) // 3)
    height = 0.3 + len(lines) * (_HEIGHT + _GAP) - _GAP + 0.25 + legend
    figure = style.new_figure(style.PAGE, height)
    for i, line in enumerate(lines):
        top = height - 0.3 - i * (_HEIGHT + _GAP)
        for j, key in enumerate(settings):
            left = (0.5 + j * (_WIDTH + 0.22)) / style.PAGE
            place = (left, (top - _HEIGHT) / height, _WIDTH / style.PAGE, _HEIGHT / height)
            axes = figure.add_axes(place)
            here = np.array([pair == line for pair in pairs]) & np.isin(varies, (key, "base"))
            _panel(axes, columns, key, here, series)
            axes.set_title(f"{line[0]}, {line[1]}: {TITLES[key]}", size=7, pad=3)
            if not j:
                axes.set_ylabel("ahead of uniform (% of gain)", labelpad=1)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.05, 0), ncols=3)
    return figure


def _panel(axes, columns, key, here, series):
    values = sorted(set(columns[key][here].tolist()), key=_order)
    axes.axhline(0, color=style.GREY, linewidth=0.6, zorder=1)
    for s, (score, policy) in enumerate(series):
        rows = here & (columns["score"] == score) & (columns["policy"] == policy)
        at = np.array([values.index(value) for value in columns[key][rows].tolist()])
        order = np.argsort(at)
        ahead, low, high = (
            100 * columns[name][rows][order] for name in ("ahead", "ahead_low", "ahead_high")
        )
        rank = list(dict.fromkeys(name for name, _ in series)).index(score)
        look = looks.look(policy)
        dash = looks.score_dash(rank)
        axes.errorbar(
            at[order] + 0.05 * (s - (len(series) - 1) / 2),
            ahead,
            yerr=np.nan_to_num([ahead - low, high - ahead]),
            color=look.color,
            linestyle=(0, dash) if dash else "solid",
            linewidth=0.9,
            marker=look.marker,
            markersize=3.2,
            markerfacecolor="#ffffff" if rank else look.face,
            elinewidth=0.6,
            label=wording.series(score, policy),
            zorder=3,
        )
    axes.set_xticks(range(len(values)), [_text(key, value) for value in values], size=6)
    axes.set_xlim(-0.5, len(values) - 0.5)


def _order(value):
    """Numbers by size; of the published code's parts none first and all last."""
    order = ["none", *as_published.PARTS, "all"]
    return order.index(value) if value in order else value


def _text(key, value):
    return f"{100 * value:g} %" if key == "label_noise" else str(value)
