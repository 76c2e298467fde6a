"""One score beside another, and a k-DPP beside independent draws, in one accuracy figure each."""

from efficient_augmentation.analysis import summary, wording
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.figures import style
from efficient_augmentation.figures.curves import Line
from efficient_augmentation.names import policies


@style.styled
def scores(curves, baselines, first, second, family_name):
    """Accuracy of two scores' policies of one family; the second score has double lines.

    Policies without modifiers are shown; where there is none, those with. Random selection, which
    looks at no score, is drawn once.

    Args:
      curves: columns of curves.csv.
      baselines: mapping of baselines.json.
      first: name of a score in the main panel.
      second: name of another.
      family_name: a key of `figures.curves.FAMILIES`.
    Returns: Figure, a column wide.
    """
    lines = []
    for score in (first, second):
        for name in plain(accuracy_curves.family(curves, score, family_name)):
            if name != "baseline":
                label = f"{score}, {accuracy_curves.short_label(name)}"
                lines.append(Line(score, name, label, score == second))
            elif name not in [line.policy for line in lines]:
                lines.append(Line(score, name, accuracy_curves.short_label(name)))
    title = f"{first} beside {second}: {family_name} policies"
    return accuracy_curves.draw(curves, baselines, lines, title)


@style.styled
def dpp(curves, baselines, score, policy):
    """Accuracy of a k-DPP beside drawing points one by one, up to the k-DPP's last budget.

    Args:
      curves: columns of curves.csv.
      baselines: mapping of baselines.json.
      score: name of the score.
      policy: "dpp_weighted" or "dpp_raw".
    Returns: Figure, a column wide.
    """
    beside = [p for p in ("baseline", "random_proportional") if summary.has(curves, score, p)]
    lines = [Line(score, p, label(score, p)) for p in (*beside, policy)]
    last = int(summary.accuracies(curves, score, policy)[0][-1])
    title = f"{wording.policy(policy)} beside independent draws"
    return accuracy_curves.draw(curves, baselines, lines, title, last)


def label(score, policy):
    """A series in a legend; a policy that looks at no score does not name it."""
    name = accuracy_curves.short_label(policy)
    return name if policies.parse(policy).blind else f"{score}, {name}"


def plain(names):
    """Policies without modifiers, or all where every one but random selection has some."""
    parsed = [policies.parse(name) for name in names]
    kept = [p.name for p in parsed if not (p.update or p.downweight)]
    return kept if any(name != "baseline" for name in kept) else names


def _beside_influence(measured, score, family):
    measured.of("influence")
    return scores(*measured.of(score), "influence", score, family)


DRAWINGS = {
    "compare_{}_random": lambda m, score: _beside_influence(m, score, "random"),
    "compare_{}_deterministic": lambda m, score: _beside_influence(m, score, "deterministic"),
    "compare_{}": lambda m, policy: dpp(m.curves, m.baselines, "influence", policy),
}
"""Registered names of figures -> functions of `all.Measured`, and of the score or policy."""
