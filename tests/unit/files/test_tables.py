import re

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


CONTROLS = [*map(chr, range(32)), "\x7f", "\x85", "\u2028", '"', ",", ";", " ", "\r\n", "\n\r"]


def test_every_text_reads_back_with_a_writer_that_quotes_no_carriage_return(tmp_path):
    texts = [t for c in CONTROLS for t in (c, f"a{c}", f"{c}b", f"a{c}b", f'"{c}"', c + c)]
    rows = [{"name": text, "n": i} for i, text in enumerate(texts)]
    tables.write_csv(tmp_path / "t.csv", rows)
    back = tables.read_csv(tmp_path / "t.csv", texts=["name"])
    assert back["n"].tolist() == list(range(len(texts)))
    # NumPy drops what ends in NUL.
    assert back["name"].tolist() == [text.rstrip("\0") for text in texts]
    # By RFC 4180 alone: each field with a carriage return stands in quotes.
    plain = re.sub(r'"(?:[^"]|"")*"', "", (tmp_path / "t.csv").read_bytes().decode())
    assert "\r" not in plain
    assert plain.count("\n") == len(texts) + 1


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
