"""Every policy beside uniform choice: differences, points saved, and what chance leaves of them."""

from _job import start

from efficient_augmentation.analysis import comparison
from efficient_augmentation.files import arrays, provenance, tables


def main(smk):
    curves, points = tables.read_csv(smk.input.curves), arrays.load(smk.input.test_points)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.comparison, comparison.differences(curves, points), made_by)
    rows = comparison.needed(curves, points, smk.params.settings["seed"])
    tables.write_csv(smk.output.needed, rows, made_by)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
