"""Train the network once more, and record how often it forgets each point."""

from _job import start

from efficient_augmentation import arrays, forgetting, provenance
from efficient_augmentation.stages import network


def main(smk, progress=None):
    dataset = arrays.load(smk.input.dataset, "x_train", "y_train")
    correct = network.watch(dataset, **smk.params.settings, progress=progress)
    events = forgetting.events(correct)
    arrays.save(smk.output[0], provenance.of(smk), correct=correct, forgetting=events)


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
