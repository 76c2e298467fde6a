"""Broken and hostile files: every reader gives a result, or one error that names the file."""

import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from efficient_augmentation.data import cifar10, features, idx, norb
from efficient_augmentation.data import folder as folder_of_images
from efficient_augmentation.data import npz as own_npz
from efficient_augmentation.files import arrays, tables
from efficient_augmentation.networks import train_small

# In every run of the tests, and ten times as many among the long studies.
EXAMPLES = [120, pytest.param(1200, marks=pytest.mark.study)]
LARGEST_PEAK = 16 << 20

SHAPE = (70, 2, 3, 4)
PIXELS = bytes(i % 256 for i in range(70 * 2 * 3 * 4))
MEMBERS = [*cifar10.TRAIN_MEMBERS, *cifar10.TEST_MEMBERS]
HEADER = "{'descr': %s, 'fortran_order': False, 'shape': %s, }"


def npz(save=np.savez, **values):
    out = io.BytesIO()
    save(out, **values)
    return out.getvalue()


def npy(header, data=b""):
    """An array's file whose header says anything."""
    text = header.encode().ljust(-(-len(header) // 64) * 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def zipped(content, name="x.npy", compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def tar(archive_format, long_names=0):
    """An archive of one record a batch, after files of names that need headers of their own."""
    out = io.BytesIO()
    record = bytes(1 + 3072)
    names = [*(f"{'n' * 150}{k}" for k in range(long_names)), *MEMBERS]
    with tarfile.open(fileobj=out, mode="w", format=archive_format) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(record)
            archive.addfile(info, io.BytesIO(record))
    return out.getvalue()


def plain_gzip(content):
    return gzip.compress(content, 0)


def image(form, mode="RGB", **options):
    pixels = np.random.default_rng(0).integers(0, 256, (12, 10, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, form, **options)
    return out.getvalue()


def turned():
    """What cameras add: an orientation."""
    found = Image.Exif()
    found[0x112] = 6
    return found


def read_image(path):
    return folder_of_images.read_image(path, 8)


def own_arrays():
    y = np.tile([0, 1], 4)
    return npz(x_train=np.arange(8 * 16, dtype=np.uint8).reshape(8, 4, 4), y_train=y)


def own_features():
    y, source = np.array(["a", "b"] * 6), np.array([-1] * 6 + [*range(6)])
    return npz(x_train=np.arange(24.0).reshape(12, 2), y_train=y, source_train=source)


def read_norb(path):
    return norb.read_matrix(path, "uint8", SHAPE)


# Name: a valid file, what the bytes are wrapped in after they are damaged, the reader.
CASES = {
    "npz": (npz(x=np.arange(6.0), t=np.array("text")), bytes, arrays.load),
    "npz_compressed": (npz(np.savez_compressed, x=np.zeros(9)), bytes, arrays.load),
    "npz_member": (npy(HEADER % ("'<f8'", "(2,)"), bytes(16)), zipped, arrays.load),
    "csv": (b'a,b,name\n1,0.5,x\n2,1e-300,"y,z"\n', bytes, tables.read_csv),
    "idx": (struct.pack(">iiii", 2051, 2, 3, 4) + bytes(24), plain_gzip, idx.read_images),
    "idx_gzip": (gzip.compress(struct.pack(">ii", 2049, 3) + bytes(3)), bytes, idx.read_labels),
    "norb": (
        struct.pack("<iiiiii", 0x1E3D4C55, 4, *SHAPE) + PIXELS, plain_gzip, read_norb
    ),
    "norb_gzip": (
        gzip.compress(struct.pack("<iiiii", 0x1E3D4C54, 1, 3, 1, 1) + bytes(12)),
        bytes,
        lambda path: norb.read_labels(path, 3),
    ),
    "cifar10_ustar": (tar(tarfile.USTAR_FORMAT), plain_gzip, cifar10.read_batches),
    "cifar10_pax": (tar(tarfile.PAX_FORMAT, 2), plain_gzip, cifar10.read_batches),
    "cifar10_gnu": (tar(tarfile.GNU_FORMAT, 2), plain_gzip, cifar10.read_batches),
    "png": (image("PNG"), bytes, read_image),
    "png_palette": (image("PNG", "P", exif=turned()), bytes, read_image),
    "png_16_bit": (image("PNG", "I;16"), bytes, read_image),
    "jpeg": (image("JPEG", exif=turned()), bytes, read_image),
    "jpeg_progressive_cmyk": (image("JPEG", "CMYK", progressive=True), bytes, read_image),
    "own_npz": (own_arrays(), bytes, own_npz.load),
    "own_features": (own_features(), bytes, features.load),
}  # fmt: skip


def hostile(examples):
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],  # of a busy machine
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module", autouse=True)
def small_archives():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cifar10, "RECORDS", 1)
        patch.setattr(cifar10, "LARGEST_BYTES", 1 << 18)
        yield


@st.composite
def damaged(draw, content):
    """Bytes changed, cut out, doubled, put in, cut off; near the start, where headers lie."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, draw(st.sampled_from([64, 1024, len(content)]))))
        rest = content[place:]
        change = draw(st.sampled_from(["byte", "cut", "double", "insert", "truncate", "extend"]))
        match change:
            case "byte":
                rest[:1] = bytes([draw(st.integers(0, 255))])
            case "cut":
                rest = rest[draw(st.integers(1, 600)) :]
            case "double":
                rest = rest[: draw(st.integers(1, 600))] + rest
            case "insert":
                rest = draw(st.binary(min_size=1, max_size=40)) + rest
            case "truncate":
                rest = rest[:0]
            case "extend":
                rest = rest + draw(st.binary(min_size=1, max_size=40))
        content = content[:place] + rest
    return bytes(content)


def outcome(read, path):
    """What reading gives; fails where it takes memory, writes, or an error is not as promised."""
    before = sorted(path.parent.rglob("*"))
    tracemalloc.start()
    try:
        result = read(path)
    except ValueError as error:
        result = error
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < LARGEST_PEAK
    assert sorted(path.parent.rglob("*")) == before
    assert not isinstance(result, ValueError) or str(path) in str(result)
    return result


@pytest.mark.parametrize("case", CASES)
def test_valid_files_are_read(folder, case):
    content, wrap, read = CASES[case]
    path = folder / "valid"
    path.write_bytes(wrap(content))
    assert not isinstance(outcome(read, path), Exception)


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("case", CASES)
def test_damaged_files_are_one_error_that_names_them(folder, case, examples):
    content, wrap, read = CASES[case]

    @hostile(examples)
    @given(damaged(content))
    def check(changed):
        path = folder / "damaged"
        path.write_bytes(wrap(changed))
        outcome(read, path)

    check()


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("read", [arrays.load, tables.read_csv, idx.read_labels, read_norb,
                                  cifar10.read_batches, read_image, own_npz.load,
                                  features.load])  # fmt: skip
def test_any_bytes_are_one_error_or_a_table(folder, read, examples):
    @hostile(examples)
    @given(st.binary(max_size=300))
    def check(content):
        path = folder / "any"
        path.write_bytes(content)
        outcome(read, path)

    check()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped(npy(HEADER % ("'<f8'", "(10**12,)"))), "not a readable"),
        (zipped(npy(HEADER % ("'<f8'", "(1000000000000,)"), bytes(80))), "80 bytes of data, exp"),
        (zipped(npy(HEADER % ("'|V0'", "(1000000000000,)"))), "0 bytes of data, expected 10000"),
        (zipped(npy(HEADER % ("'<f8'", f"(0, {10**30})"))), "too large"),
        (zipped(npy(HEADER % ("'<f8'", "(-1, -2)"), bytes(16))), "unknown dimension"),
        (zipped(npy(HEADER % ("'<f8'", "(True,)"), bytes(8))), "an integer is required"),
        (zipped(npy(HEADER % ("'<f8'", f"({'-' * 9000}1,)"))), r"x\.npy: its header cannot be p"),
        (zipped(npy("(" * 9000)), "not a readable"),
        (zipped(b"hello"), "magic string"),
        (zipped(b"hello", "../../escaped.txt"), "magic string"),
        (npy(HEADER % ("'<f8'", "(1,)"), bytes(8)), "not a zip file"),
        (zipped(bytes(1 << 20), "x.npy", zipfile.ZIP_DEFLATED), "unpacks to 1048576 bytes"),
    ],
)
def test_archives_that_lie_about_their_arrays(folder, monkeypatch, content, message):
    monkeypatch.setattr(arrays, "LARGEST_BYTES", 1 << 19)
    path = folder / "lie.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        arrays.load(path)
    assert str(path) in str(caught.value)
    assert isinstance(outcome(arrays.load, path), ValueError)


def test_members_that_share_their_bytes_count_one_by_one(folder, monkeypatch):
    monkeypatch.setattr(arrays, "LARGEST_BYTES", 1 << 10)
    path = folder / "many.npz"
    path.write_bytes(npz(**{f"x{k}": np.zeros(100) for k in range(9)}))
    assert len(arrays.load(path)) == 9
    path.write_bytes(npz(np.savez_compressed, **{f"x{k}": np.zeros(100) for k in range(9)}))
    with pytest.raises(ValueError, match="unpacks to"):
        arrays.load(path)


@pytest.mark.parametrize("descr", ["'|O'", "[('a', '<f8'), ('b', '|O')]"])
def test_pickles_are_not_run(folder, descr):
    target = folder / "pickled"
    command = f"cposix\nsystem\n(S'touch {target}'\ntR.".encode()
    path = folder / "pickle.npz"
    path.write_bytes(zipped(npy(HEADER % (descr, "(1,)"), command)))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        arrays.load(path)
    assert not target.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,\xff\n", "not a text file"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "line 2: field larger than field limit"),
        (b"a,b,a\n1,2,3\n", "column 'a' is there twice; name each once"),
        (b"a\n" + b"x" * 100_000 + b"\n" + b"y\n" * 9_000, "column 'a' of text would take 36"),
    ],
)
def test_tables_that_are_none(folder, content, message):
    path = folder / "t.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        tables.read_csv(path)
    assert isinstance(outcome(tables.read_csv, path), ValueError)


def test_chain_of_headers_does_not_exhaust_the_stack(folder, monkeypatch):
    monkeypatch.setattr(cifar10, "LARGEST_BYTES", 1 << 22)
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 10
    path = folder / "chain.tar.gz"
    path.write_bytes(gzip.compress(3000 * (info.tobuf(tarfile.GNU_FORMAT) + bytes(512)), 1))
    assert "not an intact CIFAR-10 archive: " in str(outcome(cifar10.read_batches, path))


@pytest.mark.parametrize(
    "name", ["/etc/hostile", "../hostile", "a/../../hostile", f"{MEMBERS[0]}/../x"]
)
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_archives_do_not_write_outside(folder, name, kind):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    path = folder / "escape.tar.gz"
    path.write_bytes(gzip.compress(out.getvalue()))
    assert "leads out of the archive" in str(outcome(cifar10.read_batches, path))


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        (b"[" * 100_000, "no description of a network in it"),
        (b"[1, 2]", "name of its network is None"),
        (b"\xff", "no description of a network in it"),
        (b'{"name": ["lenet"], "n_classes": 2}', r"name of its network is \['lenet'\]"),
    ],
)
def test_weights_that_are_described_badly(folder, meta, message):
    path = folder / "weights.npz"
    arrays.save(path, meta=np.frombuffer(meta, np.uint8))
    with pytest.raises(ValueError, match=message) as caught:
        train_small.load_weights(path, "lenet", 2, (12, 12, 1))
    assert str(path) in str(caught.value)


def test_weights_beyond_single_precision_are_refused(folder):
    path = folder / "large.npz"
    with pytest.raises(ValueError, match=r"layer params/head/bias of shape .* not all weights are"):
        train_small.save_weights(
            path,
            {"params": {"head": {"bias": np.array([1e300])}}},
            {"name": "lenet", "n_classes": 2, "input_shape": [12, 12, 1]},
        )
    assert not path.exists()
