"""All figures of one transform of an experiment."""

import json
from pathlib import Path

from _log import log_to

from efficient_augmentation import arrays, tables, transforms
from efficient_augmentation.figures import all as figures
from efficient_augmentation.figures import style


def main(smk):
    transform, settings = smk.wildcards.transform, smk.params.settings
    drawn = figures.transform_figures(
        arrays.load(smk.input.dataset, "x_train", "y_train"),
        tables.read_csv(smk.input.scores),
        json.loads(Path(smk.input.baselines).read_text(encoding="utf-8")),
        tables.read_csv(smk.input.curves),
        transforms.variants(transform, settings["parameters"]),
        name=transform,
        class_names=[str(label) for label in settings["classes"]],
    )
    for (_, figure), png, pdf in zip(drawn, smk.output.png, smk.output.pdf, strict=True):
        style.save(figure, png, pdf)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(snakemake)
