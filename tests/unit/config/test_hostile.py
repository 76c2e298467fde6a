"""Settings that nobody means: one message each, no traceback, whatever the values."""

import copy
import datetime
import random

import numpy as np
import pytest
import yaml

from efficient_augmentation.config import as_written, compositions, effective, reading
from efficient_augmentation.transforms import catalogue
from shipped import problems_of, shipped

HUGE = 10**400
ITSELF = {}
ITSELF["compose"] = [{"x": ITSELF}]
KIND = {}
KIND["kind"] = KIND
FLIP = {"flip": {"axes": ["horizontal"]}}
BOTH = {"flip": {"axes": ["horizontal", "vertical"]}}
MANY = [i / 100 for i in range(25, 325)]

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
    "nearly a whole turn": (
        {"transforms": {"rotate": {"degrees": [720 - 1e-9]}}},
        "degrees[0]: 720 would rep",
    ),
    "nearly the same turn": (
        {"transforms": {"rotate": {"degrees": [1e-2, 90, 90 + 1e-9]}}},
        "holds an angle twice",
    ),
    "no contrast to speak of": (
        {"transforms": {"contrast": {"factors": [1 + 1e-9]}}},
        "[0]: 1 would",
    ),
    "no blur to speak of": (
        {"transforms": {"blur": {"sigmas": [1e-9]}}},
        "sigmas[0]: 1e-09 is too small; give at least 0.25",
    ),
    "no noise to speak of": (
        {"transforms": {"noise": {"levels": [1e-9]}}},
        "levels[0]: 1e-09 is too small; give at least 0.1",
    ),
    "nothing but noise": (
        {"transforms": {"noise": {"levels": [1e9]}}},
        "is too large; give at most 255",
    ),
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
        f"x: {300**3} variants of every image; give parameters for at most",
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


def test_what_a_terminal_would_obey_is_shown_as_it_is_written():
    given = {"dataset": {"kind": "folder", "train": "a\x1b[2J\0\u202eb"}}
    (found,) = effective.problems(shipped(mine=given))
    assert "dataset.train: a\\x1b[2J\\x00\\u202eb: no such folder" in found


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


# 2,000 mutants in every run of the tests, 20,000 more among the long studies.
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.study) for seed in range(4, 44))]
MUTANTS = 500


@pytest.fixture(scope="module")
def whole():
    return effective.effective(shipped())


@pytest.mark.parametrize("seed", SEEDS)
def test_mutants_are_refused_in_words_or_make_whole_settings(whole, own_data, seed):
    rng = random.Random(seed)
    starts = [*whole.values(), {"transforms": {"x": {"compose": [FLIP, BOTH]}}}, *own_data]
    accepted = 0
    for _ in range(MUTANTS):
        settings = mutated(copy.deepcopy(rng.choice(starts)), rng)
        given = {"run": ["mine"], "experiments": {"mine": settings}}
        if found := effective.problems(given):
            assert max(map(len, found)) <= 1000
            continue
        found, accepted = effective.effective(given)["mine"], accepted + 1
        assert set(found) == set(whole["digits"])
        assert effective.effective({**given, "experiments": {"mine": found}})["mine"] == found
    assert accepted > 0


@pytest.fixture
def own_data(tmp_path, monkeypatch):
    """Settings of experiments on a user's own files, which lie in the working directory."""
    monkeypatch.chdir(tmp_path)
    x, y = np.zeros((8, 12, 12), np.uint8), np.arange(8) % 2
    np.savez("own.npz", x_train=x, y_train=y)
    source = np.array([-1] * 4 + [0, 1, 2, 3])
    np.savez("rows.npz", x_train=np.ones((8, 3)), y_train=y, source_train=source)
    for i in range(8):
        place = tmp_path / "photos" / "ab"[i % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{i}.png").touch()
    return [
        {"dataset": {"kind": "npz", "file": "own.npz"}, "C": 1},
        {"dataset": {"kind": "features", "file": "rows.npz"}, "C": 1},
        {"dataset": {"kind": "folder", "train": "photos", "classes": ["a", "b"]}, "C": 1},
    ]


TEXT = """\
run: [mine]
mirrors: ["/data", 'https://x']
checksums: {mnist/a.gz: "00"}
defaults: &d
  C: 1.0e-3
experiments:
  mine:
    dataset: {kind: mnist, classes: [3, '08', no], n_train: 1000}
    budgets: [1, 2, 5]
    transforms:
      rotate: {degrees: [-5.0, .5, 1_0, 190:20:30]}
      turned: {compose: [{flip: {axes: [horizontal]}}, {crop: {pixels: [2]}}]}
  other: {<<: *d, policies: ["baseline", ~], rounds: 2024-01-01}
"""
PIECES = [*"&*!|>%@`'\"#,[]{}:?- \n\t\r\0\ufeff\x85é😀", "<<: *d", "!!float ", "? ", "---\n", "0o7"]
PIECES += ["\n  ", ": ", "!!python/object:x ", "!!set {a, b}", "!!binary aGk=", ".nan", "-.inf"]


def damaged(text, rng):
    """Text with one to four pieces cut out, doubled or put in."""
    for _ in range(rng.randint(1, 4)):
        place, size = rng.randrange(len(text)), rng.choice([1, 1, 3, 20])
        piece = rng.choice(["", 2 * text[place : place + size], rng.choice(PIECES)])
        text = text[:place] + piece + text[place + size :]
    return text


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_texts_are_refused_in_words(tmp_path, seed):
    """Of files that Snakemake reads; about others it has its own word."""
    rng, path, read = random.Random(seed), tmp_path / "mine.yaml", 0
    for _ in range(MUTANTS // 2):
        text = damaged(TEXT, rng)
        path.write_text(text, encoding="utf-8", newline="")
        try:
            given = yaml.safe_load(path.read_text(encoding="utf-8"))
        except Exception:  # PyYAML's own, of any kind.
            continue
        for problems in (as_written.problems, reading.problems):
            assert all(found.startswith(str(path)) for found in problems(path))
        if isinstance(given, dict):
            config = {**shipped(), **given}
            assert all(isinstance(found, str) for found in effective.problems(config))
            read += 1
    assert read > MUTANTS / 20
