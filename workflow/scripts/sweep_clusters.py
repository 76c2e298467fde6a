"""How well k-means fits the featurized originals, for many numbers of clusters."""

from _job import start

from efficient_augmentation import arrays, tables
from efficient_augmentation.stages import sweep


def main(smk):
    features = arrays.load(smk.input[0], "x_train", "source_train", "x_test", "source_test")
    settings = smk.params.settings
    tables.write_csv(smk.output[0], sweep.originals(features, settings["sweep"], settings["seed"]))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
