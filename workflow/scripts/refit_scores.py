"""Score all images, held-out ones included, by a fit on all of them."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.selection import every_image
from efficient_augmentation.simulation import chosen_C, refit


def main(smk):
    wanted = smk.params.settings
    images = every_image.of(every_image.read(smk.input.dataset))
    features = arrays.load(smk.input.features)
    X = features["x"] if "x" in features else refit.originals(features)
    settings, _ = chosen_C.settle(smk.params.model, smk.input.C)
    found = refit.scores(X, images.y, settings, wanted["scores"])
    names = [str(wanted["classes"][label]) for label in images.y]
    columns = {"id": images.ids, "split": images.split, "label": names, **found}
    tables.write_csv(smk.output.table, tables.rows(columns), provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
