"""Names of experiments and transforms, which become folders of the results."""

import re


def problems(where, names, taken, beginnings=()):
    """What is wrong with names, by name.

    Args:
      where: key of the config that holds them.
      names: iterable of the names.
      taken: names that the workflow itself uses, in lower case.
      beginnings: the same, of names that begin so.
    Returns: dict from each name at fault to its message.
    """
    found, earlier = {}, {}
    for name in names:
        if text := _problem(name, taken, beginnings, earlier):
            found[name] = f"{where}.{name}: {text}"
    return found


def _problem(name, taken, beginnings, earlier):
    if not isinstance(name, str) or not re.fullmatch("[A-Za-z][A-Za-z0-9_-]{0,99}", name):
        return (
            "a name starts with a letter and goes on with letters, digits, _ and -, at most 100 in "
            "all"
        )
    if name.lower() in taken or name.lower().startswith(tuple(beginnings)):
        return "the workflow itself uses this name; choose another one"
    if (other := earlier.setdefault(name.lower(), name)) != name:
        return f"differs from {other} in case alone, which some file systems ignore; rename one"
    return None
