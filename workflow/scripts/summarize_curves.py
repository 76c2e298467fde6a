"""Area under each policy's curve, as CSV and LaTeX."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation import files, latex, summary, tables


def main(smk):
    baselines = json.loads(Path(smk.input.baselines).read_text(encoding="utf-8"))
    rows = summary.summarize(tables.read_csv(smk.input.curves), baselines)
    tables.write_csv(smk.output.table, rows)
    caption = f"Area under accuracy: {smk.wildcards.experiment}, {smk.wildcards.transform}."
    files.write_text(smk.output.latex, latex.to_latex(rows, caption))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
