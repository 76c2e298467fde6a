"""Parts of a section that needs no template of its own: a text, a table, figures."""

from collections.abc import Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """What such a section shows of one run.

    Attributes:
      name: its heading.
      head: headings of the table's columns.
      rows: the table's rows, texts; the first of a row names it.
      text: a paragraph above the table, which may be empty.
      figures: as `pictures.view` returns them.
    """

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: str = ""
    figures: Sequence[dict] = ()
