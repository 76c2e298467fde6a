"""The publishers' files: name, size, checksum and addresses of each, by data set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One published file.

    A mirror keeps it under `dataset/name`.

    Attributes:
      dataset: folder in a mirror, and key of `SOURCES`.
      name: the publisher's file name.
      size: bytes; None where a file is known by its checksum alone.
      sha256: checksum, 64 lowercase hexadecimal digits.
      urls: the publishers' addresses, in the order in which they are tried.
    """

    dataset: str
    name: str
    size: int | None
    sha256: str
    urls: tuple[str, ...]


def _published(dataset, addresses, files):
    return tuple(
        Source(dataset, name, size, sha256, tuple(address + name for address in addresses))
        for name, size, sha256 in files
    )


# Order within a data set is the order in which its reader takes the files.
SOURCES = {
    "mnist": _published(
        "mnist",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        (
            (
                "train-images-idx3-ubyte.gz",
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            (
                "train-labels-idx1-ubyte.gz",
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            (
                "t10k-images-idx3-ubyte.gz",
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            (
                "t10k-labels-idx1-ubyte.gz",
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
    ),
    "cifar10": _published(
        "cifar10",
        ("https://www.cs.toronto.edu/~kriz/",),
        (
            (
                "cifar-10-binary.tar.gz",
                170052171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
    ),
    "norb": _published(
        "norb",
        ("https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/",),
        (
            (
                "smallnorb-5x46789x9x18x6x2x96x96-training-dat.mat.gz",
                131896188,
                "5ffd6272a07d32695ee1082a26a41a93a37aab8c28da047f8c34ed348d214873",
            ),
            (
                "smallnorb-5x46789x9x18x6x2x96x96-training-cat.mat.gz",
                348,
                "2784e542c1922060691090952b6cd6278879a216c90f81476f0f00256d42cdaa",
            ),
            (
                "smallnorb-5x01235x9x18x6x2x96x96-testing-dat.mat.gz",
                130799817,
                "cf7104eed3e51174d2f65b66d1e5878b9da233b886f161b0d88f4510ba2c7474",
            ),
            (
                "smallnorb-5x01235x9x18x6x2x96x96-testing-cat.mat.gz",
                347,
                "ecaf6d5bb8c3bc5eab9cf0258f6d2198dd474e016e374836fc097f2e5ff509ff",
            ),
        ),
    ),
}


def expected_names(dataset):
    """Names of the files that a data set is published in, in the order its reader takes them.

    Args:
      dataset: a key of `SOURCES`.
    Returns: list of str.
    Raises: ValueError if no published files are known under that name.
    """
    return [source.name for source in _of(dataset)]


def find(dataset, name):
    """The published file of that name.

    Args:
      dataset: a key of `SOURCES`.
      name: one of `expected_names(dataset)`.
    Returns: Source.
    Raises: ValueError if the data set or the file is unknown, naming those that are known.
    """
    for source in _of(dataset):
        if source.name == name:
            return source
    raise ValueError(f"{dataset} has no file {name!r}; its files are {expected_names(dataset)}")


def _of(dataset):
    if dataset not in SOURCES:
        raise ValueError(f"no published files for {dataset!r}; they are known for {list(SOURCES)}")
    return SOURCES[dataset]
