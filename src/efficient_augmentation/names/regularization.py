"""Where the inverse penalty C of the logistic regression comes from: its rules by name."""

from collections.abc import Iterable

from efficient_augmentation.names import as_published

AUTO = "auto"
"""What stands in place of a number for C where it is to be chosen from the data."""

CROSS_VALIDATION = "cross-validation"
NO_COPIES = "no copies"
GIVEN = "given"
AS_PUBLISHED = "as published"
RULES = {
    CROSS_VALIDATION: (
        "the strongest penalty whose loss on held-out points is within one standard error of the "
        "least"
    ),
    NO_COPIES: (
        "10 over the mean squared distance of the points from their mean, since there are no "
        "copies to cross-validate with"
    ),
    GIVEN: "as given",
    AS_PUBLISHED: "as published",
}
"""Each rule in words."""


def chosen(C: float | str, faithful: bool | Iterable[str]) -> bool:
    """Whether C is to be chosen from the data: "auto", and not the published code's."""
    return C == AUTO and "C" not in as_published.parts(faithful)


def described(C: float, rule: str) -> str:
    """A value of C and its rule in words."""
    return f"C = {C:.4g}, {RULES[rule]}"
