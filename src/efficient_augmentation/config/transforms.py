"""The key `transforms` of an experiment: a model of each transform's parameters, and checks."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Interval, MinLen
from pydantic import AfterValidator, ConfigDict, Field
from typing_extensions import TypedDict

from efficient_augmentation.config import compositions, folders, messages, user_functions
from efficient_augmentation.config.featurizer import GIVEN
from efficient_augmentation.config.section import (
    WHOLE,
    Distinct,
    NotBlank,
    Section,
    Seed,
    Several,
    one_of,
    plain,
)
from efficient_augmentation.files import code

# Folders of results/{experiment}/ that belong to no transform.
_FOLDERS = ("featurizer", "figures")


# Degrees and shares of contrast that no pixel shows.
_NO_TURN, _NO_CONTRAST = 1e-3, 1e-3


def _changing(same):
    """Check that a number does not make a transform leave images as they are."""

    def check(value):
        if same(value):
            raise ValueError(f"{value:g} would repeat the originals; leave it out")
        return value

    return AfterValidator(check)


def _turned(angle):
    """How far a turn is from whole turns, in degrees."""
    return abs((angle + 180) % 360 - 180)


def _other_angles(degrees):
    # Neighbours on the circle, the last beside the first.
    within = sorted(angle % 360 for angle in degrees)
    pairs = zip(within, [*within[1:], *within[:1]], strict=True)
    if len(within) > 1 and any(_turned(b - a) < _NO_TURN for a, b in pairs):
        raise ValueError(f"{messages.shown(degrees)} holds an angle twice, up to whole turns")
    return degrees


def _some(transforms):
    if not transforms:
        raise ValueError("{} has 0 entries; give at least 1")
    return transforms


def _one(step):
    if len(step) > 1:
        raise ValueError(f"{messages.shown(plain(step))} has {len(step)} entries; give at most 1")
    return step


Pixels = Several[Annotated[int, Interval(ge=1), WHOLE]]
Angle = Annotated[float, _changing(lambda angle: _turned(angle) < _NO_TURN)]
Level = Annotated[int, Interval(ge=-255, le=255), WHOLE, _changing(lambda level: level == 0)]
Factor = Annotated[
    float, Interval(gt=0, le=1000), _changing(lambda factor: abs(factor - 1) < _NO_CONTRAST)
]


class Transform(Section):
    """Parameters of the transform of `transforms.catalogue` that has the model's name."""

    largest: ClassVar[Callable | None] = None  # most pixels allowed, by the shorter side


class Translate(Transform):
    """The four diagonal shifts by each number of pixels, edges replicated."""

    largest = staticmethod(lambda side: side - 1)
    pixels: Pixels
    """Whole numbers of pixels; each gives four variants."""


class Rotate(Transform):
    """Rotation about the centre, edges replicated."""

    degrees: Annotated[Several[Angle], AfterValidator(_other_angles)]
    """Angles; positive ones turn clockwise on the screen; 0 would repeat the originals."""


class Crop(Transform):
    """Cut each number of pixels off every side and enlarge the rest to the original size."""

    largest = staticmethod(lambda side: (side - 1) // 2)
    pixels: Pixels
    """Whole numbers of pixels; each gives one variant."""


class Flip(Transform):
    """Mirror images."""

    axes: Several[Literal["horizontal", "vertical"]]
    """horizontal exchanges left and right, vertical top and bottom."""


class Brightness(Transform):
    """Make images lighter or darker."""

    levels: Several[Level]
    """Grey levels (of 255) to add; 0 would repeat the originals."""


class Contrast(Transform):
    """Raise or lower the contrast about the middle grey."""

    factors: Several[Factor]
    """Above 1 more contrast, below 1 less; 1 would repeat the originals."""


class Blur(Transform):
    """Convolve images with a Gaussian, edges replicated."""

    sigmas: Several[Annotated[float, Interval(ge=0.25, le=10)]]
    """Standard deviations in pixels; smaller ones would repeat the originals."""


class Noise(Transform):
    """Add Gaussian noise to every pixel, for every pair of a level and a seed."""

    levels: Several[Annotated[float, Interval(ge=0.1, le=255)]]
    """Standard deviations in grey levels, of 255; smaller ones would repeat the originals."""
    seeds: Several[Seed] = [0]
    """Seeds; each gives another draw."""


class Cutout(Transform):
    """Paint over a square with the image's mean colour, for every side and seed."""

    largest = staticmethod(lambda side: side - 1)
    pixels: Pixels
    """Sides of the square."""
    seeds: Several[Seed] = [0]
    """Seeds; each gives other positions."""


class Given(Transform):
    """The rows that come with dataset.kind features; for no other kind."""


class Composition(Section):
    """Transforms applied one after the other; every combination is a variant."""

    compose: Annotated[list["Step"], MinLen(1)]
    """The transforms, in order."""

    @classmethod
    def suits(cls, given):
        return "compose" in given


class Function(Section):
    """A function of your own."""

    function: Annotated[str, Field(pattern=messages.FUNCTION)]
    """The function as module:function, found from the working directory."""
    arguments: Several[dict[str, Any]] = [{}]
    """Its keyword arguments; each mapping gives one variant."""
    reads: Distinct[NotBlank] = []
    """Files that it reads; when the content of one changes, features are computed again."""

    @classmethod
    def suits(cls, given):
        return "function" in given


CATALOGUE = {model.__name__.lower(): model for model in Transform.__subclasses__()}
"""The model of every transform's parameters, by name."""

Own = one_of(Function, Composition, known=[name for name in CATALOGUE if name != GIVEN])
ByName = TypedDict(
    "ByName",
    CATALOGUE,
    total=False,
    extra_items=Own,
)
ByName.__pydantic_config__ = ConfigDict(strict=True)
Transforms = Annotated[
    ByName,
    AfterValidator(_some),
    Field(json_schema_extra={"minProperties": 1}),
]
Step = Annotated[Transforms, AfterValidator(_one), Field(json_schema_extra={"maxProperties": 1})]


def problems(settings, image_shape):
    """Problems of an experiment's transforms, beyond the types of their parameters.

    Args:
      settings: effective settings of the experiment.
      image_shape: as `data.dataset.image_shape`.
    Yields: str, one message each.
    """
    transforms, kind = settings["transforms"], settings["dataset"]["kind"]
    if list(transforms) != [GIVEN] if image_shape is None else GIVEN in transforms:
        yield (
            f"transforms: {', '.join(transforms)} does not go with dataset.kind {kind}: {GIVEN}, "
            "and nothing else, is for data that are features; leave transforms out"
        )
        return
    yield from folders.problems("transforms", transforms, _FOLDERS).values()
    for name, parameters in transforms.items():
        for text in compositions.problems(name, parameters):
            yield f"transforms.{name}: {text}"
    for where, name, parameters in leaves(transforms):
        if name in CATALOGUE and CATALOGUE[name].largest:
            yield from _size_problems(where, name, parameters["pixels"], image_shape, kind)
        if "function" in parameters:
            for text in user_functions.problems(**parameters):
                yield f"{where}.{text}"
        if name == GIVEN and where != f"transforms.{GIVEN}":
            yield f"{where}: {GIVEN} cannot be a step; leave it out"


def leaves(transforms, where="transforms"):
    """Transforms that are not compositions, including the steps of compositions.

    Args:
      transforms: mapping from name to parameters.
      where: path of the mapping in the config.
    Yields: (path in the config, name, parameters).
    """
    for name, parameters in transforms.items():
        here = f"{where}.{name}"
        if "compose" not in parameters:
            yield here, name, parameters
        for i, step in enumerate(parameters.get("compose", ())):
            yield from leaves(step, f"{here}.compose[{i}]")


def stamps(transforms):
    """Stamps of the functions that transforms call, whose change reruns their results.

    Args:
      transforms: mapping from name to parameters.
    Returns: list of "name digest" for each function's file, for the modules that it imports from
      the working directory, from PYTHONPATH and from the folder of its own module, and for the
      files under `reads`; for an installed function, "package version".
    Raises: ValueError as `user_code.source`; OSError for a file that cannot be read.
    """
    found = set()
    for _, _, parameters in leaves(transforms):
        if "function" in parameters:
            found |= user_functions.behind(parameters["function"])
            found |= {f"{file} {code.file_digest(file)}" for file in parameters.get("reads", ())}
    return sorted(found)


def _size_problems(where, name, numbers, image_shape, kind):
    height, width = image_shape[:2]
    most = CATALOGUE[name].largest(min(height, width))
    for pixels in numbers:
        if pixels > most:
            yield (
                f"{where}.pixels: {pixels} leaves no pixel of the {height} x {width} images of "
                f"{kind}; give at most {most}"
            )
