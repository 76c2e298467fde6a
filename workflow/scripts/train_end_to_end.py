"""Train networks with augmentation of chosen points only."""

from _job import start

from efficient_augmentation import arrays, provenance, tables
from efficient_augmentation.stages import end_to_end


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    rows, times = end_to_end.run(features, dataset, smk.params.settings, progress)
    tables.write_csv(smk.output.table, rows, provenance.of(smk))
    tables.write_csv(smk.output.times, times)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
