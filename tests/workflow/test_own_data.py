"""A user's own images and features through the whole workflow, and what reruns when they change."""

import json
import math
import os

import numpy as np
import pytest
import yaml
from conftest import Checkout, copy_workflow
from PIL import Image

from efficient_augmentation.files import tables
from efficient_augmentation.policies import ranking
from efficient_augmentation.selection import order, points

SHAPES = """import importlib

import elsewhere
import numpy as np
import parts


def shift(images, by=1):
    named = importlib.import_module("named")
    by += elsewhere.ZERO + named.ZERO + int(np.loadtxt("shift.txt"))
    return parts.roll(images, by)
"""
PARTS = "import numpy as np\n\n\ndef roll(images, by):\n    return np.roll(images, by, axis=2)\n"
SMALL = {
    "policies": ["baseline", "deterministic_proportional"],
    "rounds": 1,
    "scores": ["influence"],
}
NAMES = np.array([f"{11 - i:03}" for i in range(12)])
MOVED = {"function": "shapes:shift", "reads": ["shift.txt"]}
STEPS = [{"flip": {"axes": ["horizontal"]}}, {"moved": MOVED}]
CONFIG = {
    "run": ["pets", "rows"],
    "experiments": {
        "pets": {
            **SMALL,
            "dataset": {"kind": "folder", "train": "my pets/train", "side": 12},
            "transforms": {"turned": {"compose": STEPS}},
            "featurizer": {"kind": "raw"},
            "selection": {"budget": 0.5},
        },
        "rows": {**SMALL, "dataset": {"kind": "features", "file": "rows.npz"}},
    },
}
THREE_LINES = """run: [mine]
experiments:
  mine: {dataset: {kind: folder, train: "my pets/train"}}
"""


def write_images(folder):
    """Ten images of two classes of every form that is taken, and files that are passed over."""
    rng = np.random.default_rng(0)
    for k, name in enumerate(("chien", "котка")):
        (folder / name).mkdir(parents=True)
        for i in range(4):
            grey = rng.normal(80 + 90 * k, 40, (20, 16)).clip(0, 255).astype(np.uint8)
            Image.fromarray(grey).save(folder / name / f"{i}.png")
    deep = np.full((9, 9), 40000, np.uint16)
    Image.fromarray(deep).save(folder / "chien" / "16 bit, “deep”.png")
    Image.new("RGBA", (30, 20), (255, 0, 0, 90)).save(folder / "chien" / "clear.png")
    Image.new("RGB", (24, 40), (9, 90, 200)).save(folder / "котка" / "photo.JPG")
    (folder / "котка" / "same.png").symlink_to(folder / "котка" / "0.png")
    (folder / "котка" / "notes.txt").write_text("not an image")


def write_rows(path):
    """Features of twelve points, two rows made from the first of them, one from most others."""
    rng = np.random.default_rng(0)
    y, source = np.tile(["up", "down"], 6), np.array([-1] * 12 + [0, *range(10)])
    y = np.concatenate([y, y[source[12:]]])
    x = rng.normal(size=(23, 3)) + (y == "up")[:, None]
    np.savez(path, x_train=x, y_train=y, source_train=source, ids=NAMES)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A checkout in which the two experiments ran to their end."""
    folder = tmp_path_factory.mktemp("own")
    checkout = Checkout(copy_workflow(folder / "tree"), folder / "work")
    write_images(checkout.work / "my pets/train")
    write_rows(checkout.work / "rows.npz")
    (checkout.work / "shapes.py").write_text(SHAPES)
    (checkout.work / "parts.py").write_text(PARTS)
    (checkout.work / "named.py").write_text("ZERO = 0\n")
    (checkout.work / "shift.txt").write_text("0\n")
    (checkout.work / "lib").mkdir()
    (checkout.work / "lib/elsewhere.py").write_text("ZERO = 0\n")
    (checkout.work / "own.yaml").write_text(yaml.safe_dump(CONFIG))
    (checkout.work / "three.yaml").write_text(THREE_LINES)
    done = checkout.snakemake(config=[checkout.work / "own.yaml"], environment=library(checkout))
    assert done.returncode == 0, done.stdout
    return checkout


def library(checkout):
    """The environment of a user who keeps modules in a folder elsewhere."""
    return {"PYTHONPATH": str(checkout.work / "lib")}


@pytest.fixture
def changed(own):
    """A function that writes bytes to a file of the user's; undone after the test."""
    originals = {}

    def change(name, content):
        path = own.work / name
        originals[path] = (path.read_bytes(), path.stat()) if path.exists() else None
        path.write_bytes(content)

    yield change
    for path, before in originals.items():
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before[0])
            os.utime(path, ns=(before[1].st_atime_ns, before[1].st_mtime_ns))


def reruns(own):
    """Stages that would run of each experiment, targets and the report left out."""
    jobs, output = own.would_run(config=[own.work / "own.yaml"], environment=library(own))
    return jobs.keys() - {"all", "write_report"}, output


# --- what is made ---------------------------------------------------------------------------------


def test_a_folder_becomes_results(own):
    folder = own.work / "results/pets"
    dataset = np.load(folder / "dataset.npz", allow_pickle=False)
    assert dataset["x_train"].shape[1:] == (12, 12, 3)
    assert dataset["class_names"].tolist() == ["chien", "котка"]
    ids = [*dataset["train_ids"], *dataset["test_ids"]]
    assert len(ids) == 12
    assert {"chien/16 bit, “deep”.png", "котка/photo.JPG", "котка/same.png"} < set(ids)
    assert float(dataset["test_share"]) == 0.25
    features = np.load(folder / "turned/features.npz")
    moved = np.roll(dataset["x_train"][:, :, ::-1], 1, axis=2)
    np.testing.assert_allclose(features["x_train"][8:], moved.reshape(8, -1) / 255, atol=1e-6)
    scores = tables.read_csv(folder / "turned/scores.csv")
    assert scores["id"].tolist() == dataset["train_ids"].tolist()
    assert scores["label"].tolist() == [name.partition("/")[0] for name in scores["id"]]
    assert (folder / "turned/figures/images_influence.png").is_file()
    assert "as they must be" in (folder / "checks.txt").read_text()


def test_features_become_results_without_images(own):
    folder = own.work / "results/rows"
    features = np.load(folder / "given/features.npz")
    given = np.load(own.work / "rows.npz")
    originals = features["source_train"] == -1
    dataset = np.load(folder / "dataset.npz")
    kept = dataset["train_rows"]
    assert dataset["train_ids"].tolist() == given["ids"][kept].tolist()
    np.testing.assert_array_equal(
        features["x_train"][originals], given["x_train"][kept].astype("f")
    )
    baselines = json.loads((folder / "given/baselines.json").read_text())
    assert baselines["n_train"] == len(kept) == 8
    pictures = {path.stem for path in (folder / "given/figures").iterdir()}
    assert "accuracy_influence_random" in pictures
    assert not {"transform", "images_influence"} & pictures
    files = ["checks.txt", "dataset.npz", "given", "selection_all.csv"]
    files.append("selection_all.csv-metadata.json")
    assert sorted(path.name for path in folder.iterdir()) == files
    assert (own.work / "results/report.html").is_file()


@pytest.mark.parametrize(("experiment", "transform"), [("pets", "turned"), ("rows", "given")])
def test_the_list_has_every_image_once_and_can_be_used_as_it_stands(own, experiment, transform):
    folder = own.work / "results" / experiment
    listed = tables.read_csv(folder / transform / "selection.csv", texts=["id", "label"])
    assert list(listed) == list(order.COLUMNS)
    assert listed["rank"].tolist() == list(range(1, 13))
    answer = json.loads((folder / transform / "selection.json").read_text())
    assert (answer["candidates"], answer["n_train"]) == (12, 8)
    # The share of 8 training points, of 12 images.
    assert answer["points"] == math.ceil(12 / 8 * answer["measured_points"])
    assert answer["points"] == 6 or experiment == "rows"
    assert listed["selected"].tolist() == [1] * answer["points"] + [0] * (12 - answer["points"])
    # The user's own files say which image a row is, and of which class.
    if experiment == "pets":
        files = sorted(p.relative_to(own.work / "my pets/train").as_posix() for p in images(own))
        classes = [name.partition("/")[0] for name in files]
    else:
        files, classes = NAMES.tolist(), np.load(own.work / "rows.npz")["y_train"][:12].tolist()
    assert sorted(listed["row"].tolist()) == list(range(12))
    assert listed["id"].tolist() == [files[row] for row in listed["row"]]
    assert listed["label"].tolist() == [classes[row] for row in listed["row"]]
    rows = np.load(folder / transform / "selected.npy", allow_pickle=False)
    assert rows.dtype == np.int64
    assert rows.tolist() == listed["row"][: answer["points"]].tolist()
    held_out = set(np.load(folder / "dataset.npz")["test_rows"].tolist())
    assert set(listed["row"][listed["split"] == "test"].tolist()) == held_out
    assert "Train the final classifier on all 12" in answer["test_images"]
    joined = tables.read_csv(folder / "selection_all.csv", texts=["id", "label"])
    assert joined["row"].tolist() == list(range(12))
    assert joined["id"].tolist() == files
    assert set(np.flatnonzero(joined[f"selected_{transform}"])) == set(rows.tolist())


def images(own):
    return [p for p in (own.work / "my pets/train").rglob("*") if p.suffix in (".png", ".JPG")]


def test_the_list_is_that_of_select_points_on_all_images(own):
    """The library, given all originals, the C of the run and its policy, chooses the same."""
    folder, given = own.work / "results/rows/given", np.load(own.work / "rows.npz")
    answer = json.loads((folder / "selection.json").read_text())
    C = json.loads((folder / "baselines.json").read_text())["C"]
    listed = tables.read_csv(folder / "selection.csv", texts=["id", "label"])
    X, y = given["x_train"][:12].astype("f"), given["y_train"][:12]
    scores = points.score_points(X, y, answer["score"], C=C)
    np.testing.assert_allclose(listed["score"], scores[listed["row"]], rtol=1e-5)
    if answer["policy"] == "deterministic_proportional":
        expected = np.argsort(-np.abs(scores), kind="stable")
    else:  # drawn at random: by the seed alone, over all twelve
        expected = ranking.order(answer["policy"], scores, np.random.default_rng(0))
    assert listed["row"].tolist() == expected.tolist()
    assert (
        listed["score_rank"].tolist()
        == (1 + np.argsort(np.argsort(-np.abs(scores)))[listed["row"]]).tolist()
    )


def test_three_lines_are_a_whole_experiment(own):
    jobs, output = own.would_run(config=[own.work / "three.yaml"])
    # The network that comes with the project: nothing is trained.
    assert jobs == {
        "make_dataset_mine": 1,
        "featurize_mine": 1,
        "choose_C": 3,
        "score_points": 3,
        "simulate_policies": 3,
        "summarize_curves": 3,
        "compare_policies": 3,
        "refit_scores": 3,
        "select_points": 3,
        "join_selections": 1,
        "plot_transform_mine": 3,
        "check_experiment": 1,
        "write_report": 1,
        "all": 1,
    }, output


def test_an_image_that_cannot_be_read_is_one_message(own, changed):
    """Of an experiment of its own: a failed job's results are removed."""
    changed("my pets/train/chien/2.png", b"no image")
    done = own.snakemake("results/mine/dataset.npz", config=[own.work / "three.yaml"])
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    told = [line for line in done.stdout.splitlines() if "chien/2.png" in line]
    assert told == [
        "ValueError: my pets/train/chien/2.png: not a readable PNG or JPEG image, whatever its "
        "name says"
    ]


# --- what reruns ----------------------------------------------------------------------------------

AFTER_FEATURES = {
    "choose_C",
    "refit_scores",
    "select_points",
    "join_selections",
    "score_points",
    "simulate_policies",
    "summarize_curves",
    "compare_policies",
    "check_experiment",
}


def test_nothing_reruns_by_itself(own, changed):
    changed("shapes.py", f"# Why.\n{SHAPES}".encode())
    changed("my pets/train/chien/notes.txt", b"more")
    assert reruns(own)[0] == set()


@pytest.mark.parametrize("name", ["new.png", "1.png"])
def test_a_new_or_another_image_reruns_what_was_made_from_images(own, changed, name):
    source = (own.work / "my pets/train/котка/3.png").read_bytes()
    changed(f"my pets/train/chien/{name}", source)
    jobs, output = reruns(own)
    made = {"make_dataset_pets", "featurize_pets", "plot_transform_pets"}
    assert jobs == made | AFTER_FEATURES, output


@pytest.mark.parametrize("name", ["shapes.py", "parts.py", "lib/elsewhere.py", "named.py"])
def test_an_edited_function_remakes_features_and_what_follows(own, changed, name):
    changed(name, f"{(own.work / name).read_text()}\nx = 1\n".encode())
    jobs, output = reruns(own)
    assert jobs == {"featurize_pets", "plot_transform_pets"} | AFTER_FEATURES, output
