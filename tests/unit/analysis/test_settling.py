import math

import numpy as np
import pytest
from scipy import stats

from efficient_augmentation.analysis.settling import POWER, settling


@pytest.mark.parametrize("tests", [1, 20])
def test_at_that_size_the_difference_is_significant_with_the_power(tests):
    # A difference of 1 with variance 6 / 10 rounds + 40 / 100 test points.
    p = 2 * stats.norm.sf(1 / math.sqrt(6 / 10 + 40 / 100))
    found = settling(p, 6 / 10, 40 / 100, 10, 100, tests)
    draws = np.random.default_rng(0).normal(size=40_000)
    limit = stats.norm.isf(0.025 / tests)

    def share(rounds, points):
        error = math.sqrt(6 / rounds + 40 / points)
        return np.mean((1 + error * draws) / error > limit)

    assert share(10 * found.times, 100 * found.times) == pytest.approx(POWER, abs=0.01)
    # 40 / 100 alone is too much variance, and so is 6 / 10.
    assert found.rounds == found.test_points == math.inf
    less = settling(p, 0.98, 0.02, 10, 100)
    error = math.sqrt(9.8 / less.rounds + 0.02)
    assert np.mean((1 + error * draws) / error > stats.norm.isf(0.025)) == pytest.approx(
        POWER, abs=0.01
    )


def test_what_does_not_differ_is_never_determined():
    assert settling(1.0, 1.0, 1.0, 5, 100) == (math.inf,) * 3
    assert settling(math.nan, 1.0, 1.0, 5, 100) == (math.inf,) * 3
    assert settling(0.1, 0.0, 0.0, 5, 100) == (math.inf,) * 3
    assert settling(0.1, 0.0, 1.0, 1, 100).rounds == math.inf
