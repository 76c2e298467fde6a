"""How much a public function of the package asks for."""

import importlib
import inspect
import pkgutil
import re

import pytest

import efficient_augmentation as package

MOST = 6
REASON = re.compile(r"^ *More than six parameters: \w", re.M)
MODULES = [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]


def public(module):
    """(name, function, docstring) of what a module's users call: functions, methods, constructors.

    Constructors that a library makes from fields are left out: such a class is a record itself.
    """
    for name, found in vars(module).items():
        if name.startswith("_") or getattr(found, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(found):
            for key, method in vars(found).items():
                written = inspect.isfunction(method) and method.__module__ == module.__name__
                if written and key == "__init__" and not _made_from_fields(found):
                    yield f"{name}()", method, found.__doc__
                elif written and not key.startswith("_"):
                    yield f"{name}.{key}", method, method.__doc__
        elif callable(found) and hasattr(found, "__name__"):
            yield name, found, found.__doc__


def _made_from_fields(found):
    return hasattr(found, "__dataclass_fields__")


def parameters(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]


def unreasoned(module):
    """Functions with more parameters than six and no reason in their docstring."""
    return [
        f"{name}({', '.join(parameters(function))})"
        for name, function, text in public(module)
        if len(parameters(function)) > MOST and not REASON.search(text or "")
    ]


@pytest.mark.parametrize("name", MODULES)
def test_more_than_six_parameters_have_a_reason(name):
    assert unreasoned(importlib.import_module(name)) == []


def test_nobody_is_passed_over():
    train_small = importlib.import_module("efficient_augmentation.networks.train_small")
    online = importlib.import_module("efficient_augmentation.simulation.online")
    long = {name for name, f, _ in public(train_small) if len(parameters(f)) > MOST}
    assert long == {"train", "train_many"}
    constructor = {name: f for name, f, _ in public(online)}["OnlineModel()"]
    assert parameters(constructor)[:3] == ["images", "C", "settings"]


def test_a_function_that_gives_no_reason_is_found():
    def seven(a, b, c, d, e, f, g):
        """Too many."""

    module = type(inspect)("made")
    seven.__module__ = "made"
    module.seven = seven
    assert unreasoned(module) == ["seven(a, b, c, d, e, f, g)"]
    seven.__doc__ += "\n\n    More than six parameters: they are seven."
    assert unreasoned(module) == []
