"""Check an experiment's results against what must hold of them."""

from pathlib import Path

from _job import start

from efficient_augmentation import files, provenance
from efficient_augmentation.stages import results


def main(smk):
    report = results.check(Path(smk.output[0]).parent, smk.params.settings)
    made_by = provenance.text(provenance.of(smk))
    files.write_text(smk.output[0], f"{report}provenance: {made_by}\n")


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
