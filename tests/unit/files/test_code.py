"""Code stamps: what changes them, what does not, and that the package lets them see everything."""

import ast
import shutil
from pathlib import Path

import pytest

from efficient_augmentation.data import published
from efficient_augmentation.files import code

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "src/efficient_augmentation"
FILES = {
    "script.py": "from pkg import top\nimport numpy\n\ntop.run()\n",
    "src/pkg/__init__.py": '"""Package."""\n',
    "src/pkg/top.py": '"""Top."""\nfrom pkg.deep import low\n\ndef run():\n    return low.x\n',
    "src/pkg/deep/__init__.py": "",
    "src/pkg/deep/low.py": "x = 1\n",
    "src/pkg/lazy.py": "y = 2\n",
    "src/pkg/unused.py": "z = 3\n",
}


@pytest.fixture
def tree(tmp_path):
    return write(tmp_path / "a", FILES)


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def stamps(folder):
    code._read.cache_clear()
    code._find.cache_clear()
    return code.digests(folder / "script.py", [folder / "src"])


def changed(folder, name, text):
    before = stamps(folder)
    (folder / name).write_text(text)
    after = stamps(folder)
    return {key for key in before | after if before.get(key) != after.get(key)}


def test_reaches_script_and_modules_with_code_sorted(tree):
    assert list(stamps(tree)) == ["pkg.deep.low", "pkg.top", "script.py"]


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\nx = 1\n",
        '"""A docstring."""\nx = 1\n"""What x is."""\n',
        "\n\nx   =   (1)\n",
        "x = 1",
    ],
)
def test_comments_docstrings_and_layout_change_nothing(tree, text):
    assert changed(tree, "src/pkg/deep/low.py", text) == set()


def test_a_function_that_is_only_a_docstring_has_no_body_to_change(tree):
    (tree / "src/pkg/deep/low.py").write_text('def f():\n    """One."""\n')
    assert changed(tree, "src/pkg/deep/low.py", 'def f():\n    """Two."""\n') == set()


def test_a_statement_changes_its_module_alone(tree):
    assert changed(tree, "src/pkg/deep/low.py", "x = 2\n") == {"pkg.deep.low"}
    assert changed(tree, "script.py", FILES["script.py"] + "top.run()\n") == {"script.py"}


def test_text_that_is_used_counts(tree):
    (tree / "src/pkg/deep/low.py").write_text('x = "one"\n')
    assert changed(tree, "src/pkg/deep/low.py", 'x = "two"\n') == {"pkg.deep.low"}


def test_unreached_modules_do_not_count(tree):
    assert changed(tree, "src/pkg/unused.py", "z = 4\n") == set()


def test_code_in_a_package_init_counts(tree):
    assert changed(tree, "src/pkg/deep/__init__.py", "import pkg.lazy\n") == {
        "pkg.deep",
        "pkg.lazy",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "import pkg.lazy",
        "from pkg import lazy",
        "from pkg.lazy import y",
        "from pkg.lazy import y as q",
    ],
)
def test_imports_inside_functions_are_seen(tree, statement):
    text = f"def f():\n    if True:\n        {statement}\n"
    assert changed(tree, "src/pkg/deep/low.py", text) == {"pkg.deep.low", "pkg.lazy"}


@pytest.mark.parametrize(
    "text",
    [
        'import importlib\nimportlib.import_module("pkg.lazy")\n',
        'import importlib as i\ni.import_module(name="pkg.lazy")\n',
        'from importlib import import_module as load\nload("pkg.lazy", package=None)\n',
        '__import__("pkg.lazy")\n',
    ],
)
def test_modules_imported_by_name_are_seen(tree, text):
    assert changed(tree, "src/pkg/deep/low.py", text) == {"pkg.deep.low", "pkg.lazy"}


def test_packages_above_a_module_run_with_it(tree):
    (tree / "src/pkg/deep/__init__.py").write_text("from .. import lazy\n")
    code._read.cache_clear()
    found = code.digests(tree / "src/pkg/deep/low.py", [tree / "src"], name="pkg.deep.low")
    assert set(found) == {"low.py", "pkg.deep", "pkg.lazy"}


def test_sums_too_long_to_be_written_out_are_known_by_their_bytes(tree):
    terms = " + ".join(["1"] * 1200)
    assert changed(tree, "src/pkg/deep/low.py", f"x = {terms}\n") == {"pkg.deep.low"}
    assert changed(tree, "src/pkg/deep/low.py", f"x = {terms} + 2\n") == {"pkg.deep.low"}


@pytest.mark.parametrize(
    ("text", "line"),
    [("x = 1\nx = 2\0\n", 2), (f"x = {'-' * 200_000}1\n", 1), ("x = (\n", 1)],
    ids=["null byte", "nested", "unclosed"],
)
def test_what_is_no_python_is_named_with_its_line(tree, text, line):
    (tree / "src/pkg/deep/low.py").write_text(text)
    with pytest.raises(SyntaxError) as caught:
        stamps(tree)
    assert (caught.value.filename, caught.value.lineno) == ("low.py", line)
    assert caught.value.msg


def test_modules_left_out_are_not_followed(tree):
    code._read.cache_clear()
    (tree / "src/pkg/deep/low.py").write_text("import pkg.lazy\n")
    found = code.digests(tree / "script.py", [tree / "src"], without={"pkg.deep.low"})
    assert list(found) == ["pkg.top", "script.py"]


def test_circles_end(tree):
    (tree / "src/pkg/deep/low.py").write_text("from pkg import top\nx = 1\n")
    assert set(stamps(tree)) == {"pkg.deep.low", "pkg.top", "script.py"}


def test_a_moved_checkout_has_the_same_digests(tree, tmp_path):
    before = stamps(tree)
    moved = shutil.copytree(tree, tmp_path / "elsewhere" / "b")
    assert stamps(moved) == before


def test_relative_imports_are_refused(tree):
    (tree / "src/pkg/top.py").write_text("from . import lazy\n")
    with pytest.raises(ValueError, match=r"top\.py, line 1: relative import"):
        stamps(tree)


# These import what a user names, whose own file is then stamped, or what only users ask for.
DYNAMIC = ("user_code", "user_function", "doors")


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*.py")) if path.stem not in DYNAMIC],
    ids=lambda path: path.stem,
)
def test_the_package_imports_in_ways_that_are_followed(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            assert node.module != "importlib", f"line {node.lineno}: dynamic import"
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            assert "importlib" not in names, f"line {node.lineno}: dynamic import"
        if isinstance(node, ast.Name):
            assert node.id not in {"__import__", "exec", "eval"}, f"line {node.lineno}"


def test_readers_of_data_do_not_reach_each_other():
    kinds = {"digits", *published.SETS}
    for kind in kinds:
        found = code.digests(PACKAGE / f"data/{kind}.py", [PACKAGE.parent])
        others = {f"efficient_augmentation.data.{other}" for other in kinds - {kind}}
        assert others.isdisjoint(found)


def test_every_folder_of_the_package_is_a_package():
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


# Memory


def remembered(tree, memory, name=None):
    code._read.cache_clear()
    memory = memory and code.Memory(memory)
    return code.digests(tree / "script.py", [tree / "src"], name=name, memory=memory)


def parsed(monkeypatch):
    """Names of the files that are parsed from now on."""
    names, parse = [], ast.parse
    monkeypatch.setattr(code.ast, "parse", lambda text, name: names.append(name) or parse(text))
    return names


def test_unchanged_files_are_parsed_once_and_changed_ones_again(tree, tmp_path, monkeypatch):
    before = stamps(tree)
    names = parsed(monkeypatch)
    assert remembered(tree, tmp_path / "m.json") == before
    assert sorted(set(names)) == ["__init__.py", "low.py", "script.py", "top.py"]
    names.clear()
    assert remembered(tree, tmp_path / "m.json") == before
    assert names == []
    (tree / "src/pkg/deep/low.py").write_text("from pkg import lazy\n")
    found = remembered(tree, tmp_path / "m.json")
    assert sorted(names) == ["lazy.py", "low.py"]
    assert found == stamps(tree) != before


def test_the_same_text_elsewhere_imports_from_where_it_stands(tmp_path):
    files = {"script.py": "import a.b.one\nimport a.two\n", "src/a/two.py": "from . import c\n"}
    files |= {"src/a/b/one.py": "from . import c\n", "src/a/b/c.py": "x = 1\n"}
    files |= {"src/a/c.py": "y = 1\n", "src/a/b/__init__.py": "", "src/a/__init__.py": ""}
    tree = write(tmp_path / "a", files)
    afresh = remembered(tree, None, "script")
    assert {"a.c", "a.b.c"} <= set(afresh)
    for _ in range(2):
        assert remembered(tree, tmp_path / "m.json", "script") == afresh


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"version": 1}', "\0"])
def test_a_memory_that_is_damaged_or_of_another_version_counts_as_empty(tree, tmp_path, damaged):
    (tmp_path / "m.json").write_text(damaged)
    assert remembered(tree, tmp_path / "m.json") == stamps(tree)
    assert '"found"' in (tmp_path / "m.json").read_text()


def test_a_memory_that_cannot_be_written_keeps_nothing(tree, tmp_path):
    (tmp_path / "file").write_text("")
    assert remembered(tree, tmp_path / "file/m.json") == stamps(tree)
