"""Features of the originals and of all their variants, for every transform of an experiment."""

from _job import start

from efficient_augmentation.files import arrays, provenance
from efficient_augmentation.networks import expand, pretrained


def main(smk, progress=None):
    model, _ = smk.params.model
    found = expand.featurize_all(
        arrays.load(smk.input.dataset),
        smk.params.settings["featurizer"],
        smk.params.settings["transforms"],
        weights=pretrained.path(model) if model else smk.input.weights,
        shown=smk.params.settings["input"],
        progress=progress,
    )
    for transform, values in found:
        arrays.save(smk.output[transform], provenance.of(smk), **values)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
