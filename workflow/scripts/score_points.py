"""Score the training points, and measure what policies are compared with."""

import json
import logging

from _job import start

from efficient_augmentation import arrays, baselines, files, tables
from efficient_augmentation.stages import model


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    rows, levels = baselines.evaluate(
        model.build(features, dataset, smk.params.model, progress), features, dataset["train_ids"]
    )
    for warning in levels["warnings"]:
        logging.warning(warning)
    tables.write_csv(smk.output.scores, rows)
    text = json.dumps(levels, indent=2, allow_nan=False)
    files.write_text(smk.output.baselines, f"{text}\n")


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
