"""The report: one HTML file that holds everything it shows."""

from pathlib import Path

from _job import start

from efficient_augmentation import files, provenance, report, report_inputs


def main(smk):
    results = Path(smk.output[0]).parent
    networks = smk.params.networks
    found = [
        report_inputs.read_experiment(
            results / name, settings, networks[name] and results / networks[name]
        )
        for name, settings in smk.params.settings.items()
    ]
    html = report.build(found, smk.params.skipped, provenance.of(smk))
    files.write_text(smk.output[0], html)


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
