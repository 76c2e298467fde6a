import numpy as np
import pytest

from efficient_augmentation.files import tables


def test_floats_read_back_bit_by_bit(tmp_path):
    values = [0.1, 1 / 3, 1e-300, 5e-324, -0.0, 1.7976931348623157e308, np.float64(0.7) ** 9]
    tables.write_csv(tmp_path / "t.csv", [{"x": v, "n": 1, "name": "a,b"} for v in values])
    back = tables.read_csv(tmp_path / "t.csv")
    assert back["x"].tobytes() == np.array(values).tobytes()
    assert back["n"].dtype == np.int64
    assert set(back["name"]) == {"a,b"}


def test_column_of_whole_and_broken_numbers_is_float(tmp_path):
    tables.write_csv(tmp_path / "t.csv", [{"x": 1}, {"x": 0.5}])
    assert tables.read_csv(tmp_path / "t.csv")["x"].dtype == np.float64


def test_numpy_scalars_and_booleans_are_plain_numbers(tmp_path):
    tables.write_csv(tmp_path / "t.csv", [{"a": np.float32(0.1), "b": np.bool_(True)}])
    assert (tmp_path / "t.csv").read_text() == "a,b\n0.10000000149011612,1\n"


def test_rows_must_share_columns(tmp_path):
    with pytest.raises(ValueError, match=r"a row has columns \['b'\]"):
        tables.write_csv(tmp_path / "t.csv", [{"a": 1}, {"b": 1}])
    with pytest.raises(ValueError, match="no rows"):
        tables.write_csv(tmp_path / "t.csv", [])


@pytest.mark.parametrize(
    ("text", "message"), [("", "empty"), ("a,b\n1,2\n3\n", "line 3: 1 fields, the header has 2")]
)
def test_damaged_table_is_named(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        tables.read_csv(tmp_path / "t.csv")
    assert "t.csv" in str(caught.value)
