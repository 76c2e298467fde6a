"""Repeat the network's training, and record how often it forgets each point."""

from _job import start

from efficient_augmentation.files import arrays, provenance
from efficient_augmentation.networks import of_experiment
from efficient_augmentation.scores import forgetting


def main(smk, progress=None):
    dataset = arrays.load(smk.input.dataset, "x_train", "y_train")
    correct = of_experiment.watch(dataset, **smk.params.settings, progress=progress)
    events = forgetting.events(correct)
    arrays.save(smk.output[0], provenance.of(smk), correct=correct, forgetting=events)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
