"""The areas under the curves as a LaTeX table."""

import math

from efficient_augmentation.analysis import sentences, summary
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
    """The areas as a LaTeX table: a row a policy, a column a score, each column's best in bold.

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
        lines.append(" & ".join([escape_latex(sentences.policy_label(policy)), *cells]) + r" \\")
    origin = [] if made_by is None else [f"% {provenance.NAME}: {provenance.text(made_by)}"]
    return "\n".join(
        [
            *origin,
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escape_latex(caption)}}}",
            rf"  \begin{{tabular}}{{l{'r' * len(scores)}}}",
            r"    \toprule",
            "    " + " & ".join(["policy", *map(escape_latex, scores)]) + r" \\",
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
