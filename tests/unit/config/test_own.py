"""Experiments on one's own data: what is looked up there, and what is said before any work."""

import re

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.config import effective as config
from shipped import shipped

PRETRAINED = {"kind": "resnet56v2", "mode": "pretrained", "model": "cifar10_resnet56v2"}


SHAPES = """
import functools

def wiggle(images, by=1, *, at=()):
    return images + by

def turn(images, by, *, up=0):
    return images

def nothing():
    return None

def anything(images, **more):
    return images

def spread(*images, up):
    return images

@functools.cache
def wrapped(images):
    return images

alias = wrapped
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working directory with a folder of ten images, and files of images and of features."""
    monkeypatch.chdir(tmp_path)
    for split, each in (("train", 8), ("test", 2)):
        for name in ("cat", "dog"):
            (tmp_path / "pets" / split / name).mkdir(parents=True)
            for i in range(each):
                image = Image.new("L", (20, 14), 9 * i)
                image.save(tmp_path / "pets" / split / name / f"{i}.png")
    y = np.repeat(["dog", "cat", "ant"], 8)
    np.savez(tmp_path / "images.npz", x_train=np.zeros((24, 32, 32, 3), np.uint8), y_train=y)
    np.savez(tmp_path / "wide.npz", x_train=np.zeros((24, 9, 30), np.uint8), y_train=y)
    rows = {"x_train": np.ones((48, 5)), "y_train": np.tile(y, 2)}
    source = np.concatenate([np.full(24, -1), np.arange(24)])
    np.savez(tmp_path / "features.npz", **rows, source_train=source)
    (tmp_path / "shapes.py").write_text(SHAPES)
    (tmp_path / "broken.py").write_text("def f(:\n")
    return tmp_path


def effective(**settings):
    return config.effective(shipped(mine=settings))["mine"]


def problem(**settings):
    found = config.problems(shipped(mine=settings))
    assert len(found) == 1, found
    return found[0]


PETS = {"kind": "folder", "train": "pets/train", "test": "pets/test"}
ROWS = {"kind": "features", "file": "features.npz"}


# --- what is looked up ----------------------------------------------------------------------------


def test_three_lines_are_a_whole_experiment():
    found = effective(dataset=PETS)
    assert found["dataset"] == {
        **PETS,
        "classes": ["cat", "dog"],
        "label_noise": 0.0,
        "n_train": 16,
        "seed": 0,
        "side": 32,
        "test_share": None,
        "window": None,
    }
    assert found["featurizer"] == PRETRAINED
    assert found["budgets"] == [1, 2, 3, 5, 8, 11, 16]
    assert list(found["transforms"]) == ["crop", "rotate", "translate"]


def test_what_was_looked_up_is_itself_a_config_that_means_the_same():
    for dataset in (PETS, ROWS, {"kind": "npz", "file": "images.npz"}):
        found = effective(dataset=dataset)
        assert effective(**found) == found


def test_a_test_set_is_split_off_where_there_is_none():
    assert effective(dataset={"kind": "folder", "train": "pets/train"})["dataset"]["n_train"] == 12
    found = effective(dataset={"kind": "npz", "file": "images.npz", "classes": ["dog", "ant"]})
    assert (found["dataset"]["n_train"], found["dataset"]["classes"]) == (12, ["dog", "ant"])


@pytest.mark.parametrize(
    ("settings", "refit"),
    [
        ({"dataset": {"kind": "folder", "train": "pets/train"}}, True),
        ({"dataset": {"kind": "npz", "file": "images.npz"}, "featurizer": {"kind": "cnn"}}, True),
        ({"dataset": {"kind": "digits"}}, False),
        ({"dataset": {"kind": "mnist"}}, False),
        ({"dataset": PETS}, False),
        (
            {
                "dataset": {"kind": "folder", "train": "pets/train"},
                "featurizer": {"kind": "resnet20v2", "mode": "train", "batch_size": 4},
            },
            False,
        ),
    ],
)
def test_own_images_that_were_held_out_can_be_chosen(settings, refit):
    found = effective(**settings)
    assert found["selection"]["refit"] is refit
    assert effective(**found) == found
    assert not effective(**settings, selection={"refit": False})["selection"]["refit"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dataset": PETS}, "dataset.kind folder brings a test set"),
        ({"dataset": {"kind": "mnist"}}, "dataset.kind mnist brings a test set"),
        (
            {
                "dataset": {"kind": "folder", "train": "pets/train"},
                "featurizer": {"kind": "resnet20v2", "mode": "train", "batch_size": 4},
            },
            "resnet20v2 is trained once",
        ),
        (
            {
                "dataset": {"kind": "npz", "file": "images.npz"},
                "featurizer": {"kind": "cnn"},
                "scores": ["forgetting"],
            },
            "the score forgetting comes from the training",
        ),
    ],
)
def test_why_they_cannot_be_chosen(settings, message):
    found = problem(**settings, selection={"refit": True})
    assert found.startswith(f"experiments.mine.selection.refit: true, but {message}")
    assert "leave refit out" in found


def test_held_out_digits_can_be_chosen_where_it_is_wished():
    assert effective(selection={"refit": True})["selection"]["refit"]


@pytest.mark.parametrize(
    ("dataset", "featurizer"),
    [
        (PETS, PRETRAINED),
        (PETS | {"side": 28}, "cnn"),
        (PETS | {"side": None}, "cnn"),
        ({"kind": "npz", "file": "images.npz"}, PRETRAINED),
        ({"kind": "cifar10"}, PRETRAINED),
        ({"kind": "digits"}, "cnn"),
        (ROWS, {"kind": "given"}),
    ],
)
def test_the_featurizer_goes_by_the_images(dataset, featurizer):
    found = effective(dataset=dataset)["featurizer"]
    assert found == featurizer or (found["kind"], found["epochs"]) == (featurizer, 40)


def test_features_have_one_transform_that_is_none():
    assert effective(dataset=ROWS)["transforms"] == {"given": {}}


def test_null_is_a_value_and_numbers_have_one_form():
    one = effective(dataset=PETS | {"side": 32.0, "n_train": 4.0, "classes": None})
    assert repr(one) == repr(effective(dataset=PETS | {"n_train": 4}))


# --- transforms -----------------------------------------------------------------------------------

OWN = {
    "soft": {"compose": [{"blur": {"sigmas": [1]}}]},
    "softer": {"compose": [{"blur": {"sigmas": [2]}}]},
    "both": {"compose": [{"flip": {"axes": ["horizontal"]}}, {"noise": {"levels": [5]}}]},
    "mine": {"function": "shapes:wiggle", "arguments": [{"by": 2, "at": [1.0]}, {}]},
}


def test_two_transforms_of_a_kind_have_names_of_their_own():
    found = effective(transforms=OWN)["transforms"]
    assert list(found) == ["both", "mine", "soft", "softer"]
    assert found["soft"] == {"compose": [{"blur": {"sigmas": [1.0]}}]}
    assert found["both"]["compose"][1] == {"noise": {"levels": [5.0], "seeds": [0]}}
    assert found["mine"]["arguments"] == [{"at": [1.0], "by": 2}, {}]
    assert effective(transforms={"f": {"function": "shapes:wiggle"}})["transforms"] == {
        "f": {"function": "shapes:wiggle", "arguments": [{}], "reads": []}
    }


WRONG = {
    "no such folder": (
        {"dataset": PETS | {"train": "pest"}},
        r"^experiments\.mine\.dataset\.train: pest: no such folder in .*; it is to hold a",
    ),
    "no train": (
        {"dataset": {"kind": "folder"}},
        r"mine\.dataset\.train: missing; it has no default",
    ),
    "a blank path": (
        {"dataset": PETS | {"test": " "}},
        r"dataset\.test: \" \" is blank; give a fol",
    ),
    "a key of another kind": (
        {"dataset": {"kind": "npz", "file": "images.npz", "side": 32}},
        r"dataset\.side: 32 does not go with kind npz; npz takes .*classes, n_train,.* file",
    ),
    "too large a side": ({"dataset": PETS | {"side": 2000}}, r"dataset\.side: 2000 is too large"),
    "a side in words": (
        {"dataset": PETS | {"side": "all"}},
        r'dataset\.side: "all" is not a whole number or null',
    ),
    "no side": ({"dataset": PETS | {"side": 0}}, r"dataset\.side: 0 is too small; give at least 1"),
    "a path that is no text": (
        {"dataset": PETS | {"test": 3}},
        r"mine\.dataset\.test: 3 is not text or null",
    ),
    "a path that is nothing": (
        {"dataset": PETS | {"train": None}},
        r"mine\.dataset\.train: nothing is given where text is needed",
    ),
    "a single class": (
        {"dataset": PETS | {"classes": ["cat"]}},
        r'mine\.dataset\.classes: \["cat"\] has 1 entries; give at least 2',
    ),
    "one class by two names": (
        {"dataset": PETS | {"classes": [3, "3"]}},
        r"mine\.dataset\.classes: \[3, '3'\] names '3' twice",
    ),
    "a share that is no share": (
        {"dataset": PETS | {"test_share": 1.0}},
        r"mine\.dataset\.test_share: 1\.0 is not below 1",
    ),
    "a share that is a boolean": (
        {"dataset": PETS | {"test_share": True}},
        r"mine\.dataset\.test_share: true is not a number",
    ),
    "no seed": (
        {"dataset": PETS | {"seed": None}},
        r"mine\.dataset\.seed: nothing is given where a whole number is needed",
    ),
    "n_train in quotes": (
        {"dataset": PETS | {"n_train": "5"}},
        r'n_train: "5" is text to YAML, a whole number or null is needed',
    ),
    "more points than there are": (
        {"dataset": PETS | {"n_train": 17}},
        r"mine\.dataset\.n_train: 17 is more than the 16 training points",
    ),
    "a class that is no folder": (
        {"dataset": PETS | {"classes": ["cat", "cow"]}},
        r"dataset\.classes: no class 'cow' in pets/train; it holds cat, dog",
    ),
    "budgets above what the folder holds": (
        {"dataset": PETS, "budgets": [1, 17]},
        r"mine\.budgets: \[17\] above dataset\.n_train = 16",
    ),
    "no file": (
        {"dataset": {"kind": "npz", "file": "gone.npz"}},
        r"dataset\.file: gone\.npz: no such file in .*; a \.npz file is wanted",
    ),
    "features for images": (
        {"dataset": {"kind": "npz", "file": "features.npz"}},
        r"dataset\.file: features\.npz: x_train has shape \(48, 5\); \(n, h, w\),",
    ),
    "images for features": (
        {"dataset": {"kind": "features", "file": "images.npz"}},
        r"dataset\.file: images\.npz: no array named source_train",
    ),
    "a featurizer of features": (
        {"dataset": ROWS, "featurizer": {"kind": "raw"}},
        r"mine\.featurizer\.kind: raw does not go with dataset\.kind features: .*leave featurizer",
    ),
    "given featurizer of images": (
        {"featurizer": {"kind": "given"}},
        r"mine\.featurizer\.kind: given does not go with dataset\.kind digits",
    ),
    "transforms of features": (
        {"dataset": ROWS, "transforms": {"crop": {"pixels": [1]}}},
        r"mine\.transforms: crop does not go with dataset\.kind features: .*leave transforms out",
    ),
    "given transform of images": (
        {"transforms": {"given": {}}},
        r"mine\.transforms: given does not go with dataset\.kind digits",
    ),
    "images too small for the network": (
        {"dataset": {"kind": "npz", "file": "wide.npz"}, "transforms": {"crop": {"pixels": [1]}}},
        r"featurizer\.kind: cnn needs images of 10 x 10 pixels, those here are 9 x 30; raw takes",
    ),
    "images too small for the network from scratch": (
        {
            "dataset": {"kind": "npz", "file": "wide.npz"},
            "featurizer": {"kind": "raw"},
            "transforms": {"crop": {"pixels": [1]}},
            "end_to_end": {"shares": [0.5]},
        },
        r"mine\.end_to_end\.network\.kind: cnn needs images of 10 x 10 pixels, .* 9 x 30",
    ),
    "a crop that leaves nothing of the lower side": (
        {
            "dataset": {"kind": "npz", "file": "wide.npz"},
            "featurizer": {"kind": "raw"},
            "transforms": {"crop": {"pixels": [5]}},
        },
        r"transforms\.crop\.pixels: 5 leaves no pixel of the 9 x 30 images of npz; give at most 4",
    ),
    "a step that leaves nothing": (
        {"transforms": {"x": {"compose": [{"cutout": {"pixels": [16]}}]}}},
        r"mine\.transforms\.x\.compose\[0\]\.cutout\.pixels: 16 leaves no pixel of the 16 x 16 ima",
    ),
    "a step of two transforms": (
        {
            "transforms": {
                "x": {"compose": [{"crop": {"pixels": [1]}, "flip": {"axes": ["vertical"]}}]}
            }
        },
        r"transforms\.x\.compose\[0\]: .* has 2 entries; give at most 1",
    ),
    "no steps": ({"transforms": {"x": {"compose": []}}}, r"x\.compose: \[\] has 0 entries"),
    "the features' rows as a step": (
        {"transforms": {"x": {"compose": [{"given": {}}]}}},
        r"transforms\.x\.compose\[0\]\.given: given cannot be a step; leave it out",
    ),
    "both kinds of own": (
        {"transforms": {"x": {"function": "shapes:wiggle", "compose": []}}},
        r"transforms\.x\.compose: unknown key; known here: function, arguments",
    ),
    "an axis by another name": (
        {"transforms": {"flip": {"axes": ["horizontally"]}}},
        r'flip\.axes\[0\]: "horizontally" is not one of horizontal, vertical; did you mean',
    ),
    "no change of contrast": (
        {"transforms": {"contrast": {"factors": [1.0]}}},
        r"contrast\.factors\[0\]: 1 would repeat the originals; leave it out",
    ),
    "a name that is no folder's": (
        {"transforms": {"a/b": {"compose": [{"crop": {"pixels": [1]}}]}}},
        r"transforms\.a/b: a name starts with a letter",
    ),
    "a name that is taken": (
        {"transforms": {"figures": {"compose": [{"crop": {"pixels": [1]}}]}}},
        r"transforms\.figures: the workflow itself uses this name",
    ),
    "a name that is a number": (
        {"transforms": {3: {"compose": [{"crop": {"pixels": [1]}}]}}},
        r"mine\.transforms\[3\]: the key 3 is no text; write it in quotes",
    ),
    "no function": (
        {"transforms": {"x": {"function": "wiggle"}}},
        r'x\.function: "wiggle" does not name a function; write "module:function"',
    ),
    "a function of the standard library": (
        {"transforms": {"x": {"function": "shutil:rmtree"}}},
        r"x\.function: shutil:rmtree belongs to Python itself, .*a function of your own",
    ),
    "a file to read that is not there": (
        {"transforms": {"x": {"function": "shapes:wiggle", "reads": ["gone.txt"]}}},
        r"transforms\.x\.reads: gone\.txt: no such file in ",
    ),
    "no module": (
        {"transforms": {"x": {"function": "gone:f"}}},
        r"transforms\.x\.function: .*no module gone is found in the working directory",
    ),
    "no such function in it": (
        {"transforms": {"x": {"function": "shapes:wigle"}}},
        r"transforms\.x\.function: .*shapes\.py has no function wigle",
    ),
    "an argument that it does not take": (
        {"transforms": {"x": {"function": "shapes:wiggle", "arguments": [{}, {"bye": 1}]}}},
        r"transforms\.x\.arguments\[1\]: bye is unknown; wiggle takes by, at besides the images$",
    ),
    "the images as an argument": (
        {"transforms": {"x": {"function": "shapes:wiggle", "arguments": [{"images": 1}]}}},
        r"transforms\.x\.arguments\[0\]: images is unknown",
    ),
    "an argument that it needs": (
        {"transforms": {"x": {"compose": [{"x": {"function": "shapes:turn"}}]}}},
        r"transforms\.x\.compose\[0\]\.x\.arguments\[0\]: by is missing; turn takes by, up besides",
    ),
    "a function without images": (
        {"transforms": {"x": {"function": "shapes:nothing"}}},
        r"transforms\.x\.arguments\[0\]: nothing takes no images",
    ),
    "a module that is no Python": (
        {"transforms": {"x": {"function": "broken:f"}}},
        r"transforms\.x\.function: .*broken\.py, line 1: invalid syntax",
    ),
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("anything", {"whatever": 1}),
        ("spread", {"up": 1}),
        ("wrapped", {"any": 1}),
        ("alias", {"z": 1}),
    ],
)
def test_arguments_that_its_file_does_not_tell_are_left_to_the_function(name, arguments):
    settings = {"transforms": {"x": {"function": f"shapes:{name}", "arguments": [arguments]}}}
    assert config.problems(shipped(mine=settings)) == []


@pytest.mark.parametrize(("settings", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_gives_one_message_that_names_it(settings, message):
    assert re.search(message, problem(**settings)), problem(**settings)


# --- folders that cannot be used ------------------------------------------------------------------


def empty_class(folder):
    (folder / "train/cow").mkdir()
    (folder / "test/cow").mkdir()


def class_of_the_training_images_alone(folder):
    (folder / "train/cow").mkdir()
    (folder / "train/cow/1.png").write_bytes(b"")


def one_image_a_class(folder):
    for path in folder.glob("test/*/1.png"):
        path.unlink()


def another_format(folder):
    (folder / "train/cat/photo.heic").write_bytes(b"")


def link_to_nothing(folder):
    (folder / "test/dog/x.png").symlink_to("gone.png")


@pytest.mark.parametrize(
    ("change", "dataset", "message"),
    [
        (empty_class, PETS, r"pets/train: class 'cow' has 0 points; give at least 1, or leave the"),
        (
            class_of_the_training_images_alone,
            PETS,
            r"pets/train/cow: a class that pets/test does not have; give its images there too",
        ),
        (
            one_image_a_class,
            {"kind": "folder", "train": "pets/test"},
            r"pets/test: class 'cat' has 1 points; give at least 2 \(one to train on, one to test",
        ),
        (another_format, PETS, r"pets/train/cat/photo\.heic: not PNG or JPEG; convert it"),
        (link_to_nothing, PETS, r"pets/test/dog/x\.png: a link to nothing"),
    ],
)
def test_a_folder_at_fault_is_told_before_any_work(here, change, dataset, message):
    change(here / "pets")
    assert re.match(rf"experiments\.mine\.dataset\.train: {message}", problem(dataset=dataset))


def test_functions_of_installed_packages_are_taken():
    given = {"function": "scipy.ndimage:gaussian_filter", "arguments": [{"sigma": 1}]}
    assert effective(transforms={"soft": given})["transforms"]["soft"]["reads"] == []
