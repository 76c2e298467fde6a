"""Train the network on all images, held-out ones included, and featurize all of them."""

from _job import start

from efficient_augmentation.files import arrays, provenance
from efficient_augmentation.networks import featurize, of_experiment
from efficient_augmentation.selection import every_image


def main(smk, progress=None):
    dataset = arrays.load(smk.input.dataset)
    images = every_image.of(dataset)
    x = every_image.pixels(dataset, range(len(images.y)))
    points = {"x_train": x, "y_train": images.y}
    variables, meta, _ = of_experiment.fit(points, **smk.params.settings, progress=progress)
    features = featurize.featurize(meta["name"], variables, x, progress=progress)
    arrays.save(smk.output[0], provenance.of(smk), x=features)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
