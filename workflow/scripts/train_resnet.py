"""Train the ResNet that features come from, on all points of a data set."""

from _job import start

from efficient_augmentation.data import dataset, every_point
from efficient_augmentation.files import provenance, tables
from efficient_augmentation.networks import of_dataset, processes, train_small
from efficient_augmentation.networks.checkpoints import Checkpoints


def main(smk, progress=None):
    processes.join()
    dataset.check_published(smk.input, smk.params.contents)
    points = every_point.load(smk.params.dataset, smk.input, smk.params.points["excluded"])
    # The rule's params are everything that the training depends on, so they identify checkpoints.
    checkpoints = Checkpoints(smk.params.checkpoints, sorted(map(repr, smk.params)))
    variables, meta, history = of_dataset.fit(
        points,
        smk.params.featurizer,
        divisor=smk.params.points["divisor"],
        checkpoints=checkpoints,
        progress=progress,
    )
    if processes.is_first():
        made_by = provenance.of(smk)
        train_small.save_weights(smk.output.weights, variables, meta, made_by)
        tables.write_csv(smk.output.history, history, made_by)
    processes.wait()
    checkpoints.remove()


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
