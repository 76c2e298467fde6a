"""The rules by which the inverse penalty C of the logistic regression is set, by name."""

from collections.abc import Iterable

from efficient_augmentation.names import as_published

AUTO = "auto"
"""The value of C that lets the data choose the number."""

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
"""Description of each rule."""


def chosen(C: float | str, faithful: bool | Iterable[str]) -> bool:
    """Whether C is chosen from the data: it is "auto", and the published C is not repeated."""
    return C == AUTO and "C" not in as_published.parts(faithful)


def described(C: float, rule: str) -> str:
    """A value of C and its rule in words."""
    return f"C = {C:.4g}, {RULES[rule]}"
