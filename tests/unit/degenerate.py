"""Degenerate and extreme problems, drawn by hypothesis, that the hostile tests share."""

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# A shape is a compilation, so there are few: n = 2 with d > n, and two others.
SHAPES = [(2, 3), (6, 2), (12, 4)]


def hostile(examples):
    """Decorator of a study: a test over this many examples, the same in every run."""
    how = settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],  # of a busy machine
    )
    return lambda test: pytest.mark.study(how(test))


@st.composite
def problems(draw, shapes=SHAPES, decades=(-12, -6, -3, 0, 3, 6, 12)):
    """Features of any scale, also degenerate ones, and labels 0, 1, 0, ..."""
    n, d = draw(st.sampled_from(shapes))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    per_feature = st.lists(st.sampled_from(decades), min_size=d, max_size=d)
    scale = 10.0 ** np.array(draw(st.sampled_from(decades).map(lambda s: [s] * d) | per_feature))
    X, y = rng.normal(size=(n, d)) * scale, np.arange(n) % 2
    kind = draw(st.sampled_from(["plain", "pairs", "one point", "constant", "separable", "zero"]))
    match kind:
        case "pairs":
            X = X[np.arange(n) // 2]
        case "one point":
            X = X[np.zeros(n, int)]
        case "constant":
            X[:, 0] = X[0, 0]
        case "separable":
            X[:, 0] = (2 * y - 1) * np.abs(X[:, 0]).max()
        case "zero":
            X[:] = 0
    return X, y


def attempt(function, *args, **options):
    """Result and "", or None and what the one error says."""
    try:
        return function(*args, **options), ""
    except (ValueError, FloatingPointError) as error:
        return None, str(error)
