"""Figures in the report: which are shown where, with the texts of their registration."""

import base64

from efficient_augmentation.experiment import figures

TITLES = {
    "main": "Main results",
    "clusters": "Stratified by clusters",
    "dpp": "Diverse subsets: k-DPP",
    "points": "Scores and images",
}
"""Sections of figures on a transform, which `Figure.section` names, in the order of the page."""


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
