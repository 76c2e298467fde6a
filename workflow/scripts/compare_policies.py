"""Every policy compared with random selection: differences, points saved, and their verdicts."""

from _job import start

from efficient_augmentation.analysis import comparison
from efficient_augmentation.files import arrays, provenance, tables


def main(smk):
    points, settings = arrays.load(smk.input.test_points), smk.params.settings
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.comparison, comparison.differences(points), made_by)
    shares = sorted({*comparison.SHARES, *settings["shares"]})
    rows = comparison.needed(points, settings["seed"], shares)
    tables.write_csv(smk.output.needed, rows, made_by)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
