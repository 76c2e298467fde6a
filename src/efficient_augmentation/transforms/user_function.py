"""A user's own function as a transform: `module:function`."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np

from efficient_augmentation.transforms import user_code
from efficient_augmentation.transforms.variant import Variant


def variants(function, arguments=({},), reads=()):
    """Variants that a user's function makes, one for each set of its arguments.

    The function is called as f(images, **arguments) with a NumPy array (n, h, w, c) that it may
    write to, and returns as many images of the same shape and dtype. It gets a data set in blocks,
    so it must treat each image independently. Results are kept, so it must return the same in every
    call; random draws need a fixed seed.

    Args:
      function: "module:function"; Python must be able to import the module by that name.
      arguments: list of mappings of its keyword arguments.
      reads: files that it reads; a change of one reruns its results. Not used here.
    Returns: list of Variant.
    Raises: ValueError if there is no such function, or arguments are not such a list.
    """
    call = load(function)
    if not isinstance(arguments, Sequence) or isinstance(arguments, str) or not len(arguments):
        raise ValueError(f"arguments = {arguments!r}: a list of at least one mapping is wanted")
    for given in arguments:
        if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
            raise ValueError(f"arguments: {given!r} is no mapping from names to values")
    labels = [_label(function, given) for given in arguments]
    if len(set(labels)) < len(labels):
        raise ValueError(f"arguments = {arguments!r}: each mapping may stand once")
    return [
        Variant(label, _applied(label, call, dict(given)))
        for label, given in zip(labels, arguments, strict=True)
    ]


def load(function):
    """Import the module of a function, which executes it, and return the function.

    Args:
      function: "module:function".
    Returns: callable.
    Raises: ValueError if it does not have this form, or there is no such module or function.
    """
    module, name = user_code.parts(function)
    path = user_code.source(function)
    # The working directory comes last, so that no file in it replaces a library.
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    imported = importlib.import_module(module)
    if not os.path.samefile(imported.__file__ or os.devnull, path):
        raise ValueError(
            f"function = {function!r}: {imported.__file__ or module} comes before {path}; rename it"
        )
    found = getattr(imported, name, None)
    if not callable(found):
        raise ValueError(f"function = {function!r}: module {module} has no function {name}")
    return found


def _label(function, given):
    return f"{function}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def _applied(label, call, given):
    def apply(images):
        # The function gets a copy, since JAX's own memory must not be written to.
        changed = np.asarray(call(np.array(images), **given))
        if changed.dtype.kind not in "uf" or not np.isfinite(changed).all():
            raise ValueError(f"{label} returned {changed.dtype} with values that are no pixels")
        return jnp.asarray(changed) if changed.dtype != np.float64 else changed

    return apply
