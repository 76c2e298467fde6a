"""The selected points' augmented images, as files to train on."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, PngImagePlugin

from efficient_augmentation.files import provenance, tables
from efficient_augmentation.transforms import catalogue, variant

TABLE = "files.csv"
"""Table in the folder that lists each file's image and class."""

_LONGEST = 60
# Bytes of a name that all usual file systems accept, and the limit for names of class folders.
_LONGEST_NAME, _LONGEST_FOLDER = 255, 160
# What some file system forbids or drops, the first letter of names that Windows keeps for devices,
# and the two characters that mark what was written anew.
_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:"/\\|?*%~]|^[. ]|[. ]$'
    r"|^(?=(?:aux|con|nul|prn|(?:com|lpt)[0-9¹²³]) *(?:\.|$)).",
    re.IGNORECASE,
)


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

    An image whose id is a path in the folder of its class, such as cat/1.png, becomes
    cat/1.png.01_flip_horizontal.png and so on, so that the folder can be copied over the training
    folder. Images with other ids get a folder for their class, such as
    cat/17.01_flip_horizontal.png; `folder_names` makes the names of folders and files. A file name
    of more than 255 bytes is cut and ends in a digest of the whole name. `TABLE` lists all files:
    file, id, label (the class's name) and variant.

    More than six parameters: images, ids and labels are columns of one table, and the classes'
    names belong to the labels.

    Args:
      folder: where to write; it is created if absent, and stays empty if there are no images.
      x: selected images, (m, h, w, c), c = 1 or 3, uint8, or floating within [0, 1], which become
        round(255 x).
      ids: (m,), distinct; text or whole numbers.
      variants: list of catalogue.Variant.
      class_names: names of labels 0, 1, ..., all distinct. Empty if ids are paths that start with
        the class.
      labels: (m,) labels of the images; empty likewise.
      made_by: mapping as `provenance.of` returns it, which becomes each PNG's text "provenance".
        None leaves it out.
    Returns: number of images written.
    Raises: ValueError if an id leads out of the folder, or as `catalogue.expand`.
    """
    ids, folder = np.asarray(ids), Path(folder)
    paths, classes = _places(ids, class_names, labels)
    for name in paths:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"id {name!r} leads out of {folder}; ids are paths within it")
    folder.mkdir(parents=True, exist_ok=True)
    if not (m := len(ids)):
        return 0
    chunks = PngImagePlugin.PngInfo()
    if made_by is not None:
        chunks.add_text(provenance.NAME, provenance.text(made_by))
    rows, _, source = catalogue.expand(x, np.zeros(m, int), variants)
    written = []
    for row in range(m, len(rows)):
        point, label = source[row], variants[row // m - 1].label
        file = _file(paths[point], f".{row // m:02d}_{_slug(label)}.png")
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_levels(rows[row])).save(folder / file, pnginfo=chunks)
        written.append({"file": file, "id": ids[point], "label": classes[point], "variant": label})
    tables.write_csv(folder / TABLE, written, made_by)
    return len(written)


def folder_names(class_names: Sequence[str]) -> list[str]:
    """A distinct folder name for each class, from which the class can be recognized.

    Characters that some file system forbids or drops become % and the hexadecimal digits of their
    UTF-8 bytes, as in URLs. Names that are too long are cut. Cut names, and names that differ only
    in case, which some file systems do not distinguish, end in ~ and a digest.

    Args:
      class_names: list of distinct text.
    Returns: list of text, of at most 160 bytes each.
    """
    safe = [_UNSAFE.sub(_escaped, name) or "%" for name in class_names]
    alike = Counter(map(_without_case, safe))
    return [
        name
        if alike[_without_case(name)] == 1 and len(name.encode()) <= _LONGEST_FOLDER
        else _cut(name, _LONGEST_FOLDER, original)
        for name, original in zip(safe, class_names, strict=True)
    ]


def _places(
    ids: np.ndarray, class_names: Sequence[str], labels: Sequence[int] | np.ndarray
) -> tuple[list[str], list[str]]:
    """For every image, its path without a variant's suffix, and the name of its class."""
    names = ids.astype(str).tolist()
    known = [str(name) for name in class_names]
    classes = [known[label] for label in labels] or [name.partition("/")[0] for name in names]
    if not known or _lie_in_their_classes(names, classes):
        return names, classes
    folders = dict(zip(known, folder_names(known), strict=True))
    # Ids are distinct, so `folder_names` gives distinct file names.
    places = zip(classes, folder_names(names), strict=True)
    return [f"{folders[one]}/{file}" for one, file in places], classes


def _lie_in_their_classes(names: list[str], classes: list[str]) -> bool:
    """Whether names are those of files in a folder for each class, all of them different."""
    different = len(set(map(_without_case, names))) == len(names)
    return different and all(map(_lies_in, names, classes))


def _lies_in(name: str, folder: str) -> bool:
    parts = name.split("/")
    return parts == [folder, parts[-1]] and all(
        part not in ("", ".", "..") and "\0" not in part and len(part.encode()) <= _LONGEST_NAME
        for part in parts
    )


def _file(path: str, suffix: str) -> str:
    folder, slash, name = path.rpartition("/")
    if len((name + suffix).encode()) > _LONGEST_NAME:
        name = _cut(name, _LONGEST_NAME - len(suffix.encode()), path)
    return folder + slash + name + suffix


def _cut(name: str, most: int, original: str) -> str:
    """A name cut to at most `most` bytes, the last of which are a digest of the original name."""
    mark = "~" + hashlib.sha256(original.encode(errors="surrogatepass")).hexdigest()[:12]
    return name.encode()[: most - len(mark)].decode(errors="ignore") + mark


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="surrogatepass"))


def _without_case(name: str) -> str:
    # Done twice, since case folding may undo the composition of characters.
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded).casefold()


def _levels(image: np.ndarray) -> np.ndarray:
    if image.dtype != np.uint8:
        image = np.rint(255 * np.clip(image.astype(np.float64), 0, 1)).astype(np.uint8)
    return image[..., 0] if image.shape[-1] == 1 else image


def _slug(text: str) -> str:
    """A variant's part of a file name: all but letters, digits and . + - _ becomes _."""
    return re.sub(r"[^\w.+-]+", "_", text).strip("_.")[:_LONGEST] or "_"
