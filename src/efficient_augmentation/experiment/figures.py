"""The figures of an experiment: names, when each is made, what it shows, where the report has it.

Each figure is registered here once. Its drawing is in `figures.all` or in a script of its own, its
sentence in the report in `report.pictures`, its caption in captions/{caption}.rst.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from efficient_augmentation.names import regularization
from efficient_augmentation.names import scores as score_names

SUFFIXES = ("png", "pdf")
ONCE = "-"
"""What a figure is made for that is made once."""


def _scores(settings):
    """Scores of the accuracy figures: the main panel's, and those of k-DPPs that went as far."""
    dpp = settings["dpp"]
    far = dpp["budgets"] and dpp["budgets"][-1] >= settings["budgets"][-1]
    return list(dict.fromkeys(settings["scores"] + dpp["scores"] * bool(far)))


def _followed(settings):
    """Scores with a partner `_after` in scores.csv."""
    return [score for score in _scores(settings) if score in score_names.FOLLOWED]


def _on_images(settings):
    """Once, but not of data that are features and have no images."""
    return [ONCE] * (settings["dataset"]["kind"] != "features")


def _shown(settings):
    return _scores(settings) if _on_images(settings) else []


def _compared(*others):
    """Those of other scores that influence is compared with."""

    def made_for(settings):
        found = _scores(settings)
        return [score for score in found if score in others and "influence" in found]

    return made_for


def _diverse(settings):
    """k-DPPs that are compared with independent draws by influence."""
    dpp = settings["dpp"]
    both = "influence" in _scores(settings) and "influence" in dpp["scores"]
    return dpp["policies"] if both and dpp["budgets"] else []


def _stratified(settings):
    """Scores whose policies are stratified by clusters."""
    return settings["clusters"]["scores"] if settings["clusters"]["counts"] else []


def _tuned(settings):
    """Once, where C is chosen from the data."""
    return [ONCE] * bool(regularization.chosen(settings["C"], settings["faithful"]))


def _always(settings):
    return [ONCE]


class Figure(NamedTuple):
    """A figure, or one for each score or policy.

    Attributes:
      name: of its files, `{}` standing for the score or policy.
      shows: what it shows, as Snakemake's own report lists it.
      caption: stem of its file in captions/; also the figure's class in the report's page.
      made_for: function of the effective settings: scores or policies, or `[ONCE]`.
      section: of the report's part on a transform, None for a figure that stands elsewhere.
      compares: whether it compares scores or policies; the report never folds it away.
    """

    name: str
    shows: str
    caption: str
    made_for: Callable[[dict], list]
    section: str | None = None
    compares: bool = False

    @property
    def caption_file(self):
        """Path of its caption, reStructuredText whose first paragraph says how to read it."""
        return Path(__file__).with_name("captions") / f"{self.caption}.rst"


DRAWN_TOGETHER = (
    Figure("transform", "the transform on real images", "transform", _on_images, "opening"),
    Figure("regularization", "held-out loss by C", "regularization", _tuned, "opening"),
    Figure(
        "accuracy_{}_random",
        "accuracy, random policies",
        "accuracy_random",
        _scores,
        "main",
    ),
    Figure(
        "accuracy_{}_deterministic",
        "accuracy, deterministic policies",
        "accuracy_deterministic",
        _scores,
        "main",
    ),
    Figure(
        "compare_{}_random",
        "influence or another score, random",
        "compare_random",
        _compared("loss", "margin"),
        "main",
        compares=True,
    ),
    Figure(
        "compare_{}_deterministic",
        "influence or another score, deterministic",
        "compare_deterministic",
        _compared("loss"),
        "main",
        compares=True,
    ),
    Figure("clusters_{}", "accuracy by number of clusters", "clusters", _stratified, "clusters"),
    Figure("compare_{}", "influence or a k-DPP", "compare_dpp", _diverse, "dpp", compares=True),
    Figure("scores_{}", "scores before and after", "scores", _followed, "points"),
    Figure("images_{}", "images of highest and lowest score", "images", _shown, "points"),
)
"""Figures of a transform that one job draws, in the order of the report."""
END_TO_END = Figure(
    "end_to_end",
    "networks trained end to end",
    "end_to_end",
    lambda settings: [ONCE] * bool(settings["end_to_end"]["shares"]),
)
C_SWEEP = Figure(
    "C_sweep",
    "the lead over random selection by C",
    "C_sweep",
    lambda settings: [ONCE] * bool(settings["C_sweep"]["values"]),
)
SWEEP = Figure(
    "clusters_sweep",
    "how well k clusters fit",
    "clusters_sweep",
    lambda settings: [ONCE] * bool(settings["sweep"]),
)
AUDIT = Figure(
    "audit", "scores and exact retraining", "audit", lambda settings: [ONCE] * settings["audit"]
)
TRAINING = Figure("training", "how training went", "training", _always)
"""Beside the history of a network that is trained."""
ABLATIONS = Figure("ablations", "lead over random selection by setting", "ablations", _always)
"""Of all experiments that are run, under results/."""
TABLE1 = Figure("table1", "table 1 of the paper, and ours", "table1", _always)
"""Of the paper's experiments, under results/."""

OF_TRANSFORM = (*DRAWN_TOGETHER, END_TO_END, C_SWEEP)
"""Figures in results/{experiment}/{transform}/figures."""
OF_EXPERIMENT = (SWEEP, AUDIT)
"""Figures in results/{experiment}/figures."""
IN_REPORT = (*OF_TRANSFORM, *OF_EXPERIMENT, TRAINING, TABLE1)
"""Figures that the report shows."""


def named(figures, settings):
    """Figures that an experiment has, by name.

    Args:
      figures: sequence of Figure.
      settings: the experiment's effective settings.
    Returns: dict from name to (Figure, what it is made for).
    """
    return {
        figure.name.format(x): (figure, x) for figure in figures for x in figure.made_for(settings)
    }


def find(name):
    """The figure of a transform that has a name.

    Args:
      name: as in `named`.
    Returns: (Figure, what it is made for).
    Raises: ValueError for a name that no figure has.
    """
    for figure in OF_TRANSFORM:
        pattern = re.escape(figure.name).replace(re.escape("{}"), "(.+)")
        if match := re.fullmatch(pattern, name):
            return figure, next(iter(match.groups()), ONCE)
    known = ", ".join(figure.name for figure in OF_TRANSFORM)
    raise ValueError(f"no figure of a transform is called {name!r}; there are {known}")


def paths(settings):
    """Files of all figures in an experiment's folder.

    Args:
      settings: the experiment's effective settings.
    Returns: list of str, relative to results/{experiment}.
    """
    stems = [f"figures/{name}" for name in named(OF_EXPERIMENT, settings)]
    for transform in settings["transforms"]:
        stems += [f"{transform}/figures/{name}" for name in named(OF_TRANSFORM, settings)]
    return [f"{stem}.{suffix}" for stem in stems for suffix in SUFFIXES]
