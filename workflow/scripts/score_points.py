"""Score the training points, and measure the baselines that policies are compared with."""

import logging

from _job import start

from efficient_augmentation.files import arrays, atomic, provenance, tables
from efficient_augmentation.policies import dpp
from efficient_augmentation.simulation import baselines, chosen_C, model


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    given = arrays.load(smk.input.history, "forgetting") if smk.input.history else None
    if smk.params.kernel:
        originals = features["x_train"][features["source_train"] < 0]
        dpp.check_directions(originals, dataset["train_ids"])
    settings, C_choice = chosen_C.settle(smk.params.model, smk.input.C)
    built = model.build(features, dataset, settings, progress, given)
    further = smk.params.settings["further"]
    classes = [str(name) for name in smk.params.settings["classes"]]
    ids = dataset["train_ids"]
    rows, levels = baselines.evaluate(built, features, ids, further, C_choice, classes)
    for warning in levels["warnings"]:
        logging.warning(warning)
    levels["warnings"] = [*map(str, dataset.get("warnings", ())), *levels["warnings"]]
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.scores, rows, made_by)
    atomic.write_json(smk.output.baselines, {**levels, provenance.NAME: made_by})


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
