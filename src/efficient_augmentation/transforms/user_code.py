"""The files of functions that a user names as transforms, found without running them.

A module is searched for in the working directory first, then on the Python path.
"""

import importlib.metadata
import importlib.util
import os
import platform
import re
import sysconfig
from pathlib import Path


def parts(function):
    """Module and name of a function.

    Args:
      function: "module:function".
    Returns: [module, name].
    Raises: ValueError if it does not have this form.
    """
    name = r"[A-Za-z_]\w*"
    if not isinstance(function, str) or not re.fullmatch(rf"{name}(\.{name})*:{name}", function):
        raise ValueError(f"function = {function!r}: 'module:function' is wanted")
    return function.split(":")


def source(function):
    """The file of a function's module, found without executing it.

    Args:
      function: "module:function".
    Returns: path, str.
    Raises: ValueError if it does not have this form, or no file of the module is found.
    """
    module, _ = parts(function)
    stem = Path.cwd().joinpath(*module.split("."))
    for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
        if path.is_file():
            return str(path)
    try:
        found = importlib.util.find_spec(module)
    except (ModuleNotFoundError, ValueError):
        found = None
    if found is None or not found.has_location:
        raise ValueError(
            f"function = {function!r}: no module {module} is found in the working directory or on "
            "the Python path; PYTHONPATH names further folders"
        )
    return found.origin


def roots(function):
    """Folders whose modules count as the user's own code when a function's module imports them.

    Args:
      function: "module:function".
    Returns: list of Path: the working directory, those of PYTHONPATH, and the folder from which the
      module is imported.
    Raises: ValueError as `source`.
    """
    path = Path(source(function))
    levels = parts(function)[0].count(".") + (path.stem == "__init__")
    named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return list(dict.fromkeys([Path.cwd(), *map(Path, named), path.parents[levels]]))


def installed_version(function):
    """The installed package of a function, such as "scipy 1.15.1"; None for a user's own code.

    Args:
      function: "module:function".
    Returns: str or None.
    Raises: ValueError as `source`.
    """
    path, top = Path(source(function)).resolve(), parts(function)[0].partition(".")[0]
    places = sysconfig.get_paths()
    within = {name: path.is_relative_to(Path(places[name]).resolve()) for name in places}
    if within["purelib"] or within["platlib"]:
        package = importlib.metadata.packages_distributions().get(top, [top])[0]
        try:
            return f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            return None
    return f"python {platform.python_version()}" if within["stdlib"] else None
