"""How a network's training went."""

from _job import start

from efficient_augmentation import tables
from efficient_augmentation.figures import style, training


def main(smk):
    style.save(training.training(tables.read_csv(smk.input[0])), smk.output.png, smk.output.pdf)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
