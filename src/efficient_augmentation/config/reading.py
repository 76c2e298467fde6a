"""Config files: names that YAML takes for something else, and who has the last word on defaults.

YAML takes no for false, 1.0e+3 for 1000.0 and 2024-01-01 for a date. The values themselves show
nothing of that any more, so the text is looked at. Whole numbers and keys are `as_written`'s.
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
    """Values in a config file that are read as something else than they are written.

    Args:
      file: path of a file of YAML, or of JSON, which is YAML as well.
    Returns: list of str, each naming the file, the line, the value and what would be right.
    """
    try:
        root = yaml.compose(Path(file).read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, ValueError, yaml.YAMLError):
        return []  # Snakemake has read it, or tells why not.
    return [f"{file}, line {line + 1}: {text}" for line, text in _problems(root, (), set())]


def with_defaults_replaced(config, layers):
    """The config in which every key of `defaults` is as whoever gave it last wrote it.

    Snakemake merges mappings to any depth: the classes of the data set that is the default would
    stay in another one that a user makes the default.

    Args:
      config: mapping that Snakemake merged from the project's own config file and the layers.
      layers: mappings that came on top of that file, in their order.
    Returns: mapping; config stays as it is.
    """
    defaults = config.get("defaults")
    for layer in layers:
        given = layer.get("defaults") if isinstance(layer, dict) else None
        if isinstance(defaults, dict) and isinstance(given, dict):
            defaults = defaults | copy.deepcopy(given)
    return config if defaults is None else {**config, "defaults": defaults}


def _problems(node, path, seen):
    """(line, problem) of every value below a node of the document, from top to bottom."""
    if isinstance(node, yaml.ScalarNode):
        yield from ((node.start_mark.line, text) for text in _scalar_problems(node, path))
    elif isinstance(node, yaml.CollectionNode) and id(node) not in seen:
        seen.add(id(node))
        is_list = isinstance(node, yaml.SequenceNode)
        below = enumerate(node.value) if is_list else ((key.value, v) for key, v in node.value)
        for key, value in below:
            yield from _problems(value, (*path, key if is_list else str(key)), seen)


def _scalar_problems(node, path):
    """What a value without quotes is to YAML, where its text says something else."""
    kind, text = node.tag.rpartition(":")[2], node.value
    if node.style or kind not in _KINDS:
        return
    is_class = len(path) > 1 and path[-2] == "classes" and (kind != "int" or text[0] == "+")
    if is_class or kind == "timestamp" or (kind == "float" and ":" in text):
        place = dotted(path)
        yield f"{place}: {text} is {_KINDS[kind]} to YAML; write '{text}', in quotes, for a name"
