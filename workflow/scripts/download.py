"""Fetch one published file."""

from _job import start

from efficient_augmentation.data import download, published


def main(smk, progress=None):
    download.fetch(
        published.find(smk.wildcards.source, smk.wildcards.file),
        smk.output[0],
        download.mirrors_from_environment(smk.config["mirrors"]),
        sha256=smk.params.sha256,
        progress=progress,
    )


if __name__ == "__main__":
    main(snakemake, progress=start(snakemake))
