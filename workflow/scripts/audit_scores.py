"""Compare every score with exact refits that leave out one point each."""

import numpy as np
from _job import start

from efficient_augmentation.analysis import audit
from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.simulation import chosen_C, truth_check


def main(smk):
    ids = arrays.load(smk.input.dataset, "train_ids")["train_ids"]
    features = arrays.load(smk.input.features, "x_train", "y_train", "source_train")
    settings, _ = chosen_C.settle(smk.params.settings, smk.input.C)
    classes = np.array([str(name) for name in settings.pop("classes")])
    truth, scores, labels = truth_check.run(features, **settings)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.table, audit.rows(truth, scores, ids, classes[labels]), made_by)
    tables.write_csv(smk.output.summary, audit.summarize(truth, scores), made_by)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
