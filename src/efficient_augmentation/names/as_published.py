"""What the published code does otherwise, part by part: see docs/method.md, section 10."""

PARTS = {
    "C": "C = 1 whatever C says",
    "hessian": "influence without the penalty and sample weights in the Hessian",
    "hinge": "hinge losses of labels 0 and 1",
    "dpp": "k-DPPs drawn by a recursion that overflows from about 50 points on",
}
"""Parts that can be repeated one by one, each in words."""

C = 1.0
"""Inverse penalty that the published code fits with, whatever it is told."""


def parts(faithful):
    """The parts that are repeated.

    Args:
      faithful: true for all, false for none, or names of `PARTS`.
    Returns: frozenset of names.
    Raises: ValueError for a name that is none of them.
    """
    if isinstance(faithful, bool):
        return frozenset(PARTS if faithful else ())
    if isinstance(faithful, str) or not set(faithful) <= set(PARTS):
        raise ValueError(
            f"faithful is {faithful!r}; give true, false, or a list of {', '.join(PARTS)}"
        )
    return frozenset(faithful)
