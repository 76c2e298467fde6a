"""All figures of one transform of an experiment."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation.figures import all as figures
from efficient_augmentation.figures import save_each
from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.transforms import catalogue


def main(smk):
    settings = smk.params.settings
    ((name, parameters),) = settings["transform"].items()
    drawn = figures.transform_figures(
        arrays.load(smk.input.dataset, "x_train", "y_train"),
        tables.read_csv(smk.input.scores),
        json.loads(Path(smk.input.baselines).read_text(encoding="utf-8")),
        tables.read_csv(smk.input.curves),
        catalogue.variants(name, parameters),
        name=name,
        class_names=[str(label) for label in settings["classes"]],
    )
    save_each.save_each(drawn, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
