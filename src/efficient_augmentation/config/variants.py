"""Variants that make no sense: too many of them, the originals again, two that are the same."""

import itertools
import math

MOST = 1000
"""Variants of a transform; a data set holds its images once for each."""

_FLIPS = ("horizontal", "vertical")


def problems(transforms):
    """What is wrong with the variants that an experiment's transforms stand for.

    Args:
      transforms: mapping from name to parameters, each sound by itself.
    Returns: list of str, one message each with its place in the config.
    """
    return [text for name, given in transforms.items() for text in _problems(name, given)]


def _problems(name, given):
    where = f"transforms.{name}"
    if (count := _count(name, given)) > MOST:
        shown = count if count < 10**12 else f"more than {10**12}"
        return [f"{where}: {shown} variants; give at most {MOST}"]
    found, first = [], {}
    for variant in _variants(name, given):
        same = first.setdefault(_canonical(variant), variant)
        if not _canonical(variant):
            found.append(f"{where}: {_text(variant)} gives the originals again; leave it out")
        elif same is not variant:
            found.append(
                f"{where}: {_text(variant)} is the same as {_text(same)}; give one of them"
            )
    return found


def _count(name, given):
    if "compose" in given:
        steps = (item for step in given["compose"] for item in step.items())
        return math.prod(_count(*step) for step in steps)
    if "function" in given:
        return len(given["arguments"])
    return math.prod(map(len, given.values())) * (4 if name == "translate" else 1)


def _variants(name, given):
    """Every variant as its steps in turn, (name, values), by the values that the config gives."""
    if "compose" in given:
        steps = [_variants(*item) for step in given["compose"] for item in step.items()]
        return [sum(parts, ()) for parts in itertools.product(*steps)]
    if "function" in given:
        return [((given["function"], (str(arguments),)),) for arguments in given["arguments"]]
    return [((name, values),) for values in itertools.product(*given.values())] if given else []


def _canonical(variant):
    """The steps without those that undo each other; the same for variants that are the same.

    Mirrored twice along an axis, whatever other mirroring comes between, and turned by a multiple
    of 360 degrees, an image is as it was.
    """
    steps, flips = [], frozenset()
    for name, values in variant:
        if name == "rotate" and math.fmod(values[0], 360) == 0:
            continue
        if name == "flip" and values[0] in _FLIPS:
            flips ^= {values[0]}
            continue
        if flips:
            steps.append(("flip", flips))
            flips = frozenset()
        if name == "rotate":
            values = (round(math.fmod(values[0], 360) % 360, 9),)
        steps.append((name, values))
    return (*steps, ("flip", flips)) if flips else tuple(steps)


def _text(variant):
    return ", then ".join(f"{name} {', '.join(map(str, values))}" for name, values in variant)
