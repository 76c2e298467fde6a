"""The report: one HTML file that opens with the answer and carries every figure inside it."""

import base64
import json
import math
import statistics
from pathlib import Path
from typing import NamedTuple

import jinja2

from efficient_augmentation import policies, summary, tables
from efficient_augmentation.figures import looks

TEMPLATE = Path(__file__).with_name("report_template.html.j2")
SHARE = 0.95
LEADING = {"random": "random_proportional", "deterministic": "deterministic_proportional"}
"""The policy that a figure's sentence speaks about, where it was run."""

READ = {
    "random": (
        "Accuracy over the number of augmented points: lines are means over rounds, bands 95 % "
        "intervals of the mean. The sooner a curve reaches the ceiling, the better the policy "
        "knows which points matter."
    ),
    "deterministic": (
        "As before, for policies that sort the points instead of drawing them: they have one "
        "round and no band. Uniform random choice is repeated for comparison."
    ),
    "scores": (
        "Above, how the magnitudes of the score are spread (counts on a logarithmic scale). Below, "
        "each dot is a training point: its score before against after augmenting everything."
    ),
    "images": (
        "Training images row by row from either end of the ranking; frames show the class. High "
        "scores should look unusual, low ones typical."
    ),
    "transform": "Each row is a training image, beside every variant that augmenting it adds.",
}
MARKERS = {
    "o": '<circle cx="17" cy="6" r="3"/>',
    "s": '<rect x="14" y="3" width="6" height="6"/>',
    "^": '<path d="M17 2.4l3.5 6.4h-7z"/>',
    "v": '<path d="M17 9.6l3.5-6.4h-7z"/>',
    "D": '<path d="M17 2l4 4-4 4-4-4z"/>',
    "P": '<path d="M15.7 2.5h2.6v2.2h2.2v2.6h-2.2v2.2h-2.6v-2.2h-2.2v-2.6h2.2z"/>',
    "X": '<path d="M15 2.5l2 2 2-2 1.5 1.5-2 2 2 2-1.5 1.5-2-2-2 2-1.5-1.5 2-2-2-2z"/>',
}


class TransformResult(NamedTuple):
    """What was found for one transform.

    Attributes:
      name: of the transform.
      parameters: of the transform, as configured.
      baselines: mapping of baselines.json.
      curves: columns of curves.csv.
      auc: columns of auc.csv.
      scores: columns of scores.csv.
      figures: name of each figure to the bytes of its PNG.
    """

    name: str
    parameters: dict
    baselines: dict
    curves: dict
    auc: dict
    scores: dict
    figures: dict


class ExperimentResult(NamedTuple):
    """What was found in one experiment.

    Attributes:
      name: of the experiment.
      config: its effective settings.
      transforms: list of TransformResult in the order of the settings.
    """

    name: str
    config: dict
    transforms: list


def read_experiment(directory, config):
    """Results of one experiment, from the files that its rules wrote.

    Args:
      directory: results/{experiment}.
      config: effective settings of the experiment.
    Returns: ExperimentResult.
    Raises: ValueError naming the file or folder that is missing.
    """
    directory = Path(directory)
    found = [
        read_transform(directory / name, parameters)
        for name, parameters in config["transforms"].items()
    ]
    return ExperimentResult(directory.name, config, found)


def read_transform(directory, parameters):
    """Results of one transform, from results/{experiment}/{transform}."""
    files = {n: directory / n for n in ("baselines.json", "curves.csv", "auc.csv", "scores.csv")}
    for path in files.values():
        if not path.is_file():
            raise ValueError(f"report: {path} is missing; make it with `snakemake {path}`")
    pictures = sorted((directory / "figures").glob("*.png"))
    if not pictures:
        raise ValueError(f"report: no figure (*.png) in {directory / 'figures'}")
    return TransformResult(
        name=directory.name,
        parameters=parameters,
        baselines=json.loads(files["baselines.json"].read_text(encoding="utf-8")),
        curves=tables.read_csv(files["curves.csv"]),
        auc=tables.read_csv(files["auc.csv"]),
        scores=tables.read_csv(files["scores.csv"]),
        figures={path.stem: path.read_bytes() for path in pictures},
    )


def build(experiments):
    """The report as one self-contained HTML page: no request leaves it, figures are inside.

    Args:
      experiments: list of ExperimentResult.
    Returns: str, HTML. The same results give the same text.
    Raises: ValueError if there is no experiment.
    """
    if not experiments:
        raise ValueError("report: no experiment to show; `run` in the config names none")
    environment = jinja2.Environment(
        autoescape=True,
        finalize=keep_percent,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    answers = [answer(e, t) for e in experiments for t in e.transforms]
    return template.render(
        lede=lede(answers),
        answers=answers,
        share=summary.percent(SHARE),
        experiments=[view_experiment(e) for e in experiments],
        policies=[
            {"label": summary.policy_label(b), "swatch": swatch(b), "text": text, "name": b}
            for b, text in POLICY_TEXTS.items()
        ],
    )


def keep_percent(value):
    """Text whose percent signs stay on the line of their number."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value


POLICY_TEXTS = {
    "baseline": "points drawn uniformly; no score is used",
    "random_proportional": "drawn with probability proportional to |score|",
    "random_inverse_proportional": "drawn with probability proportional to 1/|score|",
    "random_softmax_proportional": "drawn with probability softmax(|score|)",
    "random_inverse_softmax_proportional": "drawn with probability softmax(1/|score|)",
    "deterministic_proportional": "sorted by |score|, highest first",
    "deterministic_inverse_proportional": "sorted by |score|, lowest first",
}


# --- the answer ---------------------------------------------------------------------------------


def answer(experiment, transform):
    """One line of the answer: floor, ceiling, and the points that three choices need.

    The best policy is the one that needs the fewest points, over all scores; it is picked
    after seeing the results, which flatters it.
    """
    baselines = transform.baselines
    needed = summary.points_needed(transform.curves, baselines, SHARE)
    needed.sort(key=lambda row: math.inf if math.isnan(row["points"]) else row["points"])
    scored = [row for row in needed if row["policy"] != "baseline"]
    best = scored[0] if scored else None
    score = best["score"] if best else None
    uniform = [row for row in needed if row["policy"] == "baseline"]
    uniform.sort(key=lambda row: row["score"] != score)
    paper = [r for r in scored if (r["score"], r["policy"]) == ("influence", LEADING["random"])]
    return {
        "experiment": experiment.name,
        "transform": transform.name,
        "anchor": anchor(experiment, transform),
        "n_train": baselines["n_train"],
        **levels(baselines),
        "nothing": summary.nothing_to_gain(baselines),
        "best": view_points(best, transform),
        "paper": view_points(paper[0] if paper else None, transform),
        "uniform": view_points(uniform[0] if uniform else None, transform),
    }


def levels(baselines):
    """Floor, ceiling and gain as text."""
    floor, ceiling = baselines["floor"], baselines["ceiling"]
    digits = summary.accuracy_digits(floor, ceiling)
    return {
        "floor": summary.percent(floor, digits),
        "ceiling": summary.percent(ceiling, digits),
        "gain": f"{100 * (ceiling - floor):+.{digits}f} pp",
    }


def view_points(row, transform):
    """Points needed, as text and as a share of the training points; None where not run."""
    if row is None:
        return None
    n = transform.baselines["n_train"]
    last = int(max(transform.curves["n_augmented"]))
    missed = "no gain" if summary.nothing_to_gain(transform.baselines) else f"> {last}"
    reached = not math.isnan(row["points"])
    points = math.ceil(row["points"]) if reached else None
    return {
        "label": f"{row['score']}, {summary.policy_label(row['policy'])}",
        "policy": summary.policy_label(row["policy"]),
        "score": row["score"],
        "points": points,
        "share": min(points / n, 1.0) if reached else None,
        "percent": summary.percent(points / n) if reached else "",
        "text": str(points) if reached else missed,
    }


def lede(answers):
    """The answer in one sentence or two, computed from the lines of the table."""
    useful = [a for a in answers if not a["nothing"] and a["best"] and a["uniform"]]
    share = summary.percent(SHARE)
    if not useful:
        return "In these runs there was nothing to gain from augmenting, or no score was compared."
    if len(useful) == 1:
        a = useful[0]
        return (
            f"On {a['experiment']}, {a['transform']}: "
            f"{needs(a['best'], a)} to recover {share} of what augmenting everything gains, "
            f"if {a['best']['score']} chooses them ({a['best']['policy']}); "
            f"uniform random choice needs {a['uniform']['text']}."
        )
    return (
        f"Over {len(useful)} comparisons, the best policy recovers {share} of what augmenting "
        f"everything gains with a median of {median_share(useful, 'best')} of the training "
        f"points; uniform random choice needs {median_share(useful, 'uniform')}."
    )


def needs(points, line):
    """How many points are enough, as the beginning of a sentence."""
    if points["points"] is None:
        return f"no measured budget (up to {line['n_train']} points) is enough"
    return f"{points['points']} of {line['n_train']} points are enough"


def median_share(lines, key):
    """Median over lines of the share of training points needed, as text."""
    middle = statistics.median_high(
        math.inf if a[key]["share"] is None else a[key]["share"] for a in lines
    )
    return "more than was measured" if math.isinf(middle) else summary.percent(middle)


# --- one experiment -----------------------------------------------------------------------------


def view_experiment(experiment):
    """What the template shows of one experiment."""
    return {
        "name": experiment.name,
        "facts": facts(experiment),
        "transforms": [view_transform(experiment, t) for t in experiment.transforms],
    }


def facts(experiment):
    """What was run, as (term, description) pairs."""
    config = experiment.config
    data, network = config["dataset"], config["featurizer"]
    n_test = sorted({t.baselines["n_test_rows"] for t in experiment.transforms})
    choices = "corrected"
    if config["faithful"]:
        choices = "as published: C = 1, influence without the penalty in the Hessian"
    budgets = ", ".join(map(str, config["budgets"]))
    return [
        ("Data", f"{data['kind']}, class {' against '.join(class_names(config))}"),
        ("Training points", str(data["n_train"])),
        ("Test rows", f"{', '.join(map(str, n_test))} (originals and all their variants)"),
        ("Transforms", "; ".join(describe(t.name, t.parameters) for t in experiment.transforms)),
        ("Features", describe_featurizer(network)),
        ("Classifier", f"logistic regression, {describe_penalty(experiment)}"),
        ("Scores", describe_scores(config)),
        ("Budgets", f"{budgets} points"),
        ("Rounds", f"{config['rounds']} of each random policy, 1 of each deterministic one"),
        ("Seeds", f"data {data.get('seed', 'none')}, simulation {config['seed']}"),
        ("Choices", choices),
    ]


def describe_scores(config):
    """The scores in words; the influence says which of its two forms was computed."""
    forms = {"influence": "leave-one-out influence", "alo": "approximate leave-one-out influence"}
    return ", ".join(
        forms[config["influence"]] if s == "influence" else s for s in config["scores"]
    )


def describe_penalty(experiment):
    """The inverse regularisation that was used, as baselines.json holds it."""
    used = sorted({t.baselines["C"] for t in experiment.transforms})
    return "C = " + ", ".join(f"{c:g}" for c in used)


def describe_featurizer(network):
    """The featurizer in words: "cnn, frozen (epochs 40, batch size 512, ...)"."""
    if network["kind"] == "raw":
        return "raw pixels"
    rest = {k: v for k, v in network.items() if k not in ("kind", "mode")}
    details = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in rest.items())
    return f"{network['kind']}, {network['mode']} ({details})"


def describe(name, parameters):
    """A transform and its parameters: "translate (pixels 2)"."""
    parts = []
    for key, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        shown = [f"{v:.4g}" if isinstance(v, float) else str(v) for v in values]
        if len(shown) > 6:
            shown = [shown[0], "...", f"{shown[-1]} ({len(values)} values)"]
        parts.append(f"{key} {', '.join(shown)}")
    return f"{name} ({'; '.join(parts)})" if parts else name


def class_names(config):
    """Names of the two classes as configured, in the order of the labels."""
    return [str(c) for c in config["dataset"]["classes"]]


def anchor(experiment, transform):
    """The id of a transform's section."""
    return f"run-{experiment.name}-{transform.name}"


def view_transform(experiment, transform):
    """What the template shows of one transform."""
    scores = list(dict.fromkeys(score for score, _ in summary.pairs(transform.curves)))
    return {
        "name": transform.name,
        "anchor": anchor(experiment, transform),
        **levels(transform.baselines),
        "plain": summary.percent(transform.baselines["floor_plain_test"], 1),
        "nothing": summary.nothing_to_gain(transform.baselines),
        "warnings": transform.baselines.get("warnings", []),
        "pictures": view_figures(transform, None, ["transform"], class_names(experiment.config)),
        "scores": [
            {"name": score, "figures": score_figures(transform, score, experiment.config)}
            for score in scores
        ],
        "table": auc_table(transform, scores),
    }


def score_figures(transform, score, config):
    """The four figures of one score."""
    names = [f"accuracy_{score}_{family}" for family in LEADING]
    names += [f"scores_{score}", f"images_{score}"]
    return view_figures(transform, score, names, class_names(config))


def view_figures(transform, score, names, classes):
    """Figures with their pictures, captions and alternative texts; those not made are skipped."""
    views = []
    for name in names:
        if name not in transform.figures:
            continue
        kind = name.replace(score, "").removeprefix("accuracy_").strip("_") if score else name
        sentence = figure_sentence(transform, score, name, classes)
        png = transform.figures[name]
        views.append(
            {
                "name": name,
                "kind": kind,
                "source": "data:image/png;base64," + base64.b64encode(png).decode("ascii"),
                "width": png_size(png)[0],
                "height": png_size(png)[1],
                "read": READ[kind],
                "sentence": sentence,
                "alt": f"{name.replace('_', ' ')}, transform {transform.name}. {sentence}",
            }
        )
    return views


def png_size(png):
    """Width and height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def figure_sentence(transform, score, name, classes):
    """What a figure shows, in one sentence computed from the results."""
    if name == f"scores_{score}":
        return summary.scores_sentence(transform.scores, score)
    if name == f"images_{score}":
        return summary.images_sentence(transform.scores, score, classes)
    if name == "transform":
        return f"The test set holds {transform.baselines['n_test_rows']} rows with its variants."
    policy = leading_policy(transform.curves, score, name.rsplit("_", 1)[1])
    if policy is None:
        return "No policy of this family was run."
    return summary.gain_sentence(transform.curves, transform.baselines, score, policy)


def leading_policy(curves, score, family):
    """The policy of a family to speak about: the paper's if it was run, else the first; or None."""
    wanted = family == "random"
    found = [
        p
        for s, p in summary.pairs(curves)
        if s == score and p != "baseline" and policies.parse(p).random == wanted
    ]
    return LEADING[family] if LEADING[family] in found else next(iter(found), None)


def auc_table(transform, scores):
    """The area under each curve and the points needed, a row a policy, for every score."""
    auc = transform.auc
    keys = list(zip(auc["score"].tolist(), auc["policy"].tolist(), strict=True))
    areas = dict(zip(keys, zip(auc["auc_mean"], auc["auc_std"], strict=True), strict=True))
    best = {s: max(a[0] for (score, _), a in areas.items() if score == s) for s in scores}
    needed = {
        (row["score"], row["policy"]): view_points(row, transform)
        for row in summary.points_needed(transform.curves, transform.baselines, SHARE)
    }
    rows = []
    for policy in summary.in_order(p for _, p in areas):
        cells = []
        for s in scores:
            mean, std = areas.get((s, policy), (math.nan, math.nan))
            cells.append(
                {
                    "mean": "" if math.isnan(mean) else f"{mean:.2f}",
                    "std": "" if math.isnan(std) else f"{std:.2f}",
                    "best": mean == best[s],
                    "points": needed.get((s, policy)),
                }
            )
        label = summary.policy_label(policy)
        rows.append({"label": label, "swatch": swatch(policy), "cells": cells})
    return {"scores": scores, "rows": rows}


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
