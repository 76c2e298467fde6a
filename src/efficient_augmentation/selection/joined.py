"""The lists of all transforms in one table: the rows of selection_all.csv."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from efficient_augmentation.selection import every_image


def rows(
    tables: Mapping[str, Mapping[str, np.ndarray]],
    images: every_image.Images,
    class_names: Sequence[str],
    test_apart: bool = True,
) -> list[dict[str, Any]]:
    """Every image once, in the order of the data, with its selection and rank for each transform.

    Args:
      tables: mapping from each transform's name to the columns of its selection.csv, ids as text.
      images: those of the data set.
      class_names: names of labels 0, 1, ...
      test_apart: whether the test set has row numbers of its own; then its images come last.
    Returns: list of mappings with id, split, label, row, transforms (for how many the image is
      selected) and, for each transform, selected_{name} (1 if selected, else 0) and rank_{name}
      (nan if it has none).
    """
    found = {name: _by_image(table) for name, table in tables.items()}
    order = np.lexsort((images.rows, test_apart & (images.split == every_image.TEST)))
    made = []
    for name, split, y, row in zip(*(column[order].tolist() for column in images), strict=True):
        of = {transform: marks[split, name] for transform, marks in found.items()}
        about = {"id": name, "split": split, "label": class_names[y], "row": row}
        about["transforms"] = sum(selected for selected, _ in of.values())
        for transform, (selected, rank) in of.items():
            about |= {f"selected_{transform}": selected, f"rank_{transform}": _whole(rank)}
        made.append(about)
    return made


def _by_image(table: Mapping[str, np.ndarray]) -> dict[tuple[str, str], tuple[int, float]]:
    """Mapping from each image's (split, id) to whether it is selected, and its rank."""
    columns = (table[name].tolist() for name in ("split", "id", "selected", "rank"))
    return {(s, name): (selected, rank) for s, name, selected, rank in zip(*columns, strict=True)}


def _whole(rank: float) -> float:
    """A rank as an integer again: a column that also holds nan is read as floats."""
    return rank if np.isnan(rank) else int(rank)
