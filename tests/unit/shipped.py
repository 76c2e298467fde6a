"""The configuration that comes with the project, to be changed by tests."""

import copy
from pathlib import Path

import yaml

from efficient_augmentation.config import effective

ROOT = Path(__file__).parents[2]
SHIPPED = yaml.safe_load((ROOT / "config/config.yaml").read_text())


def shipped(**experiments):
    """The shipped config with further experiments."""
    result = copy.deepcopy(SHIPPED)
    result["experiments"].update(experiments)
    return result


def problems_of(**settings):
    """Problems of the shipped config with an experiment `mine` of these settings."""
    return effective.problems(shipped(mine=settings))
