"""Blocks of a page that a test carries out as they stand, each by the comment before it."""

import ast
import os
import re
import subprocess
import sys

BLOCK = re.compile(
    r"^<!-- (?P<kind>file|run|prints|entry|before|import)"
    r"(?:: (?P<name>[^\n]+?)|, with anything for \.\.\.)? -->\n```\w*\n(?P<text>.*?)^```$",
    re.M | re.S,
)


def follow(page, tree):
    """Carry out the blocks of a page, in its order, in a copy of the project.

    Args:
      page: path of the page. A block is written (`file: NAME`), run by bash (`run`), or compared
        with what the last one printed (`prints`); its lines become the last entries of a literal
        (`entry: FILE NAME`), stand before an assignment (`before: FILE NAME`) or behind the last
        import (`import: FILE`).
      tree: folder of the copy.
    Returns: list of the kinds of the blocks.
    """
    printed, kinds = "", []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        kinds.append(block["kind"])
        if block["kind"] == "run":
            printed = _run(block["text"], tree)
        elif block["kind"] == "prints":
            pattern = ".*?".join(map(re.escape, block["text"].split("...")))
            assert re.fullmatch(pattern, printed, re.S), (
                f"{block['text']} is not what was printed: {printed}"
            )
        else:
            _write(block["kind"], block["text"], tree, *block["name"].split())
    return kinds


def _run(text, tree):
    path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=tree,
        env={**os.environ, "PATH": path, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{text}{done.stdout}{done.stderr}"
    return done.stdout


def _write(kind, text, tree, file, name=None):
    path = tree / file
    if kind == "file":
        path.write_text(text, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = _line(ast.parse("".join(lines)).body, kind, name)
    lines[place:place] = [text, "\n\n"] if kind == "before" else [text]
    path.write_text("".join(lines), encoding="utf-8")


def _line(statements, kind, name):
    """Number of lines that stand before the place of a block."""
    if kind == "import":
        return max(s.end_lineno for s in statements if isinstance(s, ast.Import | ast.ImportFrom))
    found = next(s for s in statements if name in map(ast.unparse, _targets(s)))
    return found.lineno - 1 if kind == "before" else found.value.end_lineno - 1


def _targets(statement):
    if isinstance(statement, ast.AnnAssign):
        return [statement.target]
    return statement.targets if isinstance(statement, ast.Assign) else []
