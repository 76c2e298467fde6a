"""The staleness matrix: everything that results are made from, by everything that befalls files.

Every input belongs to an experiment of its own, so that one dry run answers for all of them.
"""

import gzip
import hashlib
import os
import re
import struct
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from conftest import Checkout, copy_workflow
from PIL import Image
from processes import running, wait_until

SMALL = {
    "C": 10,
    "rounds": 1,
    "budgets": [2],
    "scores": ["influence"],
    "policies": ["baseline", "random_proportional"],
    "featurizer": {"kind": "raw"},
    "transforms": {"flip": {"axes": ["horizontal"]}},
}
DIGITS = {"dataset": {"kind": "digits", "n_train": 10}}
MNIST = {
    "train-images-idx3-ubyte.gz": (40, 28, 28),
    "train-labels-idx1-ubyte.gz": (40,),
    "t10k-images-idx3-ubyte.gz": (20, 28, 28),
    "t10k-labels-idx1-ubyte.gz": (20,),
}
FUNCTION = """import numpy as np
{helped}

BY = 1 + {more}


def moved(images, by=1):
    return np.roll(images, by * BY, axis=2)
"""


def moved_by(module, **more):
    return {**DIGITS, "transforms": {"moved": {"function": f"{module}:moved", **more}}}


EXPERIMENTS = {
    "images": {"dataset": {"kind": "folder", "train": "photos", "side": 8}},
    "arrays": {"dataset": {"kind": "npz", "file": "own.npz"}},
    "rows": {"dataset": {"kind": "features", "file": "rows.npz"}},
    "published": {"dataset": {"kind": "mnist", "classes": [0, 1], "n_train": 20}},
    "by_file": moved_by("shapes"),
    "by_helper": moved_by("helped"),
    "by_data": moved_by("reading", reads=["by.txt"]),
    "middle": DIGITS,
    "late": DIGITS,
}


class Input(NamedTuple):
    """A file, and the stages of the experiment of that name that it decides."""

    file: str
    stages: tuple[str, ...]


MADE = ("make_dataset", "featurize", "score_points")
INPUTS = {
    "images": Input("photos/b/2.png", MADE),
    "arrays": Input("own.npz", MADE),
    "rows": Input("rows.npz", ("make_dataset", "take_features", "score_points")),
    "published": Input("resources/mnist/train-images-idx3-ubyte.gz", MADE),
    "by_file": Input("shapes.py", MADE[1:]),
    "by_helper": Input("helper.py", MADE[1:]),
    "by_data": Input("by.txt", MADE[1:]),
    "middle": Input("results/middle/dataset.npz", MADE[1:]),
    "late": Input("results/late/flip/features.npz", MADE[2:]),
}


def target(name):
    settings = {**SMALL, **EXPERIMENTS[name]}
    given = EXPERIMENTS[name]["dataset"]["kind"] == "features"
    return f"results/{name}/{'given' if given else next(iter(settings['transforms']))}/scores.csv"


def own_arrays(seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (16, 8, 8), dtype=np.uint8)
    return {"x_train": images, "y_train": np.arange(16) % 2}


def own_rows(seed):
    x = np.random.default_rng(seed).normal(size=(24, 3))
    source = np.array([-1] * 12 + [*range(12)])
    return {"x_train": x, "y_train": np.tile([0, 1], 12), "source_train": source}


def idx(shape):
    """MNIST's format: images of noise, labels 0 and 1 in turn."""
    data = np.random.default_rng(0).integers(0, 256, shape) if len(shape) > 1 else np.arange(*shape)
    content = struct.pack(f">{1 + len(shape)}i", 2048 + len(shape), *shape)
    values = data if len(shape) > 1 else data % 2
    return gzip.compress(content + values.astype(np.uint8).tobytes(), mtime=0)


def write_inputs(work):
    rng = np.random.default_rng(0)
    for name in "ab":
        (work / "photos" / name).mkdir(parents=True)
        for i in range(6):
            image = Image.fromarray(rng.integers(0, 256, (9, 9), dtype=np.uint8))
            image.save(work / "photos" / name / f"{i}.png")
    np.savez(work / "own.npz", **own_arrays(0))
    np.savez(work / "rows.npz", **own_rows(0))
    (work / "mirror/mnist").mkdir(parents=True)
    for name, shape in MNIST.items():
        (work / "mirror/mnist" / name).write_bytes(idx(shape))
    (work / "shapes.py").write_text(FUNCTION.format(helped="", more="0"))
    (work / "helped.py").write_text(FUNCTION.format(helped="import helper", more="helper.ZERO"))
    (work / "helper.py").write_text("ZERO = 0\n")
    reading = FUNCTION.format(helped="", more="int(np.loadtxt('by.txt'))")
    (work / "reading.py").write_text(reading)
    (work / "by.txt").write_text("0\n")


def config(work):
    checksums = {
        f"mnist/{name}": hashlib.sha256((work / "mirror/mnist" / name).read_bytes()).hexdigest()
        for name in MNIST
    }
    experiments = {name: {**SMALL, **own} for name, own in EXPERIMENTS.items()}
    for key in ("featurizer", "transforms"):
        del experiments["rows"][key]
    return {
        "run": list(EXPERIMENTS),
        "experiments": experiments,
        "mirrors": ["mirror"],
        "checksums": checksums,
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A checkout in which all scores were made."""
    folder = tmp_path_factory.mktemp("stale")
    checkout = Checkout(copy_workflow(folder / "tree"), folder / "work")
    checkout.work.mkdir()
    write_inputs(checkout.work)
    (checkout.work / "own.yaml").write_text(yaml.safe_dump(config(checkout.work)))
    targets = map(target, EXPERIMENTS)
    done = checkout.snakemake(*targets, config=[checkout.work / "own.yaml"])
    assert done.returncode == 0, done.stdout
    return checkout


@pytest.fixture
def inputs(made):
    """Paths of all inputs by experiment; their contents and times are set right after the test."""
    paths = {name: made.work / given.file for name, given in INPUTS.items()}
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths.values()}
    yield paths
    for path, (content, time) in before.items():
        path.write_bytes(content)
        os.utime(path, ns=(time, time))


def would_run(made, targets=None):
    """{experiment: stages} that a dry run names, and its output."""
    targets = [*map(target, EXPERIMENTS)] if targets is None else targets
    _, output = made.would_run(*targets, config=[made.work / "own.yaml"])
    jobs = {}
    for rule, about in re.findall(r"^(?:local)?rule (\w+):\n((?: .*\n)*)", output, re.M):
        found = re.search(r"wildcards: .*experiment=(\w+)", about)
        named = re.fullmatch(r"(make_dataset|featurize|take_features)_(\w+)", rule)
        stage, experiment = named.groups() if named else (rule, found and found[1])
        jobs.setdefault(experiment, set()).add(stage)
    return jobs, output


def other(name, path):
    """Another sound content of the same size."""
    content = path.read_bytes()
    if name in ("arrays", "rows"):
        new = path.with_name("other.npz")
        np.savez(new, **{"arrays": own_arrays, "rows": own_rows}[name](1))
        found = new.read_bytes()
        new.unlink()
    elif path.suffix in (".py", ".txt"):
        found = re.sub(rb"\b[01]\b", b"2", content, count=1)
    else:
        found = content[:-1] + bytes([content[-1] ^ 1])
    assert len(found) == len(content)
    assert found != content
    return found


def replaced(path, content, time=None):
    """Put another file in the place of one, as `mv`, `cp -p`, `rsync -a` and `unzip` do."""
    new = path.with_name("other.tmp")
    new.write_bytes(content)
    if time is not None:
        os.utime(new, ns=(time, time))
    new.replace(path)


def in_place(path, content, time=None):
    path.write_bytes(content)
    if time is not None:
        os.utime(path, ns=(time, time))


def mtime(path):
    return path.stat().st_mtime_ns


OLD = 10**18
# What befalls a file, given its path and another content; and whether its content is another then.
CHANGES = {
    "edited": (in_place, True),
    "replaced by an older file": (lambda p, new: replaced(p, new, OLD), True),
    "replaced by a newer file": (lambda p, new: replaced(p, new), True),
    "replaced with size and time kept": (lambda p, new: replaced(p, new, mtime(p)), True),
    "edited with size and time kept": (lambda p, new: in_place(p, new, mtime(p)), True),
    "touched": (lambda p, new: os.utime(p), False),
    "given an older time": (lambda p, new: os.utime(p, ns=(OLD, OLD)), False),
    "copied": (lambda p, new: replaced(p, p.read_bytes()), False),
    "copied with its time": (lambda p, new: replaced(p, p.read_bytes(), mtime(p)), False),
    "restored from an older copy": (lambda p, new: replaced(p, p.read_bytes(), OLD), False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_reruns_is_what_was_made_from_another_content(made, inputs, change):
    do, another = CHANGES[change]
    for name, path in inputs.items():
        do(path, other(name, path))
    jobs, output = would_run(made)
    expected = {name: set(INPUTS[name].stages) for name in inputs} if another else {}
    assert jobs == expected, output


def test_nothing_reruns_once_the_former_contents_are_back(made):
    jobs, output = would_run(made)
    assert jobs == {}, output


def test_a_deleted_metadata_file_is_made_again(made):
    path = made.work / f"{target('late')}-metadata.json"
    content, time = path.read_bytes(), mtime(path)
    # Asked for by the target of an experiment; a table's path asks for the table alone.
    before = would_run(made, ["late"])
    path.unlink()
    after = would_run(made, ["late"])
    in_place(path, content, time)
    assert not set(MADE) & before[0]["late"], before[1]
    assert set(MADE) & after[0]["late"] == {"score_points"}, after[1]


def test_a_deleted_image_is_another_content(made):
    path = made.work / INPUTS["images"].file
    content, time = path.read_bytes(), mtime(path)
    path.unlink()
    jobs, output = would_run(made)
    in_place(path, content, time)
    assert jobs == {"images": set(MADE)}, output


WAITING = """import time


def moved(images):
    time.sleep(600)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/cmdline"), reason="needs /proc")
def test_what_a_killed_run_finished_is_known_by_content(fresh, tmp_path):
    (fresh.work / "waiting.py").write_text(WAITING)
    experiments = {"late": SMALL | DIGITS, "slow": SMALL | moved_by("waiting")}
    own = {"run": [*experiments], "experiments": experiments}
    (fresh.work / "own.yaml").write_text(yaml.safe_dump(own))
    config = [fresh.work / "own.yaml"]
    targets = [target("late"), "results/slow/moved/scores.csv"]
    process = fresh.start(*targets, "--cores", "8", config=config, output=tmp_path / "log")

    def late_is_finished():
        logs = (fresh.work / ".snakemake/log").glob("*.log")
        return any("(Rule: score_points)" in path.read_text() for path in logs)

    try:
        wait_until(late_is_finished, process)
    finally:
        process.kill()
        process.wait(timeout=10)
    wait_until(lambda: not running(fresh.work))
    assert fresh.snakemake("--unlock", config=config).returncode == 0
    assert would_run(fresh, targets[:1])[0] == {}
    path = fresh.work / "results/late/dataset.npz"
    in_place(path, other("late", path), OLD)
    jobs, output = would_run(fresh, targets[:1])
    assert jobs == {"late": set(MADE[1:])}, output
