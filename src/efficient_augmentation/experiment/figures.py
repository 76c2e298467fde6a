"""The figures of an experiment: their names, when they are made, their places and their texts.

Each figure is registered here once and drawn in `figures`. Only the report's job depends on this
module; jobs that draw get the names of their figures from their rules.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from efficient_augmentation.analysis import sentences, table_sentences
from efficient_augmentation.experiment import subjects
from efficient_augmentation.experiment.subjects import ONCE

# Filled in by Snakemake.
_EXPERIMENT = "{{ snakemake.wildcards.experiment }}"
_TRANSFORM = "{{ snakemake.wildcards.transform }}"


def _gain(family):
    return lambda found, score: sentences.family_sentence(
        found.curves, found.baselines, score, family
    )


def _beside_influence(family):
    return lambda found, score: sentences.influence_sentence(
        found.curves, found.baselines, score, family
    )


class Figure(NamedTuple):
    """A figure, or one figure per score or policy, with all its texts.

    Attributes:
      name: of its files, `{}` standing for the score or policy.
      shows: what it shows, as Snakemake's own report lists it.
      made_for: function of the effective settings: scores or policies, or `[ONCE]`; see `subjects`.
      read: how to read it, without markup; part of its caption in the report and in Snakemake's.
      more: the rest of the caption in Snakemake's report: reStructuredText, in which Snakemake
        replaces `{{ snakemake.wildcards }}`.
      sentence: function that returns a sentence about the results. Its arguments are the results
        to which the figure belongs (`report.inputs.TransformResult`, `ExperimentResult` or
        `Material`), and the score or policy. None for a figure that the report does not show.
      section: section in the report's part about a transform; None if it belongs elsewhere.
      compares: whether it compares scores or policies; the report never folds such a figure.
      alt: the first words of its alternative text; None for the words of its name.
    """

    name: str
    shows: str
    made_for: Callable[[dict], list]
    read: str
    more: str = ""
    sentence: Callable[[Any, str], str] | None = None
    section: str | None = None
    compares: bool = False
    alt: str | None = None

    @property
    def kind(self):
        """Its class in the HTML of the report, and the stem of the file with its caption."""
        return self.name.replace("_{}", "")


DRAWN_TOGETHER = (
    Figure(
        "transform",
        shows="the transform on real images",
        made_for=subjects.on_images,
        section="opening",
        read="Each row shows a training image and every variant that augmenting it adds.",
        more=(f"Images are from {_EXPERIMENT}; the first of each row is the original."),
        sentence=lambda found, _: (
            f"The test set holds {found.baselines['n_test_rows']} rows with its variants."
        ),
    ),
    Figure(
        "regularization",
        shows="held-out loss by C",
        made_for=subjects.tuned,
        section="opening",
        read=(
            "The classifier's penalty was chosen by cross-validation over the training points, "
            "with the copies of a point kept in its fold; the test set was not used. The dashed "
            "line is one standard error above the least loss, the circle the strongest penalty "
            "below it. The grey band is one standard error to either side."
        ),
        more=(
            f"The loss of {_EXPERIMENT}, {_TRANSFORM} is the mean log loss of held-out "
            "training points and their copies. Standard errors are over points."
        ),
        sentence=lambda found, _: table_sentences.penalty_sentence(found.baselines["C_choice"]),
    ),
    Figure(
        "accuracy_{}_random",
        shows="accuracy, random policies",
        made_for=subjects.scores,
        section="main",
        read=(
            "Accuracy over the number of augmented points: lines are means over rounds, bands 95 "
            "% intervals of the mean. The sooner a curve reaches the ceiling, the better the "
            "policy knows which points matter."
        ),
        more=(
            f"Accuracy is that on the test set of {_EXPERIMENT} and all its transformed "
            "copies. The x axis has a square-root scale, so that small budgets have room; "
            "intervals are Student's t intervals. The *floor* is the accuracy with no point "
            "augmented, the *ceiling* with all of them. Policies with *downweight* share a "
            "point's weight among its copies and need not end at the ceiling; *both* stands "
            "for update and downweight. The star marks *VSV*, virtual support vectors: "
            "exactly the support vectors of a linear machine are augmented; their number is "
            "in brackets."
        ),
        sentence=_gain("random"),
    ),
    Figure(
        "accuracy_{}_deterministic",
        shows="accuracy, deterministic policies",
        made_for=subjects.scores,
        section="main",
        read=(
            "Accuracy over the number of augmented points, for policies that sort the points "
            "instead of drawing them: they have one round, and so no band. Random selection is "
            "repeated for comparison."
        ),
        more=(
            f"Accuracy is that on the test set of {_EXPERIMENT} and all its transformed "
            "copies. Points are taken in the order of their score's magnitude, highest or "
            "lowest first. Random selection is the black line with its 95 % band over rounds. "
            "The *floor* is the accuracy with no point augmented, the *ceiling* with all of "
            "them; the x axis has a square-root scale. The star marks *VSV*, virtual support "
            "vectors: exactly the support vectors of a linear machine are augmented; their "
            "number is in brackets."
        ),
        sentence=_gain("deterministic"),
    ),
    Figure(
        "compare_{}_random",
        shows="influence or another score, random",
        made_for=subjects.compared("loss", "margin"),
        section="main",
        compares=True,
        read=(
            "Colours and markers are policies; plain lines are those of influence, double lines "
            "with hollow markers those of the other score. Where two lines of one colour "
            "coincide, the scores choose equally well. A high margin marks an easy point, so its "
            "inverse is what corresponds to influence."
        ),
        more=(
            f"Random policies on {_EXPERIMENT}: accuracy on the test set and all its "
            "transformed copies, over the number of training points that were augmented "
            "(square-root scale). Lines are means over rounds, bands their 95 % Student t "
            "intervals. The star marks virtual support vectors."
        ),
        sentence=_beside_influence("random"),
    ),
    Figure(
        "compare_{}_deterministic",
        shows="influence or another score, deterministic",
        made_for=subjects.compared("loss"),
        section="main",
        compares=True,
        read=(
            "Colours and markers are policies; plain lines are those of influence, double lines "
            "with hollow markers those of the other score. Where two lines of one colour "
            "coincide, the scores choose equally well."
        ),
        more=(
            f"Deterministic policies on {_EXPERIMENT}: accuracy on the test set and all its "
            "transformed copies, over the number of training points that were augmented "
            "(square-root scale). There is one round without chance and hence no band, except "
            "for random selection, which is repeated for comparison. The star marks virtual "
            "support vectors."
        ),
        sentence=_beside_influence("deterministic"),
    ),
    Figure(
        "clusters_{}",
        shows="accuracy by number of clusters",
        made_for=subjects.stratified,
        section="clusters",
        read=(
            "One panel for each policy; points are taken in turn from k clusters; darker lines "
            "have fewer clusters. The policy without clusters, in its usual look, carries the 95 "
            "% band of its mean; the lines of all k spread about as much."
        ),
        more=(
            f"Clusters are those of k-means on the featurized originals of {_EXPERIMENT}; "
            "inside a cluster, points are taken in the policy's order. With one cluster this "
            "is the policy itself, with as many clusters as points it is random selection. "
            "Lines are means over rounds. Clusters help if their lines run above that of the "
            "policy without clusters."
        ),
        sentence=lambda found, score: sentences.strata_sentence(
            found.curves, found.baselines, score
        ),
    ),
    Figure(
        "compare_{}",
        shows="influence or a k-DPP",
        made_for=subjects.diverse,
        section="dpp",
        compares=True,
        read=(
            "A k-DPP draws a fresh subset at every budget and prefers points that differ; for "
            "comparison, points are drawn one by one. The x axis ends with the k-DPP's last "
            "budget."
        ),
        more=(
            f"A subset of points of {_EXPERIMENT} is more likely if they differ more in the "
            "directions of their features, either weighted by influence or raw. Single points "
            "are drawn uniformly, and in proportion to influence. Accuracy on the test set "
            "and all its transformed copies, means over rounds with 95 % Student t intervals; "
            "the x axis has a square-root scale."
        ),
        sentence=lambda found, policy: sentences.dpp_sentence(
            found.curves, found.baselines, policy
        ),
    ),
    Figure(
        "scores_{}",
        shows="scores before and after",
        made_for=subjects.followed,
        section="points",
        read=(
            "Above, how the magnitudes of the score are spread (counts on a logarithmic scale). "
            "Below, each dot is a training point: its score after augmenting everything against "
            "that before."
        ),
        more=(
            f"A long tail means that few points of {_EXPERIMENT} carry most of the score. "
            "Scores before are those under the fit on the originals, scores after those under "
            "the fit on all augmented rows: dots below the line lost score through "
            "augmentation. Spearman's rank correlation says how far the ranking survives; "
            "magnitudes of zero lie on the edge."
        ),
        sentence=lambda found, score: table_sentences.scores_sentence(found.scores, score),
    ),
    Figure(
        "images_{}",
        shows="images of highest and lowest score",
        made_for=subjects.shown,
        section="points",
        read=(
            "Training images row by row from either end of the ranking; frames show the class. "
            "High scores should look unusual, low ones typical; for margin, which is high far "
            "from the boundary, the lowest should look unusual."
        ),
        more=(
            f"At most 100 training points of {_EXPERIMENT} are shown from each end; the titles "
            "give the range of the score's magnitude."
        ),
        sentence=lambda found, score: table_sentences.images_sentence(
            found.scores, score, found.classes
        ),
    ),
)
"""Figures of a transform that one job draws, in the order of the report."""
END_TO_END = Figure(
    "end_to_end",
    shows="networks trained end to end",
    made_for=subjects.where(lambda settings: settings["end_to_end"]["shares"]),
    alt="Networks trained end to end",
    read=(
        "Lines are means over rounds, bars 95 % intervals; grey lines: no point and every "
        "point augmented. Where the order of the lines is the same in both panels, the "
        "answer of frozen features carries over."
    ),
    more=(
        f"Left, the accuracy of networks trained from scratch on {_EXPERIMENT} with "
        f"{_TRANSFORM}: only a share of the points is augmented, chosen by scores on frozen "
        "features. Right, that of the logistic regression on frozen features with the same "
        "points."
    ),
    sentence=lambda found, _: table_sentences.end_to_end_sentence(found.end_to_end),
)
C_SWEEP = Figure(
    "C_sweep",
    shows="the lead over random selection by C",
    made_for=subjects.where(lambda settings: settings["C_sweep"]["values"]),
    section="opening",
    alt="Leads over random selection by C",
    read=(
        "Everything was simulated again at each C on the same features. Above: accuracy with "
        "no point and with every point augmented. Below: how far policies are ahead of "
        "random selection; bars are 95 % intervals over rounds and test points, not "
        "corrected for their number. The vertical line is the C that cross-validation chose."
    ),
    more=(
        f"A lead over random selection on {_EXPERIMENT}, {_TRANSFORM}, is averaged over the "
        "budgets up to a quarter of the points, in percent of the gain, which counts as "
        "known. It is left out where the interval of the gain does not lie above zero. C is "
        "the inverse strength of the penalty."
    ),
    sentence=lambda found, _: table_sentences.C_sweep_sentence(found.C_sweep),
)
SWEEP = Figure(
    "clusters_sweep",
    shows="how well k clusters fit",
    made_for=subjects.where(lambda settings: settings["sweep"]),
    alt="k-means over the number of clusters",
    read=(
        "Above, the sum of squared distances to the nearest centre; below, how much nearer a "
        "point is to its own cluster than to the next (1: far apart, 0: none)."
    ),
    more=(
        "The sum, the inertia, falls with k in any data; a bend would mark a natural number "
        f"of clusters of the featurized images of {_EXPERIMENT}. Below is the mean silhouette. "
        "Centres are fitted on the training points; test points go to the nearest. Both "
        "scales of k are logarithmic."
    ),
    sentence=lambda found, _: table_sentences.sweep_sentence(found.sweep),
)
AUDIT = Figure(
    "audit",
    shows="scores and exact retraining",
    made_for=subjects.where(lambda settings: settings["audit"]),
    alt="Scores over the exact change of retraining",
    read=(
        "Each dot is a training point: the magnitude of its score over the exact change of "
        "its loss when it is left out, both on logarithmic scales; values of zero lie on the "
        "edge. For scores that estimate that change, the line shows equality."
    ),
    more=(
        f"The change on {_EXPERIMENT} is that of the point's own log loss when the logistic "
        "regression is fitted again without it. Spearman's correlation compares the rankings; "
        "the figure also says how many of the ten points of largest change are among the ten "
        "highest scores (for margin: the ten lowest)."
    ),
    sentence=lambda found, _: table_sentences.audit_sentence(found.audit),
)
TRAINING = Figure(
    "training",
    shows="how training went",
    made_for=subjects.always,
    alt="Training of the network",
    read=(
        "Above, the loss after every epoch, the learning rate in grey behind it where it "
        "changes; below, the accuracy on the images as the training saw them, and on the "
        "test images where they were watched. Nothing was chosen by the test images."
    ),
    more=(
        "The loss is the mean cross-entropy. Features come from the network after the last epoch."
    ),
    sentence=lambda found, _: table_sentences.training_sentence(found.training),
)
"""Beside the history of a network that is trained."""
ABLATIONS = Figure(
    "ablations",
    shows="lead over random selection by setting",
    made_for=subjects.always,
    read=(
        "How far each policy is ahead of random selection, in shares of the gain of "
        "augmenting every point, averaged over the budgets up to a quarter of the points; "
        "bars are 95 % intervals, rounds paired. Each panel varies one setting; all of them "
        "show the base."
    ),
)
"""Of all experiments that are run, under results/; the report does not show it."""
TABLE1 = Figure(
    "table1",
    shows="table 1 of the paper, and ours",
    made_for=subjects.always,
    read=(
        "Hollow and dashed: the paper; filled: ours, with 95 % intervals over rounds and "
        "test images. The best observed policy is picked by the test images that judge it."
    ),
    more=(
        "Accuracy with translate against the share of the points augmented. The policy named "
        "beforehand was not picked by test images."
    ),
    sentence=lambda found, _: table_sentences.table1_sentence(found.table1),
)
"""Of the paper's experiments, under results/."""

OF_TRANSFORM = (*DRAWN_TOGETHER, END_TO_END, C_SWEEP)
"""Figures in results/{experiment}/{transform}/figures."""
OF_EXPERIMENT = (SWEEP, AUDIT)
"""Figures in results/{experiment}/figures."""
EVERY = (*OF_TRANSFORM, *OF_EXPERIMENT, TRAINING, ABLATIONS, TABLE1)


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
