"""CIFAR-10's reader on small archives, and on a full-size one where DATA_MIRROR has it."""

import gzip
import io
import os
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficient_augmentation.data import cifar10, dataset

RECORDS = 4
FOLDER = "cifar-10-batches-bin"
NAMES = [f"{FOLDER}/data_batch_{k}.bin" for k in (1, 2, 3, 4, 5)] + [f"{FOLDER}/test_batch.bin"]
LABELS = [[6, 1, 0, 2], [1, 1, 4, 0], [9, 9, 9, 9], [0, 5, 5, 1], [7, 0, 8, 3], [3, 1, 8, 0]]


@pytest.fixture(autouse=True)
def small_batches(request, monkeypatch):
    if "published" not in request.fixturenames:
        monkeypatch.setattr(cifar10, "RECORDS", RECORDS)
        monkeypatch.setattr(cifar10, "LARGEST_BYTES", 1 << 18)


def batch(k, labels=None):
    # A pixel says its batch, its record, and its place in the record, so that none can be mixed up.
    pixels = (np.arange(3072) * 7 + 50 * k) % 256
    rows = [
        bytes([label]) + ((pixels + 11 * i) % 256).astype(np.uint8).tobytes()
        for i, label in enumerate(LABELS[k] if labels is None else labels)
    ]
    return b"".join(rows)


def published_members():
    return [(name, batch(k)) for k, name in enumerate(NAMES)]


def tar(members):
    """Bytes of a tar: a member is (name, data), or a TarInfo without data."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return out.getvalue()


@pytest.fixture
def write(tmp_path):
    def write(members):
        path = tmp_path / "cifar.tar.gz"
        path.write_bytes(gzip.compress(members if isinstance(members, bytes) else tar(members), 1))
        return path

    return write


def expected_image(k, i):
    """The image by the format's definition: one pixel and colour at a time."""
    record = batch(k)[3073 * i : 3073 * (i + 1)]
    image = np.empty((32, 32, 3), np.uint8)
    for row in range(32):
        for column in range(32):
            for colour in range(3):
                image[row, column, colour] = record[1 + 1024 * colour + 32 * row + column]
    return image


def special(name, kind, size=0, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, target
    return info


def test_first_training_points_and_all_test_points(write):
    extra = [special(FOLDER, tarfile.DIRTYPE), (f"{FOLDER}/readme.html", b"<p>" * 300)]
    archive = write([*extra, *published_members()])
    data = cifar10.load(archive, classes=[1, 0], n_train=5)
    # Batches 0, 1 and 3 hold classes 0 and 1 at these positions of the published order.
    assert data["train_ids"].tolist() == [1, 2, 4, 5, 7]
    assert data["y_train"].tolist() == [0, 1, 0, 0, 1]
    assert data["test_ids"].tolist() == [1, 3]
    assert data["y_test"].tolist() == [0, 1]
    for row, number in enumerate(data["train_ids"]):
        image = expected_image(number // RECORDS, number % RECORDS)
        np.testing.assert_array_equal(data["x_train"][row], image)
    np.testing.assert_array_equal(data["x_test"][1], expected_image(5, 3))
    assert {name: value.dtype.name for name, value in data.items()} == {
        "x_train": "uint8",
        "y_train": "int32",
        "x_test": "uint8",
        "y_test": "int32",
        "train_ids": "int64",
        "test_ids": "int64",
    }
    assert data["x_train"].shape == (5, 32, 32, 3)


def test_order_of_members_does_not_count(write):
    plain = cifar10.load(write(published_members()), classes=[0, 1], n_train=7)
    turned = cifar10.load(write(published_members()[::-1]), classes=[0, 1], n_train=7)
    assert plain["train_ids"].tolist() == [1, 2, 4, 5, 7, 12, 15]
    for name, value in plain.items():
        np.testing.assert_array_equal(turned[name], value)


def test_nothing_is_written(write, tmp_path, monkeypatch):
    archive = write(published_members())
    before = archive.read_bytes()
    monkeypatch.chdir(tmp_path)
    cifar10.load(archive, classes=[0, 1], n_train=2)
    assert os.listdir(tmp_path) == [archive.name]
    assert archive.read_bytes() == before


def test_data_set_of_the_config(write):
    config = {"kind": "cifar10", "classes": [0, 1], "n_train": 3}
    data = dataset.load(config, [write(published_members())])
    assert data["train_ids"].tolist() == [1, 2, 4]
    assert dataset.files(config) == ["cifar10/cifar-10-binary.tar.gz"]


def members_with(k, replacement):
    members = published_members()
    members[k] = replacement
    return members


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (published_members()[:3], "lacks .*batch_4.bin, .*batch_5.bin, .*test_batch.bin"),
        ([*published_members(), (NAMES[2], batch(2))], "data_batch_3.bin: there twice"),
        (
            members_with(1, (NAMES[1], batch(1)[:-1])),
            "data_batch_2.bin: 12291 bytes, expected.*12292",
        ),
        (members_with(1, (NAMES[1], batch(1) * 2)), "data_batch_2.bin: 24584 bytes, expected"),
        (members_with(1, (NAMES[1], b"")), "data_batch_2.bin: 0 bytes, expected a file of 12292"),
        (members_with(1, special(NAMES[1], tarfile.DIRTYPE)), "data_batch_2.bin: a folder"),
        (
            members_with(1, special(NAMES[1], tarfile.SYMTYPE, target="/etc/passwd")),
            "data_batch_2.bin: a link",
        ),
        (
            members_with(1, special(NAMES[1], tarfile.LNKTYPE, target=NAMES[0])),
            "data_batch_2.bin: a link",
        ),
        (members_with(1, special(NAMES[1], tarfile.FIFOTYPE)), "data_batch_2.bin: a link, a dev"),
        ([("/" + NAMES[0], batch(0))], f"/{NAMES[0]}: the name leads out of the archive"),
        ([(f"{FOLDER}/../../x", b"x")], "/../../x: the name leads out of the archive"),
        ([(f"./{name}", batch(k)) for k, name in enumerate(NAMES)], "lacks .*data_batch_1.bin"),
        (
            members_with(4, (NAMES[4], batch(4, [7, 0, 10, 3]))),
            r"data_batch_5.bin: label 10 of record 2, expected 0\.\.9",
        ),
        ([], "empty|lacks"),
    ],
)
def test_wrong_members(write, members, message):
    archive = write(members)
    with pytest.raises(ValueError, match=rf"cifar\.tar\.gz: not an intact.*: .*{message}"):
        cifar10.read_batches(archive)


def header_saying(data, name, size):
    """A tar whose header of `name` claims another size, its checksum made good."""
    start = data.index(name.encode())
    header = bytearray(data[start : start + 512])
    # Sizes that octal digits cannot hold are written in base 256.
    field = b"%011o\0" % size if size < 8**11 else b"\x80\0\0\0" + struct.pack(">q", size)
    header[124:136] = field
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:start] + bytes(header) + data[start + 512 :]


@pytest.mark.parametrize("size", [0, 12291, 1 << 20, 1 << 40, 1 << 62])
@pytest.mark.parametrize("name", [NAMES[0], NAMES[5]])
def test_header_that_lies_about_the_size(write, name, size):
    with pytest.raises(ValueError, match=rf"cifar.tar.gz.*{name}: .*{size} bytes"):
        cifar10.read_batches(write(header_saying(tar(published_members()), name, size)))


def test_size_of_a_member_that_is_passed_over(write):
    data = tar([("readme.html", b"x"), *published_members()])
    with pytest.raises(ValueError, match=f"readme.html: header says {1 << 62} bytes"):
        cifar10.read_batches(write(header_saying(data, "readme.html", 1 << 62)))


def test_truncated_tar(write):
    data = tar(published_members())
    end = data.index(NAMES[5].encode())
    for cut in (end, end + 100, end + 512, end + 5000):
        with pytest.raises(ValueError, match=r"cifar\.tar\.gz: not an intact CIFAR-10 archive"):
            cifar10.read_batches(write(data[:cut]))


@pytest.mark.parametrize("cut", [0, 5, 100, -9, -4, -1])
def test_truncated_gzip(write, cut):
    archive = write(published_members())
    archive.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"cifar\.tar\.gz: not an intact CIFAR-10 archive"):
        cifar10.read_batches(archive)


def test_wrong_checksum_of_gzip(write):
    archive = write(published_members())
    data = bytearray(archive.read_bytes())
    data[-6] ^= 1
    archive.write_bytes(data)
    with pytest.raises(ValueError, match=r"cifar\.tar\.gz.*CRC"):
        cifar10.read_batches(archive)


def test_checksum_far_beyond_the_end_of_the_tar(write, monkeypatch):
    monkeypatch.setattr(cifar10, "LARGEST_BYTES", 1 << 23)
    archive = write(tar(published_members()) + bytes(1 << 22))
    assert len(cifar10.read_batches(archive)) == 6
    archive.write_bytes(archive.read_bytes()[:-8] + bytes(8))
    with pytest.raises(ValueError, match=r"cifar\.tar\.gz.*CRC"):
        cifar10.read_batches(archive)


def test_not_gzip(tmp_path):
    path = tmp_path / "page.tar.gz"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match=r"page\.tar\.gz.*Not a gzipped file"):
        cifar10.read_batches(path)


def test_archive_that_unpacks_to_too_much(write):
    bomb = tar(published_members()) + bytes(1 << 19)
    with pytest.raises(ValueError, match=f"unpacks to more than {1 << 18} bytes"):
        cifar10.read_batches(write(bomb))
    inside = [(f"{FOLDER}/{k}", bytes(1 << 16)) for k in range(5)]
    with pytest.raises(ValueError, match=f"unpacks to more than {1 << 18} bytes"):
        cifar10.read_batches(write([*inside, *published_members()]))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_of_headers_is_one_error(tmp_path_factory, data):
    plain = bytearray(tar(published_members()))
    starts = [plain.index(name.encode()) for name in NAMES]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.sampled_from(starts)) + data.draw(st.integers(0, 511))
        plain[place] = data.draw(st.integers(0, 255))
    for start in starts if data.draw(st.booleans()) else ():
        plain[start + 148 : start + 156] = b" " * 8
        checksum = sum(plain[start : start + 512])
        plain[start + 148 : start + 156] = b"%06o\0 " % checksum
    path = tmp_path_factory.getbasetemp() / "damaged.tar.gz"
    path.write_bytes(gzip.compress(bytes(plain), 0))
    result = labels_or_message(path)
    assert result == LABELS or result.startswith(f"{path}: not an intact CIFAR-10 archive: ")


def labels_or_message(path):
    try:
        batches = cifar10.read_batches(path)
    except ValueError as error:
        return str(error)
    return [batches[name][1].tolist() for name in NAMES]


def test_wrong_choice_of_classes_is_said_before_reading():
    with pytest.raises(ValueError, match="the data have no class 10"):
        cifar10.load("no such file", classes=[0, 10], n_train=5)


def test_more_training_points_than_there_are(write):
    archive = write(published_members())
    with pytest.raises(ValueError, match=r"dataset.n_train: 9 is more than the 8 training points"):
        cifar10.load(archive, classes=[0, 1], n_train=9)
    with pytest.raises(ValueError, match=r"first points hold none of class 0; give at least 2"):
        cifar10.load(archive, classes=[0, 1], n_train=1)


def test_missing_file():
    with pytest.raises(FileNotFoundError):
        cifar10.load("no such file", classes=[0, 1], n_train=5)


@pytest.fixture(scope="module")
def published():
    folder = os.environ.get("DATA_MIRROR", "").strip()
    # A mirror may hold other pixels than the publisher's, so that its checksum is not asked for.
    path = Path(folder) / "cifar10" / "cifar-10-binary.tar.gz"
    if not folder or not path.is_file():
        pytest.skip("DATA_MIRROR is not a folder with CIFAR-10: the full-size file is not at hand")
    return path


def test_published_label_counts_and_first_labels(published):
    batches = cifar10.read_batches(published)
    labels = [batches[name][1] for name in NAMES]
    assert tuple(np.bincount(np.concatenate(labels[:5]))) == cifar10.TRAIN_COUNTS
    assert tuple(np.bincount(labels[5])) == cifar10.TEST_COUNTS
    assert labels[0][:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert labels[5][:10].tolist() == [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]


def test_published_airplane_against_automobile(published):
    data = cifar10.load(published, classes=[0, 1], n_train=1000)
    assert data["x_train"].shape == (1000, 32, 32, 3)
    assert data["x_test"].shape == (2000, 32, 32, 3)
    with tarfile.open(published) as archive:
        record = archive.extractfile(NAMES[0]).read()
    labels = record[::3073]
    first = [i for i, label in enumerate(labels) if label in (0, 1)][:1000]
    assert data["train_ids"].tolist() == first
    assert data["y_train"].tolist() == [labels[i] for i in first]
    for row in (0, 1, 999):
        pixels = record[3073 * first[row] + 1 : 3073 * (first[row] + 1)]
        # Red plane of the first row, blue pixel of the last corner.
        assert data["x_train"][row, 0, :, 0].tobytes() == pixels[:32]
        assert data["x_train"][row, 31, 31, 2] == pixels[-1]
    # Sky and sea make airplanes bluer than cars.
    blue = data["x_test"][..., 2].mean((1, 2))
    assert blue[data["y_test"] == 0].mean() > blue[data["y_test"] == 1].mean()
