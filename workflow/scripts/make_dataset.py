"""Cut a data set to the points of an experiment."""

import logging

from _job import start

from efficient_augmentation.data import dataset
from efficient_augmentation.files import arrays, provenance


def main(smk):
    dataset.check_published(smk.input, smk.params.contents)
    points = dataset.load(smk.params.settings, smk.input)
    for warning in points.get("warnings", ()):
        logging.warning(warning)
    arrays.save(smk.output[0], provenance.of(smk), **points)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
