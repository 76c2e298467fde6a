"""Cut a user's own features, and the rows made from them, to the points of an experiment."""

from _job import start

from efficient_augmentation.data import features, label_noise
from efficient_augmentation.files import arrays, provenance


def main(smk):
    choice = dict(smk.params.settings)
    _, share = choice.pop("kind"), choice.pop("label_noise")
    rows = label_noise.flip_rows(features.load_rows(**choice), share, choice["seed"])
    arrays.save(smk.output[0], provenance.of(smk), **rows)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
