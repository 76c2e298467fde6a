"""Checks of compositions: their number of variants, and steps that undo or repeat each other."""

import itertools
import math

MOST_VARIANTS = 10_000

_MIRRORED = {"horizontal": (2, True), "vertical": (0, True)}


def problems(name, parameters):
    """Problems of a transform's variants that do not depend on the images.

    Args:
      name: the transform's name.
      parameters: mapping, defaults filled in.
    Yields: str, one message or none.
    """
    count = n_variants(name, parameters)
    if count > MOST_VARIANTS:
        yield f"{count} variants of every image; give parameters for at most {MOST_VARIANTS}"
        return
    found = symmetries(name, parameters) if "compose" in parameters else None
    if found and (0, False) in found:
        yield "its steps undo each other, which would repeat the originals; leave one out"
    elif found and len(set(found)) < len(found):
        yield "its steps make the same image in two ways; leave out what repeats"


def n_variants(name, parameters):
    """Number of variants of a transform.

    Args:
      name: the transform's name.
      parameters: mapping, defaults filled in.
    Returns: int.
    """
    if "compose" in parameters:
        steps = (item for step in parameters["compose"] for item in step.items())
        return math.prod(itertools.starmap(n_variants, steps))
    lists = math.prod(
        len(values)
        for key, values in parameters.items()
        if isinstance(values, list) and key != "reads"
    )
    return lists * (4 if name == "translate" else 1)


def symmetries(name, parameters):
    """Variants as symmetries of a square, if all of them are such.

    A symmetry maps a point of the plane, as a complex number z, to i^turns z or, mirrored, to
    i^turns conj(z).

    Args:
      name: the transform's name.
      parameters: mapping, defaults filled in.
    Returns: list of (turns, whether mirrored); None for any other transform.
    """
    if "compose" in parameters:
        steps = [symmetries(*item) for step in parameters["compose"] for item in step.items()]
        if None in steps:
            return None
        return [_in_turn(chosen) for chosen in itertools.product(*steps)]
    if name == "flip":
        return [_MIRRORED[axis] for axis in parameters["axes"]]
    if name == "rotate" and all(angle % 90 == 0 for angle in parameters["degrees"]):
        return [(int(angle // 90) % 4, False) for angle in parameters["degrees"]]
    return None


def _in_turn(chosen):
    turns, mirrored = 0, False
    for by, mirrors in chosen:
        turns = (by - turns if mirrors else by + turns) % 4
        mirrored ^= mirrors
    return turns, mirrored
