"""The parts of a report section that has no template of its own: text, table and figures."""

from collections.abc import Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """What such a section shows about one run.

    Attributes:
      name: its heading.
      head: headings of the table's columns.
      rows: rows of the table; all cells are text, and the first is the row's heading.
      text: a paragraph above the table, or empty.
      figures: as `pictures.view` returns them.
    """

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: str = ""
    figures: Sequence[dict] = ()
