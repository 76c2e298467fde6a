"""Images that do not use their whole range: warned of, and stretched on request."""

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.data import folder, npz, window

RNG = np.random.default_rng(0)
Y = np.arange(12) % 2


def arrays_of(tmp_path, x, **settings):
    np.savez(tmp_path / "f.npz", x_train=x, y_train=Y)
    return npz.load(tmp_path / "f.npz", **settings)


def folder_of(tmp_path, images, **settings):
    for i, image in enumerate(images):
        path = tmp_path / "photos" / "ab"[i % 2] / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return folder.load(tmp_path / "photos", side=None, **settings)


def levels(high, dtype):
    x = RNG.integers(0, high + 1, (12, 6, 6)).astype(dtype)
    x[:, 0, 0], x[:, 0, 1] = 0, high
    return x


@pytest.mark.parametrize("load", [arrays_of, folder_of])
def test_black_and_white_stored_as_0_and_1(tmp_path, load):
    x = levels(1, np.uint8)
    (text,) = load(tmp_path, x)["warnings"]
    assert "lightest pixel of all images is 1, where white is 255" in text
    assert "dataset.window: [0, 1]" in text
    found = load(tmp_path, x, window=[0, 1])
    assert "warnings" not in found
    for split in ("train", "test"):
        picked = [int(str(i).split("/")[-1].split(".")[0]) for i in found[f"{split}_ids"]]
        np.testing.assert_array_equal(found[f"x_{split}"][..., 0], 255 * x[picked])


def test_12_bits_stored_in_16(tmp_path):
    x = levels(4095, np.uint16)
    (text,) = folder_of(tmp_path, x)["warnings"]
    assert "is 4095, where white is 65535" in text
    assert "dataset.window: [0, 4095]" in text
    found = folder_of(tmp_path, x, window=[0, 4095])
    picked = [int(i[2:4]) for i in found["train_ids"]]
    expected = np.rint(x[picked] / 4095 * 255)
    np.testing.assert_array_equal(found["x_train"][..., 0], expected)
    assert len(np.unique(found["x_train"])) > 150
    npz_found = arrays_of(tmp_path, x, window=[0, 4095])
    assert npz_found["x_train"].dtype == np.uint8
    picked = npz_found["train_ids"]
    np.testing.assert_array_equal(npz_found["x_train"][..., 0], np.rint(x[picked] / 4095 * 255))


def test_integers_without_a_window_name_it(tmp_path):
    with pytest.raises(ValueError, match=r"x_train holds uint16; .* dataset.window"):
        arrays_of(tmp_path, levels(4095, np.uint16))


def test_folders_of_mixed_depth(tmp_path):
    images = [*levels(255, np.uint8)[:6], *levels(65535, np.uint16)[6:]]
    (text,) = folder_of(tmp_path, images)["warnings"]
    assert "8 bits, such as" in text
    assert "others of 16, such as" in text
    assert "dataset.window: [0, LEVEL]" in text


def test_floats_divided_twice(tmp_path):
    (text,) = arrays_of(tmp_path, levels(255, np.float32) / 255 / 255)["warnings"]
    assert "is 0.00392157, where white is 1" in text
    assert "dataset.window: [0, 0.00392157]" in text


def test_floats_of_any_range_with_a_window(tmp_path):
    x = RNG.normal(size=(12, 6, 6)) * 100
    found = arrays_of(tmp_path, x, window=[-50, 150])
    expected = np.clip((x[found["train_ids"]] + 50) / 200, 0, 1)
    np.testing.assert_allclose(found["x_train"][..., 0], expected, atol=1e-7)
    assert found["x_train"].dtype == np.float32
    x[3, 2, 1] = np.nan
    with pytest.raises(ValueError, match="x_train: image 3 holds NaN"):
        arrays_of(tmp_path, x, window=[-50, 150])


@pytest.mark.parametrize("load", [arrays_of, folder_of])
def test_whole_ranges_draw_no_warning(tmp_path, load):
    assert "warnings" not in load(tmp_path, levels(255, np.uint8))
    assert "warnings" not in load(tmp_path, levels(66, np.uint8))


def test_a_window_of_the_whole_range_changes_nothing(tmp_path):
    for x, high in ((levels(255, np.uint8), 255), (levels(65535, np.uint16), 65535)):
        plain, given = folder_of(tmp_path, x), folder_of(tmp_path, x, window=[0, high])
        np.testing.assert_array_equal(plain["x_train"], given["x_train"])


def test_16_bit_colours_have_no_window(tmp_path):
    pixels = (np.arange(36, dtype=">u2") * 1000).reshape(6, 6)
    path = tmp_path / "wide.png"
    path.write_bytes(wide_colours(np.stack([pixels] * 3, axis=-1)))
    assert folder.read_image(path, None).shape == (6, 6, 3)
    with pytest.raises(ValueError, match=r"wide.png: .* dataset.window"):
        folder.read_image(path, None, [0, 4095])


def wide_colours(pixels):
    """A 16-bit PNG in colours, which Pillow does not write."""
    import struct
    import zlib

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("given", [[1], [0, 0], [5, 1], "0, 1", 3, [0, "1"], [True, 2], [0, 1, 2]])
def test_windows_that_are_none(given):
    (text,) = window.problems(given)
    assert text.startswith(f"dataset.window: {given!r}")
    assert window.problems([0, 4095]) == window.problems(None) == window.problems((-1, 0.5)) == []
