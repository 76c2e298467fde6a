"""Checks of a transform's files together."""

from checked import SETTINGS
from efficient_augmentation.checks import points, transform


def test_results_as_the_stages_make_them_pass(made):
    data, files = made
    assert points.dataset(data, SETTINGS) == []
    assert transform.transform(data, files, SETTINGS) == []
