"""Real training images: the highest- and lowest-scoring ones, and what a transform does."""

import numpy as np
from matplotlib.colors import to_rgb as channels
from matplotlib.patches import Patch

from efficient_augmentation.analysis import summary
from efficient_augmentation.figures import style

FRAME = 2
HEAD = 0.36
LETTER = 0.055
"""Inches that a letter of a class's name takes, on average."""


def to_rgb(images):
    """Images as uint8 RGB.

    Args:
      images: (n, h, w, c), c 1 or 3, uint8 or float in [0, 1].
    Returns: (n, h, w, 3) uint8.
    Raises: ValueError for another number of channels.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise ValueError(f"images: shape {images.shape} is not (n, h, w, 1 or 3)")
    if images.dtype != np.uint8:
        images = np.rint(255 * np.clip(images, 0, 1)).astype(np.uint8)
    return np.broadcast_to(images, (*images.shape[:3], 3))


def enlarge(images, least=32):
    """Images magnified by a whole factor to `least` pixels a side at least, pixels unmixed."""
    factor = max(1, -(-least // min(images.shape[1:3])))
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def mosaic(images, labels, columns):
    """One picture of many images, row by row, each framed in its class's colour.

    Args:
      images: (n, h, w, c) as `to_rgb` takes them.
      labels: class of each, (n,) ints; None frames all alike.
      columns: images in a row.
    Returns: (H, W, 3) uint8, white where the last row is not full.
    """
    tiles = enlarge(to_rgb(images))
    n, h, w, _ = tiles.shape
    rows = -(-n // columns)
    colors = np.array([[round(255 * v) for v in channels(c)] for c in style.CLASSES])
    outer_h, outer_w = h + 4 * FRAME, w + 4 * FRAME
    sheet = np.full((rows * columns, outer_h, outer_w, 3), 255, np.uint8)
    if labels is None:
        frames = round(255 * channels(style.LIGHT)[0])
    else:
        frames = colors[np.asarray(labels)][:, None, None]
    sheet[:n, FRAME:-FRAME, FRAME:-FRAME] = frames
    sheet[:n, 2 * FRAME : -2 * FRAME, 2 * FRAME : -2 * FRAME] = tiles
    sheet = sheet.reshape(rows, columns, outer_h, outer_w, 3).swapaxes(1, 2)
    return sheet.reshape(rows * outer_h, columns * outer_w, 3)


@style.styled
def extremes(images, labels, scores, score, class_names):
    """Grids of the highest- and the lowest-scoring training images.

    Each grid reads row by row from its extreme. Frames show classes, or, where there are more of
    them than colours, the classes' names stand in the images' corners.

    Args:
      images: (n, h, w, c).
      labels: class index of each, (n,).
      scores: (n,), any sign.
      score: name of the score.
      class_names: name of each class.
    Returns: Figure, two columns wide.
    Raises: ValueError if fewer than two points are given.
    """
    scores = np.abs(np.asarray(scores, float))
    if len(scores) < 2:
        raise ValueError(f"{score}: {len(scores)} points; two grids need at least 2")
    groups, labels = summary.extreme_points(scores), np.asarray(labels)
    class_names = style.drawable(class_names)
    framed = len(class_names) <= len(style.CLASSES)
    columns = min(10, int(np.ceil(np.sqrt(len(groups[0])))))
    rows = -(-len(groups[0]) // columns)
    grid = 3.3
    tall = grid * rows / columns * np.shape(images)[1] / np.shape(images)[2]
    height = tall + 0.45
    figure = style.new_figure(style.PAGE, height)
    for k, (chosen, name) in enumerate(zip(groups, ("highest", "lowest"), strict=True)):
        left = (0.04 + k * (style.PAGE - 0.08 - grid)) / style.PAGE
        axes = figure.add_axes((left, 0.22 / height, grid / style.PAGE, tall / height))
        axes.imshow(
            mosaic(np.asarray(images)[chosen], labels[chosen] if framed else None, columns),
            interpolation="nearest",
            aspect="auto",
        )
        axes.set_axis_off()
        if not framed:
            add_names(axes, [class_names[label] for label in labels[chosen]], rows, columns)
        low, high = scores[chosen].min(), scores[chosen].max()
        axes.set_title(f"{name} {len(chosen)} by |{score}|: {low:.2g} to {high:.2g}", pad=3)
    if framed:
        add_class_legend(figure, class_names)
    return figure


def add_names(axes, names, rows, columns):
    """The name of every image's class in its upper left corner."""
    plate = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}
    for i, name in enumerate(names):
        place = (i % columns + 0.1) / columns, 1 - (i // columns + 0.1) / rows
        axes.text(
            *place,
            style.plain(shortened(name, 7)),
            transform=axes.transAxes,
            fontsize=4.5,
            ha="left",
            va="top",
            bbox=plate,
        )


def add_class_legend(figure, class_names):
    """Frame colours and the classes that they stand for, below the grids."""
    patches = [
        Patch(color=style.CLASSES[k], label=style.plain(f"class {shortened(name, 40)}"))
        for k, name in enumerate(class_names)
    ]
    figure.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0, 0),
        ncols=len(patches),
        handlelength=1,
        borderpad=0.2,
        columnspacing=1.2,
    )


def pick(labels, count=4, most=10):
    """Indices of the first images of each class, `count` in all where there are so many.

    Classes have equally many, or one more; where there are more classes than `count`, each of the
    first `most` has one.

    Args:
      labels: (n,) class indices.
      count: how many.
      most: how many where there are many classes.
    Returns: (m,) indices, grouped by class.
    """
    labels = np.asarray(labels)
    classes = np.unique(labels)
    turns = np.empty(len(labels), int)
    for label in classes:
        turns[labels == label] = np.arange(np.sum(labels == label))
    first = np.lexsort((labels, turns))[: max(count, min(len(classes), most))]
    return first[np.lexsort((first, labels[first]))]


def short_labels(labels):
    """Variants' labels without the word that all share, "deg" as a degree sign."""
    heads = {label.split(" ", 1)[0] for label in labels}
    if len(heads) == 1 and all(" " in label for label in labels):
        labels = [label.split(" ", 1)[1] for label in labels]
    return [label.replace(" deg", "°") for label in labels]


@style.styled
def transform(images, labels, variants, name, class_names):
    """A few training images, each beside every variant that a transform makes of it.

    Args:
      images: (n, h, w, c).
      labels: class index of each, (n,).
      variants: sequence of (label, apply) as `catalogue.variants` returns them.
      name: name of the transform.
      class_names: name of each class.
    Returns: Figure, a column wide up to six variants, else two columns.
    """
    chosen = pick(labels)
    originals = np.asarray(images)[chosen]
    shown = [originals, *(np.asarray(v.apply(originals)) for v in variants)]
    titles = ["original", *short_labels([v.label for v in variants])]
    width = style.COLUMN if len(shown) <= 7 else style.PAGE
    class_names = style.drawable(class_names)
    names = [f"class {shortened(class_names[k])}" for k in np.asarray(labels)[chosen]]
    left, gap = max(0.5, 0.04 + LETTER * max(map(len, names))), 0.03
    tile = min((width - left) / len(shown), 0.65)
    width = max(left + len(shown) * tile, 2.0)
    height = len(chosen) * tile * originals.shape[1] / originals.shape[2] + HEAD
    figure = style.new_figure(width, height)
    stack = (height - HEAD) / height
    for k, (column, title) in enumerate(zip(shown, titles, strict=True)):
        box = ((left + k * tile) / width, 0.0, (tile - gap) / width, stack)
        axes = figure.add_axes(box)
        axes.imshow(
            stacked(column),
            interpolation="nearest",
            aspect="auto",
        )
        axes.set_axis_off()
        bold = {"fontweight": "bold"} if k == 0 else {}
        axes.text(
            0.5,
            1.01,
            style.plain(title),
            transform=axes.transAxes,
            ha="center",
            va="bottom",
            **bold,
        )
    for row, name_of_class in enumerate(names):
        y = stack * (1 - (row + 0.5) / len(chosen))
        figure.text(0.02 / width, y, style.plain(name_of_class), va="center")
    title = f"{name}: {len(variants)} variant{'s' if len(variants) > 1 else ''}"
    figure.text(0.02 / width, 1 - 0.04 / height, title, fontweight="bold", fontsize=8, va="top")
    return figure


def shortened(text, most=16):
    """Text of at most so many characters, the last a sign that some are missing."""
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def stacked(images):
    """Images below each other with a white gap, as one picture."""
    tiles = enlarge(to_rgb(images))
    gap = max(1, tiles.shape[1] // 16)
    tiles = np.pad(tiles, ((0, 0), (0, gap), (0, 0), (0, 0)), constant_values=255)
    return tiles.reshape(-1, *tiles.shape[2:])


DRAWINGS = {
    "transform": lambda m, _: transform(m.x, m.y, m.variants, m.transform, m.class_names),
    "images_{}": lambda m, score: extremes(m.x, m.y, m.column(score), score, m.class_names),
}
"""Registered names of figures -> functions of `all.Measured`, and of the score or policy."""
