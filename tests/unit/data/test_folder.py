"""Folders of images: what is read, by which rule, and what is refused by name."""

import logging
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.config import dataset as check
from efficient_augmentation.data import dataset, folder

rng = np.random.default_rng(0)


def noise(*shape):
    return rng.integers(0, 256, shape, dtype=np.uint8)


def put(path, pixels, **options):
    """Write pixels, an array or an Image, to a file of the kind that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **options)
    return path


@pytest.fixture
def pets(tmp_path):
    """Eight grey training images and four test images of two classes, 32 x 32."""
    for split, each in (("train", 4), ("test", 2)):
        for name in ("cat", "dog"):
            for i in range(each):
                put(tmp_path / split / name / f"{i}.png", noise(32, 32))
    return tmp_path


def pixels(path):
    return np.asarray(Image.open(path))


# What becomes of a folder


def test_arrays_of_a_folder(pets):
    data = folder.load(pets / "train", pets / "test")
    assert {name: (value.shape, value.dtype.kind) for name, value in data.items()} == {
        "x_train": ((8, 32, 32, 1), "u"),
        "y_train": ((8,), "i"),
        "train_ids": ((8,), "U"),
        "x_test": ((4, 32, 32, 1), "u"),
        "y_test": ((4,), "i"),
        "test_ids": ((4,), "U"),
        "class_names": ((2,), "U"),
        "test_share": ((), "f"),
        "train_rows": ((8,), "i"),
        "test_rows": ((4,), "i"),
    }
    assert data["class_names"].tolist() == ["cat", "dog"]
    assert data["test_share"] == 0


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_image_is_the_file_that_its_id_names(pets, split):
    data = folder.load(pets / "train", pets / "test")
    labels, names = data[f"y_{split}"], data[f"{split}_ids"]
    for x, y, name in zip(data[f"x_{split}"], labels, names, strict=True):
        np.testing.assert_array_equal(x[..., 0], pixels(pets / split / name))
        assert data["class_names"][y] == Path(name).parent.name


def test_without_a_test_folder_a_quarter_of_every_class_is_split_off(pets):
    data = folder.load(pets / "train")
    assert np.bincount(data["y_test"]).tolist() == [1, 1]
    assert data["test_share"] == 0.25
    ids = [*data["train_ids"], *data["test_ids"]]
    assert sorted(ids) == [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(4)]
    for x, name in zip(data["x_test"], data["test_ids"], strict=True):
        np.testing.assert_array_equal(x[..., 0], pixels(pets / "train" / name))


def test_names_in_any_script_and_links_are_followed(pets):
    put(pets / "train" / "cat" / 'Жужа, "3".PNG', noise(32, 32))
    (pets / "train" / "cat" / "linked.jpeg").symlink_to(pets / "train" / "dog" / "1.png")
    (pets / "linked").symlink_to(pets / "train")
    data = folder.load(pets / "linked", pets / "test")
    assert data["train_ids"][4:6].tolist() == ["cat/linked.jpeg", 'cat/Жужа, "3".PNG']


def test_points_are_known_without_opening_images(pets):
    for name in ("cat", "dog"):
        (pets / "train" / name / "0.png").write_bytes(b"no image")
    assert len(folder.points(pets / "train", pets / "test").train) == 8
    assert len(folder.points(pets / "train").train) == 6
    assert len(folder.points(pets / "train", n_train=3).train) == 3


def test_hidden_files_are_passed_over_and_others_counted(pets, caplog):
    (pets / "train" / ".DS_Store").write_text("x")
    (pets / "train" / ".git").mkdir()
    (pets / "train" / "cat" / "._1.png").write_text("x")
    (pets / "train" / "cat" / "notes.txt").write_text("x")
    (pets / "train" / "labels.csv").write_text("x")
    with caplog.at_level(logging.INFO):
        assert len(folder.points(pets / "train", pets / "test").train) == 8
    assert "8 images in 2 class folders, 2 other files ignored" in caplog.text


def one_byte(path):
    """Change a byte of a file, size and time kept."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_fingerprint_changes_with_the_files_and_with_nothing_else(pets):
    before = folder.fingerprint(pets / "train", pets / "test")
    (pets / "train" / "cat" / "notes.txt").write_text("x")
    os.utime(pets / "train" / "cat" / "1.png", (0, 0))
    assert folder.fingerprint(pets / "train", pets / "test") == before
    assert folder.fingerprint(pets / "train") != before
    seen = {before}
    for change in (
        lambda: one_byte(pets / "train" / "cat" / "0.png"),
        lambda: put(pets / "train" / "cat" / "9.png", noise(32, 32)),
        lambda: (pets / "test" / "dog" / "1.png").rename(pets / "test" / "dog" / "2.png"),
        lambda: put(pets / "test" / "dog" / "2.png", noise(32, 32)),
    ):
        change()
        now = folder.fingerprint(pets / "train", pets / "test")
        assert now not in seen
        seen.add(now)


# What becomes of an image


def lanczos(image, side):
    """Lanczos' filter of three lobes, widened by the reduction, over the largest centred square."""
    image = image.astype(float)
    h, w = image.shape[:2]
    m = min(h, w)

    def weights(size):
        scale = max(m / side, 1)
        centres = (size - m) / 2 + (np.arange(side) + 0.5) * m / side
        at = (np.arange(size) + 0.5 - centres[:, None]) / scale
        taps = np.where(abs(at) < 3, np.sinc(at) * np.sinc(at / 3), 0)
        return taps / taps.sum(axis=1, keepdims=True)

    return np.clip(np.einsum("ai,ijc,bj->abc", weights(h), image, weights(w)), 0, 255)


@pytest.mark.parametrize("shape", [(48, 48), (90, 61), (33, 120), (20, 11), (31, 32)])
def test_resizing_is_lanczos_over_the_centred_square(tmp_path, shape):
    # Each of the two passes rounds, and taps of both signs carry the first rounding on.
    i, j = np.indices(shape)
    image = 128 + 100 * np.sin(i / 5 + np.array([0, 1, 2])[:, None, None]) * np.cos(j / 7)
    image = image.transpose(1, 2, 0).astype(np.uint8)
    found = folder.read_image(put(tmp_path / "a.png", image), 32)
    assert found.shape == (32, 32, 3)
    assert abs(found - lanczos(image, 32)).max() <= 1.2


def test_an_image_of_the_size_stays_as_it_is(tmp_path):
    image = noise(32, 32, 3)
    np.testing.assert_array_equal(folder.read_image(put(tmp_path / "a.png", image), 32), image)
    image = noise(5, 9, 3)
    np.testing.assert_array_equal(folder.read_image(put(tmp_path / "a.png", image), None), image)


def test_jpeg_is_what_the_decoder_gives(tmp_path):
    path = put(tmp_path / "a.JPG", noise(32, 32, 3), format="JPEG")
    np.testing.assert_array_equal(folder.read_image(path), pixels(path))


def test_grey_is_kept_as_one_channel_only_where_all_images_are_grey(pets):
    put(pets / "train" / "cat" / "0.png", np.repeat(noise(32, 32, 1), 3, axis=2))
    assert folder.load(pets / "train", pets / "test")["x_train"].shape[-1] == 1
    put(pets / "test" / "cat" / "0.png", noise(32, 32, 3))
    data = folder.load(pets / "train", pets / "test")
    assert (data["x_train"].shape[-1], data["x_test"].shape[-1]) == (3, 3)


def grey_png(path, values):
    """A 16-bit grey PNG, chunk by chunk."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    h, w = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 16, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return path


def test_sixteen_bits_become_eight_by_rounding(tmp_path):
    values = np.array([[0, 128, 129, 257], [385, 386, 65406, 65407], [65535, 1, 32767, 32896]])
    found = folder.read_image(grey_png(tmp_path / "a.png", values), None)[..., 0]
    np.testing.assert_array_equal(found, np.rint(values / 65535 * 255))
    assert found.max() == 255


def test_transparency_is_laid_over_white(tmp_path):
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 3] = 0, 255, 51
    rgba[0, :, 0] = 100
    found = folder.read_image(put(tmp_path / "a.png", rgba), None)
    np.testing.assert_array_equal(found[0], [[255, 255, 255], [100, 0, 0], [224, 204, 204]])
    grey_alpha = np.array([[[0, 0], [40, 255]]], np.uint8)
    found = folder.read_image(put(tmp_path / "b.png", Image.fromarray(grey_alpha, "LA")), None)
    np.testing.assert_array_equal(found[0], [[255] * 3, [40] * 3])


def test_palettes_are_their_entries_and_may_be_transparent(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    found = folder.read_image(put(tmp_path / "a.png", image), None)
    np.testing.assert_array_equal(found[0], [[10, 20, 30], [200, 100, 50]])
    found = folder.read_image(put(tmp_path / "b.png", image, transparency=0), None)
    np.testing.assert_array_equal(found[0], [[255, 255, 255], [200, 100, 50]])


def test_one_bit_is_black_and_white(tmp_path):
    image = Image.fromarray(np.array([[True, False]]))
    found = folder.read_image(put(tmp_path / "a.png", image), None)
    np.testing.assert_array_equal(found[0, :, 0], [255, 0])


def test_cmyk_becomes_rgb(tmp_path):
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    found = folder.read_image(put(tmp_path / "a.jpg", cmyk), None)
    assert abs(found.astype(int) - [255, 0, 0]).max() <= 3


def test_of_an_animation_the_first_picture_is_taken(tmp_path):
    first, second = Image.fromarray(noise(8, 8)), Image.fromarray(noise(8, 8))
    path = put(tmp_path / "a.png", first, save_all=True, append_images=[second])
    np.testing.assert_array_equal(folder.read_image(path, None)[..., 0], np.asarray(first))


@pytest.mark.parametrize("kind", ["RGB", "L", "I;16"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_are_turned_upright(tmp_path, orientation, kind):
    """The camera's orientations as the EXIF standard draws them: where row 0 and column 0 are."""
    upright = noise(4, 6)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    image = Image.fromarray(np.ascontiguousarray(stored))
    if kind == "I;16":
        image = Image.fromarray(np.ascontiguousarray(stored).astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = put(tmp_path / "a.png", image.convert(kind) if kind == "RGB" else image, exif=exif)
    np.testing.assert_array_equal(folder.read_image(path, None)[..., 0], upright)


# What is refused


def refused(message, *arguments, **settings):
    with pytest.raises(ValueError, match=message):
        folder.load(*arguments, **settings)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"hello",
        lambda data: data[:-20],
        lambda data: data[: len(data) // 2],
        lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:],
        lambda data: data[:8] + data[20:],
    ],
)
def test_damaged_files_are_named(pets, damage):
    path = pets / "train" / "dog" / "2.png"
    path.write_bytes(damage(path.read_bytes()))
    refused(r"train/dog/2.png: not a readable PNG or JPEG image", pets / "train", pets / "test")


def test_truncated_jpeg_is_named(pets):
    path = put(pets / "train" / "dog" / "9.jpg", noise(64, 64, 3))
    path.write_bytes(path.read_bytes()[:-900])
    refused(r"train/dog/9.jpg: not a readable", pets / "train", pets / "test")


def test_an_image_that_would_fill_the_memory_is_named(tmp_path):
    small = put(tmp_path / "small.png", Image.new("1", (8, 8))).read_bytes()
    for size in (20000, 10000):
        header = b"IHDR" + struct.pack(">II", size, size) + small[24:29]
        bomb = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
        (tmp_path / "bomb.png").write_bytes(bomb)
        with pytest.raises(ValueError, match=r"bomb.png: .*decompression bomb"):
            folder.read_image(tmp_path / "bomb.png")


def test_another_format_under_a_png_name(pets):
    Image.fromarray(noise(8, 8)).save(pets / "train" / "dog" / "2.png", "GIF")
    refused("dog/2.png: not a readable PNG or JPEG image", pets / "train", pets / "test")


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.TIF", "a.bmp"])
def test_images_of_another_format_are_not_left_out_silently(pets, name):
    (pets / "train" / "dog" / name).write_bytes(b"x")
    refused(f"dog/{name}: not PNG or JPEG; convert it", pets / "train", pets / "test")


def test_folders_that_are_not_as_they_should_be(pets, tmp_path):
    test = pets / "test"
    refused("nowhere: no such folder", tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    refused("file: not a folder", tmp_path / "file")
    (tmp_path / "empty").mkdir()
    refused("empty: no class folders", tmp_path / "empty")
    put(tmp_path / "one" / "cat" / "1.png", noise(8, 8))
    refused("one: one class, 'cat'; at least two", tmp_path / "one")
    refused("train is or contains or lies in", pets / "train", pets / "train")
    (pets / "train" / "bird").mkdir()
    refused("train/bird: a class that .*test does not have", pets / "train", test)
    refused("train: class 'bird' has 0 points", pets / "train")
    (test / "bird").mkdir()
    put(pets / "train" / "bird" / "1.png", noise(8, 8))
    refused("test: class 'bird' has 0 points", pets / "train", test)
    refused("train: class 'bird' has 1 points; give at least 2", pets / "train")
    (test / "cow").mkdir()
    refused("test/cow: a class that .*train does not have", pets / "train", test)
    data = folder.load(pets / "train", test, classes=["dog", "cat"])
    assert data["class_names"].tolist() == ["dog", "cat"]
    assert data["train_ids"][0] == "cat/0.png"
    assert data["y_train"][0] == 1


def test_files_in_the_wrong_place(pets):
    put(pets / "train" / "dog" / "more" / "1.png", noise(8, 8))
    refused("dog/more: a folder inside a class folder", pets / "train", pets / "test")
    put(pets / "test" / "1.png", noise(8, 8))
    refused("test/1.png: an image beside the class folders", pets / "test")


def test_links_to_themselves(pets):
    (pets / "train" / "dog" / "5.png").symlink_to("5.png")
    refused("dog/5.png: a link that cannot be followed", pets / "train", pets / "test")
    (pets / "test" / "loop").symlink_to("loop")
    refused("test/loop: a link that cannot be followed", pets / "test")


def test_links_to_nothing_and_names_without_text(pets):
    (pets / "train" / "dog" / "5.png").symlink_to(pets / "gone.png")
    refused("dog/5.png: a link to nothing", pets / "train", pets / "test")
    (pets / "train" / "dog" / "5.png").unlink()
    (pets / "train" / "dog" / "5.png").mkdir()
    refused("dog/5.png: a folder inside a class folder", pets / "train", pets / "test")
    (pets / "train" / "dog" / "5.png").rmdir()
    Path(bytes(pets / "train" / "dog").decode() + "/\udcff.png").write_bytes(b"x")
    refused("not UTF-8 text; rename it", pets / "train", pets / "test")


def test_names_read_by_another_locale(pets, monkeypatch):
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "iso8859-1")
    assert len(folder.listing(pets / "train").files) > 0
    (pets / "train" / "dog" / "é.png").write_bytes(b"x")
    refused("é.png': Python takes names of files for iso8859-1 here; set", pets / "train")


def test_sizes_differ_where_nothing_is_resized(pets):
    put(pets / "test" / "dog" / "1.png", noise(30, 32))
    refused(
        r"test/dog/1.png: 32 x 30 pixels, but .*train/cat/0.png has 32 x 32; give dataset.side",
        pets / "train",
        pets / "test",
        side=None,
    )


# Through the configuration


def config(pets, **change):
    settings = {"test": str(pets / "test"), "side": 32, "classes": None, "n_train": None}
    settings |= {"kind": "folder", "train": str(pets / "train"), "test_share": 0.25, "seed": 0}
    return settings | change


def test_a_data_set_of_the_config(pets):
    assert check.found(config(pets))[0] == []
    assert dataset.files(config(pets)) == []
    found = dataset.resolved(config(pets, test=None))
    assert found == config(pets, test=None, n_train=6, classes=["cat", "dog"])
    assert dataset.resolved(found) == found
    for name, values in dataset.load(config(pets)).items():
        np.testing.assert_array_equal(dataset.load(dataset.resolved(config(pets)))[name], values)
    assert dataset.image_shape(config(pets, side=20)) == (20, 20, None)
    assert dataset.image_shape(config(pets, side=None)) == (32, 32, None)
    assert dataset.fingerprint(config(pets)) == folder.fingerprint(pets / "train", pets / "test")
    assert len(dataset.load(config(pets, n_train=5))["y_train"]) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": "nowhere"}, "dataset.train: nowhere: no such folder"),
        ({"n_train": 9}, "dataset.n_train: 9 is more than the 8 training points"),
    ],
)
def test_what_is_said_against_it(pets, change, message):
    (problem,) = check.found(config(pets, **change))[0]
    assert problem.startswith(message)


def test_all_images_at_fault_are_named_at_once_up_to_twenty(pets):
    bad = [pets / "train" / name / f"bad{i}.png" for name in ("cat", "dog") for i in range(15)]
    for path in bad:
        path.write_text("no image")
    with pytest.raises(ValueError, match=r"bad0\.png") as caught:
        folder.load(pets / "train", pets / "test")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines[:20]] == sorted(map(str, bad))[:20]
    assert lines[20:] == ["... and 10 more"]


def test_names_that_look_the_same_are_told_apart(pets):
    for split, name in (("train", "ch\u00e9ri"), ("test", "che\u0301ri")):
        for i in range(3):
            put(pets / split / name / f"{i}.png", noise(8, 8))
    message = "does not have, but one that looks the same and is written in another Unicode form"
    refused(message, pets / "train", pets / "test")
    message = (
        "no class 'che\u0301ri' in .*, but one that looks the same .* it holds cat, ch\u00e9ri"
    )
    refused(message, pets / "train", classes=["cat", "che\u0301ri"])


def test_all_files_of_other_kinds_are_named_at_once_up_to_twenty(pets):
    bad = [pets / "train" / name / f"bad{i:02}.webp" for name in ("cat", "dog") for i in range(12)]
    for path in bad:
        path.write_text("x")
    (pets / "train" / "beside.png").write_text("x")
    with pytest.raises(ValueError, match="beside") as caught:
        folder.points(pets / "train", pets / "test")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{pets / 'train' / 'beside.png'}: an image beside the class")
    assert [line.split(":")[0] for line in lines[1:20]] == list(map(str, bad))[:19]
    assert lines[20:] == ["... and 5 more"]


def test_folders_of_classes_that_are_left_out_are_not_looked_into(pets):
    for split in ("train", "test"):
        (pets / split / "raw" / "deeper").mkdir(parents=True)
        (pets / split / "raw" / "photo.webp").write_text("x")
        (pets / split / "__MACOSX" / "cat").mkdir(parents=True)
    with pytest.raises(ValueError, match="raw"):
        folder.points(pets / "train", pets / "test")
    found = folder.points(pets / "train", pets / "test", classes=["dog", "cat"])
    assert found.class_names == ["dog", "cat"]
    assert folder.fingerprint(pets / "train", pets / "test", classes=["dog", "cat"])


def test_a_missing_folder_is_named_with_the_place_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=f"photos: no such folder in {tmp_path}; it is to hold"):
        folder.points("photos")
