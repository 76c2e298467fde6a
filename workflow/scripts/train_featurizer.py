"""Train the network whose penultimate layer gives the features."""

from _job import start

from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.networks import of_experiment, train_small


def main(smk, progress=None):
    dataset = arrays.load(smk.input.dataset, "x_train", "y_train")
    variables, meta, history = of_experiment.fit(dataset, **smk.params.settings, progress=progress)
    made_by = provenance.of(smk)
    train_small.save_weights(smk.output.weights, variables, meta, made_by)
    tables.write_csv(smk.output.history, history, made_by)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
