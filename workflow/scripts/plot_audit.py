"""Plot scores against the exact change that retraining makes."""

from _job import start

from efficient_augmentation.figures import audit, style
from efficient_augmentation.files import provenance, tables


def main(smk):
    figure = audit.agreement(tables.read_csv(smk.input.table), tables.read_csv(smk.input.summary))
    style.save(figure, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
