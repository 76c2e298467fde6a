"""What can be said against an experiment's transforms before anything is transformed."""

import ast
import re
from pathlib import Path

from efficient_augmentation.config import variants
from efficient_augmentation.config.featurizer import GIVEN
from efficient_augmentation.files import code
from efficient_augmentation.transforms import user_code

# Folders of results/{experiment}/ that are no transform's.
_FOLDERS = ("featurizer", "figures")
_LIMITS = {
    "translate": lambda side: side - 1,
    "crop": lambda side: (side - 1) // 2,
    "cutout": lambda side: side - 1,
}


def problems(settings, image_shape):
    """What is wrong with an experiment's transforms, the schema's say aside.

    Args:
      settings: the experiment's, defaults filled in.
      image_shape: as `data.dataset.image_shape`.
    Returns: list of str, one message each.
    """
    transforms, kind = settings["transforms"], settings["dataset"]["kind"]
    if list(transforms) != [GIVEN] if image_shape is None else GIVEN in transforms:
        return [
            f"transforms: {', '.join(transforms)} does not go with dataset.kind {kind}: {GIVEN}, "
            "and nothing else, is for data that are features; leave transforms out"
        ]
    found = [text for name in transforms for text in _name_problems(name)]
    for where, name, parameters in leaves(transforms):
        if name in _LIMITS:
            found += _size_problems(where, name, parameters["pixels"], image_shape, kind)
        if "function" in parameters:
            found += [f"{where}.{text}" for text in _code_problems(**parameters)]
        if name == GIVEN and where != f"transforms.{GIVEN}":
            found.append(f"{where}: {GIVEN} is no step; leave it out")
    return found or variants.problems(transforms)


def leaves(transforms, where="transforms"):
    """Transforms that are made of no others, steps of compositions included.

    Args:
      transforms: mapping from name to parameters.
      where: place of the mapping in the config.
    Yields: (place in the config, name, parameters).
    """
    for name, parameters in transforms.items():
        here = f"{where}.{name}"
        if "compose" not in parameters:
            yield here, name, parameters
        for i, step in enumerate(parameters.get("compose", ())):
            yield from leaves(step, f"{here}.compose[{i}]")


def stamps(transforms):
    """Digests of what is behind the functions that transforms call, by which they rerun.

    Args:
      transforms: mapping from name to parameters.
    Returns: list of "name digest", for each function's file, the modules that it imports from the
      working directory, from PYTHONPATH and from beside its own, and the files under `reads`; of a
      function that is installed, "package version".
    Raises: ValueError as `user_code.source`; OSError for a file that cannot be read.
    """
    found = set()
    for _, _, parameters in leaves(transforms):
        if "function" in parameters:
            found |= _behind(parameters["function"])
            found |= {f"{file} {code.file_digest(file)}" for file in parameters.get("reads", ())}
    return sorted(found)


def _behind(function):
    if installed := user_code.installed_version(function):
        return {installed}
    path, roots = user_code.source(function), user_code.roots(function)
    found = code.digests(path, roots, name=user_code.parts(function)[0])
    return {f"{name} {digest}" for name, digest in found.items()}


def _name_problems(name):
    where = f"transforms.{name}"
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", name):
        return [f"{where}: a name starts with a letter and goes on with letters, digits, _ and -"]
    if name in _FOLDERS:
        return [f"{where}: the workflow itself uses this name; choose another one"]
    return []


def _size_problems(where, name, numbers, image_shape, kind):
    height, width = image_shape[:2]
    most = _LIMITS[name](min(height, width))
    return [
        f"{where}.pixels: {pixels} leaves no pixel of the {height} x {width} images of {kind}; "
        f"give at most {most}"
        for pixels in numbers
        if pixels > most
    ]


def _code_problems(function, arguments=({},), reads=()):
    """What keeps a function from being called so, as far as its file tells."""
    if lacking := [file for file in reads if not Path(file).is_file()]:
        return [f"reads: {lacking[0]}: no such file in {Path.cwd()}"]
    try:
        path, name = user_code.source(function), user_code.parts(function)[1]
        _behind(function)
        if not path.endswith(".py"):
            return []  # Compiled: only a call tells.
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
        return []  # What is called is not what stands there.
    return [
        f"arguments[{i}]: {text}"
        for i, given in enumerate(arguments)
        for text in _call_problems(definitions[0], given)
    ]


def _call_problems(definition, given):
    """What is wrong with a call of a function with images and the given keyword arguments."""
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
    """All names that a file binds somewhere, "*" for whatever a module brings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
