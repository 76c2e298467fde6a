"""A stand-in for small NORB: rendered toys in its files, names, sizes, order and labels.

    python benchmarks/norb_stand_in.py OUT

writes OUT/norb/, six files, after which OUT is a mirror for `snakemake norb`, and prints what a
config has to say under `checksums`. It tests the machinery. No number that comes of it says
anything about small NORB.

24,300 training and 24,300 test pairs of 96 x 96 pixels: five kinds of toys, five toys of each for
training and five others for the test, 9 elevations, 18 azimuths, 6 lightings, two cameras. In both
splits labels go 0, 1, 2, 3, 4, 0, ... Test pairs go through instances, elevations, azimuths and
lightings in turn, the last fastest; training pairs of each kind are shuffled. In this order the
compressed labels and the test's `info` are as long as the published ones to the byte, the shuffled
`info` to 0.4 %; in no other order that we tried.
"""

import argparse
import gzip
import hashlib
import itertools
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from math import cos, radians, sin
from pathlib import Path

import lit_solids
import numpy as np
import toys

KINDS = 5
SPLITS = {
    "smallnorb-5x46789x9x18x6x2x96x96-training": (4, 6, 7, 8, 9),
    "smallnorb-5x01235x9x18x6x2x96x96-testing": (0, 1, 2, 3, 5),
}
MAGIC = {"uint8": 0x1E3D4C55, "int32": 0x1E3D4C54}
# Where each light stands: degrees to the right, as the cameras see it, and above the ground.
LIGHTS = ((-70, 40), (-25, 55), (25, 35), (70, 50), (120, 60), (-120, 65))
DISTANCE, BASELINE, WIDTH = 6.0, 0.75, 1.3
"""Of the cameras from the toy and from each other, and half of what they see, in toy radii."""


def write(folder, seed=0, *, side=96, elevations=9, azimuths=18, lightings=6):
    """Render both splits and write the six files.

    Args:
      folder: where they go; it is made where it is missing.
      seed: of the toys' proportions and of the order of the training pairs.
      side: pixels on a side of a picture.
      elevations: how many of NORB's 9, the lowest first.
      azimuths: how many of its 18.
      lightings: how many of its 6.
    Returns: mapping from file name to SHA-256, in the order of writing.
    Cost: at full size 520 s of processor time, shared by all CPUs, and 0.9 GiB.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sizes = elevations, azimuths, lightings
    checksums = {}
    for split, instances in SPLITS.items():
        rng = np.random.default_rng([seed, *instances]) if split.endswith("training") else None
        labels, info = order(instances, sizes, rng)
        pairs = render(labels, info, seed, side)
        for content, matrix in (("dat", pairs), ("cat", labels), ("info", info)):
            name = f"{split}-{content}.mat.gz"
            checksums[name] = write_matrix(folder / name, matrix)
    return checksums


def order(instances, sizes, rng=None):
    """The content of each pair of pictures.

    Args:
      instances: numbers of the toys of each kind.
      sizes: numbers of elevations, azimuths and lightings.
      rng: shuffles the pairs of each kind; without it they go in turn.
    Returns: labels (n,) int32, 0, 1, 2, 3, 4, 0, ...; info (n, 4) int32, in each row instance,
      elevation 0..8 (30 to 70 degrees), azimuth 0, 2, ..., 34 (tens of degrees), lighting 0..5.
    """
    elevations, azimuths, lightings = map(range, sizes)
    poses = itertools.product(instances, elevations, (2 * a for a in azimuths), lightings)
    poses = np.array(list(poses), np.int32)
    orders = [rng.permutation(len(poses)) if rng else np.arange(len(poses)) for _ in range(KINDS)]
    info = np.stack([poses[rows] for rows in orders], axis=1).reshape(-1, 4)
    return np.tile(np.arange(KINDS, dtype=np.int32), len(poses)), info


def render(labels, info, seed, side):
    """The pairs of pictures, one toy in one pose at a time on each CPU.

    Args:
      labels: (n,) kinds of toys.
      info: (n, 4), see `order`.
      seed: of the toys.
      side: pixels on a side.
    Returns: (n, 2, side, side) uint8, the left camera first.
    """
    pairs = np.empty((len(labels), 2, side, side), np.uint8)
    # Pairs that differ only in the light share the cameras' views.
    seen = np.column_stack([labels, info[:, :3]])
    views, view_of = np.unique(seen, axis=0, return_inverse=True)
    rows_of = np.split(np.argsort(view_of, kind="stable"), np.cumsum(np.bincount(view_of))[:-1])

    def work(view, rows):
        pairs[rows] = picture_pairs(*map(int, view), lightings=info[rows, 3], seed=seed, side=side)

    # NumPy releases the interpreter lock while it computes, so that threads are enough.
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(work, views, rows_of))
    return pairs


def picture_pairs(kind, instance, elevation, azimuth, *, lightings, seed, side):
    """Pictures of one toy in one pose, under some lightings, by both cameras.

    The lights stay where they are, the toy is turned by the azimuth and the cameras rise by the
    elevation.

    Args:
      kind: 0..4.
      instance: 0..9.
      elevation: 0..8.
      azimuth: 0, 2, ..., 34.
      lightings: (m,) of 0..5.
      seed: of the toys.
      side: pixels on a side.
    Returns: (m, 2, side, side) uint8.
    """
    solids = toys.turned(toys.toy(kind, [seed, kind, instance]), 10 * azimuth)
    target, lights = toys.middle(solids), [_direction(*LIGHTS[k]) for k in lightings]
    sight = DISTANCE * _direction(0, 30 + 5 * elevation)
    pictures = [
        lit_solids.pictures(
            solids,
            lit_solids.Camera(target + sight + np.array([0, shift, 0]), target, WIDTH),
            lights,
            side,
        )
        for shift in (-BASELINE / 2, BASELINE / 2)
    ]
    return np.stack(pictures, axis=1)


def write_matrix(path, matrix):
    """Write a gzipped matrix file whose bytes depend on the matrix alone.

    Args:
      path: to write.
      matrix: array of uint8 or int32.
    Returns: the SHA-256 of the file.
    """
    sizes = (*matrix.shape, 1, 1)[: max(3, matrix.ndim)]
    magic = MAGIC[matrix.dtype.name]
    with path.open("wb") as raw, gzip.GzipFile(path.stem, "wb", 6, raw, mtime=0) as stream:
        stream.write(struct.pack(f"<{2 + len(sizes)}i", magic, matrix.ndim, *sizes))
        stream.write(matrix.astype(matrix.dtype.newbyteorder("<"), copy=False).data)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def checksums_block(checksums):
    """The `checksums` of a config, for the files that the workflow reads."""
    lines = [f"  norb/{name}: {sha256}" for name, sha256 in checksums.items() if "info" not in name]
    return "\n".join(["checksums:", *lines])


def _direction(azimuth, elevation):
    """(3,) unit vector, from degrees."""
    a, e = radians(azimuth), radians(elevation)
    return np.array([cos(a) * cos(e), sin(a) * cos(e), sin(e)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the mirror")
    parser.add_argument("--seed", type=int, default=0, help="of the toys and the order")
    arguments = parser.parse_args()
    checksums = write(arguments.out / "norb", arguments.seed)
    for name, sha256 in checksums.items():
        print(f"# {sha256}  {name}")
    print(checksums_block(checksums))


if __name__ == "__main__":
    main()
