"""Cut a data set to the points of an experiment."""

from _log import log_to

from efficient_augmentation import arrays
from efficient_augmentation.data import dataset


def main(smk):
    arrays.save(smk.output[0], **dataset.load(smk.params.settings["dataset"], smk.input))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(snakemake)
