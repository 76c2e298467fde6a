"""Tables as CSV files, whose floats are read back exactly."""

import csv
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from efficient_augmentation.files import atomic, provenance

LARGEST_BYTES = 1 << 30


def write_csv(
    path: str | Path, rows: Iterable[Mapping[str, Any]], made_by: Mapping[str, Any] | None = None
) -> None:
    """Write rows as CSV, atomically, with floats in the shortest form that is read back exactly.

    Args:
      path: target file; its folder is created if absent.
      rows: non-empty sequence of mappings with the same keys, in the order of the columns.
      made_by: mapping as `provenance.of` returns it, written to {path}-metadata.json as in the
        W3C's "CSV on the Web", since a table has no place for it. None writes no such file.
    Raises: ValueError if there are no rows or a row has other keys than the first; OSError
      as `atomic.whole`.
    """
    rows = list(rows)
    if not rows:
        raise ValueError(f"{path}: no rows to write")
    columns = list(rows[0])
    with atomic.whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = writer_to(file)
        writer.writerow(columns)
        for row in rows:
            if list(row) != columns:
                raise ValueError(f"{path}: a row has columns {list(row)}, the first has {columns}")
            writer.writerow([_text(value) for value in row.values()])
    if made_by is not None:
        about = {
            "@context": "http://www.w3.org/ns/csvw",
            "url": Path(path).name,
            "notes": [{provenance.NAME: made_by}],
        }
        atomic.write_json(metadata(path), about)


def writer_to(file: TextIO) -> Any:
    """A writer of CSV whose lines end in a line feed and whose texts can always be read back.

    Before Python 3.11.9 and 3.12.3, csv quotes a text with a carriage return only if the line
    terminator contains one, and a reader takes an unquoted one for the end of a row (CPython issue
    67044). So lines are formatted with both characters and written without the carriage return.

    Args:
      file: text stream, opened with newline="".
    Returns: writer as `csv.writer` gives it.
    """
    return csv.writer(_LineFeeds(file), lineterminator="\r\n")


class _LineFeeds:
    """The stream to which `csv.writer` writes, one row at a time."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")


def read_csv(path: str | Path, texts: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Read a CSV file into typed columns.

    Args:
      path: CSV file with a header line.
      texts: names of columns that are always text, such as file names 001 and 002.
    Returns: dict from column name to an array (rows,): int64 if every entry is an integer, else
      float64 if every entry is a number, else text.
    Raises: ValueError naming the file, and the line if the error is in one, if the file is empty or
      not UTF-8 text, names a column twice, has a row that is too short or too long, or if a column
      of text would take more than 1 GiB.
    """
    with Path(path).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        try:
            header, rows = _parsed(path, reader)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: not a text file ({error})") from error
        except csv.Error as error:
            raise ValueError(f"{path}, line {reader.line_num}: {error}") from error
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {
        name: _typed(path, name, column, name in texts)
        for name, column in zip(header, columns, strict=True)
    }


def rows(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Convert columns to rows.

    Args:
      columns: mapping from each column's name to its values (rows,).
    Returns: list of dicts, one per row, from column names to Python values.
    """
    values = (np.asarray(column).tolist() for column in columns.values())
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def metadata(path: str | Path) -> Path:
    """The file next to a table that holds its provenance.

    Args:
      path: path of the table.
    Returns: Path.
    """
    return Path(f"{path}-metadata.json")


def read_provenance(path: str | Path) -> dict[str, Any]:
    """The provenance of a table, from the file next to it.

    Args:
      path: file written by `write_csv` with `made_by`.
    Returns: mapping as `provenance.of` returns it.
    Raises: ValueError naming the file next to it if that holds none; FileNotFoundError.
    """
    path = metadata(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))["notes"][0][provenance.NAME]
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise ValueError(f"{path}: no provenance of a table in it ({error})") from error


def _parsed(path: str | Path, reader: Any) -> tuple[list[str], list[list[str]]]:
    header = next(reader, None)
    if not header:
        raise ValueError(f"{path}: empty; a header line was expected")
    if twice := [name for name in header if header.count(name) > 1]:
        raise ValueError(f"{path}: column {twice[0]!r} is there twice; name each once")
    rows = []
    for row in reader:
        if len(row) != len(header):
            raise ValueError(
                f"{path}, line {reader.line_num}: {len(row)} fields, the header has {len(header)}"
            )
        rows.append(row)
    return header, rows


def _text(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)


def _typed(path: str | Path, name: str, column: Sequence[str], as_text: bool = False) -> np.ndarray:
    for dtype in () if as_text else (np.int64, np.float64):
        try:
            return np.array(column, dtype=dtype)
        except (ValueError, OverflowError):
            continue
    # NumPy gives every entry as much memory as the longest needs.
    if (needed := 4 * len(column) * max(map(len, column))) > LARGEST_BYTES:
        raise ValueError(f"{path}: column {name!r} of text would take {needed} bytes of memory")
    return np.array(column)
