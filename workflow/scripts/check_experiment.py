"""Check an experiment's results against what must hold of them."""

from pathlib import Path

from _job import start

from efficient_augmentation.stages import results


def main(smk):
    report = results.check(Path(smk.output[0]).parent, smk.params.settings)
    Path(smk.output[0]).write_text(report, encoding="utf-8")


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
