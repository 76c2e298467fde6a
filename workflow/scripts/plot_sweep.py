"""How well k clusters fit, over k."""

from _job import start

from efficient_augmentation import tables
from efficient_augmentation.figures import style, sweep


def main(smk):
    style.save(sweep.sweep(tables.read_csv(smk.input.clusters)), smk.output.png, smk.output.pdf)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
