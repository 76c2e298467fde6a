"""One table with every image of an experiment and the transforms for which it was chosen."""

from _job import start

from efficient_augmentation.files import provenance, tables
from efficient_augmentation.selection import every_image, joined


def main(smk):
    settings = smk.params.settings
    lists = {
        name: tables.read_csv(path, texts=["id", "label"])
        for name, path in zip(settings["transforms"], smk.input.lists, strict=True)
    }
    dataset = every_image.read(smk.input.dataset)
    classes = [str(name) for name in settings["classes"]]
    # Test images that were split off come from the same files as the training images.
    apart = not dataset.get("test_share", 0)
    rows = joined.rows(lists, every_image.of(dataset), classes, apart)
    tables.write_csv(smk.output.table, rows, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
