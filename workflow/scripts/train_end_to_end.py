"""Train networks with only the chosen points augmented."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.simulation import chosen_C, rounds


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    settings, _ = chosen_C.settle(smk.params.settings, smk.input.C)
    rows, times = rounds.run(features, dataset, settings, progress)
    tables.write_csv(smk.output.table, rows, provenance.of(smk))
    tables.write_csv(smk.output.times, times)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
