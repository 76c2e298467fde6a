import numpy as np
import pytest

from efficient_augmentation.files import arrays


def test_round_trip_keeps_values_types_and_order(tmp_path):
    path = tmp_path / "new" / "a.npz"
    arrays.save(path, b=np.arange(3, dtype=np.int32), a=np.array(2.5), text=np.array("x"))
    back = arrays.load(path)
    assert list(back) == ["b", "a", "text"]
    assert back["b"].dtype == np.int32
    assert back["a"] == 2.5
    assert str(back["text"]) == "x"
    assert list(arrays.load(path, "a")) == ["a"]


def test_same_arrays_give_same_bytes_and_no_leftovers(tmp_path):
    for name in ("1.npz", "2.npz"):
        arrays.save(tmp_path / name, x=np.linspace(0, 1, 9))
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.npz", "2.npz"]


def test_objects_are_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "a.npz"
    arrays.save(path, x=np.ones(2))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="'x' holds Python objects"):
        arrays.save(path, x=np.array([{}]))
    assert path.read_bytes() == before


def test_missing_name_is_named(tmp_path):
    path = tmp_path / "a.npz"
    arrays.save(path, x=np.ones(2))
    with pytest.raises(ValueError, match=r"a\.npz: no array named y; it holds x"):
        arrays.load(path, "y")


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 cut short"])
def test_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.npz: not a readable \.npz file"):
        arrays.load(path, "x")


def test_pickles_are_never_loaded(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        arrays.load(path, "x")


def test_shape_is_read_from_the_head(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.ones((3, 4, 5)), y=np.array("text"))
    assert arrays.shape(path, "x") == (3, 4, 5)
    assert arrays.shape(path, "y") == ()
    with pytest.raises(ValueError, match=r"a\.npz: no array named z"):
        arrays.shape(path, "z")
    path.write_bytes(b"not a zip file")
    with pytest.raises(ValueError, match=r"a\.npz: not a readable \.npz file"):
        arrays.shape(path, "x")
