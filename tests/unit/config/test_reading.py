"""Config files as texts: what YAML would read in another sense, or drop."""

import copy
import json

import pytest
import yaml

from efficient_augmentation.config import as_written, reading
from shipped import ROOT


def found(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return [*as_written.problems(path), *reading.problems(path)]


def classes(text):
    return f"run: [mine]\nexperiments:\n  mine:\n    dataset: {{kind: folder, classes: {text}}}\n"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("010", "8"),
        ("0o10", None),
        ("01", "1"),
        ("08", None),
        ("0x1F", "31"),
        ("0b11", "3"),
        ("1_000", "1000"),
        ("+5", "a whole number"),
        ("-5", None),
        ("5", None),
        ("16:9", "969"),
        ("1:30.5", "a number"),
        ("1.0", "a number"),
        ("1.0e+3", "a number"),
        ("1e3", None),
        (".5", "a number"),
        (".nan", "a number"),
        ("no", "true or false"),
        ("Yes", "true or false"),
        ("off", "true or false"),
        ("true", "true or false"),
        ("null", "nothing"),
        ("~", "nothing"),
        ("2024-01-01", "a date"),
        ("2024-01-01 10:00:00", "a date"),
        ("'010'", None),
        ('"no"', None),
        ("cat", None),
    ],
)
def test_names_of_classes_that_are_none_to_yaml(tmp_path, text, read):
    texts = found(tmp_path, classes(f"[a, {text}]"))
    if read is None:
        assert texts == []
        value = yaml.load(f"[{text}]", yaml.FullLoader)[0]
        assert str(value) == text.strip("'\"")  # which is how the class is looked for
    else:
        (message,) = texts
        place = f"mine.yaml, line 4: experiments.mine.dataset.classes[1]: {text} is "
        assert place in message
        assert read in message
        assert f"'{text}', in quotes" in message or f'a name, "{text}"' in message


@pytest.mark.parametrize("text", ["n_train: 0100", "rounds: 1:30", "train: 2024-01-01"])
def test_numbers_of_another_base_and_dates_are_refused_everywhere(tmp_path, text):
    (message,) = found(tmp_path, f"defaults:\n  {text}\n")
    assert f"mine.yaml, line 2: defaults.{text} is " in message


@pytest.mark.parametrize("text", ["C: 0.5", "b: yes", "c: 1.0e-3", "d: 0", "e: -0.0"])
def test_other_values_are_left_to_the_schema(tmp_path, text):
    assert found(tmp_path, text) == []


def test_a_null_for_all_classes_is_none_of_them(tmp_path):
    assert found(tmp_path, classes("null")) == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("config/*.yaml")), ids=lambda path: path.name)
def test_our_own_files_are_sound(path):
    assert reading.problems(path) == []


def test_a_default_that_is_given_replaces_the_whole_key():
    digits = {"kind": "digits", "classes": [3, 8]}
    config = {"defaults": {"dataset": {**digits, "kind": "folder", "train": "x"}, "C": 10.0}}
    given = {"defaults": {"dataset": {"kind": "folder", "train": "x"}}}
    before = copy.deepcopy((config, given))
    merged = reading.with_defaults_replaced(config, [{}, given, {"run": ["a"]}])
    assert merged == {"defaults": {"dataset": {"kind": "folder", "train": "x"}, "C": 10.0}}
    assert (config, given) == before
    last = reading.with_defaults_replaced(config, [given, {"defaults": {"dataset": digits}}])
    assert last["defaults"]["dataset"] == digits


@pytest.mark.parametrize("layer", [{"defaults": None}, {"defaults": [1]}, {}, None])
def test_what_is_no_mapping_is_left_to_the_schema(layer):
    assert reading.with_defaults_replaced({"defaults": {"C": 1}}, [layer]) == {"defaults": {"C": 1}}
    assert reading.with_defaults_replaced({}, [layer]) == {}


def test_layers_share_nothing_with_the_config():
    layer = {"defaults": {"dataset": {"kind": "digits"}}}
    merged = reading.with_defaults_replaced({"defaults": {}}, [layer])
    merged["defaults"]["dataset"]["kind"] = "mnist"
    assert json.dumps(layer) == '{"defaults": {"dataset": {"kind": "digits"}}}'
