"""How all checks say what is wrong: file, line or row, what stands there, what was expected.

Lists of messages are empty where nothing is wrong. Lines of tables count from 1, the header
included, as an editor does; rows of arrays from 0.
"""

import numpy as np

SERIES = ("score", "policy")
"""Columns that name a measured series."""
# An image of a folder is known by its path, a class by its name.
_ANYTHING = (*SERIES, "id", "split", "label", "verdict", "C_choice", "configured")
ROUNDING = 1e-9
"""How far two sums may differ whose terms were added in another order."""


def columns(file, columns, expected):
    """Columns of a table, or keys of a mapping, that are missing or hold text for numbers."""
    found = []
    for name in expected:
        if name not in columns:
            found.append(f"{file}: {name} is missing, expected beside {', '.join(columns)}")
        elif name not in _ANYTHING and np.asarray(columns[name]).dtype.kind not in "if":
            found.append(f"{file}: {name} holds text, expected numbers")
    return found


def size(what, size, expected, of):
    """A size that is not the one that another file, or the config, asks for."""
    return [] if size == expected else [f"{what}: {size}, expected {expected} as in {of}"]


def keys(columns, names):
    """What these columns hold, a tuple a row."""
    return list(zip(*(columns[name].tolist() for name in names), strict=True))


def same_keys(file, keys, expected):
    """Keys of rows that are not those of the config, each once."""
    if sorted(keys) == sorted(expected):
        return []
    other = sorted(set(keys) ^ set(expected))[:3] or "a row twice"
    return [f"{file}: rows differ from those of the config in {other}"]


def lines(file, name, values, good, expected):
    """Lines of a table whose value is not as expected."""
    return _wrong(file, "line", 2, name, values, good, expected)


def rows(file, name, values, good, expected):
    """Rows of an array whose value is not as expected."""
    return _wrong(file, "row", 0, name, values, good, expected)


def is_share(values, n):
    """Where values are shares of n things: whole numbers, divided by n."""
    counts = values * n
    whole = np.abs(counts - np.round(counts)) <= ROUNDING * n
    return whole & (values >= 0) & (values <= 1)


def _wrong(file, unit, first, name, values, good, expected):
    messages = [
        f"{file}, {unit} {i + first}: {name} is {values[i]}, expected {expected}"
        for i in np.flatnonzero(~good)
    ]
    return shortened(file, messages)


def shortened(file, messages, most=3):
    """The first messages on a file, and how many more there are."""
    left = len(messages) - most
    return messages if left <= 0 else [*messages[:most], f"{file}: {left} more like these"]
