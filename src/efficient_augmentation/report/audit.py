"""The report's truth check: every score compared with refits without each point."""

import math

from efficient_augmentation.analysis import audit, wording
from efficient_augmentation.experiment import figures
from efficient_augmentation.report import parts, pictures

NOTE = (
    "The regression is fitted again without each point in turn; the exact change of the point's "
    "own log loss is the truth that its score is compared with. The table shows Spearman's "
    "correlation of ranks, Pearson's correlation of values, the share of the k points of largest "
    "change that are among the k highest scores (for margin: lowest), and, for scores that "
    "estimate the change itself, the relative error (median and 90th percentile over the points). "
    "Policies use ranks and proportions, so a score with large errors may still choose well."
)


def view(material):
    """A table and a figure for each experiment that was audited; see `report.Section`."""
    audited = [e for e in material.experiments if e.audit is not None]
    return {"note": NOTE, "parts": [view_audit(e) for e in audited]} if audited else None


def view_audit(experiment):
    """What the page shows of one experiment."""
    tops = [f"top {k}" for k in audit.TOP] + [f"top {wording.percent(audit.TOP_SHARE)}"]
    columns = experiment.audit
    return parts.Part(
        experiment.name,
        ["Score", "Spearman", "Pearson", *tops, "error, median", "error, 90 %"],
        [row(columns, i) for i in range(len(columns["score"]))],
        figures=pictures.of_experiment(figures.AUDIT, experiment.audit_figure, experiment),
    )


def row(columns, i):
    """One score's agreement with the truth, as text; a dash where it is undefined."""
    tops = [f"top_{k}" for k in audit.TOP] + ["top_tenth"]
    return [
        str(columns["score"][i]),
        *(number(columns[name][i], ".4f") for name in ("spearman", "pearson")),
        *(number(columns[name][i], ".0%").replace("%", " %") for name in tops),
        *(number(columns[name][i], ".2g") for name in ("error_median", "error_90")),
    ]


def number(value, form):
    """A number as text, a dash for nan."""
    return "-" if math.isnan(value) else format(value, form)
