"""Functions that users import from a package's top level, loaded only when they are asked for."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy(room: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package's `__init__` that imports public functions on demand.

    The import is dynamic on purpose: code stamps follow import statements, and a module of the
    package must not carry the stamps of others that it does not use.

    Args:
      room: the package's `__name__`.
      places: mapping from a function's name to the dotted name of the module that defines it.
    Returns: function of a name, as PEP 562 requires.
    """

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(importlib.import_module(places[name]), name)

    return find
