"""Table 1 of the paper, with our results below."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation.analysis import latex, table1
from efficient_augmentation.figures import style
from efficient_augmentation.figures import table1 as figures
from efficient_augmentation.files import arrays, atomic, provenance, tables
from efficient_augmentation.names.table1 import TRANSFORM


def read(folder):
    baselines = json.loads((folder / "baselines.json").read_text(encoding="utf-8"))
    points = arrays.load(folder / "test_points.npz")
    return tables.read_csv(folder / "curves.csv"), baselines, points


def main(smk):
    results = Path(smk.output.table).parent
    found = {name: read(results / name / TRANSFORM) for name in smk.params.experiments}
    rows, made_by = table1.rows(found, smk.params.skipped), provenance.of(smk)
    tables.write_csv(smk.output.table, rows, made_by)
    atomic.write_text(smk.output.latex, latex.table1_to_latex(rows, made_by))
    figure = figures.draw(tables.read_csv(smk.output.table))
    style.save(figure, smk.output.png, smk.output.pdf, made_by)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
