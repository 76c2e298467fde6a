"""Write the augmented images of the chosen points, as files to train on."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.selection import every_image, images
from efficient_augmentation.transforms import catalogue


def main(smk):
    settings = smk.params.settings
    _, variants = catalogue.named(settings["transform"])
    dataset = arrays.load(smk.input.dataset)
    table = tables.read_csv(smk.input.table, texts=["id", "label"])
    places = every_image.places(table, dataset["train_ids"], dataset["test_ids"])
    found = every_image.of(dataset)
    images.write(
        smk.output.folder,
        every_image.pixels(dataset, places),
        found.ids[places],
        variants,
        [str(name) for name in settings["classes"]],
        found.y[places],
        provenance.of(smk),
    )


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
