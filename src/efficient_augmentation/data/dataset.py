"""The data set of one experiment, read as the config's `dataset` mapping describes it."""

from efficient_augmentation.data import (
    digits,
    features,
    folder,
    label_noise,
    npz,
    overlap,
    own,
    published,
)
from efficient_augmentation.files import digests

OWN = {"folder": folder, "npz": npz, "features": features}
"""Readers of a user's own data, by kind."""

READERS = {
    **{kind: {kind} for kind in ("digits", *published.SETS, "folder", "npz")},
    "features": {"features", "npz"},
}
"""Modules of this package that read each kind of data."""


def files(dataset):
    """Published files that the data set is read from, in the order that `load` takes them.

    Args:
      dataset: mapping with `kind`.
    Returns: list of `<dataset>/<name>`, as in a mirror; empty for data that need no file.
    """
    kind = dataset["kind"]
    if kind == "digits" or kind in OWN:
        return []
    return [f"{kind}/{name}" for name in published.expected_names(kind)]


def check_published(paths, checksums):
    """Check that files are the published ones, and not, say, a data set of the same format.

    Args:
      paths: the files.
      checksums: one string for each file, whose last word is the expected SHA-256.
    Raises: ValueError naming the file, its checksum and the expected one.
    """
    for path, found, checksum in zip(paths, digests.of_files(paths), checksums, strict=False):
        if found != (expected := checksum.split()[-1]):
            raise ValueError(
                f"{path}: SHA-256 {found}, expected {expected}: not the published file; move it "
                "away to have that fetched again, or give this one's checksum under `checksums`"
            )


def load(dataset, paths=()):
    """Training and test points of one experiment.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
      paths: where the files of `files(dataset)` lie, in that order.
    Returns: mapping with x_train (n, h, w, c) uint8 (norb: float32 in [0, 1]), y_train (n,) int32
      in 0..k-1, train_ids (n,) int64, positions in the published file; x_test, y_test and test_ids
      likewise. A user's own data also have class_names, test_share, train_rows and test_rows, see
      their readers; the ids of images in a folder are their paths, and features (n, d) take the
      place of images. Where the reader, `own.spelling_warnings` or `overlap.warnings` has something
      to warn of, the text is in warnings. With `label_noise` y_train is that of `label_noise.flip`,
      and flipped_ids says whose.
    Raises: ValueError if the kind is unknown, or its reader finds fault with files or keys.
    """
    points = _read(dataset, paths)
    return label_noise.flip(points, dataset.get("label_noise", 0.0), dataset.get("seed", 0))


def _read(dataset, paths):
    kind = dataset["kind"]
    if kind == "digits":
        return digits.load(dataset["classes"], dataset["n_train"], dataset["seed"])
    if kind in OWN:
        points = OWN[kind].load(**_settings(dataset))
        names = own.spelling_warnings(points["class_names"].tolist())
        texts = [*points.get("warnings", ()), *names, *overlap.warnings(points)]
        return points | own.warned(texts)
    if kind not in published.SETS:
        known = ["digits", *published.SETS, *OWN]
        raise ValueError(f"dataset.kind: {kind!r} is not one of {known}")
    return published.SETS[kind].load(*paths, classes=dataset["classes"], n_train=dataset["n_train"])


def fingerprint(dataset, memory=None):
    """Digest of the content of a user's own files.

    Args:
      dataset: mapping with `kind` and the keys of that kind.
      memory: as in `digests.of_files`.
    Returns: str, the same for a touched or copied file; empty for published data.
    Raises: ValueError as `folder.listing`; OSError for a file that cannot be read.
    """
    if dataset["kind"] == "folder":
        found = dataset["train"], dataset["test"], memory, dataset["classes"]
        return folder.fingerprint(*found)
    return digests.of_files([dataset["file"]], memory)[0] if "file" in dataset else ""


def resolved(dataset):
    """The mapping with n_train and classes filled in, which a user's own data may leave null.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: mapping that gives the same points. For a user's own data, an n_train of null becomes
      the number of training points left after the split; classes become names; test_share is None
      if the data have a test set.
    Raises: ValueError if the files of a folder, or the labels in a file, cannot be used.
    """
    if dataset["kind"] not in OWN:
        return dataset
    found = OWN[dataset["kind"]].points(**_settings(dataset))
    return dataset | {
        "classes": found.class_names,
        "n_train": len(found.train),
        "test_share": found.test_share or None,
    }


def image_shape(dataset):
    """Shape of every image, found without reading all points.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: (h, w, c), with c None for a folder, whose images must all be read to know it; None
      for features.
    Raises: ValueError if the file that is looked at cannot be used.
    """
    if dataset["kind"] in OWN:
        return OWN[dataset["kind"]].image_shape(**_settings(dataset))
    if dataset["kind"] == "digits":
        return digits.IMAGE_SHAPE
    return published.SETS[dataset["kind"]].image_shape


def _settings(dataset):
    return {key: value for key, value in dataset.items() if key not in ("kind", "label_noise")}
