"""A user's own images: PNG and JPEG files in one folder per class.

Images are changed in this order:
1. Images with an EXIF orientation are turned upright. An animation counts as its first picture.
2. 16-bit grey values v become round(v / 257); the decoder keeps the upper eight bits of 16-bit
   colours. CMYK becomes RGB by the decoder's plain formula, palettes by their entries. Transparent
   pixels are laid over white. With a window (low, high), values become
   round(255 (v - low) / (high - low)) instead, clipped to 0..255.
3. The largest centred square is resized to side x side by Lanczos' filter with antialiasing, in one
   step; an image that has this size already stays as it is, to the bit.
4. If red, green and blue are equal in every pixel of every image, only one channel is kept.
"""

import hashlib
import logging
import os
import struct
import sys
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from efficient_augmentation.data import own
from efficient_augmentation.data import window as windows
from efficient_augmentation.files import digests

SIDE = 32
"""Height and width for which the networks are made; they bound time and memory for any image."""

SUFFIXES = (".png", ".jpg", ".jpeg")
_FORMATS = ("PNG", "JPEG")
# Formats that are not read, though a user could expect it.
_OTHER_SUFFIXES = (
    *(".apng", ".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe", ".jxl"),
    *(".pbm", ".pgm", ".pnm", ".ppm", ".svg", ".tga", ".tif", ".tiff", ".webp"),
)
_MOST_NAMED = 20
_SIXTEEN_BIT = ("I", "I;16", "I;16B", "I;16L")
# Errors that Pillow raises on bytes that are not an intact image.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)

_log = logging.getLogger(__name__)


class Listing(NamedTuple):
    """Image files of a folder, by class.

    Attributes:
      root: the folder.
      class_names: names of the class folders, sorted.
      files: paths relative to root, with /, sorted by class, then by name.
      y: (n,) int64, each file's position in class_names.
      ignored: number of files that were skipped, hidden ones not counted.
    """

    root: Path
    class_names: list[str]
    files: list[str]
    y: np.ndarray
    ignored: int


class _Picture(NamedTuple):
    """A file's (h, w, 3) uint8 pixels; bits and largest value of its pixels as stored."""

    pixels: np.ndarray
    bits: int
    peak: int


def load(train, test=None, *, side=SIDE, window=None, **choice):
    """Images from one folder per class.

    Args:
      train: folder that holds one folder of images per class.
      test: the same for test images, with the same class folders; None splits `train`.
      side: height and width of the images returned, 1..1024; None keeps the images' own size, which
        must be the same for all.
      window: (low, high), the stored grey levels that become black and white; None takes 0 and the
        largest value of their number of bits.
      **choice: classes, n_train, test_share and seed of `own.choose`; classes have the names of
        their folders and are sorted by name, unless `classes` orders them.
    Returns: mapping with x_train (n, side, side, c) uint8, c = 1 if all images are grey and 3
      otherwise, y_train (n,) int32 in 0..k-1, train_ids (n,) text, paths relative to `train`;
      x_test, y_test and test_ids likewise, relative to `test` or, if that is None, to `train`;
      train_rows and test_rows, int64, positions in the sorted lists of all images of these classes;
      class_names (k,) text; test_share, the share of `train` that became the test set, or 0; and,
      if there are any, warnings, text.
    Raises: ValueError naming the folder or file, if there are no class folders, a class has no
      images or is in only one of the two folders, an image cannot be read, or sizes differ while
      side is None.
    Cost: decoding of the images chosen; memory for the result as colour images, and for one image.
    """
    listings, picked = _chosen(train, test, choice)
    source = listings[-1]
    train_files = [listings[0].files[i] for i in picked.train]
    test_files = [source.files[i] for i in picked.test]
    paths = [listings[0].root / file for file in train_files]
    paths += [source.root / file for file in test_files]
    x, warnings = _images(paths, side, window)
    x_train, x_test = x[: len(train_files)], x[len(train_files) :]
    images = {"x_train": x_train, "x_test": x_test} | own.warned(warnings)
    return images | picked.described(np.array(train_files), np.array(test_files))


def points(train, test=None, *, side=SIDE, window=None, **choice):
    """The points that `load` returns, found from the names of the files alone.

    Args:
      train, test, side, window, **choice: as in `load`.
    Returns: own.Choice.
    Raises: ValueError as `load`, except for errors in the images themselves.
    Cost: 0.2 s of processor time for 100,000 files.
    """
    return _chosen(train, test, choice)[1]


def image_shape(train, side=SIDE, **others):
    """Shape of every image that `load` returns, as far as it is known before all are read.

    Args:
      train, side: as in `load`. If side is None, the first image is read.
      **others: ignored.
    Returns: (h, w, None): all images must be read to know whether they are grey or in colour.
    Raises: ValueError as `listing`, and as `read_image`.
    """
    if side is not None:
        return side, side, None
    found = listing(train)
    return (*read_image(found.root / found.files[0], None).shape[:2], None)


def fingerprint(train, test=None, memory=None, classes=None):
    """Digest of the names and the contents of the image files.

    Args:
      train, test: as in `load`.
      classes: as in `listing`.
      memory: as in `digests.of_files`.
    Returns: 12 hexadecimal digits, which change only if an image is added, removed, renamed or
      changed.
    Raises: ValueError as `listing`; OSError for a file that cannot be read.
    Cost: as `digests.of_files`.
    """
    whole = hashlib.sha256()
    for root in filter(None, (train, test)):
        found = listing(root, classes)
        contents = digests.of_files([f"{found.root}/{file}" for file in found.files], memory)
        for file, content in zip(found.files, contents, strict=True):
            whole.update(f"{file}\0{content}\n".encode())
        whole.update(b"\0")
    return whole.hexdigest()[:12]


def listing(root, classes=None):
    """Image files of a folder, by class, found without opening them.

    Files with a PNG or JPEG suffix in a class folder are taken; links are followed. Hidden files
    and folders (names that start with a dot, and __MACOSX) are skipped; other files are skipped and
    counted. Images of another format raise an error.

    Args:
      root: folder that holds a folder for each class.
      classes: names of the classes whose folders are searched; None searches all. A number stands
        for the name with its digits.
    Returns: Listing.
    Raises: ValueError if there is no such folder or it has no class folders; or with up to twenty
      problems: images next to the class folders, folders inside one, broken links, images of
      another format, names that are not text.
    """
    root = Path(root)
    if not root.is_dir():
        found = "not a folder" if root.exists() else f"no such folder{own.looked(root)}"
        raise ValueError(f"{root}: {found}; it is to hold a folder of images for each class")
    folders, beside, problems = [], 0, []
    for entry in _visible(root, problems):
        if entry.is_dir():
            folders.append(entry.name)
        elif _is_image(entry, problems):
            problems.append(
                f"{entry.path}: an image beside the class folders; its folder's name is its class"
            )
        else:
            beside += 1
    wanted = folders if classes is None else set(map(str, classes))
    by_class = [
        _images_of(root / name, problems) if name in wanted else ([], 0) for name in folders
    ]
    _raise_first(problems)
    if not folders:
        raise ValueError(f"{root}: no class folders; it is to hold a folder of images a class")
    sizes = [len(names) for names, _ in by_class]
    return Listing(
        root,
        folders,
        [
            f"{folder}/{name}"
            for folder, (names, _) in zip(folders, by_class, strict=True)
            for name in names
        ],
        np.repeat(np.arange(len(folders)), sizes),
        beside + sum(others for _, others in by_class),
    )


def read_image(path, side=SIDE, window=None):
    """One image file, changed by the rules in this module's docstring.

    Args:
      path: PNG or JPEG file.
      side: height and width to resize to; None keeps the size.
      window: as in `load`.
    Returns: (h, w, 3) uint8.
    Raises: ValueError naming the file, if it is not an intact PNG or JPEG image, has more than 89
      million pixels, or a window is given for 16-bit colours, of which the decoder keeps eight.
    """
    return _read(path, side, window).pixels


def _read(path, side, window):
    path = Path(path)
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # This detects a wrong checksum; the pixels are decoded below, from the start again.
            Image.open(stream, formats=_FORMATS).verify()
            stream.seek(0)
            with Image.open(stream, formats=_FORMATS) as image:
                wide = image.mode in _SIXTEEN_BIT
                bits = 16 if wide or any("16" in str(tile[3]) for tile in image.tile) else 8
                if window and bits == 16 and not wide:
                    raise ValueError(
                        "of colours of 16 bits the upper eight are read, of which dataset.window "
                        "cannot be taken; convert it to 8 bits, or leave window out"
                    )
                upright, peak = _upright_colours(image, window)
                return _Picture(np.asarray(_resized(upright, side)), 16 if wide else 8, peak)
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{path}: not a readable PNG or JPEG image, whatever its name says"
        ) from error
    except _DAMAGE as error:
        raise ValueError(f"{path}: not a readable PNG or JPEG image ({error})") from error


def _chosen(train, test, choice):
    folders = (train,) if test is None else (train, test)
    listings = [listing(folder, choice.get("classes")) for folder in folders]
    if test is not None:
        _check_apart(*listings)
        _check_same_classes(*listings, choice.get("classes"))
    for found in listings:
        _log.info(
            "%s: %d images in %d class folders, %d other files ignored",
            *(found.root, len(found.files), len(found.class_names), found.ignored),
        )
    names = listings[0].class_names
    labels = [own.Labels(str(found.root), _labels(found, names)) for found in listings]
    return listings, own.choose(names, *labels, **choice)


def _labels(found, names):
    """Labels of a listing as positions in the training classes; -1 for any other class."""
    place = {name: i for i, name in enumerate(names)}
    return np.array([place.get(name, -1) for name in found.class_names])[found.y]


def _check_apart(train, test):
    a, b = train.root.resolve(), test.root.resolve()
    if a == b or a in b.parents or b in a.parents:
        raise ValueError(
            f"dataset.test: {test.root} is or contains or lies in dataset.train, {train.root}; "
            "leave dataset.test out to have a test set split off"
        )


def _check_same_classes(train, test, classes):
    wanted = None if classes is None else {str(name) for name in classes}
    for here, there in ((train, test), (test, train)):
        alone = [name for name in here.class_names if name not in there.class_names]
        if alone := [name for name in alone if wanted is None or name in wanted]:
            raise ValueError(
                f"{here.root / alone[0]}: a class that {there.root} does not have"
                f"{own.twin(alone[0], there.class_names)}; give its images there too, or leave the "
                "class out by dataset.classes"
            )


def _visible(folder, problems):
    """Entries of a folder that are not hidden, sorted by name; adds to `problems`.

    A link to itself is a problem; a link to nothing is not, since it may not be meant as an image.
    """
    try:
        with os.scandir(folder) as entries:
            shown = (e for e in entries if not e.name.startswith(".") and e.name != "__MACOSX")
            found = sorted(shown, key=lambda e: e.name)
    except OSError as error:
        problems.append(f"{folder}: cannot be read ({error.strerror})")
        return
    encoding = sys.getfilesystemencoding()
    for entry in found:
        if encoding != "utf-8" and not entry.name.isascii():
            problems.append(
                f"{entry.path!r}: Python takes names of files for {encoding} here; set PYTHONUTF8=1"
            )
            continue
        try:
            entry.name.encode()
            if entry.is_symlink():
                entry.stat()
        except UnicodeEncodeError:
            problems.append(f"{entry.path!r}: a name that is not UTF-8 text; rename it")
            continue
        except FileNotFoundError:
            pass
        except OSError as error:
            problems.append(f"{entry.path}: a link that cannot be followed ({error.strerror})")
            continue
        yield entry


def _images_of(folder, problems):
    names, others = [], 0
    for entry in _visible(folder, problems):
        if entry.is_dir():
            problems.append(
                f"{entry.path}: a folder inside a class folder; images lie in the class folder "
                "itself"
            )
        elif _is_image(entry, problems):
            names.append(entry.name)
        else:
            others += 1
    return names, others


def _is_image(entry, problems):
    suffix = os.path.splitext(entry.name)[1].lower()
    if suffix in _OTHER_SUFFIXES:
        problems.append(f"{entry.path}: not PNG or JPEG; convert it, or move it away")
    if suffix not in SUFFIXES:
        return False
    if not entry.is_file():
        found = "a link to nothing" if entry.is_symlink() else "not a plain file"
        problems.append(f"{entry.path}: {found}")
    return True


def _raise_first(problems):
    """Raise problems as one error, a line each, up to twenty of them."""
    if problems:
        more = [f"... and {len(problems) - _MOST_NAMED} more"] * (len(problems) > _MOST_NAMED)
        raise ValueError("\n".join(problems[:_MOST_NAMED] + more))


def _images(paths, side, window):
    """(n, h, w, c) uint8 of the files, and a list of warnings."""
    x, by_bits, peaks, problems = None, {}, {}, []
    for k, path in enumerate(paths):
        try:
            image, bits, peak = _read(path, side, window)
        except ValueError as error:
            problems.append(str(error))
            continue
        if x is None:
            first, x = path, np.empty((len(paths), *image.shape), np.uint8)
        if image.shape != x.shape[1:]:
            problems.append(
                f"{path}: {_size(image)} pixels, but {first} has {_size(x[0])}; give "
                "dataset.side, the height and width that all images are resized to"
            )
            continue
        x[k] = image
        by_bits.setdefault(bits, path)
        peaks[bits] = max(peak, peaks.get(bits, 0))
    _raise_first(problems)
    is_grey = all((image == image[..., :1]).all() for image in x)
    return x[..., :1].copy() if is_grey else x, _range_warnings(by_bits, peaks, window)


def _range_warnings(by_bits, peaks, window):
    """Warnings about images of different numbers of bits, and about dark images."""
    if window:
        return []
    mixed = len(by_bits) > 1
    found = [
        windows.warning(peak, 2**bits - 1, f"all images of {bits} bits" if mixed else "all images")
        for bits, peak in sorted(peaks.items())
    ]
    if mixed:
        found.append(
            f"Some images have grey levels of 8 bits, such as {by_bits[8]}, others of 16, such as "
            f"{by_bits[16]}, which are divided by 257. If a grey level means the same in both, say "
            "which one is white: dataset.window: [0, LEVEL]."
        )
    return list(filter(None, found))


def _size(image):
    return f"{image.shape[1]} x {image.shape[0]}"


def _upright_colours(image, window):
    """The image in 8-bit colours, and the largest value of a pixel before the window."""
    peak = None
    if image.mode in _SIXTEEN_BIT:
        wide = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
        peak = int(wide.max())
        # 257 is odd, so no value lies half-way between two levels.
        grey = windows.applied(wide, window) if window else ((wide + 128) // 257).astype(np.uint8)
        exif, image = image.getexif(), Image.fromarray(grey)
        image.info["exif"] = exif.tobytes()
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    if peak is None:
        peak = max(high for _, high in image.getextrema())
        levels = windows.applied(np.arange(256), window or (0, 255)).tolist()
        image = image.point(levels * 3) if window else image
    return image, peak


def _resized(image, side):
    if side is None or image.size == (side, side):
        return image
    width, height = image.size
    half = min(width, height) / 2
    square = (width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
    return image.resize((side, side), Image.Resampling.LANCZOS, box=square)
