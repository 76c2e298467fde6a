"""The policies, registered, for everything that speaks of them without ordering any point."""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

DRAWN, SORTED = "drawn", "sorted"
"""Kinds of rules by scores: points are drawn with probabilities, or sorted; see `ranking`."""
CORESET = "coreset"
"""Orders that follow from features, labels and the fit on the originals; see `coresets`."""
SUBSETS = "subsets"
"""Subsets that a k-DPP draws afresh at every budget; see `dpp`."""


class Rule(NamedTuple):
    """What is registered of a rule by which policies take points.

    Attributes:
      kind: how points are taken, one of the kinds above.
      label: what figures and tables call it.
      meaning: what it does, as the report explains it.
      scored: whether it looks at scores.
      weighted: whether the copies of a point weigh as much as the points that it represents.
    """

    kind: str
    label: str
    meaning: str
    scored: bool = True
    weighted: bool = False


RULES = {
    "baseline": Rule(
        DRAWN, "uniform random", "points drawn uniformly; no score is used", scored=False
    ),
    "random_proportional": Rule(
        DRAWN, "proportional", "drawn with probability proportional to |score|"
    ),
    "random_inverse_proportional": Rule(
        DRAWN, "inverse", "drawn with probability proportional to 1/|score|"
    ),
    "random_softmax_proportional": Rule(
        DRAWN, "softmax", "drawn with probability softmax(|score|)"
    ),
    "random_inverse_softmax_proportional": Rule(
        DRAWN, "inverse softmax", "drawn with probability softmax(1/|score|)"
    ),
    "deterministic_proportional": Rule(SORTED, "highest first", "sorted by |score|, highest first"),
    "deterministic_inverse_proportional": Rule(
        SORTED, "lowest first", "sorted by |score|, lowest first"
    ),
    "dpp_weighted": Rule(
        SUBSETS,
        "k-DPP weighted",
        "a fresh diverse subset at every budget, its kernel weighted by |score|",
    ),
    "dpp_raw": Rule(
        SUBSETS,
        "k-DPP raw",
        "a fresh diverse subset at every budget; no score is used",
        scored=False,
    ),
    "dpp_map_weighted": Rule(
        CORESET,
        "DPP MAP weighted",
        "the most diverse points, chosen greedily, by a kernel weighted by |score|",
    ),
    "dpp_map_raw": Rule(
        CORESET,
        "DPP MAP raw",
        "the most diverse points, chosen greedily; no score is used",
        scored=False,
    ),
    "k_center_greedy": Rule(
        CORESET,
        "k-center",
        "each next point is the farthest from those before; no score is used",
        scored=False,
    ),
    "herding": Rule(
        CORESET,
        "herding",
        "points that together keep the mean of their class; no score is used",
        scored=False,
    ),
    "facility_location": Rule(
        CORESET,
        "facility location",
        "points whose gradients represent their whole class; no score is used",
        scored=False,
    ),
    "facility_location_weighted": Rule(
        CORESET,
        "facility location weighted",
        "the same; copies of a point weigh as much as the points that it represents",
        scored=False,
        weighted=True,
    ),
}
"""By name, in the order of figures and tables, where the place also decides on the colour."""

POWER = "random_power"
"""Rule of `random_power_A`: probability proportional to |score|^A, for a number A > 0."""
_POWER_RULE = Rule(
    DRAWN, "power", "drawn with probability proportional to |score|^0.5, or another power"
)

BASES = tuple(RULES)
EXAMPLES = (*BASES, f"{POWER}_0.5")
"""For every rule a policy that follows it."""
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
    def rule(self) -> Rule:
        """What is registered of its base."""
        return _POWER_RULE if self.base == POWER else RULES[self.base]

    @property
    def random(self) -> bool:
        """Whether two rounds of the policy differ."""
        return self.rule.kind in (DRAWN, SUBSETS)

    @property
    def diverse(self) -> bool:
        """Whether it draws a subset by a k-DPP at every budget, instead of following an order."""
        return self.rule.kind == SUBSETS

    @property
    def coreset(self) -> bool:
        """Whether its order follows from features, by `coresets.order`."""
        return self.rule.kind == CORESET

    @property
    def blind(self) -> bool:
        """Whether it does not look at scores."""
        return not self.rule.scored


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
    if base not in RULES or (update and RULES[base].kind in (SUBSETS, CORESET)):
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
