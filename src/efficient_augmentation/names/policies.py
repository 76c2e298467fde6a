"""The register of policies by name, for code that names them without ordering points."""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

DRAWN, SORTED = "drawn", "sorted"
"""Kinds of rules that use scores: points are drawn with probabilities, or sorted; see `ranking`."""
CORESET = "coreset"
"""Kind of rules that order by features, labels and the fit on the originals; see `coresets`."""
SUBSETS = "subsets"
"""Kind of rules by which a k-DPP draws a new subset at every budget; see `dpp`."""


class Rule(NamedTuple):
    """The register's entry for a rule by which policies take points.

    Attributes:
      kind: how points are taken, one of the kinds above.
      label: its name in figures and tables.
      meaning: what it does, as the report explains it.
      scored: whether it uses scores.
      weighted: whether a point's copies are weighted by the number of points that it represents.
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
"""The rules by name, in the order of figures and tables; the position also decides the colour."""

POWER = "random_power"
"""Rule of `random_power_A`: probability proportional to |score|^A, for a number A > 0."""
_POWER_RULE = Rule(
    DRAWN, "power", "drawn with probability proportional to |score|^0.5, or another power"
)

BASES = tuple(RULES)
EXAMPLES = (*BASES, f"{POWER}_0.5")
"""One policy for every rule."""
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
    """The parts of a policy's name.

    Attributes:
      name: the full name, as in curves.csv.
      base: the rule that orders points, one of `BASES` or `POWER`.
      update: whether scores are recomputed under the current fit at every budget.
      downweight: whether a chosen point shares its weight with its augmented rows.
      exponent: exponent of |score| for `POWER`, else None.
    """

    name: str
    base: str
    update: bool
    downweight: bool
    exponent: float | None = None

    @property
    def rule(self) -> Rule:
        """The register's entry of its base."""
        return _POWER_RULE if self.base == POWER else RULES[self.base]

    @property
    def random(self) -> bool:
        """Whether two rounds of the policy differ."""
        return self.rule.kind in (DRAWN, SUBSETS)

    @property
    def diverse(self) -> bool:
        """Whether a k-DPP draws a subset at every budget, so that there is no order."""
        return self.rule.kind == SUBSETS

    @property
    def coreset(self) -> bool:
        """Whether it orders points by their features, see `coresets.order`."""
        return self.rule.kind == CORESET

    @property
    def blind(self) -> bool:
        """Whether it uses no scores."""
        return not self.rule.scored


def parse(name: str) -> Policy:
    """Split a policy's name into its parts.

    Args:
      name: a name of `BASES`, or `random_power_A` with a number A > 0 in its shortest form, which
        may be followed by `_update`, `_downweight` or both in that order. k-DPPs cannot be updated,
        since they draw a new subset at every budget anyway; nor can coresets, since their order
        does not depend on scores alone.
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
    """Whether random selection and at least one other policy are among the names."""
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
    """A of random_power_A, or None for any other name; each number has only one valid form."""
    text = base.removeprefix(f"{POWER}_")
    if text == base or not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    return float(text) if f"{float(text):g}" == text else None


def needs_kernel(settings: Mapping[str, Any]) -> bool:
    """Whether an experiment has policies that compare the directions of points' features.

    Args:
      settings: effective settings of the experiment.
    Returns: bool.
    """
    coresets = [name for name in settings["policies"] if parse(name).base.startswith("dpp_map")]
    return bool(settings["dpp"]["budgets"] or coresets)
