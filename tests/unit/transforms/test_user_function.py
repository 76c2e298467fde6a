"""A user's own function as a transform."""

import sys

import numpy as np
import pytest

from efficient_augmentation.config import transforms as transform_checks
from efficient_augmentation.files import code
from efficient_augmentation.transforms import user_code
from efficient_augmentation.transforms.catalogue import expand, variants

MODULE = """
raise_on_import = {}

def wiggle(images, by=1):
    images[:, 0] += by  # in place: the array is the function's own
    return images

def halve(images):
    return images[:, ::2]

def scale(images):
    return images / 255

def spoil(images):
    return images * float("nan")

constant = 3
"""
X = np.random.default_rng(0).integers(0, 200, (5, 6, 4, 1), dtype=np.uint8)


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "__init__.py").write_text("")
    (tmp_path / "shapes" / "own.py").write_text(MODULE)
    (tmp_path / "broken.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "shapes" / "own.py"
    for name in ("shapes.own", "shapes", "broken"):
        sys.modules.pop(name, None)


def test_a_function_is_called_with_each_set_of_arguments():
    made = variants("mine", {"function": "shapes.own:wiggle", "arguments": [{}, {"by": 5}]})
    assert [v.label for v in made] == ["shapes.own:wiggle()", "shapes.own:wiggle(by=5)"]
    before = X.copy()
    rows, _, source = expand(X, np.arange(5), made)
    np.testing.assert_array_equal(X, before)
    for rows_of_variant, by in ((rows[5:10], 1), (rows[10:], 5)):
        np.testing.assert_array_equal(rows_of_variant[:, 0], X[:, 0] + by)
        np.testing.assert_array_equal(rows_of_variant[:, 1:], X[:, 1:])
    assert len(source) == 15


def test_arguments_may_be_left_out_and_functions_be_steps():
    (one,) = variants("mine", {"function": "shapes.own:wiggle"})
    np.testing.assert_array_equal(one.apply(X)[:, 0], X[:, 0] + 1)
    steps = [{"mine": {"function": "shapes.own:wiggle"}}, {"flip": {"axes": ["vertical"]}}]
    (composed,) = variants("both", {"compose": steps})
    np.testing.assert_array_equal(composed.apply(X)[:, -1], X[:, 0] + 1)


def test_its_file_is_found_without_running_it(module):
    assert user_code.source("shapes.own:wiggle") == str(module)
    assert user_code.source("broken:f") == str(module.parents[1] / "broken.py")


def test_it_is_found_in_the_working_directory(module, monkeypatch):
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p != str(module.parents[1])])
    with pytest.raises(ValueError, match=r"no module shapes\.own is found"):
        user_code.source("shapes.own:wiggle")
    monkeypatch.chdir(module.parents[1])
    assert user_code.source("shapes.own:wiggle") == str(module)
    (one,) = variants("mine", {"function": "shapes.own:wiggle"})
    np.testing.assert_array_equal(one.apply(X)[:, 0], X[:, 0] + 1)


def test_a_file_that_a_library_hides_is_not_taken_for_it(module, monkeypatch):
    monkeypatch.chdir(module.parents[1])
    (module.parents[1] / "colorsys.py").write_text("def f(images):\n    return images\n")
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p != str(module.parents[1])])
    with pytest.raises(ValueError, match=r"lib.*/colorsys.py comes before .*colorsys.py; rename"):
        variants("mine", {"function": "colorsys:f"})


def test_stamps_change_with_the_code_of_functions_anywhere(module, monkeypatch):
    monkeypatch.chdir(module.parents[1])
    (module.parents[1] / "a.py").write_text("from shapes import own\nf = own.wiggle\n")
    transforms = {
        "crop": {"pixels": [1]},
        "both": {"compose": [{"x": {"compose": [{"y": {"function": "a:f"}}]}}]},
    }
    assert transform_checks.stamps({"crop": {"pixels": [1]}}) == []
    before = transform_checks.stamps(transforms)
    assert [stamp.split()[0] for stamp in before] == ["a.py", "shapes.own"]
    for text, changes in ((MODULE + "\n# why\n", False), (MODULE + "\nx = 1\n", True)):
        module.write_text(text)
        code._read.cache_clear()
        assert (transform_checks.stamps(transforms) != before) == changes


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"function": "wiggle"}, "'mine': function = 'wiggle': 'module:function' is wanted"),
        ({"function": "own.py:wiggle()"}, "'module:function' is wanted"),
        ({"function": 3}, "function = 3"),
        (
            {"function": "nowhere:f"},
            "no module nowhere is found in the working directory",
        ),
        ({"function": "shapes.nowhere:f"}, "no module shapes.nowhere is found"),
        ({"function": "no.where:f"}, "no module no.where is found"),
        ({"function": "sys:exit"}, "no module sys is found"),
        ({"function": "shapes.own:wag"}, "module shapes.own has no function wag"),
        ({"function": "shapes.own:constant"}, "module shapes.own has no function constant"),
        ({"function": "shapes.own:wiggle", "arguments": []}, "a list of at least one mapping"),
        ({"function": "shapes.own:wiggle", "arguments": {"by": 1}}, "a list of at least one map"),
        ({"function": "shapes.own:wiggle", "arguments": [3]}, "arguments: 3 is no mapping"),
        ({"function": "shapes.own:wiggle", "arguments": [{}, {}]}, "each mapping may stand once"),
        ({"function": "shapes.own:wiggle", "by": 2}, r"takes the parameters \['function'\] and"),
    ],
)
def test_what_is_no_function(parameters, message):
    with pytest.raises(ValueError, match=message):
        variants("mine", parameters)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("halve", r"'shapes.own:halve\(\)' turns uint8\[5, 6, 4, 1\] into uint8\[5, 3, 4, 1\]"),
        ("scale", "turns uint8.* into float64.*: it has to keep shape and dtype"),
        ("spoil", r"shapes.own:spoil\(\) returned float64 with values that are no pixels"),
    ],
)
def test_what_it_returns_is_checked(name, message):
    made = variants("mine", {"function": f"shapes.own:{name}"})
    with pytest.raises(ValueError, match=message):
        expand(X, np.arange(5), made)
