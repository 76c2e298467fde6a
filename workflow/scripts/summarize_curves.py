"""Area under each policy's curve, as CSV and LaTeX."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation.analysis import latex, summary
from efficient_augmentation.files import atomic, provenance, tables


def main(smk):
    baselines = json.loads(Path(smk.input.baselines).read_text(encoding="utf-8"))
    rows = summary.summarize(tables.read_csv(smk.input.curves), baselines)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.table, rows, made_by)
    caption = f"Area under accuracy: {smk.wildcards.experiment}, {smk.wildcards.transform}."
    atomic.write_text(smk.output.latex, latex.to_latex(rows, caption, made_by))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
