"""The documentation: its links lead somewhere, its API reference is whole, its numbers are ours."""

import re
import sys
from pathlib import Path

import pytest
import yaml
from PIL import Image
from snakemake.utils import update_config

from efficient_augmentation.config import effective

ROOT = Path(__file__).parents[2]
PLACES = ("*.md", "docs/**/*.md", "models/*/README.md", "profiles/README.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))

sys.path.insert(0, str(ROOT / "docs"))
import docstrings  # noqa: E402


def name(page):
    return page.relative_to(ROOT).as_posix()


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def anchors(page):
    """Anchors of a page's headings, as code hosts and the site make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))
    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_api_reference_shows_modules_that_exist_and_none_twice():
    """Those that no page names the build adds to the page on the workflow."""
    pages = [page.read_text() for page in (ROOT / "docs/api").glob("*.md")]
    shown = [module for page in pages for module in docstrings.shown_modules(page)]
    assert len(shown) > 30
    assert set(shown) <= set(docstrings.public_modules())
    assert len(shown) == len(set(shown))
    sections = re.findall(
        r"^## (\S+)\n\n```{eval-rst}\n\.\. automodule:: (\S+)", "\n".join(pages), re.M
    )
    assert [f"{docstrings.PACKAGE}.{heading}" for heading, _ in sections] == shown


def test_a_section_of_the_api_reference_is_found_again():
    modules = docstrings.public_modules()
    assert "efficient_augmentation.data.folder" in modules
    assert docstrings.shown_modules(docstrings.sections(modules)) == modules


def test_every_page_is_in_the_navigation():
    named = set()
    for page in PAGES:
        for tree in re.findall(r"^```{toctree}(.*?)^```", page.read_text(), re.M | re.S):
            lines = [line for line in tree.splitlines()[1:] if line and not line.startswith(":")]
            named |= {(page.parent / f"{line}.md").resolve() for line in lines}
    pages = set(ROOT.glob("docs/**/*.md")) - {ROOT / "docs/index.md"}
    assert named == pages


def cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_numbers_of_the_advice_are_those_of_the_results():
    results, measured = (ROOT / "docs/results.md").read_text(), {}
    for experiment, section in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", results, re.M | re.S):
        for row in re.findall(r"^\| (?:crop|rotate|translate) \| .*$", section, re.M):
            transform, floor, ceiling, _, _, influence, loss, uniform = cells(row)
            measured[experiment, transform] = [floor, ceiling, influence, loss, uniform]
    advice = (ROOT / "docs/choosing.md").read_text().partition("<!-- numbers of results.md -->")[2]
    rows = [cells(row) for row in re.findall(r"^\| \w+ \| \w+ \| [\d.]+ .*$", advice, re.M)]
    assert len(rows) == 9
    assert {tuple(row[:2]): row[2:] for row in rows}.items() <= measured.items()


def configs_shown():
    # The config of the page on adding needs what it adds; tests/workflow/test_adding.py runs it.
    for page in [page for page in PAGES if page.name != "contributing.md"]:
        for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.M | re.S):
            given = yaml.safe_load(block)
            if "experiments" in given and "features" not in block:
                yield pytest.param(given, id=f"{name(page)}: {', '.join(given['experiments'])}")


@pytest.mark.parametrize("given", [*configs_shown()])
def test_every_config_shown_can_be_run(given, tmp_path, monkeypatch):
    for label in ("cat", "dog"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(40):
            Image.new("L", (8, 8), number).save(tmp_path / f"photos/{label}/{number}.png")
    monkeypatch.chdir(tmp_path)
    whole = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    update_config(whole, given)
    assert effective.problems(whole) == []


def rest(text):
    return "\n".join(docstrings.to_rest(text.splitlines())).strip()


def test_sections_of_a_docstring_become_fields():
    text = """Share of rows.

Args:
  theta: (d + 1,), or
    more.
  X, y: rows.
Returns: scalar.
Cost: O(n)."""
    assert rest(text) == (
        "Share of rows.\n\n"
        ":Args:\n  - ``theta``: (d + 1,), or\n    more.\n  - ``X, y``: rows.\n"
        ":Returns:\n  scalar.\n"
        ":Cost:\n  O(n)."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theta_ is |x| and *y*", r"theta\_ is \|x\| and \*y\*"),
        ("as `scores.loss` has it", "as ``scores.loss`` has it"),
        ("`Policy`s, one `tick", "'Policy's, one 'tick"),
        ("`Policy`s of all", r"``Policy``\ s of all"),
        ("With p:\n\n    a_i * b\n\nand so on", "With p:\n\n::\n\n    a_i * b\n\nand so on"),
        ("Two:\n1. one_\n2. two", "Two:\n\n1. one\\_\n2. two"),
    ],
)
def test_a_docstring_is_plain_text_but_for_names_and_formulas(text, expected):
    assert rest(text) == expected


def test_entries_below_a_sentence_are_a_list():
    assert rest("Returns: mapping with\n  rule: its name;\n  code: a digest.") == (
        ":Returns:\n  mapping with\n\n  - ``rule``: its name;\n  - ``code``: a digest."
    )
