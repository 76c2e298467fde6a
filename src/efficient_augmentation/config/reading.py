"""Config files: names that YAML misreads, and the precedence of `defaults` in several files.

YAML reads no as false, 1.0e+3 as 1000.0 and 2024-01-01 as a date. The values no longer show this,
so the text is checked. `as_written` checks whole numbers and keys.
"""

import copy
from pathlib import Path

import yaml

from efficient_augmentation.config.messages import dotted

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "timestamp": "a date",
}


def problems(file):
    """Values in a config file that YAML reads as something other than the text says.

    Args:
      file: path of a YAML file, or of a JSON file, which is also YAML.
    Returns: list of str, each naming the file, the line, the value and what would be right.
    """
    try:
        root = yaml.compose(Path(file).read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, ValueError, yaml.YAMLError):
        return []  # Snakemake itself reports files that it cannot read.
    return [f"{file}, line {line + 1}: {text}" for line, text in _problems(root, (), set())]


def with_defaults_replaced(config, layers):
    """The config in which the last file that gives a key of `defaults` replaces its whole value.

    Snakemake merges mappings at every depth. If a user makes another data set the default, it
    would keep the classes of the previous one.

    Args:
      config: mapping that Snakemake merged from the project's own config file and the layers.
      layers: mappings that were merged into that file, in order.
    Returns: mapping; `config` itself is not changed.
    """
    defaults = config.get("defaults")
    for layer in layers:
        given = layer.get("defaults") if isinstance(layer, dict) else None
        if isinstance(defaults, dict) and isinstance(given, dict):
            defaults = defaults | copy.deepcopy(given)
    return config if defaults is None else {**config, "defaults": defaults}


def _problems(node, path, seen):
    """(line, problem) for all values below a node of the document, from top to bottom."""
    if isinstance(node, yaml.ScalarNode):
        yield from ((node.start_mark.line, text) for text in _scalar_problems(node, path))
    elif isinstance(node, yaml.CollectionNode) and id(node) not in seen:
        seen.add(id(node))
        is_list = isinstance(node, yaml.SequenceNode)
        below = enumerate(node.value) if is_list else ((key.value, v) for key, v in node.value)
        for key, value in below:
            yield from _problems(value, (*path, key if is_list else str(key)), seen)


def _scalar_problems(node, path):
    """A message if YAML reads an unquoted value as something other than its text."""
    kind, text = node.tag.rpartition(":")[2], node.value
    if node.style or kind not in _KINDS:
        return
    is_class = len(path) > 1 and path[-2] == "classes" and (kind != "int" or text[0] == "+")
    if is_class or kind == "timestamp" or (kind == "float" and ":" in text):
        place = dotted(path)
        yield f"{place}: {text} is {_KINDS[kind]} to YAML; write '{text}', in quotes, for a name"
