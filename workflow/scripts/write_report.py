"""Write the report: one HTML file that needs no other file."""

from pathlib import Path

from _job import start

from efficient_augmentation.files import atomic, provenance
from efficient_augmentation.report import inputs, page


def main(smk):
    results = Path(smk.output[0]).parent
    networks = smk.params.networks
    found = [
        inputs.read_experiment(
            results / name, settings, networks[name] and results / networks[name]
        )
        for name, settings in smk.params.settings.items()
    ]
    table1 = inputs.read_table1(results) if smk.params.table1 else (None, None)
    html = page.build(found, smk.params.skipped, provenance.of(smk), table1)
    atomic.write_text(smk.output[0], html)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
