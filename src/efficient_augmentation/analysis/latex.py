"""Tables for a paper, in LaTeX: areas under the curves, and table 1."""

import math

from efficient_augmentation.analysis import summary, table1, wording
from efficient_augmentation.files import provenance

LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "&%$#_"},
}


def to_latex(rows, caption, made_by=None):
    """The areas as a LaTeX table: a row per policy, a column per score, each column's best in bold.

    Args:
      rows: as `summary.summarize` returns them.
      caption: plain text; special characters are escaped here.
      made_by: mapping as `provenance.of` returns it, for a comment at the top; None leaves it out.
    Returns: str, a `table` that needs the booktabs package.
    Raises: ValueError if rows is empty.
    """
    if not rows:
        raise ValueError("auc table: there is no row to show")
    table = {(r["score"], r["policy"]): r for r in rows}
    scores = list(dict.fromkeys(r["score"] for r in rows))
    best = {s: max(r["auc_mean"] for r in rows if r["score"] == s) for s in scores}
    lines = []
    for policy in summary.in_order(r["policy"] for r in rows):
        found = [table.get((s, policy)) for s in scores]
        cells = [auc_cell(r, r["auc_mean"] == best[r["score"]]) if r else "--" for r in found]
        lines.append(" & ".join([escape_latex(wording.policy(policy)), *cells]) + r" \\")
    header = ["policy", *map(escape_latex, scores)]
    return _table([header], lines, "l" + "r" * len(scores), caption, made_by)


def table1_to_latex(rows, made_by=None):
    """Table 1: a line for each source and each quantity, accuracy and share of the gain, in %.

    Args:
      rows: as `table1.rows` returns them.
      made_by: as in `to_latex`.
    Returns: str, a `table` that needs the booktabs package; intervals stand in brackets, dashes
      where nothing was measured.
    """
    lines = []
    for name, cells in table1.lines(rows):
        texts = [_interval_cell(*cells[column]) for column in table1.COLUMNS]
        lines.append(" & ".join([escape_latex(name), *texts]) + r" \\")
    groups = [rf"\multicolumn{{3}}{{c}}{{{kind}}}" for kind in ("random", "best observed", "named")]
    percents = [rf"{k}\,\%" for k in table1.SHARES]
    header = [["", "none", *groups, "all"], ["", "", *percents * 3, ""]]
    score, policy = table1.NAMED
    caption = (
        "Accuracy, and share of the gain from augmenting every point, in % with 95 % intervals. "
        "Best observed: the policy of the highest test accuracy, picked after seeing it. Named: "
        f"{wording.series(score, policy)}, named beforehand."
    )
    return _table(header, lines, "l" + "r" * len(table1.COLUMNS), caption, made_by)


def _interval_cell(value, low, high):
    if math.isnan(value):
        return "--"
    ends = "" if math.isnan(low) else rf"\,{{\scriptsize[{100 * low:.1f}, {100 * high:.1f}]}}"
    return f"{100 * value:.1f}{ends}"


def _table(header, lines, columns, caption, made_by):
    """A `table` around lines that end in two backslashes, below a header of lists of cells."""
    origin = [] if made_by is None else [f"% {provenance.NAME}: {provenance.text(made_by)}"]
    return "\n".join(
        [
            *origin,
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escape_latex(caption)}}}",
            rf"  \begin{{tabular}}{{{columns}}}",
            r"    \toprule",
            *("    " + " & ".join(cells) + r" \\" for cells in header),
            r"    \midrule",
            *(f"    {line}" for line in lines),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def auc_cell(row, best):
    """One cell of the table: mean and deviation, bold where the mean is the column's best."""
    mean = f"{row['auc_mean']:.2f}"
    mean = rf"\mathbf{{{mean}}}" if best else mean
    spread = "" if math.isnan(row["auc_std"]) else rf" \pm {row['auc_std']:.2f}"
    return f"${mean}{spread}$"


def escape_latex(text):
    """Text with LaTeX's ten special characters escaped."""
    return "".join(LATEX.get(c, c) for c in text)
