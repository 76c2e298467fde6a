"""Plot how C changes floor, ceiling and the lead over random selection."""

from _job import start

from efficient_augmentation.figures import C_sweep, style
from efficient_augmentation.files import provenance, tables


def main(smk):
    figure = C_sweep.draw(tables.read_csv(smk.input.table))
    style.save(figure, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
