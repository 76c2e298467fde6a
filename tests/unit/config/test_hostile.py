"""Settings that nobody means: one message each, no traceback, whatever the values."""

import copy
import datetime
import random

import numpy as np
import pytest

from efficient_augmentation.config import compositions, effective
from efficient_augmentation.transforms import catalogue
from shipped import problems_of, shipped

HUGE = 10**400
ITSELF = {}
ITSELF["compose"] = [{"x": ITSELF}]
KIND = {}
KIND["kind"] = KIND
FLIP = {"flip": {"axes": ["horizontal"]}}
BOTH = {"flip": {"axes": ["horizontal", "vertical"]}}
MANY = [i / 100 for i in range(1, 300)]

CASES = {
    "content of what is given": ({"transforms": {"given": {"pixels": [2]}}}, "given.pixels: unkn"),
    "a huge number": ({"C": HUGE}, "C: 1000"),
    "a huge angle": ({"transforms": {"rotate": {"degrees": [HUGE]}}}, "degrees[0]: 1000"),
    "a huge count": ({"rounds": HUGE}, "rounds: 1000"),
    "a batch beyond 64 bits": ({"featurizer": {"kind": "cnn", "batch_size": HUGE}}, "size: 1000"),
    "more rounds than seconds in a life": ({"rounds": 10**10}, "rounds: 10000000000 is too large"),
    "a mapping that holds itself": ({"dataset": KIND}, "dataset.kind.kind.kind holds itself"),
    "a step that holds itself": ({"transforms": {"x": ITSELF}}, "compose[0] holds itself"),
    "whole turns": ({"transforms": {"rotate": {"degrees": [360.0]}}}, "degrees[0]: 360 would rep"),
    "the same turn": ({"transforms": {"rotate": {"degrees": [20, 380]}}}, "degrees: [20.0, 380.0]"),
    "there and back": ({"transforms": {"x": {"compose": [FLIP, FLIP]}}}, "x: its steps undo"),
    "half turn and both flips": (
        {"transforms": {"x": {"compose": [BOTH, {"rotate": {"degrees": [180]}}, FLIP]}}},
        "x: its steps undo",
    ),
    "the same image twice": (
        {"transforms": {"x": {"compose": [BOTH, {"rotate": {"degrees": [90, -90]}}]}}},
        "x: its steps make the same image in two ways",
    ),
    "variants without number": (
        {"transforms": {"x": {"compose": [{"blur": {"sigmas": MANY}}] * 3}}},
        f"x: {299**3} variants of every image; give parameters for at most",
    ),
    "a path for a policy": ({"end_to_end": {"policies": ["../../etc"]}}, "unknown policy '../../"),
    "end to end, never trained": (
        {"end_to_end": {"network": {"kind": "raw"}}},
        'network: {"kind": "raw"} is not trained',
    ),
    "a number for text": ({"scores": [3]}, "scores[0]: 3 is not one of"),
    "a date for a key": (
        {datetime.date(2024, 1, 1): 1},
        "the key datetime.date(2024, 1, 1) is no text; write it in quotes",
    ),
    "a number for a key": ({"selection": {3: 4}}, "selection[3]: the key 3 is no text"),
    "a key like those of our own": ({"dataset": {"kind": "digits", "\0Digits": 1}}, "rename it"),
    "a key in brackets": ({"<Digits>": 1}, "mine.<Digits>: unknown key"),
    "keys of two types, far below": (
        {"transforms": {"x": {"function": "shapes:f", "arguments": [{"table": {1: 2, "a": 3}}]}}},
        "arguments[0].table[1]: the key 1 is no text",
    ),
    "endless text": ({"influence": "x" * 10**5}, "influence: "),
    "a list of everything": ({"budgets": list(range(10**4, 0, -1))}, "budgets: 9999 comes after"),
}


@pytest.mark.parametrize(("settings", "said"), CASES.values(), ids=CASES)
def test_one_short_message_names_key_and_value(settings, said):
    (found,) = effective.problems(shipped(mine=settings))
    assert said in found
    assert len(found) <= 1000


def test_a_composition_that_changes_images_is_none_of_these():
    for steps in ([BOTH, {"blur": {"sigmas": [1]}}], [FLIP, {"rotate": {"degrees": [90, 5]}}]):
        assert problems_of(transforms={"x": {"compose": steps}}) == []
    assert problems_of(transforms={"x": {"compose": [FLIP, {"rotate": {"degrees": [90]}}]}}) == []


def test_variants_are_counted_as_they_are_made():
    for name, parameters in {
        "translate": {"pixels": [1, 2]},
        "noise": {"levels": [1.0, 2.0, 3.0], "seeds": [0, 1]},
        "x": {"compose": [{"translate": {"pixels": [1]}}, {"crop": {"pixels": [1, 2]}}]},
        "given": {},
    }.items():
        made = catalogue.variants(name, parameters)
        assert compositions.n_variants(name, parameters) == len(made) or name == "given"


def test_symmetries_are_those_of_images():
    image = np.random.default_rng(0).integers(0, 256, (1, 5, 5, 1)).astype(np.uint8)
    every = {"rotate": {"degrees": [90.0, 180.0, -90.0]}}
    steps = {"compose": [BOTH, every, BOTH]}
    made = [np.asarray(v.apply(image)).tobytes() for v in catalogue.variants("x", steps)]
    named = compositions.symmetries("x", steps)
    assert len(made) == len(named) == 12
    for i in range(12):
        assert (named[i] == (0, False)) == (made[i] == image.tobytes())
        for j in range(12):
            assert (named[i] == named[j]) == (made[i] == made[j])


def test_more_than_fifty_problems_are_counted():
    given = shipped(**{f"mine{i}": {"rounds": 0, "C": 0} for i in range(40)})
    with pytest.raises(effective.ConfigError) as error:
        effective.effective(given)
    lines = str(error.value).splitlines()
    assert len(lines) == 1 + 50 + 1
    assert lines[-1].strip() == "and 30 problems more"


VALUES = [
    *(None, True, False, 0, 1, -1, 2.5, 1.0, 10**30, 2**32, float("inf"), float("nan")),
    *("", " ", "5", "1e-3", "loss", "baseline", "cnn", "horizontal", "x" * 5000),
    *([], {}, [1], [1, 1], [2, 1], [[1]], [{}], [None], ["loss", "loss"], {3: 4}, {"kind": {}}),
    *({"kind": "raw"}, {"kind": "mnist"}, {"gain": 0.5}, {"compose": [FLIP]}, {"a": [{}]}),
]
KEYS = [
    "kind",
    "mode",
    "recipe",
    "classes",
    "compose",
    "function",
    "given",
    "crop",
    "gain",
    3,
    None,
]


def containers(value):
    if isinstance(value, dict | list):
        yield value
        for below in value.values() if isinstance(value, dict) else value:
            yield from containers(below)


def mutated(settings, rng):
    """Settings with one to three values anywhere that are replaced, deleted or added."""
    for _ in range(rng.randint(1, 3)):
        place = rng.choice([*containers(settings)])
        keys = list(place) if isinstance(place, dict) else range(len(place))
        value, what = copy.deepcopy(rng.choice(VALUES)), rng.random()
        if keys and what < 0.6:
            place[rng.choice(keys)] = value
        elif keys and what < 0.75:
            del place[rng.choice(keys)]
        elif isinstance(place, dict):
            place[rng.choice(KEYS)] = value
        else:
            place.append(value)
    return settings


@pytest.mark.parametrize("seed", range(4))
def test_mutants_are_refused_in_words_or_make_whole_settings(seed):
    rng = random.Random(seed)
    whole = effective.effective(shipped())
    starts = [*whole.values(), {"transforms": {"x": {"compose": [FLIP, BOTH]}}}]
    accepted = 0
    for _ in range(80):
        settings = mutated(copy.deepcopy(rng.choice(starts)), rng)
        given = {"run": ["mine"], "experiments": {"mine": settings}}
        if found := effective.problems(given):
            assert max(map(len, found)) <= 1000
            continue
        found, accepted = effective.effective(given)["mine"], accepted + 1
        assert set(found) == set(whole["digits"])
        assert effective.effective({**given, "experiments": {"mine": found}})["mine"] == found
    assert accepted > 0
