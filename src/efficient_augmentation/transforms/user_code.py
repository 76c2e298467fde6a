"""Files of the functions that a user names as transforms, found without running them.

A module is looked for in the working directory first, then on the Python path.
"""

import importlib.util
import re
from pathlib import Path


def parts(function):
    """Module and name of a function.

    Args:
      function: "module:function".
    Returns: [module, name].
    Raises: ValueError if it is no such pair.
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
    Raises: ValueError if the name is no such pair, or no file of that module is found.
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
