"""The report: one HTML file that opens with the answer and carries every figure inside it.

For data of the paper that is which policies save points, for a user's own what to augment.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jinja2

from efficient_augmentation.files import provenance
from efficient_augmentation.report import (
    answer,
    audit,
    claims,
    end_to_end,
    inputs,
    made,
    needed,
    runs,
    table1,
    verdicts,
)

TEMPLATES = Path(__file__).with_name("templates")


class Section(NamedTuple):
    """A part of the page.

    Attributes:
      name: its anchor, and the name of its template; there, `s` is what `view` returned.
      title: its heading, also in the contents; None for a template that makes its own.
      view: from inputs.Material to a mapping, or None where there is nothing to show. Without a
        template of its own, the mapping has `note`, a text, and `parts`, a list of parts.Part.
        Where the title is None, its entry `contents` lists (anchor, text) for the contents.
    """

    name: str
    title: str | None
    view: Callable


SECTIONS = (
    Section("answer", "What to augment", answer.view),
    Section("table1", "Table 1 of the paper", table1.view),
    Section("verdicts", "Policies compared with random selection", verdicts.view),
    Section("needed", "Policies compared", needed.view),
    Section("claims", "The paper's claims, judged by these runs", claims.view),
    Section("runs", None, runs.view),
    Section("end_to_end", "Networks trained end to end", end_to_end.view),
    Section("audit", "Scores compared with exact retraining", audit.view),
    Section("terms", "Terms", made.terms),
    Section("made", "How this was made", made.view),
)
"""The sections in the order of the page; those that have nothing to show are left out."""
OWN_FIRST = "answer"
"""The section that opens a report of a user's own data, where the paper is not the question."""
OWN_LAST = ("claims", "terms", "made")
"""Sections behind all others there."""


def build(experiments, skipped=None, made_by=None, table1=(None, None)):
    """The report as one self-contained HTML page: no request leaves it, figures are inside.

    Args:
      experiments: list of ExperimentResult.
      skipped: names of experiments that were wanted but not made, each with the reason, or None.
      made_by: mapping as `provenance.of` returns it, of the report itself; None leaves it out.
      table1: columns of table1.csv and the bytes of its PNG, or None twice.
    Returns: str, HTML. The same results give the same text.
    Raises: ValueError if there is no experiment.
    """
    if not experiments:
        raise ValueError("report: no experiment to show; `run` in the config names none")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=keep_percent,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    material = inputs.Material(experiments, made_by, *table1)
    found = [(section, section.view(material)) for section in ordered(material)]
    shown = [(section, content) for section, content in found if content is not None]
    script = TEMPLATES.joinpath("page.js").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        lede=answer.lede(material),
        sections=shown,
        contents=[entry for section in shown for entry in contents(*section)],
        skipped=list((skipped or {}).items()),
        made_by=made_by and provenance.text(made_by),
    )


def ordered(material):
    """The sections: policies first, but what to augment where all data are a user's own."""
    if not all("test_share" in e.config["dataset"] for e in material.experiments):
        return SECTIONS
    places = {OWN_FIRST: -1} | dict.fromkeys(OWN_LAST, 1)
    return sorted(SECTIONS, key=lambda section: places.get(section.name, 0))


def contents(section, content):
    """(anchor, text) of a section's entries in the contents."""
    return [(section.name, section.title)] if section.title else content["contents"]


def keep_percent(value):
    """Text whose percent signs stay on the line of their number."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value
