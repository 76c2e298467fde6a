"""Cut a user's own features, and the rows made from them, to the points of an experiment."""

from _job import start

from efficient_augmentation import arrays, provenance
from efficient_augmentation.data import features


def main(smk):
    choice = {k: v for k, v in smk.params.settings.items() if k not in ("kind", "file")}
    rows = features.load_rows(*smk.input, **choice)
    arrays.save(smk.output[0], provenance.of(smk), **rows)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
