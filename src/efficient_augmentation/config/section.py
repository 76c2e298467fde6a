"""The base class of all sections of the settings, and the types of their values."""

from itertools import pairwise
from typing import Annotated, Literal, TypeVar, Union, get_args

from annotated_types import Interval, MinLen
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    create_model,
    model_validator,
)

from efficient_augmentation.config import messages

T = TypeVar("T")


class Section(BaseModel):
    """A mapping of the config: keys with types and defaults; below each key stands its meaning."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, given, validate):
        try:
            return validate(given)
        except ValidationError as error:
            raise messages.explained(error, cls, given) from None


class Kind(Section):
    """A section of which there are several kinds, each with keys of its own."""

    kind: str
    """The kind, which determines the other keys."""

    @classmethod
    def kinds(cls):
        """The values of `kind` that the model describes."""
        return get_args(cls.model_fields["kind"].annotation)

    @classmethod
    def suits(cls, given):
        """Whether the model describes a mapping, judged by its `kind`."""
        return given.get("kind") in cls.kinds()


def like(base, name, meaning, **fields):
    """A model like another one, with some fields changed.

    Args:
      base: subclass of `Section`.
      name: the new model's name.
      meaning: its docstring.
      fields: for each changed field its default; for `kind` its only value.
    Returns: subclass of base.
    """
    changed = {}
    for key, value in fields.items():
        field = base.model_fields[key]
        kept = {"default": value, "description": field.description}
        annotated = field.annotation
        if field.metadata:
            annotated = Annotated[(annotated, *field.metadata)]
        if key == "kind":
            annotated, kept["default"] = Literal[value], ...
        changed[key] = (annotated, Field(**kept))
    return create_model(name, __base__=base, __doc__=meaning, **changed)


def one_of(*models, known=None):
    """Type of a section that is described by the first of several models that suits it.

    Args:
      models: subclasses of `Section` with a class method `suits`, as in `Kind`.
      known: names for the message if none suits; None means the kinds of the models.
    Returns: type for the annotation of a field.
    """

    def tag(given):
        if isinstance(given, Section):
            return messages.tag(type(given))
        found = (m for m in models if isinstance(given, dict) and m.suits(given))
        return next(map(messages.tag, found), None)

    tagged = Union[tuple(Annotated[model, Tag(messages.tag(model))] for model in models)]  # noqa: UP007
    mistake, choices = messages.UNKNOWN_TRANSFORM, known
    if known is None:
        kinds = dict.fromkeys(kind for model in models for kind in model.kinds())
        mistake, choices = messages.NO_KIND, list(kinds)
    return Annotated[tagged, Discriminator(tag, mistake, mistake, {"known": choices})]


def either(left, right, is_left):
    """Type of a value that is described in one of two ways.

    Args:
      left, right: types.
      is_left: function that says of a given value whether `left` describes it.
    Returns: type for the annotation of a field.
    """
    tags = ("\0left", "\0right")
    choice = Discriminator(lambda given: tags[not is_left(given)])
    return Annotated[Annotated[left, Tag(tags[0])] | Annotated[right, Tag(tags[1])], choice]


def plain(value):
    """Models as mappings with sorted keys, so that equal settings have equal representations.

    Args:
      value: a model, or mappings, lists and values that may hold models.
    Returns: dicts, lists, text, numbers, booleans and None.
    """
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in sorted(value)}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _as_whole(value):
    exact = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if exact else value


def _each_once(values):
    if len({messages.as_json(value, sort_keys=True) for value in values}) < len(values):
        raise ValueError(f"{messages.shown(values)} has an entry twice; give each once")
    return values


def _increasing(values):
    for before, after in pairwise(values):
        if after == before:
            raise ValueError(f"{after} stands twice; give each once")
        if after < before:
            raise ValueError(f"{after} comes after {before}; give them in increasing order")
    return values


WHOLE = BeforeValidator(_as_whole)
"""Marks a whole number that may also be written as 5.0."""
Count = Annotated[int, Interval(ge=1, le=10**9), WHOLE]
Seed = Annotated[int, Interval(ge=0, le=2**32 - 1), WHOLE]
NotBlank = Annotated[str, Field(pattern=messages.NOT_BLANK)]

_UNIQUE = Field(json_schema_extra={"uniqueItems": True})
Distinct = Annotated[list[T], AfterValidator(_each_once), _UNIQUE]
"""A list without repetitions, which may be empty."""
Several = Annotated[list[T], MinLen(1), AfterValidator(_each_once), _UNIQUE]
"""A list without repetitions and with at least one entry."""
Increasing = Annotated[list[T], AfterValidator(_increasing)]
