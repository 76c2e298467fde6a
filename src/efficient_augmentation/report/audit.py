"""The report's truth check: every score compared with refits without each point."""

import math

from efficient_augmentation.analysis import audit, sentences
from efficient_augmentation.experiment import figures
from efficient_augmentation.report import pictures


def view(material):
    """A table and a figure for each experiment that was audited; see `report.Section`."""
    audited = [e for e in material.experiments if e.audit is not None]
    return {"experiments": [view_audit(e) for e in audited]} if audited else None


def view_audit(experiment):
    """What the template shows of one experiment."""
    sentence = describe(experiment.audit)
    alt = f"Scores over the exact change of retraining, {experiment.name}. {sentence}"
    return {
        "name": experiment.name,
        "columns": [f"top {k}" for k in audit.TOP] + [f"top {sentences.percent(audit.TOP_SHARE)}"],
        "rows": [row(experiment.audit, i) for i in range(len(experiment.audit["score"]))],
        "figure": pictures.picture(figures.AUDIT, experiment.audit_figure, sentence, alt),
    }


def row(columns, i):
    """One score's agreement with the truth, as text; a dash where it is undefined."""
    tops = [f"top_{k}" for k in audit.TOP] + ["top_tenth"]
    return {
        "score": str(columns["score"][i]),
        "correlations": [number(columns[name][i], ".4f") for name in ("spearman", "pearson")],
        "tops": [number(columns[name][i], ".0%").replace("%", " %") for name in tops],
        "errors": [number(columns[name][i], ".2g") for name in ("error_median", "error_90")],
    }


def number(value, form):
    """A number as text, a dash for nan."""
    return "-" if math.isnan(value) else format(value, form)


def describe(columns):
    """What the table says, in a sentence: the score that ranks best, by magnitude of Spearman."""
    found = [
        (abs(rho), str(score), rho)
        for score, rho in zip(columns["score"], columns["spearman"], strict=True)
        if not math.isnan(rho)
    ]
    if not found:
        return "No score's ranking can be compared with that of retraining."
    (_, best, high), (_, worst, low) = max(found), min(found)
    return (
        f"The ranking by {best} is closest to that of exact retraining (Spearman {high:.4f}), the "
        f"ranking by {worst} farthest from it (Spearman {low:.4f})."
    )
