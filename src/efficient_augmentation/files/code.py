"""Digests of the code that a script uses, by which the workflow decides what to rerun.

Snakemake watches a script's modification time, and nothing that the script imports. These digests
depend on the parsed code instead: comments, docstrings, layout, a touched file, a fresh clone and a
moved checkout do not change them. A changed statement changes them for every script that imports
its module, directly or indirectly.
"""

import ast
import functools
import hashlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path


def digests(
    script: str | Path,
    roots: Iterable[str | Path],
    without: Collection[str] = (),
    name: str | None = None,
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
    Returns: dict from the script's file name and the modules' dotted names, sorted, to 12
      hexadecimal digits.
    Raises: ValueError if a file imports relatively and no name is given; SyntaxError if a file is
      not Python; OSError if the script cannot be read.
    Cost: parses each file once per process.
    """
    roots = tuple(map(Path, roots))
    digest, imports = _read(Path(script), name)
    found, pending = {Path(script).name: digest}, list(imports)
    while pending:
        module = pending.pop()
        path = _find(module, roots)
        if module in found or module in without or path is None:
            continue
        found[module], imports = _read(path, name and module)
        pending += imports
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
def _read(path: Path, module: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Digest of a file's code, empty if it has none, and the dotted names that it imports."""
    tree = ast.parse(path.read_bytes(), path.name)
    package = module if path.stem == "__init__" else module and module.rpartition(".")[0]
    imports = tuple(name for node in ast.walk(tree) for name in _imported(node, path, package))
    # Unlike ast.dump, ast.unparse gives the same text in all supported versions of Python.
    code = ast.unparse(_WithoutText().visit(tree)).encode()
    return hashlib.sha256(code).hexdigest()[:12] if code else "", imports


def _imported(node: ast.AST, path: Path, package: str | None) -> Iterator[str]:
    """Dotted names that a statement may import, including the packages that contain them."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        if node.level and not package:
            raise ValueError(f"{path}, line {node.lineno}: relative import; write it absolutely")
        above = (package or "").split(".")[: 1 - node.level or None] if node.level else []
        module = ".".join([*above, *filter(None, [node.module])])
        # A name may be a module or something in one; the search for its file decides.
        names = [f"{module}.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.Call) and (named := _named_module(node)):
        names = [named]
    else:
        return
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _named_module(call: ast.Call) -> str | None:
    """The module that a call imports by a literal name, or None."""
    called = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    given = call.args[0] if call.args else None
    if called not in ("import_module", "__import__") or not isinstance(given, ast.Constant):
        return None
    return given.value if isinstance(given.value, str) and given.value[:1] != "." else None


class _WithoutText(ast.NodeTransformer):
    """Removes statements that are only a string: docstrings, also those of constants."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node
