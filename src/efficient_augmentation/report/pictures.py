"""Figures in the report: which are shown where, each with a sentence computed from the results."""

import base64

import jinja2

from efficient_augmentation.analysis import sentences, summary
from efficient_augmentation.figures import looks
from efficient_augmentation.names import policies
from efficient_augmentation.report import texts

LEADING = {"random": "random_proportional", "deterministic": "deterministic_proportional"}
"""The policy that a figure's sentence speaks about, where it was run."""
DPP_BESIDE = {"dpp_weighted": "random_proportional", "dpp_raw": "baseline"}
"""The policy of independent draws beside which a k-DPP is set."""
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
}


def sections(transform, scores, classes):
    """Figures in the paper's order: (title, figures, title of what is folded, folded figures).

    Influence, or the first score without it, stands in the open; the same figures of the other
    scores are folded.
    """
    leading = "influence" if "influence" in scores else next(iter(scores), None)
    others = [score for score in scores if score != leading]
    strata = list(dict.fromkeys(score for score, _ in summary.stratified(transform.curves)))
    plans = [
        (
            "main",
            "Main results",
            accuracy_names([leading]) + beside(scores),
            accuracy_names(others),
        ),
        ("clusters", "Stratified by clusters", *split(strata, leading, "clusters")),
        ("dpp", "Diverse subsets: k-DPP", dpp_names(transform.curves), []),
        ("points", "Scores and images", score_names([leading]), score_names(others)),
    ]
    found = []
    for kind, title, shown, folded in plans:
        figures = view_figures(transform, shown, classes)
        rest = view_figures(transform, folded, classes)
        if figures or rest:
            label = ", ".join(dict.fromkeys(score for _, _, score in folded))
            found.append(
                {"kind": kind, "title": title, "figures": figures, "folded": rest, "label": label}
            )
    return found


def accuracy_names(scores):
    """(figure, kind, score) of the accuracy figures."""
    return [(f"accuracy_{s}_{family}", family, s) for s in scores for family in LEADING]


def beside(scores):
    """(figure, kind, score) of influence beside other scores, where both were run."""
    names = [("compare_loss_random", "loss"), ("compare_loss_deterministic", "loss")]
    names.append(("compare_margin_random", "margin"))
    return [(n, "compare", s) for n, s in names if {"influence", s} <= set(scores)]


def split(scores, leading, kind):
    """(figure, kind, score) of the leading score, and of the others; the first leads if need be."""
    first = leading if leading in scores else next(iter(scores), None)
    names = [(f"{kind}_{s}", kind, s) for s in scores]
    return [n for n in names if n[2] == first], [n for n in names if n[2] != first]


def dpp_names(curves):
    """(figure, kind, score) of the k-DPPs that were run by influence."""
    measured = summary.dpp_pairs(curves)
    found = [policy for policy in DPP_BESIDE if ("influence", policy) in measured]
    return [(f"compare_{policy}", "dpp", "influence") for policy in found]


def score_names(scores):
    """(figure, kind, score) of distributions and images."""
    return [(f"{kind}_{s}", kind, s) for s in scores for kind in ("scores", "images")]


def view_figures(transform, names, classes):
    """Figures with their pictures, captions and alternative texts; those not made are skipped."""
    views = []
    for name, kind, score in names:
        if name not in transform.figures:
            continue
        kind = kind or name
        sentence = figure_sentence(transform, score, name, kind, classes)
        alt = f"{name.replace('_', ' ')}, transform {transform.name}. {sentence}"
        text = texts.how_to_read(kind, score)
        views.append(picture(kind, transform.figures[name], sentence, text, alt))
    return views


def view_sweep(experiment):
    """The figure of the sweep over numbers of clusters, in a list that may be empty."""
    if experiment.sweep_figure is None:
        return []
    sentence = sentences.sweep_sentence(experiment.sweep)
    alt = f"k-means over the number of clusters, {experiment.name}. {sentence}"
    return [picture("sweep", experiment.sweep_figure, sentence, texts.READ["sweep"], alt)]


def view_training(experiment):
    """The figure of the network's training, in a list that may be empty."""
    if experiment.training_figure is None:
        return []
    sentence = sentences.training_sentence(experiment.training)
    alt = f"Training of the network, {experiment.name}. {sentence}"
    text = texts.READ["training"]
    return [picture("training", experiment.training_figure, sentence, text, alt)]


def picture(kind, png, sentence, read, alt):
    """What the template shows of one figure."""
    width, height = png_size(png)
    return {
        "kind": kind,
        "source": "data:image/png;base64," + base64.b64encode(png).decode("ascii"),
        "width": width // 2,
        "height": height // 2,
        "read": read,
        "sentence": sentence,
        "alt": alt,
    }


def png_size(png):
    """Width and height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def figure_sentence(transform, score, name, kind, classes):
    """What a figure shows, in a sentence or two computed from the results."""
    curves, baselines = transform.curves, transform.baselines
    if kind == "scores":
        return sentences.scores_sentence(transform.scores, score)
    if kind == "images":
        return sentences.images_sentence(transform.scores, score, classes)
    if kind == "regularization":
        return sentences.penalty_sentence(baselines["C_choice"])
    if kind == "transform":
        return f"The test set holds {baselines['n_test_rows']} rows with its variants."
    if kind == "clusters":
        names = [policy for s, policy in summary.stratified(curves) if s == score]
        found = (sentences.clusters_sentence(curves, baselines, score, policy) for policy in names)
        return " ".join(dict.fromkeys(found))
    if kind == "dpp":
        policy = name.removeprefix("compare_")
        return beside_sentence(transform, (score, policy), (score, DPP_BESIDE[policy]))
    family = name.rsplit("_", 1)[1]
    if kind == "compare":
        ours = leading_policy(curves, "influence", family)
        theirs = leading_policy(curves, score, family, inverse=score == "margin")
        return beside_sentence(transform, ("influence", ours), (score, theirs))
    policy = leading_policy(curves, score, family)
    if policy is None:
        return "No policy of this family was run."
    return sentences.gain_sentence(curves, baselines, score, policy)


def beside_sentence(transform, ours, theirs):
    """One policy beside another, or that there is nothing to set it beside."""
    if not all(summary.has(transform.curves, *series) for series in (ours, theirs)):
        return "The policies that this figure compares were not both run."
    return sentences.compare_sentence(transform.curves, transform.baselines, ours, theirs)


def leading_policy(curves, score, family, inverse=False):
    """The policy of a family to speak about: the paper's if it was run, else the first; or None.

    A score whose low values matter leads with its inverse.
    """
    wanted = family == "random"
    found = [
        p
        for s, p in summary.pairs(curves)
        if s == score and p != "baseline" and policies.parse(p).random == wanted
    ]
    leading = LEADING[family].replace("_", "_inverse_", 1) if inverse else LEADING[family]
    return leading if leading in found else next(iter(found), None)


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
