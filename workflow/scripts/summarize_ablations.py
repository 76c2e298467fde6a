"""Compare experiments that differ in one setting."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation.analysis import ablations
from efficient_augmentation.figures import ablations as figures
from efficient_augmentation.figures import style
from efficient_augmentation.files import provenance, tables


def read(folder):
    baselines = json.loads((folder / "baselines.json").read_text(encoding="utf-8"))
    return tables.read_csv(folder / "curves.csv"), baselines


def main(smk):
    settings, results = smk.params.settings, Path(smk.output.table).parent
    found = {
        name: {transform: read(results / name / transform) for transform in one["transforms"]}
        for name, one in settings.items()
    }
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.table, ablations.rows(settings, found), made_by)
    figure = figures.draw(tables.read_csv(smk.output.table))
    style.save(figure, smk.output.png, smk.output.pdf, made_by)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
