"""Captions of figures for Snakemake's own report, which reads them from files."""

from pathlib import Path

from efficient_augmentation.experiment import figures
from efficient_augmentation.files import atomic


def path(folder, figure):
    """The file of a figure's caption."""
    return Path(folder, f"{figure.kind}.rst")


def write(folder):
    """Write the captions of all figures; files that are up to date stay as they are.

    Args:
      folder: folder of the files.
    """
    for figure in figures.EVERY:
        file, text = path(folder, figure), f"{figure.read}\n\n{figure.more}\n"
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            atomic.write_text(file, text)
