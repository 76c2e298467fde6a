"""Digests of the code that a script uses, by which the workflow decides what to rerun.

Snakemake watches a script's modification time, and nothing that the script imports. These digests
depend on the parsed code instead: comments, docstrings, layout, a touched file, a fresh clone and a
moved checkout do not change them. A changed statement changes them for every script that imports
its module, directly or indirectly.
"""

import ast
import contextlib
import functools
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from efficient_augmentation.files import atomic

Found = tuple[str, tuple[str, ...]]


class Memory:
    """What parsing found in source files, kept in a file for the next process.

    Entries are found by the bytes of a source, so none is ever out of date. A damaged file, and one
    that another version of this module wrote, count as empty.

    Args:
      path: of the file that keeps it; `save` makes it if absent.
    """

    def __init__(self, path: str | Path) -> None:
        self._path, self._version = Path(path), file_digest(__file__)
        self._found: dict[str, Found] = {}
        self._saved = 0
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            kept = json.loads(self._path.read_bytes())
            if kept["version"] == self._version:
                items = kept["found"].items()
                self._found = {key: (digest, tuple(names)) for key, (digest, names) in items}
                self._saved = len(self._found)

    def get(self, key: str) -> Found | None:
        """What is known by a key, None if nothing is."""
        return self._found.get(key)

    def add(self, key: str, found: Found) -> None:
        """Remember something by a key."""
        self._found[key] = found

    def save(self) -> None:
        """Write what is new; a folder that cannot be written keeps nothing."""
        if len(self._found) > self._saved:
            with contextlib.suppress(OSError):
                kept = {"version": self._version, "found": self._found}
                atomic.write_json(self._path, kept)
            self._saved = len(self._found)


def digests(
    script: str | Path,
    roots: Iterable[str | Path],
    without: Collection[str] = (),
    name: str | None = None,
    memory: Memory | None = None,
) -> dict[str, str]:
    """Digests of a script and of every module under the roots that it imports, also indirectly.

    `import` and `from` statements are followed everywhere, also inside functions, as are calls of
    `import_module` and `__import__` with a literal name. Modules outside the roots, and modules
    without code, are left out.

    Args:
      script: path of a Python file.
      roots: folders from which modules are imported, in the order of the search path.
      without: dotted names of modules that the script imports but does not use. They are left out,
        and so are modules that are imported only through them.
      name: dotted name of the script if it is a module of a package; only then can relative imports
        be followed.
      memory: where a parse of an unchanged file is found again; None parses afresh.
    Returns: dict from the script's file name and the modules' dotted names, sorted, to 12
      hexadecimal digits.
    Raises: ValueError if a file imports relatively and no name is given; SyntaxError if a file is
      not Python; OSError if the script cannot be read.
    Cost: parses each file once per process.
    """
    roots = tuple(map(Path, roots))
    digest, imports = _read(Path(script), name, memory)
    found, pending = {Path(script).name: digest}, [*imports, *_with_above(name or "")[:-1]]
    while pending:
        module = pending.pop()
        path = _find(module, roots)
        if module in found or module in without or path is None:
            continue
        found[module], imports = _read(path, name and module, memory)
        pending += imports
    if memory is not None:
        memory.save()
    return {name: found[name] for name in sorted(found) if found[name]}


def file_digest(path: str | Path) -> str:
    """Digest of a file's bytes, for files other than code that scripts read, such as templates.

    Args:
      path: the file.
    Returns: 12 hexadecimal digits.
    """
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@functools.cache
def _find(module: str, roots: tuple[Path, ...]) -> Path | None:
    """The file of a module, None if it is not under the roots."""
    for root in roots:
        stem = root.joinpath(*module.split("."))
        for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
            if path.is_file():
                return path
    return None


@functools.cache
def _read(path: Path, module: str | None = None, memory: Memory | None = None) -> Found:
    """Digest of a file's code, empty if there is none, and what the file, a module, imports."""
    source = path.read_bytes()
    package = module if path.stem == "__init__" else module and module.rpartition(".")[0]
    key = f"{hashlib.sha256(source).hexdigest()} {package}"
    if memory is not None and (known := memory.get(key)):
        return known
    tree = _parsed(source, path)
    importers = {"import_module", "__import__"} | set(_other_names(tree, "import_module"))
    names = (name for node in ast.walk(tree) for name in _imported(node, path, package, importers))
    imports = tuple(above for name in names for above in _with_above(name))
    try:
        # Unlike ast.dump, unparsed source is the same for all versions of Python that we support.
        code = ast.unparse(_WithoutText().visit(tree)).encode()
    except RecursionError:  # Of sums of a thousand terms and more.
        code = source
    found = (hashlib.sha256(code).hexdigest()[:12] if code else "", imports)
    if memory is not None:
        memory.add(key, found)
    return found


def _parsed(content: bytes, path: Path) -> ast.Module:
    try:
        return ast.parse(content, path.name)
    except SyntaxError as error:
        if error.filename:
            raise
        reason = error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or type(error).__name__
    # Of null bytes and of what is nested too deeply Python says no place.
    line = content.partition(b"\0")[0].count(b"\n") + 1 if b"\0" in content else 1
    raise SyntaxError(reason, (path.name, line, None, None))


def _with_above(module: str) -> list[str]:
    """A module's dotted name, after those of the packages above it."""
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _other_names(tree: ast.Module, name: str) -> Iterator[str]:
    """What `from ... import name as ...` calls something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (a.asname for a in node.names if a.name == name and a.asname)


def _imported(
    node: ast.AST, path: Path, package: str | None, importers: Collection[str]
) -> Iterator[str]:
    """Dotted names that a statement may import."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        if node.level and not package:
            raise ValueError(f"{path}, line {node.lineno}: relative import; write it absolutely")
        above = (package or "").split(".")[: 1 - node.level or None] if node.level else []
        module = ".".join([*above, *filter(None, [node.module])])
        # Whether an imported name is a module or something in one, the search for its file tells.
        yield from (f"{module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and (named := _named_module(node, importers)):
        yield named


def _named_module(call: ast.Call, importers: Collection[str]) -> str | None:
    """The module that a call imports, where it stands there by name."""
    called = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    named = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "name")]
    given = named[0] if named else None
    if called not in importers or not isinstance(given, ast.Constant):
        return None
    return given.value if isinstance(given.value, str) and given.value[:1] != "." else None


class _WithoutText(ast.NodeTransformer):
    """Removes statements that are only a string: docstrings, also those of constants."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node
