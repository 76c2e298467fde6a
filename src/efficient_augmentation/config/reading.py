"""Config files as they were written: what YAML would read in another sense, or not at all.

YAML takes 010 for eight, 16:9 for 969, no for false, and of a key that stands twice the last. The
values themselves show nothing of that any more, so the text is looked at.
"""

import copy
import json
import re
from pathlib import Path

import yaml

_TAG = "tag:yaml.org,2002:"
_KINDS = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "timestamp": "a date",
}
_OTHER_BASE = re.compile(r"[-+]?0[0-9_]+|.*:.*")
_TEMPLATE = "__use_yte__"


def problems(file):
    """What a config file says that would be lost, or read as something else.

    Args:
      file: path of a YAML or JSON file that Snakemake has read without an error.
    Returns: list of str, each naming the file, the line, the value and what would be right.
    """
    text = Path(file).read_text(encoding="utf-8")
    try:
        return _json_problems(Path(file).name, text)
    except ValueError:
        pass
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = yaml.compose(text, Loader=loader)
    found = () if _is_template(root) else _node_problems(root, (), ())
    return [f"{Path(file).name}, line {line + 1}: {problem}" for line, problem in found]


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


def _json_problems(name, text):
    twice = []

    def pairs(items):
        keys = [key for key, _ in items]
        twice.extend(dict.fromkeys(key for key in keys if keys.count(key) > 1))
        return dict(items)

    json.loads(text, object_pairs_hook=pairs)
    return [f"{name}: the key {key} stands twice in a mapping; give it once" for key in twice]


def _is_template(root):
    """Whether Snakemake fills in the file as a template, whose keys are instructions."""
    keys = [key.value for key, _ in root.value] if isinstance(root, yaml.MappingNode) else []
    return _TEMPLATE in keys


def _node_problems(node, path, above):
    """(line, problem) of everything in a node of the document, from top to bottom."""
    line = node.start_mark.line if node else 0
    if node in above:
        yield line, f"{_dotted(path)}: an anchor that holds itself; write it out"
    elif isinstance(node, yaml.ScalarNode):
        yield from ((line, text) for text in _scalar_problems(node, path))
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _node_problems(item, (*path, i), (*above, node))
    elif isinstance(node, yaml.MappingNode):
        lines = {}
        for key, value in node.value:
            yield from ((key.start_mark.line, text) for text in _key_problems(key, path, lines))
            yield from _node_problems(value, (*path, str(key.value)), (*above, node))


def _key_problems(key, path, lines):
    """What is wrong with a key of a mapping, whose earlier keys stand in the given lines."""
    if not isinstance(key, yaml.ScalarNode):
        yield f"{_dotted(path)}: a key that is no text"
        return
    name, kind = _dotted((*path, key.value)), key.tag.removeprefix(_TAG)
    if kind in _KINDS:
        text = key.value
        yield f"{name}: the key {text} is {_KINDS[kind]} to YAML; write '{text}', in quotes"
    # What `<<` brings in gives way to the keys that are written out.
    elif kind != "merge" and key.value in lines:
        yield f"{name}: the key stands twice, first in line {lines[key.value]}; give it once"
    lines.setdefault(key.value, key.start_mark.line + 1)


def _scalar_problems(node, path):
    """What a value without quotes is to YAML, where its text says something else."""
    kind, text = node.tag.removeprefix(_TAG), node.value
    if node.style or kind not in _KINDS:
        return
    is_class = len(path) > 1 and path[-2] == "classes"
    if kind in ("int", "float") and _OTHER_BASE.fullmatch(text):
        read = f"the number {yaml.safe_load(text)}"
    elif kind == "timestamp" or (is_class and text != _decimal(kind, text)):
        read = _KINDS[kind]
    else:
        return
    place = _dotted(path)
    yield f"{place}: {text} is {read} to YAML; write '{text}', in quotes, where it is a name"


def _decimal(kind, text):
    """A whole number as Python writes it, which is how the class of that number is called."""
    return str(yaml.safe_load(text)) if kind == "int" else None


def _dotted(path):
    keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return keys.lstrip(".") or "config"
