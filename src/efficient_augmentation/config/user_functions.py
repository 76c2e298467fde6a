"""Checks, without running it, that a user's function can be called as the config says."""

import ast
from pathlib import Path

from efficient_augmentation.files import code
from efficient_augmentation.transforms import user_code


def behind(function):
    """Digests of a function's code, or the version of its package if it is installed.

    Args:
      function: "module:function".
    Returns: set of "name digest", or of one "package version".
    Raises: ValueError as `user_code.source`, SyntaxError, OSError.
    """
    if installed := user_code.installed_version(function):
        return {installed}
    path, roots = user_code.source(function), user_code.roots(function)
    found = code.digests(path, roots, name=user_code.parts(function)[0])
    return {f"{name} {digest}" for name, digest in found.items()}


def problems(function, arguments, reads=()):
    """Reasons why a function cannot be called with these arguments.

    Args:
      function: "module:function".
      arguments: list of mappings of its keyword arguments.
      reads: files that it reads.
    Returns: list of str, each beginning with the key function, arguments or reads.
    """
    if lacking := [file for file in reads if not Path(file).is_file()]:
        return [f"reads: {lacking[0]}: no such file in {Path.cwd()}"]
    try:
        path, name = user_code.source(function), user_code.parts(function)[1]
        if (user_code.installed_version(function) or "").startswith("python "):
            return [
                f"function: {function} belongs to Python itself, which does not work on images; "
                "call it from a function of your own, in a file of the working directory"
            ]
        behind(function)
        if not path.endswith(".py"):
            return []  # Compiled code has no source; only a call can show a problem.
        tree = ast.parse(Path(path).read_bytes())
    except (ValueError, OSError) as error:
        return [f"function: {error}"]
    except SyntaxError as error:
        return [f"function: {error.filename}, line {error.lineno}: {error.msg}"]
    names = set(_names(tree))
    if name not in names and "*" not in names:
        return [f"function: {path} has no function {name}"]
    definitions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    if len(definitions) != 1 or definitions[0].decorator_list:
        return []  # A decorator or a second definition can change the parameters.
    return [
        f"arguments[{i}]: {text}"
        for i, given in enumerate(arguments)
        for text in _call_problems(definitions[0], given)
    ]


def _call_problems(definition, given):
    """Problems of a call of a function with images and the given keyword arguments."""
    signature, name = definition.args, definition.name
    places = [*signature.posonlyargs, *signature.args]
    if not places and not signature.vararg:
        return [f"{name} takes no images; its first argument is an array of them"]
    optional = {a.arg for a in places[len(places) - len(signature.defaults) :]}
    optional |= {
        a.arg for a, d in zip(signature.kwonlyargs, signature.kw_defaults, strict=True) if d
    }
    named = [*signature.args, *signature.kwonlyargs]
    known = [a.arg for a in named if a not in places[:1]]
    needed = [a.arg for a in [*places[1:], *signature.kwonlyargs] if a.arg not in optional]
    takes = f"{name} takes {', '.join(known) or 'nothing'} besides the images"
    unknown = [] if signature.kwarg else [key for key in given if key not in known]
    return [f"{key} is unknown; {takes}" for key in unknown] + [
        f"{key} is missing; {takes}" for key in needed if key not in given
    ]


def _names(tree):
    """All names that a file binds anywhere; "*" for a star import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
