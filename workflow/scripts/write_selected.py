"""The augmented images of the chosen points, as files to train on."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.selection import images, order
from efficient_augmentation.transforms import catalogue


def main(smk):
    settings = smk.params.settings
    _, variants = catalogue.named(settings["transform"])
    dataset = arrays.load(smk.input.dataset, "x_train", "y_train", "train_ids")
    rows = order.chosen(tables.read_csv(smk.input.table, texts=["id"]), dataset["train_ids"])
    images.write(
        smk.output.folder,
        dataset["x_train"][rows],
        dataset["train_ids"][rows],
        variants,
        [str(name) for name in settings["classes"]],
        dataset["y_train"][rows],
        provenance.of(smk),
    )


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
