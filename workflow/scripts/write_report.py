"""The report: one HTML file that holds everything it shows."""

from pathlib import Path

from _log import log_to

from efficient_augmentation import report


def main(smk):
    results = Path(smk.output[0]).parent
    found = [
        report.read_experiment(results / name, settings)
        for name, settings in smk.params.settings.items()
    ]
    Path(smk.output[0]).write_text(report.build(found), encoding="utf-8")


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(snakemake)
