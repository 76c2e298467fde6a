"""Plot a network's training history."""

from _job import start

from efficient_augmentation.figures import style, training
from efficient_augmentation.files import provenance, tables


def main(smk):
    figure = training.training(tables.read_csv(smk.input[0]))
    style.save(figure, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
