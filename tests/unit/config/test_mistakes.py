"""The configuration: every mistake named at once."""

import copy
import math
import re

import pytest

from efficient_augmentation.config import effective
from shipped import SHIPPED, problems_of, shipped

WRONG = {
    "no such number of points": (
        {"selection": {"budget": 201}},
        r"mine\.selection\.budget: must be a whole number within 1\.\.200, or a share .*not 201",
    ),
    "points that are no number": (
        {"selection": {"budget": "many"}},
        r"mine\.selection\.budget: must be a whole number .*, not 'many'",
    ),
    "more than the gain": (
        {"selection": {"budget": {"gain": 95}}},
        r"mine\.selection\.budget\.gain: 95 is too large; give at most 1",
    ),
    "no share of the gain": (
        {"selection": {"budget": {}}},
        r"mine\.selection\.budget\.gain: missing",
    ),
    "choice by a score that is not computed": (
        {"selection": {"score": "entropy", "budget": 10}},
        r"mine\.selection\.score: entropy is not computed; give one of loss, influence, margin, or",
    ),
    "choice by a score that is not simulated": (
        {"selection": {"score": "margin"}},
        r"mine\.selection\.score: margin is not simulated, .* give loss or influence, add it to",
    ),
    "choice by a policy that is not simulated": (
        {"policies": ["baseline"], "selection": {"policy": "random_proportional"}},
        r"mine\.selection\.policy: random_proportional is not simulated, .* give baseline, add",
    ),
    "choice by more than an order": (
        {"selection": {"policy": "random_proportional_update"}},
        r"mine\.selection\.policy: random_proportional_update changes .*give random_proportional",
    ),
    "choice by a k-DPP": (
        {"selection": {"policy": "dpp_raw"}},
        r"mine\.selection\.policy: dpp_raw draws subsets; it has no order; give",
    ),
    "a sweep over C without random selection": (
        {"C_sweep": {"values": [1], "policies": ["random_proportional", "herding"]}},
        r"mine\.C_sweep\.policies: \[.*\] lacks baseline, .*; add it",
    ),
    "a sweep over C of a policy that does not exist": (
        {"C_sweep": {"values": [1], "policies": ["baseline", "random"]}},
        r"mine\.C_sweep\.policies\[1\]: unknown policy 'random'",
    ),
    "a sweep over C of k-DPPs": (
        {"C_sweep": {"values": [1], "policies": ["baseline", "dpp_raw"]}},
        r"mine\.C_sweep\.policies\[1\]: dpp_raw draws subsets .*; leave it out",
    ),
    "a sweep over C by what no fit gives": (
        {"C_sweep": {"values": [1], "scores": ["forgetting"]}},
        r'mine\.C_sweep\.scores\[0\]: "forgetting" is not one of loss, influence',
    ),
    "a sweep over C of 0": (
        {"C_sweep": {"values": [0, 1]}},
        r"mine\.C_sweep\.values\[0\]: 0 is not above 0",
    ),
    "a sweep over C of one round": (
        {"C_sweep": {"values": [1], "rounds": 1}},
        r"mine\.C_sweep\.rounds: 1 is too small; give at least 2",
    ),
    "a sweep over C that is 1": (
        {"C_sweep": {"values": [0.1, 10]}, "faithful": ["C"]},
        r"mine\.C_sweep\.values: \[0\.1, 10\.0\], but faithful fits with C = 1, .*; leave C out of",
    ),
    "a sweep over C with networks that are refitted": (
        {"C_sweep": {"values": [1]}, "featurizer": {"kind": "cnn", "mode": "online"}},
        r"mine\.C_sweep\.values: .* featurizer\.mode is online; give another mode, or values: \[\]",
    ),
    "choice by no policy": (
        {"selection": {"policy": "best"}},
        r"mine\.selection\.policy: unknown policy 'best'",
    ),
    "unknown key": ({"budgetz": [1]}, r"experiments\.mine\.budgetz: unknown key; .*mean budgets\?"),
    "forgetting of raw pixels": (
        {"scores": ["forgetting"], "featurizer": {"kind": "raw"}},
        r"mine\.scores: forgetting comes from the training .* featurizer is \{kind: raw\}; give",
    ),
    "forgetting of networks that are refitted": (
        {
            "clusters": {"counts": [2], "scores": ["forgetting"]},
            "featurizer": {"kind": "lenet", "mode": "online"},
        },
        r"mine\.clusters\.scores: .* featurizer is \{kind: lenet, mode: online\}; .* mode: frozen",
    ),
    "unknown transform": (
        {"transforms": {"rotated": {}}},
        r"mine\.transforms\.rotated: unknown transform; known here: translate, .*mean rotate\?",
    ),
    "unknown kind of data": (
        {"dataset": {"kind": "minst"}},
        r'mine\.dataset\.kind: "minst" is not one of digits, mnist,.* norb.*; did you mean mnist\?',
    ),
    "kind missing": (
        {"dataset": {"n_train": 100}},
        r"mine\.dataset\.kind: missing; it is one of digits, mnist",
    ),
    "key of another kind": (
        {"dataset": {"kind": "mnist", "seed": 3}},
        r"mine\.dataset\.seed: 3 does not go with kind mnist; mnist takes .*classes, n_train",
    ),
    "raw online": (
        {"featurizer": {"kind": "raw", "mode": "online"}},
        r'mine\.featurizer\.mode: "online" does not go with kind raw; raw takes no other key',
    ),
    "unknown mode": (
        {"featurizer": {"kind": "cnn", "mode": "onlin"}},
        r'mine\.featurizer\.mode: "onlin" is not one of frozen, online; did you mean online\?',
    ),
    "a ResNet online": (
        {"featurizer": {"kind": "resnet20v2", "mode": "online"}},
        r'mine\.featurizer\.mode: "online" is not one of pretrained, train',
    ),
    "a recipe's key with pretrained weights": (
        {"featurizer": {"kind": "resnet56v2", "mode": "pretrained", "epochs": 3}},
        r"mine\.featurizer\.epochs: 3 does not go with kind resnet56v2; .* takes mode, model",
    ),
    "an unknown model": (
        {"featurizer": {"kind": "resnet56v2", "mode": "pretrained", "model": "mine"}},
        r"mine\.featurizer\.model: 'mine' is not one of cifar10_resnet56v2",
    ),
    "weights for other images": (
        {"featurizer": {"kind": "resnet56v2", "mode": "pretrained"}},
        r"takes images of 32 x 32 x 3, those here are 16 x 16 x 1; mode: train trains a network",
    ),
    "weights of another network": (
        {
            "dataset": {"kind": "cifar10"},
            "featurizer": {"kind": "resnet50v2", "mode": "pretrained"},
        },
        r"featurizer\.kind: resnet50v2, but the model cifar10_resnet56v2 is a resnet56v2",
    ),
    "a batch above the images": (
        {"featurizer": {"kind": "resnet20v2", "batch_size": 300}},
        r"featurizer\.batch_size: 300 is more than the 200 images that the network is trained on",
    ),
    "all of a target smoothed away": (
        {"featurizer": {"kind": "resnet20v2", "label_smoothing": 1.0}},
        r"label_smoothing: 1\.0 is not below 1; give a smaller number",
    ),
    "a distortion by another name": (
        {"featurizer": {"kind": "resnet20v2", "distortion": {"degree": 3}}},
        r"distortion\.degree: unknown key; .*did you mean degrees\?",
    ),
    "exponent without a point": (
        {"featurizer": {"kind": "cnn", "learning_rate": "1e-3"}},
        r'learning_rate: "1e-3" is text to YAML, a number is needed; .*: 0\.001',
    ),
    "number in quotes": (
        {"rounds": "5"},
        r'mine\.rounds: "5" is text to YAML, a whole number is needed',
    ),
    "fraction for an integer": ({"rounds": 2.5}, r"mine\.rounds: 2\.5 is not a whole number"),
    "boolean for a number": ({"C": True}, r"mine\.C: true is not a number"),
    "text for a boolean": ({"audit": "no"}, r'mine\.audit: "no" is not true or false'),
    "a part of the published code": (
        {"faithful": ["C", "ridge"]},
        r'mine\.faithful\[1\]: "ridge" is not one of C, hessian, hinge, dpp, input',
    ),
    "no list": ({"scores": "loss"}, r'mine\.scores: "loss" is not a list; write \[loss\]'),
    "nothing": ({"policies": None}, r"mine\.policies: nothing is given where a list is needed"),
    "empty list": ({"policies": []}, r"mine\.policies: \[\] has 0 entries; give at least 1"),
    "unknown score": (
        {"scores": ["los"]},
        r'mine\.scores\[0\]: "los" is not one of loss, .*, forgetting; did you mean loss\?',
    ),
    "a score twice": ({"scores": ["loss", "loss"]}, r"mine\.scores: .* has an entry twice"),
    "no rounds": ({"rounds": 0}, r"mine\.rounds: 0 is too small; give at least 1"),
    "C that is no word": ({"C": "aut"}, r'mine\.C: "aut" is not a number; give auto or 1\.0'),
    "negative C": ({"C": -1}, r"mine\.C: -1 is not above 0"),
    "C of 0": ({"C": 0}, r"mine\.C: 0 is not above 0"),
    "infinite C": ({"C": math.inf}, r"mine\.C: inf is not a finite number"),
    "C that is no number": ({"C": math.nan}, r"mine\.C: nan is not a finite number"),
    "seed too large": ({"seed": 2**32}, r"mine\.seed: 4294967296 is too large"),
    "negative seed": ({"seed": -1}, r"mine\.seed: -1 is too small; give at least 0"),
    "odd n_train": (
        {"dataset": {"kind": "digits", "n_train": 201}},
        r"experiments\.mine\.dataset\.n_train: 201 is not even; .*so give 200",
    ),
    "more points than there are": (
        {"dataset": {"kind": "digits", "n_train": 2000}},
        r"experiments\.mine\.dataset\.n_train: 2000 ",
    ),
    "a class the data lack": (
        {"dataset": {"kind": "digits", "classes": [3, 10]}},
        r"experiments\.mine\.dataset\.classes: .*10",
    ),
    "the same class twice": (
        {"dataset": {"kind": "mnist", "classes": [3, 3]}},
        r"mine\.dataset\.classes: \[3, 3\] has an entry twice",
    ),
    "one class": (
        {"dataset": {"kind": "mnist", "classes": [3]}},
        r"mine\.dataset\.classes: \[3\] has 1 entries; give at least 2",
    ),
    "faithful with three classes": (
        {"dataset": {"kind": "mnist", "classes": [3, 8, 9]}, "faithful": True},
        r"mine\.faithful: true repeats the published code, which knows two classes, not the 3 of",
    ),
    "a mean image left out where a small network subtracts none": (
        {"faithful": ["C", "input"]},
        r"mine\.faithful: input .* featurizer\.kind cnn subtracts none; leave input out",
    ),
    "a mean image left out of raw pixels": (
        {"faithful": ["input"], "featurizer": {"kind": "raw"}},
        r"mine\.faithful: input .* featurizer\.kind raw subtracts none",
    ),
    "points left out of a network of digits": (
        {"featurizer": {"kind": "resnet20v2", "exclude_points": True}},
        r"featurizer\.exclude_points: true .* dataset\.kind digits .* no others; .* of mnist",
    ),
    "no point left to train on": (
        {
            "dataset": {"kind": "cifar10", "classes": None, "n_train": None},
            "featurizer": {"kind": "resnet20v2", "exclude_points": True},
        },
        r"featurizer\.exclude_points: true leaves none of the 50000 .* smaller dataset\.n_train",
    ),
    "a batch above the images that are left": (
        {
            "dataset": {"kind": "cifar10", "classes": None, "n_train": 49990},
            "featurizer": {"kind": "resnet20v2", "exclude_points": True},
        },
        r"featurizer\.batch_size: 128 is more than the 10 images .* give at most 10",
    ),
    "points left out of a small network": (
        {"featurizer": {"kind": "cnn", "exclude_points": True}},
        r"mine\.featurizer\.exclude_points: true does not go with kind cnn; cnn takes mode",
    ),
    "points left out of pretrained weights": (
        {
            "dataset": {"kind": "cifar10"},
            "featurizer": {"kind": "resnet56v2", "mode": "pretrained", "exclude_points": True},
        },
        r"mine\.featurizer\.exclude_points: true does not go with kind resnet56v2",
    ),
    "points left out of networks trained end to end": (
        {
            "end_to_end": {
                "shares": [0.5],
                "network": {"kind": "resnet20v2", "exclude_points": True},
            }
        },
        r"mine\.end_to_end\.network\.exclude_points: true, but .* no others; leave it out",
    ),
    "the stem of ImageNet on another network": (
        {"featurizer": {"kind": "resnet20v2", "imagenet_stem": True}},
        r"mine\.featurizer\.imagenet_stem: true is for resnet50v2, resnet20v2 has",
    ),
    "the stem of ImageNet on another network, end to end": (
        {"end_to_end": {"shares": [0.5], "network": {"kind": "lenet", "imagenet_stem": True}}},
        r"mine\.end_to_end\.network\.imagenet_stem: true does not go with kind lenet",
    ),
    "the stem of ImageNet on another ResNet, end to end": (
        {"end_to_end": {"shares": [0.5], "network": {"kind": "resnet56v2", "imagenet_stem": True}}},
        r"mine\.end_to_end\.network\.imagenet_stem: true is for resnet50v2",
    ),
    "all epochs at half the size": (
        {"featurizer": {"kind": "resnet20v2", "epochs": 5, "half_size_epochs": 5}},
        r"mine\.featurizer\.half_size_epochs: 5 of 5 epochs; .* at most 4",
    ),
    "epochs at half the size of a large image": (
        {
            "dataset": {"kind": "norb"},
            "featurizer": {"kind": "resnet20v2", "half_size_epochs": 5},
        },
        r"mine\.featurizer\.half_size_epochs: 5 .* 60 x 60 .* resnet20v2, .* 96 x 96",
    ),
    "epochs at half the size of a small network": (
        {"featurizer": {"kind": "cnn", "half_size_epochs": 5}},
        r"mine\.featurizer\.half_size_epochs: 5 does not go with kind cnn",
    ),
    "epochs at half the size, end to end": (
        {
            "end_to_end": {
                "shares": [0.5],
                "network": {"kind": "resnet20v2", "epochs": 2, "half_size_epochs": 3},
            }
        },
        r"mine\.end_to_end\.network\.half_size_epochs: 3 of 2 epochs; .* at most 1",
    ),
    "budget above n_train": (
        {"budgets": [1, 200, 201, 300]},
        r"mine\.budgets: \[201, 300\] above dataset\.n_train = 200; .* within 1\.\.200",
    ),
    "budget of 0": ({"budgets": [0, 5]}, r"mine\.budgets\[0\]: 0 is too small; give at least 1"),
    "budgets out of order": (
        {"budgets": [10, 5]},
        r"mine\.budgets: 5 comes after 10; .*increasing",
    ),
    "budget twice": ({"budgets": [5, 5]}, r"mine\.budgets: 5 stands twice"),
    "unknown policy": (
        {"policies": ["random_proportionl"]},
        r"mine\.policies\[0\]: unknown policy 'random_proportionl'; .*mean random_proportional\?",
    ),
    "modifiers in the wrong order": (
        {"policies": ["random_proportional_downweight_update"]},
        r"mine\.policies\[0\]: .*did you mean random_proportional_",
    ),
    "k-DPP among the policies that have an order": (
        {"policies": ["baseline", "dpp_raw"]},
        r"mine\.policies\[1\]: dpp_raw draws a new subset .* under dpp\.policies",
    ),
    "k-DPP to stratify": (
        {"clusters": {"counts": [2], "policies": ["dpp_weighted"]}},
        r"mine\.clusters\.policies\[0\]: dpp_weighted draws subsets .* leave it out",
    ),
    "unknown policy to stratify": (
        {"clusters": {"counts": [2], "policies": ["base"]}},
        r"mine\.clusters\.policies\[0\]: unknown policy 'base'; .*mean baseline\?",
    ),
    "unknown score to stratify by": (
        {"clusters": {"scores": ["hing"]}},
        r'mine\.clusters\.scores\[0\]: "hing" is not one of .*; did you mean hinge\?',
    ),
    "more clusters than points": (
        {"clusters": {"counts": [1, 201]}},
        r"mine\.clusters\.counts: \[201\] above dataset\.n_train = 200; .*clusters within 1\.\.200",
    ),
    "no cluster": (
        {"clusters": {"counts": [0]}},
        r"mine\.clusters\.counts\[0\]: 0 is too small; give at least 1",
    ),
    "unknown key of clusters": (
        {"clusters": {"count": [1]}},
        r"mine\.clusters\.count: unknown key; known here: counts, policies, scores; .*counts\?",
    ),
    "subset above n_train": (
        {"dpp": {"budgets": [10, 250]}},
        r"mine\.dpp\.budgets: \[250\] above dataset\.n_train = 200",
    ),
    "subsets out of order": (
        {"dpp": {"budgets": [10, 5]}},
        r"mine\.dpp\.budgets: 5 comes after 10; .*increasing",
    ),
    "ordered policy as a k-DPP": (
        {"dpp": {"policies": ["baseline"]}},
        r'mine\.dpp\.policies\[0\]: "baseline" is not one of dpp_weighted, dpp_raw',
    ),
    "negative sweep": ({"sweep": -1}, r"mine\.sweep: -1 is too small; give at least 0"),
    "sweep over two points": (
        {"sweep": 5, "budgets": [1], "dataset": {"kind": "digits", "n_train": 2}},
        r"mine\.sweep: 5 .*n_train = 2; give at least 3 points, or sweep: 0",
    ),
    "end to end on pixels": (
        {"end_to_end": {"shares": [0.5], "network": {"kind": "raw"}}},
        r'mine\.end_to_end\.network: {"kind": "raw"} is not trained; give .*{kind: cnn}',
    ),
    "end to end, shares": (
        {"end_to_end": {"shares": [0.5, 0.1]}},
        r"mine\.end_to_end\.shares: 0\.1 comes after 0\.5",
    ),
    "end to end, a policy": (
        {"end_to_end": {"shares": [0.5], "policies": ["basline"]}},
        r"mine\.end_to_end\.policies\[0\]: unknown policy 'basline'.*did you mean baseline",
    ),
    "end to end, a ResNet and weights": (
        {
            "end_to_end": {
                "shares": [0.5],
                "policies": ["baseline_downweight"],
                "network": {"kind": "resnet20v2"},
            }
        },
        r"mine\.end_to_end\.policies\[0\]: baseline_downweight weights rows, which resnet20v2",
    ),
    "rotation by 0": (
        {"transforms": {"rotate": {"degrees": [0, 5]}}},
        r"mine\.transforms\.rotate\.degrees\[0\]: 0 would repeat the originals; leave it out",
    ),
    "infinite rotation": (
        {"transforms": {"rotate": {"degrees": [math.inf]}}},
        r"mine\.transforms\.rotate\.degrees\[0\]: inf is not a finite number",
    ),
    "nothing left of a crop": (
        {"transforms": {"crop": {"pixels": [8]}}},
        r"mine\.transforms\.crop\.pixels: 8 leaves no pixel of the 16 x 16 images of digits; .* 7",
    ),
    "shifted out of the picture": (
        {"transforms": {"translate": {"pixels": [16]}}},
        r"mine\.transforms\.translate\.pixels: 16 leaves no pixel .* at most 15",
    ),
    "half a pixel": (
        {"transforms": {"translate": {"pixels": [0.5]}}},
        r"mine\.transforms\.translate\.pixels\[0\]: 0\.5 is not a whole number",
    ),
    "no transform": ({"transforms": {}}, r"mine\.transforms: \{\} has 0 entries; give at least 1"),
    "parameter missing": (
        {"transforms": {"crop": {}}},
        r"mine\.transforms\.crop\.pixels: missing; it has no default",
    ),
}


@pytest.mark.parametrize(("settings", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_gives_one_message_that_names_it(settings, message):
    found = problems_of(**settings)
    assert len(found) == 1, found
    assert re.search(message, found[0]), found[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"run": ["digit"]}, r'^run: "digit" is not an experiment; did you mean digits\?'),
        ({"run": "digits"}, r'^run: "digits" is not a list; write \[digits\]'),
        ({"run": []}, r"^run: \[\] has 0 entries"),
        ({"mirors": []}, r"^mirors: unknown key; .*did you mean mirrors\?"),
        (
            {"checksums": {"mnist/x": "abc"}},
            r'^checksums\.mnist/x: "abc" is not a SHA-256; give 64',
        ),
        ({"mirrors": [" "]}, r'^mirrors\[0\]: " " is blank; give a folder, a file or a URL'),
        ({"defaults": {"C": "ten"}}, r'^defaults\.C: "ten" is not a number'),
        ({"defaults": {"dataset": {"kind": "x"}}}, r"^defaults\.dataset\.kind: "),
        ({"experiments": ["digits"]}, r'^experiments: \["digits"\] is not a mapping'),
    ],
)
def test_mistakes_at_the_top(change, message):
    found = effective.problems({**SHIPPED, **change})
    assert len(found) == 1, found
    assert re.search(message, found[0]), found[0]


@pytest.mark.parametrize(
    "name",
    [
        *("9lives", "my experiment", "a/b", "con.", "x" * 101),
        *("all", "report", "logs", "Logs", "NETWORKS", "featurize_x", "Featurize_x"),
    ],
)
def test_names_that_cannot_be_targets(name):
    (found,) = effective.problems(shipped(**{name: {}}))
    assert found.startswith(f"experiments.{name}: ")


def test_names_that_differ_in_case_alone():
    (found,) = effective.problems(shipped(Digits={}))
    assert found.startswith("experiments.Digits: differs from digits in case alone")
    found = effective.problems(shipped(mine={}, Mine={}, MINE={}))
    assert [text.split(":")[0] for text in found] == ["experiments.Mine", "experiments.MINE"]
    flips = {name: {"compose": [{"crop": {"pixels": [1]}}]} for name in ("flip2", "Flip2")}
    (found,) = effective.problems(shipped(mine={"transforms": flips}))
    assert found.startswith("experiments.mine.transforms.flip2: differs from Flip2 in case alone")


@pytest.mark.parametrize("name", [3, 3.5, None])
def test_a_name_that_is_no_text(name):
    given = copy.deepcopy(SHIPPED)
    given["experiments"][name] = {}
    (found,) = effective.problems(given)
    assert found.startswith(f"experiments.{name}: a name starts with a letter")
    given["experiments"][name] = {"rounds": 0}
    assert len(effective.problems(given)) == 2


def test_an_empty_experiment_is_told_how_to_take_the_defaults():
    (found,) = effective.problems(shipped(mine=None))
    assert found.startswith(
        "experiments.mine: nothing is given where a mapping is needed; write {}"
    )


def test_an_inherited_mistake_is_reported_where_it_stands():
    given = copy.deepcopy(SHIPPED)
    given["defaults"]["transforms"] = {"crop": {"pixels": [9]}}
    (found,) = effective.problems(given)
    assert found.startswith("defaults.transforms.crop.pixels: 9 leaves no pixel")
    assert found.endswith("(for digits)")


def test_all_mistakes_at_once():
    given = shipped(
        mine={"C": "1e-3", "budgets": [5, 3], "policies": ["nope"], "dataset": {"kind": "no"}},
        other={"rounds": 0},
    )
    with pytest.raises(effective.ConfigError) as error:
        effective.effective({**given, "run": ["mien"]})
    for part in (
        "mine.C",
        "mine.budgets",
        "mine.policies[0]",
        "mine.dataset.kind",
        "other.rounds",
        "mien",
    ):
        assert part in str(error.value)
    assert len(str(error.value).splitlines()) == 1 + 6
    assert isinstance(error.value, ValueError)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(effective.os, "access", lambda path, mode: False)
    (found,) = effective.problems(SHIPPED, writes=[tmp_path / "results"])
    assert found.startswith(f"{tmp_path}: not writable")
    assert "--directory" in found


def test_a_file_where_a_folder_is_to_be(tmp_path):
    (tmp_path / "results").write_text("")
    (found,) = effective.problems(SHIPPED, writes=[tmp_path / "results"])
    assert found.startswith(f"{tmp_path / 'results'}: a file stands where the folder")


def test_folders_that_can_be_made_are_no_problem(tmp_path):
    assert effective.problems(SHIPPED, writes=[tmp_path / "a/b/results"]) == []
