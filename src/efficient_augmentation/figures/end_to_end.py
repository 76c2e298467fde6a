"""Networks trained on chosen points beside frozen features with the same points."""

import numpy as np

from efficient_augmentation.analysis import carry_over, wording
from efficient_augmentation.figures import looks, style
from efficient_augmentation.names import policies

PANELS = {"network": "Networks", "frozen": "Frozen features"}
_APART = 0.6  # percent of the points, between the bars of two policies


@style.styled
def end_to_end(columns):
    """Accuracy over the share of points augmented, of networks and of frozen features.

    Lines are means over rounds, bars 95 % intervals (none for one round), a little apart so that
    all can be seen. Scores share a policy's colour; those after the first have dashed lines and
    hollow markers. Grey lines: none and all points augmented.

    Args:
      columns: of end_to_end.csv.
    Returns: Figure, a page wide.
    Raises: ValueError if no policy was run.
    """
    series = listed(carry_over.summarize(columns))
    if not series:
        raise ValueError("end to end: no policy was run")
    lines = -(-len(series) // 3)
    height = 2.72 + 0.17 * lines
    figure = style.new_figure(style.PAGE, height)
    bottom = (0.52 + 0.17 * lines) / height
    for i, (measure, title) in enumerate(PANELS.items()):
        axes = figure.add_axes((0.075 + 0.5 * i, bottom, 0.415, 1.9 / height))
        axes.set_title(title, x=-0.1 if not i else 0.0)
        _draw_levels(axes, columns, measure)
        for place, ((score, policy), rows) in enumerate(series.items()):
            _draw(
                axes,
                rows,
                measure,
                policy,
                _rank(series, score),
                wording.series(score, policy),
                _APART * (place - (len(series) - 1) / 2),
            )
        axes.set_xlim(0, 104)
        # Intervals of few rounds may reach beyond what an accuracy can be.
        bottom_end, top_end = axes.get_ylim()
        axes.set_ylim(max(bottom_end, 0), min(top_end, 100.5))
        axes.set_xlabel("share of points augmented (%)", labelpad=1)
        if not i:
            axes.set_ylabel("accuracy on transformed test set (%)")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.06, 0), ncols=3)
    return figure


def listed(rows):
    """Rows by (score, policy) in the order of shares; a policy that sees no score once."""
    series, blind = {}, set()
    for row in rows:
        key = row["score"], row["policy"]
        if policies.parse(row["policy"]).blind:
            if key not in series and row["policy"] in blind:
                continue
            blind.add(row["policy"])
        series.setdefault(key, []).append(row)
    return series


def _rank(series, score):
    scores = list(dict.fromkeys(s for s, _ in series))
    return scores.index(score)


def _draw_levels(axes, columns, measure):
    for level, name in zip(carry_over.levels(columns, measure), ("none", "all"), strict=True):
        value = 100 * level.mean()
        axes.axhline(value, color=style.GREY, linewidth=0.8, zorder=1)
        axes.annotate(
            name, (1, value), xycoords=("axes fraction", "data"), xytext=(0, 2), size=6,
            textcoords="offset points", ha="right", color=style.GREY,
        )  # fmt: skip


def _draw(axes, rows, measure, policy, rank, text, aside):
    look = looks.look(policy)
    share = 100 * np.array([row["share"] for row in rows]) + aside
    mean, low, high = (
        100 * np.array([row[f"{measure}_{name}"] for row in rows])
        for name in ("mean", "low", "high")
    )
    dash = look.dash if not rank else looks.score_dash(rank)
    bars = None if np.isnan(low).all() else np.nan_to_num([mean - low, high - mean])
    axes.errorbar(
        share,
        mean,
        yerr=bars,
        color=look.color,
        linestyle=(0, dash) if dash else "solid",
        linewidth=1.1,
        marker=look.marker,
        markersize=4,
        markerfacecolor="#ffffff" if rank else look.face,
        elinewidth=0.7,
        capsize=1.5,
        label=text,
        zorder=3,
    )
