"""Draw all figures of one transform of an experiment."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation.figures import all as figures
from efficient_augmentation.figures import save_each
from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.transforms import catalogue


def main(smk):
    settings = smk.params.settings
    name, variants = catalogue.named(settings["transform"])
    points = arrays.load(smk.input.dataset, "x_train", "y_train")
    measured = figures.Measured(
        points["x_train"],
        points["y_train"],
        scores=tables.read_csv(smk.input.scores),
        baselines=json.loads(Path(smk.input.baselines).read_text(encoding="utf-8")),
        curves=tables.read_csv(smk.input.curves),
        variants=variants,
        transform=name,
        class_names=[str(label) for label in settings["classes"]],
    )
    drawn = figures.transform_figures(smk.params.figures, measured)
    save_each.save_each(drawn, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
