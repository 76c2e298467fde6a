"""Accuracy of every policy at every budget, for every score."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.names import policies
from efficient_augmentation.policies import dpp
from efficient_augmentation.simulation import chosen_C, model, panels


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    given = arrays.load(smk.input.history, "forgetting") if smk.input.history else None
    if policies.needs_kernel({"dpp": {"budgets": []}, **smk.params.plan}):
        originals = features["x_train"][features["source_train"] < 0]
        dpp.check_directions(originals, dataset["train_ids"])
    settings, _ = chosen_C.settle(smk.params.model, smk.input.C)
    built = model.build(features, dataset, settings, progress, given)
    test = features["source_test"], features["y_test"]
    rows, points = panels.tallied(built, smk.params.plan, *test)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.curves, rows, made_by)
    arrays.save(smk.output.test_points, made_by, **points)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
