"""The house's docstrings, and names of the package in running text, for Sphinx.

A docstring is plain text: a name in backticks, a formula on lines of its own indented by four,
then `Args:` and so on (docs/contributing.md). Sphinx reads reStructuredText, in which a plain
`theta_` or `*x` would mean something else.
"""

import re
import textwrap
from pathlib import Path

PACKAGE = "efficient_augmentation"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE

_SECTION = re.compile(
    r"^(Args|Args, Returns, Raises|Attributes[^:]*|Returns|Raises|Yields|Cost|Source):(.*)$"
)
_ENTRY = re.compile(r"^(\**\w+(?:, \**\w+)*):\s+(.*)$")
_ITEM = re.compile(r"^(?:[-*]|\d+\.) ")


def to_rest(lines):
    """A docstring as reStructuredText.

    Args:
      lines: of the docstring, without the indentation that all but the first share.
    Returns: list of lines: running text, then a field for each section, with a list of names where
      the section has entries.
    """
    sections, prose = _split(lines)
    result = [*_prose(prose), ""]
    for title, body in sections:
        listed = title.startswith(("Args", "Attributes"))
        content = _entries(body) if listed else _text_with_entries(body)
        result += [f":{title}:", *(f"  {line}" if line else "" for line in content)]
    return result


def public_modules():
    """Dotted names of the package's modules, sorted."""
    paths = (path.relative_to(SOURCE.parent) for path in SOURCE.rglob("*.py"))
    names = (path.with_suffix("").parts for path in paths if path.name != "__init__.py")
    return sorted(".".join(parts) for parts in names)


def shown_modules(page):
    """Modules that a page of the API reference shows."""
    return re.findall(r"^\.\. automodule:: ([\w.]+)$", page, re.MULTILINE)


def sections(modules):
    """Markdown of a page of the API reference: a section for each module."""
    return "".join(
        f"\n## {module.removeprefix(f'{PACKAGE}.')}\n\n"
        f"```{{eval-rst}}\n.. automodule:: {module}\n```\n"
        for module in modules
    )


def _split(lines):
    sections, prose = [], []
    body = prose
    for line in lines:
        if match := _SECTION.match(line):
            body = [match[2].strip()] if match[2].strip() else []
            sections.append((match[1], body))
        else:
            body.append(line)
    return sections, prose


def _entries(body):
    """A section whose lines are `name: text`, continued on deeper lines."""
    entries = []
    for line in textwrap.dedent("\n".join(body)).strip().splitlines():
        match = None if line.startswith(" ") else _ENTRY.match(line)
        if match:
            entries.append([f"- ``{match[1]}``: {_escape(match[2])}"])
        elif entries:
            entries[-1].append(f"  {_escape(line.strip())}")
        else:
            entries.append([_escape(line.strip())])
    return [line for entry in entries for line in entry]


def _text_with_entries(body):
    """A sentence, and perhaps below it entries of what it speaks about."""
    if len(body) > 1 and body[0] and _ENTRY.match(body[1].strip()) and body[1].startswith("  "):
        return [_escape(body[0]), "", *_entries(body[1:])]
    return _prose(body)


def _prose(lines):
    """Running text; lines indented by four and more stay as they are typed."""
    if lines and not lines[0].startswith(" "):
        lines = [lines[0], *textwrap.dedent("\n".join(lines[1:])).splitlines()]
    else:
        lines = textwrap.dedent("\n".join(lines)).splitlines()
    result, typed = [], False
    for line in lines:
        if not line.strip():
            result.append("")
            continue
        starts = line.startswith("    ") and (typed or not result or not result[-1])
        if starts and not typed:
            result += ["::", ""]
        elif typed and not starts:
            result += [""] if result[-1] else []
        typed = starts
        if not typed and _ITEM.match(line) and result and result[-1] and not _in_list(result):
            result.append("")
        result.append(line if typed else _escape(line))
    return result


def _in_list(lines):
    """Whether the last lines are an item of a list, or go on with one."""
    for line in reversed(lines):
        if not line:
            return False
        if _ITEM.match(line):
            return True
    return False


def _escape(line):
    """Plain text as reStructuredText: what stands in backticks is code, all else means itself."""
    indent = line[: len(line) - len(line.lstrip())]
    mark = _ITEM.match(line.lstrip())
    mark = mark[0] if mark else ""
    parts = line.lstrip()[len(mark) :].split("`")
    if len(parts) % 2 == 0:
        parts = ["'".join(parts)]
    text = [re.sub(r"([\\*_|`])", r"\\\1", part) for part in parts]
    text[1::2] = [f"``{part}``" for part in parts[1::2]]
    # Code that touches a word needs an empty escape between the two.
    for i in range(1, len(text), 2):
        if text[i - 1][-1:].isalnum():
            text[i] = rf"\ {text[i]}"
        if text[i + 1][:1].isalnum():
            text[i] = rf"{text[i]}\ "
    return indent + mark + "".join(text)
