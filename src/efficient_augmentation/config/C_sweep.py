"""The key `C_sweep` of an experiment, and what it must agree with."""

from typing import Annotated, Literal

from annotated_types import Interval
from pydantic import AfterValidator, Field

from efficient_augmentation.config.messages import shown
from efficient_augmentation.config.policies import Ordering
from efficient_augmentation.config.section import WHOLE, Increasing, Section, Several
from efficient_augmentation.names import as_published, scores

# Scores that need only features and labels.
_Score = Literal[(*scores.FOLLOWED, *scores.FIXED)]


def _with_baseline(names):
    if "baseline" not in names:
        raise ValueError(
            f"{shown(names)} lacks baseline, random selection, which the others are compared with; "
            "add it"
        )
    return names


class CSweep(Section):
    """Policies compared again at other values of C, on the same features."""

    values: Increasing[Annotated[float, Interval(gt=0)]] = []
    """Values of C, increasing, in addition to the one that auto chooses; none means no sweep."""
    policies: Annotated[Several[Ordering], Field(min_length=2), AfterValidator(_with_baseline)] = [
        "baseline",
        "random_proportional",
        "deterministic_proportional",
    ]
    """Policies to compare, including baseline; any that orders points."""
    scores: Several[_Score] = ["influence"]
    """Scores by which they order points."""
    rounds: Annotated[int, Interval(ge=2, le=10**9), WHOLE] = 5
    """Repetitions of each random policy."""


def problems(settings, image_shape):
    """Problems of the key.

    Args:
      settings: effective settings of the experiment.
      image_shape: ignored.
    Yields: str, one message each.
    """
    if not (values := settings["C_sweep"]["values"]):
        return
    if "C" in as_published.parts(settings["faithful"]):
        yield (
            f"C_sweep.values: {shown(values)}, but faithful fits with C = 1, whatever C says; "
            "leave C out of faithful, or give values: []"
        )
    if settings["featurizer"].get("mode") == "online":
        yield (
            f"C_sweep.values: {shown(values)}, but the sweep needs features that do not change, "
            "and featurizer.mode is online; give another mode, or values: []"
        )
