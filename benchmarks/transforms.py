"""The published transforms compared with OpenCV: 12000 images of 32 x 32 x 3, nine variants.

OpenCV gets as many threads as there are CPUs, each over its share of the images, its loop is
Python's, as in the published code, and it writes into memory that is there already. Shifts are
timed by both of its functions: warpAffine, which the published code calls, and copyMakeBorder,
which is faster. Ours work on the blocks in which `catalogue.expand` feeds them. Every variant's
result is compared, all bits, before anything is timed.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import numpy as np
from measuring import THREADS, row, turns

with suppress(ImportError):  # the list of rows is there without it; the row itself fails
    import cv2

N, SIZE, CHANNELS, REPEATS = 12000, 32, 3, 5
SHIFT, ANGLES, MARGIN = 3, np.linspace(-5, 5, 4).tolist(), 2
SHIFTS = [(p * SHIFT, q * SHIFT) for p in (1, -1) for q in (1, -1)]


def warp(matrix, image, out):
    """OpenCV's bilinear warp with edge pixels replicated."""
    cv2.warpAffine(image, matrix, (SIZE, SIZE), out, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)


def move(dx, dy, image, out):
    """OpenCV's way of repeating an edge, on the part of the image that stays."""
    top, left, bottom, right = max(dy, 0), max(dx, 0), max(-dy, 0), max(-dx, 0)
    part = image[bottom : SIZE - top, right : SIZE - left]
    cv2.copyMakeBorder(part, top, bottom, left, right, cv2.BORDER_REPLICATE, out)


def enlarge(image, out):
    """OpenCV's enlargement of what a crop leaves."""
    part = image[MARGIN : SIZE - MARGIN, MARGIN : SIZE - MARGIN]
    cv2.resize(part, (SIZE, SIZE), out, interpolation=cv2.INTER_AREA)


def turned(degrees):
    """The published code's matrix of a rotation; imgaug rounds angles to float32."""
    angle = float(np.deg2rad(np.float32(degrees)))
    c, s, centre = np.cos(angle), np.sin(angle), (SIZE - 1) / 2
    return np.array([[c, -s, centre - c * centre + s * centre], [s, c, centre * (1 - c - s)]])


def shifted(dx, dy):
    """The matrix of a shift."""
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])


def opencv_run(images, out, pool, calls):
    """Apply each call to every image; the images are divided among the threads."""
    shares = np.array_split(np.arange(len(images)), THREADS)

    def work(call, share):
        for i in share:
            call(images[i], out[i])

    for call in calls:
        list(pool.map(partial(work, call), shares))
    return out


def our_run(parts, calls):
    """Apply each variant to every block of the batch."""
    for call in calls:
        for part in parts:
            call(part).block_until_ready()


def transforms():
    """Compare all bits, then time the nine variants together and by kind."""
    import jax

    from efficient_augmentation.transforms import catalogue

    cv2.setNumThreads(1)
    shape = (N, SIZE, SIZE, CHANNELS)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    out = np.empty_like(images)
    parts = [jax.device_put(images[block]) for block in catalogue.blocks(images)]
    ours = {
        "4 shifts": [partial(catalogue.translate, dx=dx, dy=dy) for dx, dy in SHIFTS],
        "4 rotations": [partial(catalogue.rotate, degrees=a) for a in ANGLES],
        "1 crop": [partial(catalogue.crop, pixels=MARGIN)],
    }
    theirs = {
        "4 shifts": [partial(warp, shifted(dx, dy)) for dx, dy in SHIFTS],
        "4 rotations": [partial(warp, turned(a)) for a in ANGLES],
        "1 crop": [enlarge],
    }
    faster = [partial(move, dx, dy) for dx, dy in SHIFTS]
    with ThreadPoolExecutor(THREADS) as pool:
        opencv = partial(opencv_run, images, out, pool)
        pairs = [pair for name in ours for pair in zip(ours[name], theirs[name], strict=True)]
        for mine, peer in [*pairs, *zip(ours["4 shifts"], faster, strict=True)]:
            np.testing.assert_array_equal(np.concatenate([*map(mine, parts)]), opencv([peer]))
        runs = [partial(our_run, parts, calls) for calls in ours.values()]
        runs += [partial(opencv, calls) for calls in [*theirs.values(), faster]]
        seconds, _ = turns(*runs, repetitions=REPEATS)
    mine, (shifts, *rest, quick) = seconds[:3], seconds[3:]
    work, beside = f"transforms: {N} images of {SIZE} x {SIZE} x {CHANNELS}", "OpenCV"
    peer, agrees = f"{beside} {cv2.__version__}, {THREADS} threads", "all bits"
    yield row(f"{work}, nine variants", peer, "1.5x", sum(mine), shifts + sum(rest), agrees=agrees)
    peer = f"{peer}, shifts by copyMakeBorder"
    yield row("the same", peer, "", sum(mine), quick + sum(rest), agrees=agrees)
    for name, own, other in zip(ours, mine, [shifts, *rest], strict=True):
        yield row(f"of these {name}", beside, "", own, other, agrees=agrees)


ROWS = {"transforms": transforms}
