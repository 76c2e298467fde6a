"""Check that an experiment's results have the properties that they must have."""

from pathlib import Path

from _job import start

from efficient_augmentation.checks import result_files
from efficient_augmentation.files import atomic, provenance


def main(smk):
    report = result_files.check(Path(smk.output[0]).parent, smk.params.settings)
    made_by = provenance.text(provenance.of(smk))
    atomic.write_text(smk.output[0], f"{report}provenance: {made_by}\n")


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
