"""Correlations against those of SciPy."""

import numpy as np
import pytest
from scipy import stats

from efficient_augmentation.analysis import correlation


@pytest.mark.parametrize("values", [2, 5, 1000])
def test_they_are_those_of_scipy_ties_included(values):
    a, b = np.random.default_rng(values).integers(values, size=(2, 60)).astype(float)
    assert correlation.spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-15)
    assert correlation.pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-15)
