"""The selected points' augmented images, as files to train on."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, PngImagePlugin

from efficient_augmentation.files import provenance
from efficient_augmentation.transforms import catalogue, variant

_LONGEST = 60


def write(
    folder: str | Path,
    x: np.ndarray,
    ids: ArrayLike,
    variants: Sequence[variant.Variant],
    class_names: Sequence[str] = (),
    labels: Sequence[int] | np.ndarray = (),
    made_by: Mapping[str, Any] | None = None,
) -> int:
    """Write every variant of every selected image as PNG.

    An image whose id is a path, such as cat/1.png, becomes cat/1.png.01_flip_horizontal.png and so
    on, beside the others of its class: the folder can be laid over the training folder. Where ids
    are numbers, the name of the class makes the folder: cat/17.01_flip_horizontal.png.

    Args:
      folder: to write to; it is made if absent, and stays empty where there is no image.
      x: selected images, (m, h, w, c), c = 1 or 3, uint8, or floating within [0, 1], which become
        round(255 x).
      ids: (m,), distinct; text for paths relative to the training folder, or whole numbers.
      variants: list of catalogue.Variant.
      class_names: names of labels 0, 1, ...; not read where ids are paths.
      labels: (m,) labels of the images; not read where ids are paths.
      made_by: mapping as `provenance.of` returns it; becomes each PNG's text "provenance". None
        leaves it out.
    Returns: number of files written.
    Raises: ValueError if an id leads out of the folder, or as `catalogue.expand`.
    """
    ids = np.asarray(ids)
    if ids.dtype.kind != "U":
        names = [_slug(str(class_names[label])) for label in labels]
        ids = np.array([f"{name}/{i}" for name, i in zip(names, ids, strict=True)])
    folder, m = Path(folder), len(ids)
    for name in ids:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"id {name!r} leads out of {folder}; ids are paths within it")
    folder.mkdir(parents=True, exist_ok=True)
    if not m:
        return 0
    chunks = PngImagePlugin.PngInfo()
    if made_by is not None:
        chunks.add_text(provenance.NAME, provenance.text(made_by))
    rows, _, source = catalogue.expand(x, np.zeros(m, int), variants)
    for row in range(m, len(rows)):
        number = row // m
        suffix = f"{number:02d}_{_slug(variants[number - 1].label)}.png"
        path = folder / f"{ids[source[row]]}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_levels(rows[row])).save(path, pnginfo=chunks)
    return len(rows) - m


def _levels(image: np.ndarray) -> np.ndarray:
    if image.dtype != np.uint8:
        image = np.rint(255 * np.clip(image.astype(np.float64), 0, 1)).astype(np.uint8)
    return image[..., 0] if image.shape[-1] == 1 else image


def _slug(text: str) -> str:
    """A file name's part: what is no letter, digit, point, plus or minus becomes one underscore."""
    return re.sub(r"[^\w.+-]+", "_", text).strip("_.")[:_LONGEST] or "_"
