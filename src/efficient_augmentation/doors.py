"""Functions that users import from a room, loaded only when somebody asks for them."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy(room: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a room's `__init__` that opens its doors.

    The import is dynamic on purpose: code stamps follow written imports, and a module of the room
    must not carry the stamps of others that it does not use.

    Args:
      room: the room's `__name__`.
      places: mapping from a function's name to the dotted name of the module that defines it.
    Returns: function of a name, as PEP 562 wants it.
    """

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(importlib.import_module(places[name]), name)

    return find
