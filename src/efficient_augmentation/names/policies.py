"""Names of the policies, for everything that speaks of policies without ordering any point."""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

# Draw points at random, with probabilities that follow from scores; sort points by scores.
_RANDOM = (
    "baseline",
    "random_proportional",
    "random_inverse_proportional",
    "random_softmax_proportional",
    "random_inverse_softmax_proportional",
)
_SORTED = ("deterministic_proportional", "deterministic_inverse_proportional")

POWER = "random_power"
"""Rule of `random_power_A`: probability proportional to |score|^A, for a number A > 0."""

# Subsets drawn afresh at every budget by a k-DPP, with its kernel weighted by the scores or not.
_DIVERSE = ("dpp_weighted", "dpp_raw")
# Orders that follow from features, labels and the fit on the originals, see `coresets.order`.
_CORESETS = (
    "dpp_map_weighted",
    "dpp_map_raw",
    "k_center_greedy",
    "herding",
    "facility_location",
    "facility_location_weighted",
)
_SCORED = ("dpp_weighted", "dpp_map_weighted")  # of those two, the ones that look at scores

BASES = (*_RANDOM, *_SORTED, *_DIVERSE, *_CORESETS)
MODIFIERS = ("update", "downweight")

PAPER_PANEL = (
    "baseline",
    "random_proportional",
    "random_proportional_update",
    "random_proportional_downweight",
    "random_proportional_update_downweight",
    "random_inverse_proportional",
    "deterministic_proportional",
    "deterministic_proportional_update",
    "deterministic_proportional_downweight",
    "deterministic_proportional_update_downweight",
    "deterministic_inverse_proportional",
    "deterministic_inverse_proportional_update",
)
"""The policies of the paper's figures."""


class Policy(NamedTuple):
    """A policy's name taken apart.

    Attributes:
      name: the full name, as in curves.csv.
      base: the rule that orders points, one of `BASES` or `POWER`.
      update: whether scores are recomputed under the current fit at every budget.
      downweight: whether a chosen point shares its weight with its augmented rows.
      exponent: of |score|, for `POWER`; None for the others.
    """

    name: str
    base: str
    update: bool
    downweight: bool
    exponent: float | None = None

    @property
    def random(self) -> bool:
        """Whether two rounds of the policy differ."""
        return self.base not in (*_SORTED, *_CORESETS)

    @property
    def diverse(self) -> bool:
        """Whether it draws a subset by a k-DPP at every budget, instead of following an order."""
        return self.base in _DIVERSE

    @property
    def coreset(self) -> bool:
        """Whether its order follows from features, by `coresets.order`."""
        return self.base in _CORESETS

    @property
    def weighted(self) -> bool:
        """Whether the copies of a chosen point weigh as much as the points that it represents."""
        return self.base == "facility_location_weighted"

    @property
    def blind(self) -> bool:
        """Whether it does not look at scores."""
        return self.base == "baseline" or self.base in {*_DIVERSE, *_CORESETS} - {*_SCORED}


def parse(name: str) -> Policy:
    """Take a policy's name apart.

    Args:
      name: a name of `BASES`, or `random_power_A` with a number A > 0 in its shortest form,
        followed by `_update`, `_downweight` or both in that order. A k-DPP cannot be updated: it
        draws a new subset at every budget as it is. Nor can a coreset: its order does not follow
        from scores alone.
    Returns: Policy.
    Raises: ValueError that lists the names that exist.
    """
    base, downweight = _strip(name, "_downweight")
    base, update = _strip(base, "_update")
    if exponent := _exponent(base):
        return Policy(name, POWER, update, downweight, exponent)
    if base not in BASES or (update and base in (*_DIVERSE, *_CORESETS)):
        raise ValueError(
            f"unknown policy {name!r}; a policy is one of {', '.join(BASES)}, or {POWER}_A with a "
            f"number A > 0, as in {POWER}_0.5, with _update (but for dpp and the coresets after "
            "it) and/or _downweight appended in that order"
        )
    return Policy(name, base, update, downweight)


def compared(names: Collection[str]) -> bool:
    """Whether there is random selection among policies, and another to compare with it."""
    return "baseline" in names and len(names) > 1


def unordered(policy: str) -> str | None:
    """Why a policy does not order points by scores alone, as the end of a sentence, or None."""
    parsed = parse(policy)
    if parsed.diverse:
        return "draws subsets; it has no order"
    return "orders points by their features; scores are not enough" if parsed.coreset else None


def _strip(name: str, suffix: str) -> tuple[str, bool]:
    return name.removesuffix(suffix), name.endswith(suffix)


def _exponent(base: str) -> float | None:
    """A of random_power_A, None for another name; one name for one number."""
    text = base.removeprefix(f"{POWER}_")
    if text == base or not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    return float(text) if f"{float(text):g}" == text else None


def needs_kernel(settings: Mapping[str, Any]) -> bool:
    """Whether an experiment asks for policies that compare the directions of points' features.

    Args:
      settings: effective settings of the experiment.
    Returns: bool.
    """
    coresets = [name for name in settings["policies"] if parse(name).base.startswith("dpp_map")]
    return bool(settings["dpp"]["budgets"] or coresets)
