"""The configuration: every default filled in."""

import copy
import os
import re
import subprocess
import sys

import jsonschema
import pytest
import yaml

from efficient_augmentation.config import effective, transforms
from efficient_augmentation.data import dataset, published
from efficient_augmentation.names import as_published, networks, policies, scores
from efficient_augmentation.networks import models
from efficient_augmentation.transforms import catalogue
from shipped import ROOT, SHIPPED, shipped

sys.path.insert(0, str(ROOT / "docs"))
import make_config

SCHEMA = effective.schema()
EXPERIMENT = SCHEMA["$defs"]["Experiment"]["properties"]


def test_schema_is_a_schema_that_describes_every_key():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    mappings = [SCHEMA, *SCHEMA["$defs"].values()]
    found = [item for rule in mappings for item in rule.get("properties", {}).items()]
    assert len(found) > 80
    for name, rule in found:
        # Where a key and the mapping below it say the same, it stands at the mapping alone.
        below = SCHEMA["$defs"].get(rule.get("$ref", "").rpartition("/")[2], {})
        assert rule.get("description") or below.get("description"), name


def test_the_schema_takes_what_the_models_take():
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for path in (ROOT / "config").glob("*.yaml"):
        assert list(validator.iter_errors(yaml.safe_load(path.read_text()))) == []
    for mistake in (
        {"budgetz": [1]},
        {"rounds": "5"},
        {"dataset": {"kind": "mnist", "seed": 3}},
        {"transforms": {"crop": {"pixels": [0]}}},
        {"transforms": {"x": {"compose": [{"crop": {}}]}}},
        {"featurizer": {"kind": "raw", "mode": "online"}},
        {"selection": {"budget": {"gain": 95}}},
    ):
        assert not validator.is_valid({"experiments": {"mine": mistake}}), mistake


def test_schema_and_tables_of_keys_are_current():
    """They are made by docs/make_config.py."""
    for path, text in make_config.made().items():
        assert path.read_text() == text, f"{path.name}: run python docs/make_config.py"


def test_looking_at_settings_loads_nothing_heavy():
    script = (
        "import sys, efficient_augmentation.config.effective as e; e.effective({});"
        "print(*{'jax', 'flax', 'sklearn', 'scipy', 'matplotlib'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


def test_every_default_of_the_schema_is_valid_by_itself():
    assert effective.problems({"experiments": {"mine": {}}, "run": ["mine"]}) == []


def test_shipped_defaults_are_those_of_the_schema():
    only_schema = effective.effective({"run": ["mine"], "experiments": {"mine": {}}})
    assert effective.effective(shipped(mine={}))["mine"] == only_schema["mine"]
    assert set(SHIPPED) == set(SCHEMA["properties"])
    assert set(SHIPPED["defaults"]) == set(EXPERIMENT)
    for key in ("run", "mirrors"):
        assert SHIPPED[key] == SCHEMA["properties"][key]["default"]


def test_default_policies_are_the_papers_panel():
    assert SHIPPED["defaults"]["policies"] == list(policies.PAPER_PANEL)


def test_shipped_transforms_are_the_papers():
    found = effective.effective(SHIPPED)["mnist"]["transforms"]
    angles = [-30 + 60 * i / 14 for i in range(15) if i != 7]
    assert found["rotate"]["degrees"] == pytest.approx(angles, abs=1e-12)
    assert found["translate"]["pixels"] == [2]
    assert found["crop"]["pixels"] == [1, 2, 3, 4, 5, 6]
    settings = effective.effective(SHIPPED)
    for name in ("cifar10", "norb_augmented"):
        found = settings[name]["transforms"]
        angles = [-5 + 10 * i / 3 for i in range(4)]
        assert found["rotate"]["degrees"] == pytest.approx(angles, abs=1e-12)
        assert found["crop"]["pixels"] == [2]
    assert settings["cifar10"]["transforms"]["translate"]["pixels"] == [3]
    # Each of NORB's two networks serves its own transforms.
    assert settings["norb"]["transforms"] == {"translate": {"pixels": [6]}}
    assert set(settings["norb_augmented"]["transforms"]) == {"rotate", "crop"}


@pytest.mark.parametrize("name", ["mnist", "cifar10", "norb", "norb_augmented"])
def test_shipped_refinements_are_the_papers(name):
    found = effective.effective(SHIPPED)[name]
    assert (found["dataset"]["kind"], found["dataset"]["n_train"]) == (name.split("_")[0], 1000)
    assert found["dataset"]["classes"] == ([3, 8] if name == "mnist" else [0, 1])
    assert found["scores"] == ["loss", "influence", "margin"]
    assert found["clusters"] == {
        "counts": [1, 10, 50, 100, 250, 500, 750, 1000],
        "policies": ["baseline", "random_proportional"],
        "scores": ["loss", "influence"],
    }
    assert found["dpp"]["budgets"] == [1, 10, 30, 50, 70, 100, 150, 200, 250]
    assert found["sweep"] == 50


def test_the_defaults_refine_nothing():
    found = effective.effective(SHIPPED)["digits"]
    assert (found["clusters"]["counts"], found["dpp"]["budgets"], found["sweep"]) == ([], [], 0)


def test_the_answer_is_one_that_is_simulated():
    def chosen(**mine):
        return effective.effective(shipped(mine=mine))["mine"]["selection"]

    default = {
        "budget": {"gain": 0.95},
        "images": False,
        "policy": "random_proportional",
        "refit": False,
        "score": "influence",
    }
    assert chosen() == default
    assert chosen(selection={"images": True, "budget": 0.1}) == default | {
        "images": True,
        "budget": 0.1,
    }
    other = {"scores": ["hinge", "entropy"], "policies": ["baseline", "deterministic_proportional"]}
    found = chosen(**other)
    assert (found["score"], found["policy"]) == ("hinge", "deterministic_proportional")
    assert chosen(**other, selection={"policy": "baseline"})["policy"] == "baseline"
    alone = chosen(scores=["hinge"], policies=["random_proportional_update"])
    assert alone == default | {"score": "hinge"}


def test_the_faithful_experiment_repeats_every_part():
    found = effective.effective(SHIPPED)["cifar10_faithful"]
    assert as_published.repeated(found) == set(as_published.PARTS)
    assert found["featurizer"] == effective.effective(SHIPPED)["cifar10"]["featurizer"]
    assert found["transforms"] == {"translate": {"pixels": [3]}}
    assert found["policies"] == list(policies.PAPER_PANEL)


def test_resnet50v2_trains_on_cifar10_with_either_stem():
    found = effective.effective(SHIPPED)["cifar10_resnet50v2"]["featurizer"]
    assert (found["kind"], found["mode"]) == ("resnet50v2", "train")
    assert networks.built(found) == "resnet50v2"
    assert networks.built(found | {"imagenet_stem": True}) == "resnet50v2_imagenet"


def test_the_papers_networks_are_as_published():
    settings = effective.effective(SHIPPED)
    assert settings["cifar10"]["featurizer"]["mode"] == "pretrained"
    plain, augmented = (settings[name]["featurizer"] for name in ("norb", "norb_augmented"))
    assert not any(plain["distortion"].values())
    assert augmented == {**plain, "distortion": {"degrees": 2.5, "pixels": 6.0, "flip": True}}
    published = effective.effective(shipped(mine={"featurizer": PUBLISHED}))["mine"]["featurizer"]
    keys = ("epochs", "batch_size", "learning_rate", "weight_decay", "label_smoothing")
    assert [published[key] for key in keys] == [200, 32, 1e-3, 1e-4, 0]


PUBLISHED = {"kind": "resnet20v2", "recipe": "published"}


def test_names_are_those_of_the_package():
    assert EXPERIMENT["scores"]["items"]["enum"] == list(scores.NAMES)
    bases = [name for name in policies.BASES if policies.parse(name).diverse]
    assert SCHEMA["$defs"]["Dpp"]["properties"]["policies"]["items"]["enum"] == bases
    assert set(transforms.CATALOGUE) == set(catalogue._TRANSFORMS)
    built = {name.removesuffix("_imagenet") for name in models.NETWORKS}
    assert {*networks.SMALL, *networks.RESNETS} == built


def test_an_experiments_key_replaces_the_defaults_whole():
    mine = {"transforms": {"crop": {"pixels": [2]}}, "dataset": {"kind": "mnist"}}
    found = effective.effective(shipped(mine=mine))["mine"]
    assert found["transforms"] == {"crop": {"pixels": [2]}}
    expected = {"kind": "mnist", "classes": [3, 8], "n_train": 1000, "label_noise": 0.0}
    assert found["dataset"] == expected
    assert found["featurizer"]["kind"] == "cnn"


def test_raw_pixels_have_no_other_settings():
    found = effective.effective(shipped(mine={"featurizer": {"kind": "raw"}}))["mine"]
    assert found["featurizer"] == {"kind": "raw"}


@pytest.mark.parametrize(
    ("n_train", "budgets"),
    [
        (200, [2, 4, 8, 14, 20, 30, 40, 60, 100, 140, 200]),
        (100, [1, 2, 4, 7, 10, 15, 20, 30, 50, 70, 100]),
        (10, [1, 2, 3, 5, 7, 10]),
        (2, [1, 2]),
    ],
)
def test_default_budgets_are_shares_of_n_train(n_train, budgets):
    mine = {"dataset": {"kind": "digits", "n_train": n_train}}
    assert effective.effective(shipped(mine=mine))["mine"]["budgets"] == budgets


def test_budgets_of_the_defaults_end_at_n_train():
    config = shipped(mine={"dataset": {"kind": "digits", "n_train": 60}})
    config["defaults"] = {**config["defaults"], "budgets": [1, 10, 100]}
    assert effective.effective(config)["mine"]["budgets"] == [1, 10, 60]


@pytest.mark.parametrize(
    "name",
    ["mnist", "cifar10", "cifar10_faithful", "cifar10_resnet50v2", "norb", "norb_augmented"],
)
def test_experiments_of_the_paper_keep_their_budgets_and_rounds(name):
    found = effective.effective(SHIPPED)[name]
    assert found["budgets"] == [1, 10, 50, 100, 250, 500, 750, 1000]
    assert found["rounds"] == 5


def test_the_same_meaning_has_the_same_representation():
    one = {"C": 10, "rounds": 5.0, "dataset": {"n_train": 200, "kind": "digits"}}
    two = {"dataset": {"kind": "digits", "n_train": 200}, "rounds": 5, "C": 10.0}
    assert repr(effective.effective(shipped(a=one))["a"]) == repr(
        effective.effective(shipped(a=two))["a"]
    )


def test_effective_leaves_its_argument_alone():
    before = copy.deepcopy(SHIPPED)
    effective.effective(SHIPPED)["digits"]["budgets"].append(7)
    assert before == SHIPPED


def test_names_of_stages_are_kept_for_the_workflow():
    text = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    rules = set(re.findall(r"^rule (\w+):", text, re.M))
    rules |= set(re.findall(r'name:\s+f"(\w+)_\{(?:experiment|network)\}"', text))
    assert rules == set(effective.RULES)
    targets = set(re.findall(r"^rule (\w+):", (ROOT / "Snakefile").read_text(), re.M))
    assert targets == set(effective.TARGETS)
    assert set(re.findall(r"results/(\w+)/\{?\w", text)) - {"mnist"} == set(effective.FOLDERS)


def test_every_kind_of_data_has_a_reader():
    referred = [rule["$ref"].rpartition("/")[2] for rule in EXPERIMENT["dataset"]["anyOf"]]
    kinds = {SCHEMA["$defs"][name]["properties"]["kind"]["const"] for name in referred}
    assert set(dataset.READERS) == kinds == {"digits", *published.SETS, *dataset.OWN}
