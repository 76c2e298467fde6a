"""Plot the accuracy of networks trained with only the chosen points augmented."""

from _job import start

from efficient_augmentation.figures import end_to_end, style
from efficient_augmentation.files import provenance, tables


def main(smk):
    figure = end_to_end.end_to_end(tables.read_csv(smk.input.table))
    style.save(figure, smk.output.png, smk.output.pdf, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
