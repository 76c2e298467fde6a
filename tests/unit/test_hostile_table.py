"""The table of docs/robustness.md names tests that exist, and every hostile test."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
TABLE = TESTS.parents[1] / "docs" / "robustness.md"


def named():
    """(file, test) of every row."""
    return re.findall(r"`(test_\w+\.py)::(test_\w+)`", TABLE.read_text())


def defined(file):
    texts = [path.read_text() for path in TESTS.parent.rglob(file)]
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


def test_every_row_names_a_test_that_exists():
    rows = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    cases = [row for row in rows if not row.startswith("| case ")]
    assert len(cases) > 40
    assert [row for row in cases if not re.search(r"`test_\w+\.py::test_\w+`", row)] == []
    assert [(file, name) for file, name in named() if name not in defined(file)] == []


def test_every_hostile_test_is_in_the_table():
    files = [path.name for path in TESTS.glob("test_hostile_*.py") if path != Path(__file__)]
    expected = {(file, name) for file in files for name in defined(file)}
    assert expected - set(named()) == set()
