"""Plot how well k clusters fit, over k."""

from _job import start

from efficient_augmentation.figures import style, sweep
from efficient_augmentation.files import provenance, tables


def main(smk):
    figure = sweep.sweep(tables.read_csv(smk.input.clusters))
    style.save(figure, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
