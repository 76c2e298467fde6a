"""Cut a data set to the points of an experiment."""

from _job import start

from efficient_augmentation import arrays
from efficient_augmentation.data import dataset


def main(smk):
    arrays.save(smk.output[0], **dataset.load(smk.params.settings, smk.input))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
