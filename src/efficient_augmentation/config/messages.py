"""Messages about mistakes in the config, with the key, its value and what would be right."""

import difflib
import json
import math
import types
from typing import Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

NOT_BLANK = r"\S"
SHA256 = "^[0-9a-f]{64}$"
FUNCTION = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"
_PATTERNS = {
    NOT_BLANK: "is blank; give a folder, a file or a URL, or leave the entry out",
    SHA256: "is not a SHA-256; give 64 hexadecimal digits in lower case",
    FUNCTION: 'does not name a function; write "module:function"',
}
NO_KIND = "no_kind"
UNKNOWN_TRANSFORM = "unknown_transform"
_EXPLAINED = "explained"
_NOUNS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "list": "a list",
    "dict": "a mapping",
    "model": "a mapping",
}
_EMPTY = {"a mapping": "; write {} to take every default", "a list": "; write [] for none"}


def tag(model):
    """The mark of a model in pydantic's error locations, which differs from every printable key."""
    return f"\0{model.__name__}"


def explained(error, model, given):
    """Pydantic's errors in a section, with messages of our own.

    Args:
      error: pydantic.ValidationError; messages of inner sections stay.
      model: the section's class.
      given: the mapping that was validated.
    Returns: pydantic.ValidationError.
    """
    lines = []
    for found in error.errors(include_url=False):
        where = tuple(key for key in found["loc"] if not _is_tag(key))
        if found["type"] == _EXPLAINED:
            text = found["ctx"]["text"]
        else:
            where, text = _explained(found, where, model, given)
        said = PydanticCustomError(_EXPLAINED, "{text}", {"text": text})
        lines.append({"type": said, "loc": where, "input": None})
    return ValidationError.from_exception_data(model.__name__, lines)


def said(error):
    """The messages of an explained error.

    Args:
      error: pydantic.ValidationError from `explained`.
    Yields: (path as a tuple of keys, text).
    """
    for found in error.errors(include_url=False):
        yield found["loc"], found["ctx"]["text"]


def dotted(path):
    """A path of keys as messages show it, such as experiments.mine.budgets[0]."""
    keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return keys.lstrip(".") or "config"


def did_you_mean(word, known):
    """The end of a message that suggests a similar known word, or an empty string."""
    close = difflib.get_close_matches(str(word)[:200], map(str, known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def as_json(value, **how):
    """A value as JSON, or in Python's form if JSON cannot hold it."""
    try:
        return json.dumps(value, default=str, **how)
    except (TypeError, ValueError):
        return repr(value)


def shown(value):
    """A value as JSON, cut to 80 characters."""
    text = as_json(value)
    return text if len(text) <= 80 else f"{text[:76]} ..."


def cut(text, longest=1000):
    """A line for the terminal: control characters become escapes, a long text loses its middle.

    The end stays, since it holds the remedy.
    """
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    kept = (longest - 5) // 2
    return text if len(text) <= longest else f"{text[:kept]} ... {text[-kept:]}"


def _explained(found, where, model, given):
    value, context = found["input"], found.get("ctx", {})
    match found["type"]:
        case "extra_forbidden":
            return where, _unknown_key(where[-1], given, list(model.model_fields))
        case "missing":
            return where, _missing(model.model_fields[where[-1]].annotation)
        case "no_kind" if isinstance(value, dict):
            return (*where, "kind"), _no_kind(value, context["known"])
        case "unknown_transform" if isinstance(value, dict):
            return where, _unknown_transform(where[-1], context["known"])
        case "no_kind" | "unknown_transform":
            return where, _wrong_type(value, "a mapping", False)
        case "value_error":
            return where, str(context["error"])
        case "string_pattern_mismatch":
            return where, f"{shown(value)} {_PATTERNS[context['pattern']]}"
        case "literal_error":
            return where, _not_among(value, context["expected"].replace(" or ", ", "))
        case "too_short" | "too_long":
            return where, f"{shown(value)} has {len(value)} entries; give {_count(context)}"
        case "invalid_key":
            return where, ""  # `effective` itself reports keys that are not text.
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            return where, f"{shown(value)} {_beyond(**context)}"
    noun = _NOUNS.get(found["type"].partition("_")[0])
    if noun and found["type"].endswith(("_type", "from_float")):
        optional = len(where) == 1 and _is_optional(model.model_fields[where[0]].annotation)
        return where, _wrong_type(value, noun, optional)
    return where, f"{shown(value)}: {found['msg']}"


def _is_tag(key):
    return isinstance(key, str) and key.startswith("\0")


def _is_optional(annotation):
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _unknown_key(key, given, known):
    if "kind" not in known:
        return f"unknown key; known here: {', '.join(known) or 'none'}{did_you_mean(key, known)}"
    kind, others = given["kind"], ", ".join(name for name in known if name != "kind")
    return (
        f"{shown(given[key])} does not go with kind {kind}; "
        f"{kind} takes {others or 'no other key'}{did_you_mean(key, known)}"
    )


def _missing(annotation):
    if get_origin(annotation) is Literal:
        return f"missing; it is one of {', '.join(get_args(annotation))}"
    return "missing; it has no default"


def _no_kind(given, known):
    choices = f"one of {', '.join(known)}"
    if "kind" not in given:
        return f"missing; it is {choices}"
    return f"{shown(given['kind'])} is not {choices}{did_you_mean(given['kind'], known)}"


def _unknown_transform(name, known):
    return (
        f"unknown transform; known here: {', '.join(known)}{did_you_mean(name, known)}; under a "
        "name of your own give compose or function"
    )


def _not_among(value, expected):
    choices = expected.replace("'", "")
    return f"{shown(value)} is not one of {choices}{did_you_mean(value, choices.split(', '))}"


def _count(context):
    if "min_length" in context:
        return f"at least {context['min_length']}"
    return f"at most {context['max_length']}"


def _wrong_type(value, noun, optional):
    wanted = f"{noun} or null" if optional else noun
    if value is None:
        return f"nothing is given where {wanted} is needed{_EMPTY.get(noun, '')}"
    if noun in ("a whole number", "a number") and is_number_as_text(value):
        return (
            f"{shown(value)} is text to YAML, {wanted} is needed; write it without quotes and, "
            f"if it has an exponent, with a point and a sign: {float(value)}"
        )
    if noun == "a list" and isinstance(value, str | int | float):
        return f"{shown(value)} is not a list; write [{str(value)[:80]}]"
    return f"{shown(value)} is not {wanted}"


def is_number_as_text(value):
    """Whether a value is text that can be read as a finite number."""
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _beyond(ge=None, gt=None, le=None, lt=None):
    """The message for a number outside the limit that pydantic names."""
    limit = next(limit for limit in (ge, gt, le, lt) if limit is not None)
    limit = int(limit) if limit == int(limit) else limit
    if ge is not None:
        return f"is too small; give at least {limit}"
    if gt is not None:
        return f"is not above {limit}; give a larger number"
    if le is not None:
        return f"is too large; give at most {limit}"
    return f"is not below {limit}; give a smaller number"
