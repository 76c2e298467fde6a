"""The published data sets. A new one needs a reader, which also describes it, and a line here."""

from efficient_augmentation.data import cifar10, mnist, norb

SETS = {
    "mnist": mnist.PUBLISHED,
    "cifar10": cifar10.PUBLISHED,
    "norb": norb.PUBLISHED,
}
"""The data sets by kind, which is also the name of the reader's module."""


def expected_names(dataset):
    """Names of a data set's published files, in the order in which its reader takes them.

    Args:
      dataset: a key of `SETS`.
    Returns: list of str.
    Raises: ValueError if no published files are known under that name.
    """
    return [source.name for source in _of(dataset)]


def find(dataset, name):
    """The published file of that name.

    Args:
      dataset: a key of `SETS`.
      name: one of `expected_names(dataset)`.
    Returns: Source.
    Raises: ValueError if the data set or the file is unknown, naming those that are known.
    """
    for source in _of(dataset):
        if source.name == name:
            return source
    raise ValueError(f"{dataset} has no file {name!r}; its files are {expected_names(dataset)}")


def _of(dataset):
    if dataset not in SETS:
        raise ValueError(f"no published files for {dataset!r}; they are known for {list(SETS)}")
    return SETS[dataset].files
