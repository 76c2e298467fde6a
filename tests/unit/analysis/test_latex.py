"""The table of areas: its cells, and that LaTeX takes it."""

import math
import shutil
import subprocess

import pytest

import synthetic
from efficient_augmentation.analysis import latex, summary


def test_latex_has_a_cell_for_every_column_and_marks_the_best(tmp_path):
    rows = [
        {"score": s, "policy": p, "auc_mean": m, "auc_std": d, "rounds": 5}
        for s, p, m, d in (
            ("loss", "baseline", 10.0, 0.5),
            ("loss", "random_proportional", 12.0, 0.25),
            ("influence", "baseline", 10.0, math.nan),
        )
    ]
    text = latex.to_latex(rows, "50 % of mnist_small & more")
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    assert [line.count(" & ") for line in body] == [2, 2]
    assert body[0].strip() == r"uniform random & $10.00 \pm 0.50$ & $\mathbf{10.00}$ \\"
    assert body[1].strip() == r"proportional & $\mathbf{12.00} \pm 0.25$ & -- \\"
    assert r"\caption{50 \% of mnist\_small \& more}" in text
    assert text.count(r"\begin") == text.count(r"\end") == 2
    with pytest.raises(ValueError, match="no row"):
        latex.to_latex([], "x")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_latex_compiles(tmp_path):
    curves = synthetic.all_curves(synthetic.baselines(), [10, 100, 1000], counts=(5,))
    far = synthetic.curves(synthetic.baselines(), [10, 1000], names=["dpp_raw"], scores=["loss"])
    rows = summary.summarize(synthetic.joined(curves, far), synthetic.baselines())
    table = latex.to_latex(rows, r"All \ of {it}: 50 % ~ a_b ^ & $ #")
    document = rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}{table}"
    (tmp_path / "t.tex").write_text(document.replace("{%", "{\n%") + "\\end{document}\n")
    command = ["pdflatex", "-halt-on-error", "-interaction=batchmode", "t.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert (tmp_path / "t.pdf").stat().st_size > 1000
