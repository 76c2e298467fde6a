"""Measure how well k-means fits the featurized originals, for many numbers of clusters."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.policies import sweep


def main(smk):
    features = arrays.load(smk.input[0], "x_train", "source_train", "x_test", "source_test")
    settings = smk.params.settings
    rows = sweep.originals(features, settings["sweep"], settings["seed"])
    tables.write_csv(smk.output[0], rows, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
