"""Choose C by cross-validation over points."""

import logging

from _job import start

from efficient_augmentation.files import arrays, atomic, provenance
from efficient_augmentation.names import regularization
from efficient_augmentation.simulation import chosen_C


def main(smk):
    features = arrays.load(smk.input.features, "x_train", "y_train", "source_train")
    record = chosen_C.choose(features)
    said = regularization.described(record["C"], record["rule"])
    logging.getLogger("efficient_augmentation").info(said)
    atomic.write_json(smk.output[0], {**record, provenance.NAME: provenance.of(smk)})


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
