"""Freeze what the original tool makes of a few images: writes imgaug_0.4.0.npz beside this script.

imgaug has seen no release since 2020 and does not run on NumPy 2, so it lives in an environment of
its own, outside this repository, on Python 3.11:

    python3.11 -m venv imgaug-venv
    imgaug-venv/bin/pip install numpy==1.23.5 scipy==1.10.1 scikit-image==0.20.0 \
        "imageio<2.32" "matplotlib<3.9" "Shapely<2" Pillow six
    imgaug-venv/bin/pip install --no-deps opencv-python-headless==4.11.0.86 imgaug==0.4.0
    imgaug-venv/bin/python tests/data/freeze_imgaug.py

OpenCV 5 rotates differently: the version above is part of the fixture's meaning. A second run gives
the same bytes. Keys are "SHAPE/images" for the inputs, "SHAPE/TRANSFORM/PARAMETERS" for outputs.
"""

from pathlib import Path

import cv2
import imgaug
import imgaug.augmenters as iaa
import numpy as np

VERSIONS = {"imgaug": (imgaug.__version__, "0.4.0"), "OpenCV": (cv2.__version__, "4.11.0")}


def images(height, width, channels):
    """Noise in a corner, a smooth picture, extreme checkerboards, an "8", each (h, w, c) uint8."""
    rng = np.random.default_rng(0)
    y, x = np.indices((height, width))
    tint = np.linspace(1.0, 0.6, channels)
    size = min(height, width, 32)
    noise = np.zeros((height, width, channels), np.uint8)
    noise[:size, -size:] = rng.integers(0, 256, (size, size, channels))
    smooth = 128 + 120 * np.sin(2 * np.pi * (x / width + 0.7 * y / height))
    checkers = 255 * (np.where(x < width // 2, x + y, x // 3 + y // 3) % 2)
    ring = [np.hypot(x - 0.5 * width, (y - r * height)) / height for r in (0.32, 0.67)]
    stroke = np.clip(1.8 - 14 * np.minimum(*(np.abs(r - 0.17) for r in ring)), 0, 1)
    grey = np.stack([smooth, checkers, 255 * stroke])[..., None] * tint
    return np.concatenate([noise[None], grey.round().astype(np.uint8)])


def translate(x, dx, dy):
    """The reference's translation."""
    return iaa.Affine(translate_px={"x": dx, "y": dy}, mode="edge").augment_images(x)


def rotate(x, degrees):
    """The reference's rotation; its angles are floats, which imgaug rounds to float32."""
    return iaa.Affine(rotate=float(degrees), mode="edge", backend="cv2").augment_images(x)


def crop(x, pixels):
    """The reference's crop."""
    return iaa.Crop(px=pixels, keep_size=True).augment_images(x)


def outputs(x, shifts, angles, margins):
    """Every transform of the images, under its key."""
    yield from ((f"translate/{dx},{dy}", translate(x, dx, dy)) for dx, dy in shifts)
    yield from ((f"rotate/{a!r}", rotate(x, a)) for a in angles)
    yield from ((f"crop/{m}", crop(x, m)) for m in margins)


def diagonals(m):
    """The four diagonal shifts by m pixels."""
    return [(m, m), (m, -m), (-m, m), (-m, -m)]


def main():
    """Write the fixture."""
    for name, (version, wanted) in VERSIONS.items():
        if version != wanted:
            raise SystemExit(f"{name} {version} is installed; the fixture is {name} {wanted}'s")
    mnist = [float(a) for a in np.linspace(-30, 30, 15) if abs(a) > 1e-9]
    small = [float(a) for a in np.linspace(-5, 5, 4)]
    odd = [-121.7, 45.0, 90.0, 338.3094592134728]
    cases = {
        (28, 28, 1): ([*diagonals(2), (0, 5), (40, -1)], [*mnist, *odd], range(1, 7)),
        (32, 32, 3): (diagonals(3), [*small, -121.7], (2, 11)),
        (96, 96, 1): (diagonals(6)[1:3], [*small[1:], 228.4], (2, 9)),
        (16, 16, 1): (diagonals(2), [-30.0, 12.5], (1, 7)),
        (9, 14, 3): ([(2, -7)], [33.0, -90.0], (1, 4)),
        # Sizes at which OpenCV, in double precision, falls short of a whole number.
        (18, 36, 1): ([], [], (2, 4, 7)),
        (1, 9, 1): ([(3, 0)], [40.0, -140.0], ()),
        (9, 1, 3): ([(0, -2)], [40.0, -140.0], ()),
    }
    frozen = {}
    for shape, parameters in cases.items():
        x = images(*shape)
        name = "x".join(map(str, shape))
        frozen[f"{name}/images"] = x
        frozen |= {f"{name}/{key}": y for key, y in outputs(x, *parameters)}
    x = (images(28, 28, 1)[:2] / 255).astype(np.float32)
    frozen["float/images"] = x
    frozen |= {f"float/{key}": y for key, y in outputs(x, [(2, -2)], [-5.0, 30.0], (1, 6))}
    np.savez_compressed(Path(__file__).with_name("imgaug_0.4.0.npz"), **frozen)


if __name__ == "__main__":
    main()
