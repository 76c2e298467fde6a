"""The command, as a shell sees it."""

import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from efficient_augmentation import cli
from efficient_augmentation.files import tables
from efficient_augmentation.selection import order, points
from problems import augmented_features, two_classes

X, Y = two_classes(50, 4)


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "plain.npz"
    np.savez(
        path, x=X, y=np.array(["cat", "dog"])[Y], ids=np.array([f"{i}.png" for i in range(50)])
    )
    return str(path)


def run(capsys, *arguments):
    status = cli.main(["select", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, list(csv.DictReader(io.StringIO(out))), err


def test_points_on_standard_output(plain, capsys):
    status, rows, err = run(capsys, plain, "--budget", "0.1")
    assert status == 0
    C, said = err.splitlines()
    assert re.fullmatch(r"C = \S+, 10 over the mean squared distance .*", C)
    assert said == "5 of 50 points selected"
    assert len(rows) == 50
    assert tuple(rows[0]) == order.COLUMNS
    chosen = [int(row["id"].removesuffix(".png")) for row in rows if row["selected"] == "1"]
    assert chosen == points.select_points(X, Y, 5).tolist()
    assert rows[0]["label"] == ["cat", "dog"][Y[chosen[0]]]


def test_every_option_counts(plain, capsys):
    options = {"score": "loss", "policy": "random_inverse_proportional", "seed": 3, "C": 0.5}
    given = [text for name, value in options.items() for text in (f"--{name}", value)]
    _, rows, _ = run(capsys, plain, "--budget", 7, *given)
    chosen = [int(row["id"].removesuffix(".png")) for row in rows[:7]]
    assert chosen == points.select_points(X, Y, 7, **options).tolist()


def test_a_file_holds_what_standard_output_shows(plain, capsys, tmp_path):
    _, rows, _ = run(capsys, plain, "--budget", 5)
    output = tmp_path / "new" / "selection.csv"
    status, nothing, _ = run(capsys, plain, "--budget", 5, "--output", output)
    assert (status, nothing) == (0, [])
    columns = tables.read_csv(output)
    assert columns["id"].tolist() == [row["id"] for row in rows]
    assert columns["score"].tolist() == [float(row["score"]) for row in rows]


def test_rows_of_the_chosen_points_for_a_sampler(tmp_path, capsys):
    """Points among their copies: rows count all rows of the file."""
    source = np.full(100, -1)
    source[1::2] = np.arange(50)
    x, y = np.repeat(X, 2, axis=0), np.repeat(Y, 2)
    np.savez(tmp_path / "mixed.npz", x_train=x, y_train=y, source_train=source)
    output = tmp_path / "new/selected.npy"
    status, rows, _ = run(capsys, tmp_path / "mixed.npz", "--budget", 7, "--rows", output)
    found = np.load(output)
    assert (status, found.dtype) == (0, np.int64)
    assert found.tolist() == (2 * points.select_points(X, Y, 7)).tolist()
    assert [int(row["row"]) for row in rows[:7]] == found.tolist()
    assert {row["split"] for row in rows} == {"train"}
    status, _, err = run(capsys, tmp_path / "mixed.npz", "--budget", 7, "--rows", tmp_path)
    assert (status, err.count("give a file for --rows")) == (1, 1)


def test_of_the_workflows_features_the_originals_are_the_points(tmp_path, capsys):
    features = augmented_features(24, 5)
    np.savez(tmp_path / "features.npz", **features)
    status, rows, _ = run(capsys, tmp_path / "features.npz", "--budget", 3)
    assert (status, len(rows)) == (0, 24)
    # Its copies choose C.
    C = points.choose_C(*(features[f"{x}_train"] for x in ("x", "y", "source"))).C
    expected = points.select_points(features["x_train"][:24], features["y_train"][:24], 3, C=C)
    assert [int(row["id"]) for row in rows[:3]] == expected.tolist()


def copies(source, row=0, to=None):
    """The file with copies whose originals stand where `source` says, in one row elsewhere."""
    source = np.array(source)
    source[row] = source[row] if to is None else to
    return {"x_train": X, "y_train": np.array([1, *Y[1:25], *[0] * 25]), "source_train": source}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X}, "no array named y; it holds x; wanted are x and y, or x_train, y_train, source"),
        ({"x_train": X, "y_train": Y}, "no array named source_train; it holds x_train, y_train"),
        ({"x": X, "y": Y[:-1]}, r"labels must have shape \(50,\)"),
        ({"x": X[:, 0], "y": Y}, r"features have shape \(50,\); \(n, d\), n >= 1, is wanted"),
        (
            {"x": X, "y": Y, "ids": Y[:3]},
            r"ids holds int\d+ of shape \(3,\); .* of shape \(50,\) are wanted",
        ),
        ({"x": X * np.nan, "y": Y}, "row 0 holds NaN"),
        ({"x": X, "y": Y * 0}, "labels must hold two classes or more, not 1"),
        (
            {"x_train": X, "y_train": Y, "source_train": Y[:3]},
            "x_train, y_train and source_train have 50, 50 and 3 rows",
        ),
        (
            {"x": X, "y": np.array([b"cat", b"dog"])[Y]},
            r"y holds \|S3 .* np.char.decode\(y, 'utf-8'",
        ),
        ({"x": X, "y": np.array(["cat", "d\udc80"])[Y]}, "y holds .* is no Unicode text"),
        ({"x": X, "y": Y, "ids": np.arange(50) // 2}, "ids holds 0 twice; give each point one"),
        ({"x": X, "y": Y, "ids": np.full(50, np.nan)}, "ids holds float64 .* whole numbers of"),
        ({"x": X, "y": Y, "ids": np.arange(50).astype("S2")}, r"ids holds \|S2 .*np.char.decode"),
        (copies(source=[-1.0, *[0.0] * 49]), "source_train holds float64 .* integers"),
        (copies(source=[255, *[0] * 49]), "source_train: row 0 holds 255"),
        (copies(source=[-1, *[7] * 49]), "source_train: row 1 holds 7; the originals come first"),
        (
            copies(source=[0] * 49 + [-1], row=3, to=50),
            "source_train: row 3 holds 50; there are 50",
        ),
        (copies(source=[-1] * 25 + [0] * 25), "row 25 has the label .*, but its original, row 0"),
    ],
)
def test_files_that_are_not_as_they_should_be(arrays, message, tmp_path, capsys):
    np.savez(tmp_path / "own.npz", **arrays)
    assert cli.main(["select", str(tmp_path / "own.npz"), "--budget", "2"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("efficient-augmentation: ")
    assert err.count("\n") == 1
    with pytest.raises(ValueError, match=message):
        raise ValueError(err)


def test_missing_and_damaged_files(tmp_path, capsys):
    status, _, err = run(capsys, tmp_path / "gone.npz", "--budget", 2)
    assert status == 1
    assert err == f"efficient-augmentation: {tmp_path / 'gone.npz'}: there is no such file\n"
    (tmp_path / "text.npz").write_text("text")
    status, _, err = run(capsys, tmp_path / "text.npz", "--budget", 2)
    assert status == 1
    assert "text.npz: not a readable .npz file" in err


def test_a_folder_is_no_file_to_write(plain, capsys, tmp_path):
    status, rows, err = run(capsys, plain, "--budget", 2, "--output", tmp_path)
    assert (status, rows) == (1, [])
    assert err == f"efficient-augmentation: {tmp_path}: a folder; give a file for --output\n"


def test_a_budget_above_the_number_of_points(plain, capsys):
    status, _, err = run(capsys, plain, "--budget", 51)
    assert status == 1
    assert "budget must be a whole number within 1..50" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--budget", "many"], "argument --budget: 'many' is not a number"),
        (["--budget", "10%"], "'10%' is not a number; give how many points, such as 100, or a sh"),
        ([], "the following arguments are required: --budget"),
        (["--budget", "3", "--score", "size"], "argument --score: invalid choice: 'size'"),
        (["--budget", "3", "--policy", "best"], "argument --policy: unknown policy 'best'"),
        (["--budget", "3", "--policy", "dpp_raw"], "'dpp_raw' draws subsets; it has no order"),
        (["--budget", "3", "--seed", "-1"], "'-1' is not a non-negative whole number"),
    ],
)
def test_wrong_options_end_with_2_before_any_work(plain, capsys, options, message):
    with pytest.raises(SystemExit) as raised:
        cli.main(["select", plain, *options])
    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit) as raised:
        cli.main(["select", "--help"])
    assert raised.value.code == 0
    assert "efficient-augmentation select features.npz --budget 0.1" in capsys.readouterr().out


SOURCE = Path(cli.__file__).parents[1]


def shell(command):
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env=environment
    )


@pytest.mark.slow
def test_standard_output_has_the_bytes_of_a_file_whatever_the_terminal(tmp_path):
    names = np.array(["猫", "é\r"])[Y]
    np.savez(tmp_path / "own.npz", x=X, y=names)
    select = f"{sys.executable} -m efficient_augmentation.cli select own.npz --budget 3"
    done = shell(
        f"cd {tmp_path} && PYTHONIOENCODING=ascii {select} > shown && {select} --output made"
    )
    assert done.returncode == 0, done.stderr
    shown, made = ((tmp_path / name).read_bytes() for name in ("shown", "made"))
    assert shown == made
    assert "猫" in made.decode("utf-8")


@pytest.mark.slow
def test_in_a_pipe_that_closes_early(tmp_path):
    features = two_classes(4000, 2)
    np.savez(tmp_path / "own.npz", x=features[0], y=features[1])
    module = f"{sys.executable} -m efficient_augmentation.cli select {tmp_path}/own.npz --budget 9"
    ended = shell(f"bash -o pipefail -c '{module} | head -1'")
    assert ended.stdout == f"{','.join(order.COLUMNS)}\n"
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0


def test_neither_jax_nor_scikit_learn_is_loaded_for_help():
    heavy = "{'jax', 'sklearn', 'scipy.stats'}"
    code = f"import sys, efficient_augmentation.cli; print({heavy} & set(sys.modules))"
    assert shell(f'{sys.executable} -c "{code}"').stdout == "set()\n"


def test_ids_are_rows_of_the_file_wherever_originals_stand(capsys, tmp_path):
    order = np.random.default_rng(0).permutation(100)
    x, y = np.concatenate([X, X + 1]), np.concatenate([Y, Y])
    source = np.concatenate([np.full(50, -1), np.arange(50)])
    np.savez(tmp_path / "f.npz", x_train=x[order], y_train=y[order], source_train=source[order])
    status, rows, _ = run(capsys, tmp_path / "f.npz", "--budget", 5)
    assert status == 0
    ids = [int(row["id"]) for row in rows]
    assert sorted(ids) == np.flatnonzero(source[order] == -1).tolist()
    originals = order[source[order] == -1]
    expected = originals[points.select_points(X[originals], Y[originals], 5)]
    assert order[ids[:5]].tolist() == expected.tolist()


def test_sources_counted_from_one_are_refused(capsys, tmp_path):
    given = augmented_features(20, 5, 2)
    source = np.where(given["source_train"] >= 0, given["source_train"] + 1, -1)
    np.savez(tmp_path / "f.npz", **{**given, "source_train": source})
    status, _, err = run(capsys, tmp_path / "f.npz", "--budget", 5)
    assert status == 1
    assert "f.npz: source_train: row 39 holds 20; " in err
    assert "counted from 0, not 1" in err


def test_carriage_returns_in_labels_come_back(capsys, tmp_path):
    np.savez(tmp_path / "f.npz", x=X, y=np.array(["up\r", "down\n\r"])[Y])
    _, rows, _ = run(capsys, tmp_path / "f.npz", "--budget", 5)
    assert len(rows) == 50
    assert {row["label"] for row in rows} == {"up\r", "down\n\r"}


def test_arrays_that_are_not_read_may_hold_anything(capsys, tmp_path):
    np.savez(tmp_path / "f.npz", x=X, y=Y, meta=np.array([{"camera": 1}], object))
    assert run(capsys, tmp_path / "f.npz", "--budget", 5)[0] == 0
    np.savez(tmp_path / "f.npz", x=X, y=Y.astype(str).astype(object))
    status, _, err = run(capsys, tmp_path / "f.npz", "--budget", 5)
    assert status == 1
    assert "array y holds Python objects" in err
    assert "y.astype(str)" in err
