"""Figures in the report: which are shown where, with the texts of their registration."""

import base64

import jinja2

from efficient_augmentation.experiment import figures
from efficient_augmentation.figures import looks

TITLES = {
    "main": "Main results",
    "clusters": "Stratified by clusters",
    "dpp": "Diverse subsets: k-DPP",
    "points": "Scores and images",
}
"""Sections of figures on a transform, which `Figure.section` names, in the order of the page."""
MARKERS = {
    "o": '<circle cx="17" cy="6" r="3"/>',
    "s": '<rect x="14" y="3" width="6" height="6"/>',
    "^": '<path d="M17 2.4l3.5 6.4h-7z"/>',
    "v": '<path d="M17 9.6l3.5-6.4h-7z"/>',
    "D": '<path d="M17 2l4 4-4 4-4-4z"/>',
    "P": '<path d="M15.7 2.5h2.6v2.2h2.2v2.6h-2.2v2.2h-2.6v-2.2h-2.2v-2.6h2.2z"/>',
    "p": '<path d="M17 2.4l3.5 2.6-1.3 4.1h-4.4l-1.3-4.1z"/>',
    "<": '<path d="M13.4 6l6.4-3.5v7z"/>',
    "X": '<path d="M15 2.5l2 2 2-2 1.5 1.5-2 2 2 2-1.5 1.5-2-2-2 2-1.5-1.5 2-2-2-2z"/>',
    ">": '<path d="M20.6 6l-6.4-3.5v7z"/>',
    "d": '<path d="M17 2l2.4 4-2.4 4-2.4-4z"/>',
    "h": '<path d="M17 2.4l3.1 1.8v3.6l-3.1 1.8-3.1-1.8v-3.6z"/>',
    "H": '<path d="M13.4 6l1.8-3.1h3.6l1.8 3.1-1.8 3.1h-3.6z"/>',
    "8": '<path d="M15.6 2.6h2.8l2 2v2.8l-2 2h-2.8l-2-2v-2.8z"/>',
    (4, 1, 0): '<path d="M17 2l1.2 2.8 2.8 1.2-2.8 1.2-1.2 2.8-1.2-2.8-2.8-1.2 2.8-1.2z"/>',
    (4, 1, 45): '<path d="M14.2 3.2l2.8 1.1 2.8-1.1-1.1 2.8 1.1 2.8-2.8-1.1-2.8 1.1 1.1-2.8z"/>',
    (5, 1, 0): (
        '<path d="M17 1.8L15.8 4.3L13 4.7L15 6.6L14.5 9.4'
        'L17 8.1L19.5 9.4L19 6.6L21 4.7L18.2 4.3z"/>'
    ),
    (6, 1, 0): (
        '<path d="M17 1.8L15.9 4.2L13.4 3.9L14.9 6L13.4 8.1L15.9 7.8'
        'L17 10L18.1 7.8L20.6 8.1L19.1 6L20.6 3.9L18.1 4.2z"/>'
    ),
    (5, 1, 180): (
        '<path d="M17 10L18.2 7.7L21 7.3L19 5.4L19.5 2.6L17 3.9L14.5 2.6L15 5.4L13 7.3L15.8 7.7z"/>'
    ),
}


def sections(transform, scores):
    """Figures of a transform in the paper's order, a mapping for each section that has some.

    Influence, or the first score without it, stands in the open, and so does what compares scores
    or policies; the same figures of the other scores are folded.

    Args:
      transform: TransformResult.
      scores: names of the scores in the order of the curves.
    Returns: list of mappings with `kind`, a key of `TITLES`, `title`, `figures`, `folded` and
      `label`, the scores of what is folded.
    """
    leading = "influence" if "influence" in scores else next(iter(scores), None)
    found = []
    for kind, title in TITLES.items():
        shown, folded = split(figures_of(transform, kind), scores, leading)
        if shown or folded:
            found.append(
                {
                    "kind": kind,
                    "title": title,
                    "figures": [of_transform(transform, name) for name in shown],
                    "folded": [of_transform(transform, name) for name in folded],
                    "label": ", ".join(dict.fromkeys(figures.find(name)[1] for name in folded)),
                }
            )
    return found


def figures_of(transform, section):
    """Names of a transform's figures in a section, in the order of their registration."""
    order = figures.OF_TRANSFORM
    found = [name for name in transform.figures if figures.find(name)[0].section == section]
    return sorted(found, key=lambda name: order.index(figures.find(name)[0]))


def split(names, scores, leading):
    """Names of figures that stand in the open, and of those that are folded, score by score."""
    found = [(name, *figures.find(name)) for name in names]
    places = {score: place for place, score in enumerate(scores)}
    found.sort(key=lambda one: (one[1].compares, places.get(one[2], len(places))))
    singles = [x for _, figure, x in found if not figure.compares]
    if leading not in singles:
        leading = next(iter(singles), None)
    shown = [name for name, figure, x in found if figure.compares or x == leading]
    return shown, [name for name, _, _ in found if name not in shown]


def opening(transform):
    """The figures before all sections: of the transform itself, and of what C does."""
    return [of_transform(transform, name) for name in figures_of(transform, "opening")]


def of_transform(transform, name):
    """A figure of a transform, by its name."""
    figure, made_for = figures.find(name)
    words = figure.alt or name.replace("_", " ")
    place = f"{words}, transform {transform.name}"
    return view(figure, transform.figures[name], transform, place, made_for)


def of_experiment(figure, png, experiment):
    """A list with a figure of an experiment, empty if the experiment does not have it."""
    if png is None:
        return []
    return [view(figure, png, experiment, f"{figure.alt}, {experiment.name}")]


def view(figure, png, found, place="", made_for=figures.ONCE):
    """What the template shows of one figure.

    Args:
      figure: experiment.figures.Figure.
      png: bytes of the picture.
      found: the results from which the figure's sentence is computed.
      place: the first words of the alternative text, which name the figure and its experiment.
      made_for: the score or policy for which it is made.
    Returns: mapping with `kind`, `source`, `width`, `height`, `sentence`, `read` and `alt`.
    """
    sentence = figure.sentence(found, made_for)
    width, height = png_size(png)
    return {
        "kind": figure.kind,
        "source": "data:image/png;base64," + base64.b64encode(png).decode("ascii"),
        "width": width // 2,
        "height": height // 2,
        "read": figure.read,
        "sentence": sentence,
        "alt": ". ".join(filter(None, (place, sentence))),
    }


def png_size(png):
    """Width and height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def swatch(policy):
    """A policy's line and marker as a small inline picture, the same as in the figures."""
    look = looks.look(policy)
    dash = ""
    if look.dash:
        lengths = " ".join(f"{look.width * 1.3 * d:.1f}" for d in look.dash)
        dash = f' stroke-dasharray="{lengths}"'
    return jinja2.filters.Markup(
        f'<svg class="swatch" viewBox="0 0 34 12" aria-hidden="true">'
        f'<path d="M1 6h32" stroke="{look.color}" stroke-width="{look.width * 1.3:.1f}"{dash}/>'
        f'<g fill="{look.face}" stroke="{look.color}">{MARKERS[look.marker]}</g></svg>'
    )
