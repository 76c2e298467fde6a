"""Provenance: what it depends on, what it leaves out, and that it can be read in every format."""

import csv
import json
import platform
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from PIL import Image

import synthetic
from efficient_augmentation.analysis import latex
from efficient_augmentation.figures import curves, style
from efficient_augmentation.files import arrays, atomic, provenance, tables
from efficient_augmentation.networks import train_small

ROOT = Path(__file__).parents[3]
STAMPS = ("score_points.py 0123456789ab", "efficient_augmentation.svm ba9876543210")
SETTINGS = {
    "model": {"C": 10.0, "network": {"seed": 4, "epochs": 2}, "influence": "alo"},
    "plan": {"seed": 3, "budgets": [1, 5]},
    "jax_threads": 2,
}


class Params(list):
    """As Snakemake hands params over: a list of all, with names for some."""

    def __init__(self, *unnamed, **named):
        super().__init__([*unnamed, *named.values()])
        self.named = named

    def items(self):
        return self.named.items()


def made(*stamps, rule="score_points", **settings):
    params = Params(*(stamps or STAMPS), **(settings or SETTINGS))
    return provenance.of(SimpleNamespace(rule=rule, params=params))


def changed(first, second):
    """Keys whose values differ."""
    assert list(first) == list(second)
    return {key for key in first if first[key] != second[key]}


def test_everything_is_named():
    found = made()
    assert list(found) == ["rule", "config", "code", "seeds", "device", "versions"]
    assert found["rule"] == "score_points"
    assert found["seeds"] == {"model.network.seed": 4, "plan.seed": 3}
    assert re.fullmatch("[0-9a-f]{12}", found["config"])
    assert re.fullmatch("[0-9a-f]{12}", found["code"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    versions = found["versions"]
    assert versions["efficient-augmentation"] == project["version"]
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["numpy"] == np.__version__
    assert versions["jax"] == jax.__version__


def test_a_changed_setting_changes_the_config_and_its_seed():
    plan = {**SETTINGS["plan"], "budgets": [1, 6]}
    assert changed(made(), made(**{**SETTINGS, "plan": plan})) == {"config"}
    plan = {**SETTINGS["plan"], "seed": 0}
    assert changed(made(), made(**{**SETTINGS, "plan": plan})) == {"config", "seeds"}
    assert changed(made(), made(**{**SETTINGS, "jax_threads": 1})) == {"config"}


def test_a_changed_stamp_changes_the_code():
    assert changed(made(), made(STAMPS[0], "efficient_augmentation.svm ba9876543211")) == {"code"}
    assert changed(made(), made(STAMPS[0])) == {"code"}
    assert changed(made(), made(rule="other")) == {"rule"}


def test_order_changes_nothing():
    plan = dict(reversed(SETTINGS["plan"].items()))
    settings = dict(reversed({**SETTINGS, "plan": plan}.items()))
    again = made(*reversed(STAMPS), **settings)
    assert again == made()
    assert provenance.text(again) == provenance.text(made())


def test_values_that_change_places_are_seen():
    assert changed(made(a=1, b=2), made(a=2, b=1)) == {"config"}


def test_the_same_job_gives_the_same_text_in_another_place_and_no_trace_of_place_or_time(tmp_path):
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; import test_provenance as t; "
        "print(t.provenance.text(t.made()))"
    )
    places = (ROOT / "src", Path(__file__).parent, Path(__file__).parents[1])
    command = [sys.executable, "-c", program, *map(str, places)]
    texts = []
    for name in ("1", "2"):
        folder = tmp_path / name
        folder.mkdir()
        environment = {"PYTHONHASHSEED": name, "NPROC": name, "HOME": str(folder)}
        how = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
        texts.append(subprocess.run(command, check=True, **how).stdout)
    assert texts[0] == texts[1]
    text = texts[0]
    assert json.loads(text)["seeds"] == made()["seeds"]
    assert text.isascii()
    for trace in (platform.node(), str(ROOT), str(tmp_path), time.strftime("%Y-%m-%d")):
        assert not re.search(rf"(?<!\w){re.escape(trace)}\b", text), trace


def test_only_packages_that_are_loaded_are_named():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from efficient_augmentation.files import provenance; "
        "print(*provenance._versions()); print(provenance.device()); "
        "assert 'jax' not in sys.modules"
    )
    command = [sys.executable, "-c", program, str(ROOT / "src")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "python efficient-augmentation",
        provenance._processor(),
    ]


@pytest.mark.parametrize(
    ("devices", "name"),
    [
        ([("cpu", "cpu")], "the processor"),
        ([("cpu", "cpu")] * 3, "3 x the processor"),
        ([("gpu", "NVIDIA H100")], "NVIDIA H100"),
        ([("gpu", "NVIDIA H100")] * 4, "4 x NVIDIA H100"),
    ],
)
def test_the_device_is_that_of_jax(monkeypatch, devices, name):
    found = [SimpleNamespace(platform=p, device_kind=kind) for p, kind in devices]
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(devices=lambda: found))
    monkeypatch.setattr(provenance, "_processor", lambda: "the processor")
    assert provenance.device() == name


def test_the_processor_has_a_name():
    assert provenance._processor().strip()


# --- formats, read with plain tools ---------------------------------------------------------------

HARD = {**made(), "device": 'Gerät (R) \\ 100 % </script> & "x"'}


def test_in_arrays_as_an_entry_that_readers_do_not_see(tmp_path):
    arrays.save(tmp_path / "a.npz", HARD, x=np.arange(3))
    with np.load(tmp_path / "a.npz", allow_pickle=False) as stored:
        assert json.loads(stored["provenance"].tobytes()) == HARD
        assert stored["provenance"].dtype == np.uint8
    assert list(arrays.load(tmp_path / "a.npz")) == ["x"]
    assert arrays.read_provenance(tmp_path / "a.npz") == HARD


@pytest.mark.slow
def test_in_weights_next_to_their_description(tmp_path):
    x, y = np.zeros((4, 12, 12, 1), np.uint8), np.array([0, 1, 0, 1])
    training = train_small.Training(1, 2, 0.1)
    variables, _ = train_small.train("lenet", x, y, n_classes=2, training=training)
    meta = {"name": "lenet", "n_classes": 2, "input_shape": [12, 12, 1]}
    train_small.save_weights(tmp_path / "w.npz", variables, meta, HARD)
    assert arrays.read_provenance(tmp_path / "w.npz") == HARD
    back = train_small.load_weights(tmp_path / "w.npz", "lenet", 2, (12, 12, 1))
    assert jax.tree.structure(back) == jax.tree.structure(jax.device_get(variables))


def test_in_a_file_next_to_each_table_which_stays_plain(tmp_path):
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    tables.write_csv(tmp_path / "plain.csv", rows)
    tables.write_csv(tmp_path / "t.csv", rows, HARD)
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["a", "b"], ["1", "x"], ["2", "y"]]
    about = json.loads((tmp_path / "t.csv-metadata.json").read_text())
    assert about["@context"] == "http://www.w3.org/ns/csvw"
    assert about["url"] == "t.csv"
    assert about["notes"] == [{"provenance": HARD}]
    assert tables.read_provenance(tmp_path / "t.csv") == HARD
    assert not (tmp_path / "plain.csv-metadata.json").exists()


def test_in_latex_as_a_comment():
    row = {"score": "loss", "policy": "baseline", "auc_mean": 1.0, "auc_std": 0.5, "rounds": 2}
    first, rest = latex.to_latex([row], "x", HARD).split("\n", 1)
    assert json.loads(first.removeprefix("% provenance: ")) == HARD
    assert rest == latex.to_latex([row], "x")


def test_in_figures_whose_pixels_it_leaves(tmp_path):
    levels = synthetic.baselines()
    figure = curves.accuracy(synthetic.curves(levels, [1, 1000]), levels, "loss", "random")
    style.save(figure, tmp_path / "f.png", tmp_path / "f.pdf", HARD)
    style.save(figure, tmp_path / "plain.png", tmp_path / "plain.pdf")
    with Image.open(tmp_path / "f.png") as png, Image.open(tmp_path / "plain.png") as plain:
        assert json.loads(png.text["provenance"]) == HARD
        assert plain.text == {}
        assert png.tobytes() == plain.tobytes()
    assert keywords((tmp_path / "f.pdf").read_bytes()) == HARD
    assert b"/Keywords" not in (tmp_path / "plain.pdf").read_bytes()


def keywords(pdf):
    """The mapping among a PDF's keywords."""
    (literal,) = re.findall(rb"/Keywords \(((?:[^\\()]|\\.)*)\)", pdf, re.DOTALL)
    return json.loads(re.sub(rb"\\(.)", rb"\1", literal))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no array named provenance"),
        (b"{", "its provenance cannot be read"),
        (b"[" * 99999, "its provenance cannot be read"),
    ],
)
def test_arrays_that_do_not_say_where_they_come_from_are_named(tmp_path, content, message):
    stored = {} if content is None else {"provenance": np.frombuffer(content, np.uint8)}
    np.savez(tmp_path / "a.npz", x=1, **stored)
    with pytest.raises(ValueError, match=rf"a\.npz: {message}"):
        arrays.read_provenance(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"notes": []}', '{"notes": [{"a": 1}]}', "[" * 99999]
)
def test_tables_that_do_not_say_where_they_come_from_are_named(tmp_path, content):
    (tmp_path / "t.csv-metadata.json").write_text(content)
    with pytest.raises(ValueError, match=r"t\.csv-metadata\.json: no provenance of a table"):
        tables.read_provenance(tmp_path / "t.csv")


def test_json_has_no_infinity(tmp_path):
    atomic.write_json(tmp_path / "a.json", {"b": [1.5, None]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"b": [1.5, None]}
    with pytest.raises(ValueError, match="JSON"):
        atomic.write_json(tmp_path / "a.json", {"b": float("inf")})
