"""Score the training points, and measure what policies are compared with."""

import logging

from _job import start

from efficient_augmentation import arrays, baselines, files, provenance, tables
from efficient_augmentation.stages import model


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    rows, levels = baselines.evaluate(
        model.build(features, dataset, smk.params.model, progress), features, dataset["train_ids"]
    )
    for warning in levels["warnings"]:
        logging.warning(warning)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.scores, rows, made_by)
    files.write_json(smk.output.baselines, {**levels, provenance.NAME: made_by})


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
