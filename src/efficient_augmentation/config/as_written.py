"""The text of config files: repeated keys and numbers that YAML silently drops or changes."""

import re
from pathlib import Path

import yaml

from efficient_augmentation.config.messages import dotted

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")


def problems(path):
    """Places where a config file does not mean what it seems to say.

    Args:
      path: a YAML file, or a JSON file, which is also YAML.
    Returns: list of str, each naming file, line, key and value.
    """
    try:
        root = yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, ValueError, yaml.YAMLError):
        return []  # Snakemake itself reports files that it cannot read.
    return [f"{path}, line {line}: {text}" for line, text in _problems(root, (), set())]


def _problems(node, path, seen):
    if isinstance(node, yaml.ScalarNode):
        yield from _scalar_problems(node, path)
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _problems(item, (*path, i), seen)
        return
    lines = {}
    for key, value in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        here = (*path, name)
        if name in lines and name != "<<":
            first = lines[name]
            yield line, f"{dotted(here)} stands in line {first} already, which is lost; keep one"
        elif name in lines:
            text = f"stands in line {lines[name]} already; write one, with a list: <<: [*a, *b]"
            yield line, f"{dotted(here)} {text}"
        lines[name] = line
        yield from _problems(value, here, seen)


def _scalar_problems(node, path):
    """Whole numbers in a form that is easily misread: octal, with underscores, or like 16:9."""
    if node.tag.endswith(":int") and not _DECIMAL.fullmatch(node.value):
        number = yaml.load(node.value, Loader=_LOADER)
        yield (
            node.start_mark.line + 1,
            f"{dotted(path)}: {node.value} is {number} to YAML; write {number}, or, if it is a "
            f'name, "{node.value}"',
        )
