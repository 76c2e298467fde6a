"""The messages of all checks: file, line or row, the value found and the value expected.

A list of messages is empty if nothing is wrong. Lines of tables are counted from 1 with the header,
as an editor does; rows of arrays from 0.
"""

import numpy as np

SERIES = ("score", "policy")
"""Columns that name a measured series."""
# These may be text: an image of a folder has its path as id, a class its name.
_ANYTHING = (*SERIES, "id", "split", "label", "verdict", "C_choice", "configured")
ROUNDING = 1e-9
"""Largest difference of two sums that add the same terms in different orders."""


def columns(file, columns, expected):
    """Expected columns (or keys) that are missing, or that hold text instead of numbers."""
    found = []
    for name in expected:
        if name not in columns:
            found.append(f"{file}: {name} is missing, expected beside {', '.join(columns)}")
        elif name not in _ANYTHING and np.asarray(columns[name]).dtype.kind not in "if":
            found.append(f"{file}: {name} holds text, expected numbers")
    return found


def size(what, size, expected, of):
    """A message if a size differs from that in another file or in the config."""
    return [] if size == expected else [f"{what}: {size}, expected {expected} as in {of}"]


def keys(columns, names):
    """The values of these columns, one tuple per row."""
    return list(zip(*(columns[name].tolist() for name in names), strict=True))


def same_keys(file, keys, expected):
    """A message if the rows' keys are not exactly those that the config asks for."""
    if sorted(keys) == sorted(expected):
        return []
    other = sorted(set(keys) ^ set(expected))[:3] or "a row twice"
    return [f"{file}: rows differ from those of the config in {other}"]


def lines(file, name, values, good, expected):
    """Messages about the lines of a table whose value is not as expected."""
    return _wrong(file, "line", 2, name, values, good, expected)


def rows(file, name, values, good, expected):
    """Messages about the rows of an array whose value is not as expected."""
    return _wrong(file, "row", 0, name, values, good, expected)


def is_share(values, n):
    """Whether each value is a share of n things: a whole number within 0..n, divided by n."""
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
    """The first messages about a file, and the number of those left out."""
    left = len(messages) - most
    return messages if left <= 0 else [*messages[:most], f"{file}: {left} more like these"]
