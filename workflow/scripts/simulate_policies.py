"""Accuracy of every policy at every budget, for every score."""

from _log import log_to

from efficient_augmentation import arrays, simulate, tables
from efficient_augmentation.stages import model


def main(smk, progress=None):
    features, dataset = arrays.load(smk.input.features), arrays.load(smk.input.dataset)
    plan = smk.params.plan
    rows = simulate.run(
        model.build(features, dataset, smk.params.model, progress),
        plan["scores"],
        plan["policies"],
        plan["budgets"],
        plan["rounds"],
        plan["seed"],
    )
    tables.write_csv(smk.output.curves, rows)


if __name__ == "__main__":
    main(snakemake, progress=log_to(snakemake.log[0]))
