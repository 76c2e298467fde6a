"""Write the JSON schema of the config and the tables of docs/config.md.

PYTHONPATH=src python docs/make_config.py
"""

import json
from pathlib import Path

import yaml

from efficient_augmentation.config import effective
from efficient_augmentation.names import networks, policies, scores

ROOT = Path(__file__).resolve().parents[1]
SCHEMA, PAGE = ROOT / "workflow/schemas/config.schema.yaml", ROOT / "docs/config.md"
NOTE = "# Made by docs/make_config.py from the models in src/efficient_augmentation/config.\n"
MARKS = "<!-- made by docs/make_config.py -->\n", "<!-- end of what it makes -->\n"
NAMES = {"string": "text", "integer": "a whole number", "number": "a number", "null": "null"}
NAMES |= {"boolean": "true or false", "object": "a mapping"}
LONGEST = 60
LIMITS = {"minimum": "at least", "exclusiveMinimum": "above"}
LIMITS |= {"maximum": "at most", "exclusiveMaximum": "below"}


def main():
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")


def made():
    """The content of the two files by path."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **effective.schema()}
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    text = yaml.dump(schema, Dumper=Spelt, sort_keys=False, width=100, allow_unicode=True)
    return {
        SCHEMA: NOTE + text,
        PAGE: "".join(
            [before, MARKS[0], *tables(schema["$defs"], schema), *names(), MARKS[1], after]
        ),
    }


class Spelt(yaml.SafeDumper):
    """Writes out equal defaults each time, without YAML's aliases."""

    def ignore_aliases(self, data):
        return True


def tables(definitions, schema):
    """One table of the file's keys, one of an experiment's keys, and one of each section's."""
    experiment = definitions["Experiment"]["properties"]
    sections = {key: rule for key, rule in experiment.items() if parts(rule, definitions)}
    for title, keys in (("The file", schema["properties"]), ("An experiment", experiment)):
        yield table(title, [row(key, rule, definitions) for key, rule in keys.items()])
    seen = set()
    for key, rule in sections.items():
        yield table(f"`{key}`", rows(rule, definitions, "", seen))


def names():
    """A table for each kind of registered names."""
    yield meanings("Policies", {n: policies.parse(n).rule.meaning for n in policies.EXAMPLES})
    yield meanings("Scores", scores.MEANINGS)
    yield meanings("Small networks", {name: of.meaning for name, of in networks.SMALL.items()})


def meanings(title, registered):
    lines = (
        f"| `{name}` | {meaning.replace('|', chr(92) + '|')} |\n"
        for name, meaning in registered.items()
    )
    return f"### {title}\n\n| name | meaning |\n|---|---|\n{''.join(lines)}\n"


def rows(rule, definitions, prefix, seen):
    """A row for each key below a rule; each kind of the rule has a row before its keys."""
    for name, part in parts(rule, definitions).items():
        if name in seen:
            continue
        seen.add(name)
        properties = dict(part.get("properties", {}))
        if kinds := properties.pop("kind", None):
            yield f"| **`kind`** | **{values(kinds)}** | | **{part['description']}** |\n"
        for key, below in properties.items():
            yield row(f"{prefix}{key}", below, definitions)
            yield from rows(below, definitions, f"{prefix}{key}.", seen)
        yield from rows(part.get("additionalProperties", {}), definitions, f"{prefix}NAME.", seen)


def parts(rule, definitions):
    """The mappings that a rule refers to, by name."""
    rules = rule.get("anyOf", [rule]) if isinstance(rule, dict) else []
    names = [of["$ref"].rpartition("/")[2] for of in rules if "$ref" in of]
    return {name: definitions[name] for name in names}


def row(key, rule, definitions):
    default = f"`{json.dumps(rule['default'])}`" if "default" in rule else ""
    # If a key and its mapping have the same description, the schema holds it once.
    meaning = rule.get("description") or parts(rule, definitions).popitem()[1]["description"]
    shown = default if len(default) < LONGEST else "below"
    # A line break within a cell would end the table.
    return f"| `{key}` | {values(rule)} | {shown} | {' '.join(meaning.split())} |\n"


def values(rule):
    """The values that a key accepts, in words."""
    if "const" in rule or "enum" in rule:
        return ", ".join(f"`{choice}`" for choice in rule.get("enum", [rule.get("const")]))
    if "anyOf" in rule:
        return " or ".join(dict.fromkeys(map(values, rule["anyOf"])))
    if rule.get("type") == "array":
        return f"a list: {values(rule['items'])}"
    kinds = rule.get("type", "object")
    found = " or ".join(NAMES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
    limits = [f"{words} {rule[key]}" for key, words in LIMITS.items() if key in rule]
    return f"{found}, {' and '.join(limits)}" if limits else found


def table(title, lines):
    head = "| key | value | default | meaning |\n|---|---|---|---|\n"
    return f"### {title}\n\n{head}{''.join(lines)}\n"


if __name__ == "__main__":
    main()
