"""Figures under the names of the files that the workflow expects."""

from pathlib import Path

from efficient_augmentation.figures import style


def save_each(drawn, png_paths, pdf_paths, made_by=None):
    """Save every figure as the PNG and the PDF whose stem is its name.

    Args:
      drawn: iterable of (name, Figure); each is saved before the next is drawn.
      png_paths: files expected.
      pdf_paths: files expected, with the same stems.
      made_by: as in `style.save`.
    Raises: ValueError naming figures without a file, or files without a figure.
    """
    pngs, pdfs = ({Path(path).stem: path for path in paths} for paths in (png_paths, pdf_paths))
    if pngs.keys() != pdfs.keys():
        raise ValueError(f"PNG or PDF missing for {', '.join(sorted(pngs.keys() ^ pdfs.keys()))}")
    left = dict(pngs)
    for name, figure in drawn:
        if name not in left:
            expected = ", ".join(pngs)
            raise ValueError(f"figure {name!r} was drawn twice or is not one of {expected}")
        style.save(figure, left.pop(name), pdfs[name], made_by)
    if left:
        raise ValueError(f"no figure was drawn for {', '.join(map(str, left.values()))}")
