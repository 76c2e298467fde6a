"""The one visual language of all figures: a policy is its colour, dash and marker everywhere.

Colours are those of Okabe and Ito, which stay apart for colour-blind readers, with a dark brown
and an olive for the k-DPPs and darker ones for coresets; powers of a score share a marker and
darken with the exponent; marker shapes and dashes repeat what the colours say, so that a grey
print reads the same. The base of a policy sets colour and marker; a modifier sets the dash, hollows
the marker and thins the line. Where two scores share a figure, the second has double lines.
"""

from typing import NamedTuple

from efficient_augmentation.names import policies

# Colour and marker of each rule, in the order of their registration; the last ones are spare.
_LOOKS = (
    ("#1a1a1a", "o"),
    ("#0072B2", "s"),
    ("#D55E00", "v"),
    ("#56B4E9", "P"),
    ("#E69F00", "X"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#7F3B08", "p"),
    ("#999933", "<"),
    ("#B2182B", "H"),
    ("#5AAE61", (4, 1, 0)),
    ("#762A83", ">"),
    ("#4D4D4D", "d"),
    ("#A6761D", "h"),
    ("#1B7837", "8"),
    ("#CA0020", (5, 1, 0)),
    ("#3288BD", (6, 1, 0)),
    ("#8C510A", (5, 1, 180)),
)
BASES = {
    **dict(zip(policies.BASES, _LOOKS, strict=False)),
    policies.POWER: ("#2166AC", (4, 1, 45)),
}
SPARE = _LOOKS[len(policies.BASES) :]
"""Those that the next rules get; when they run out, add some, with markers in the report."""
# Lengths of line and gap in turn, in line widths; None is a solid line.
DASHES = {
    (False, False): None,
    (True, False): (4.5, 1.6),
    (False, True): (1.1, 1.3),
    (True, True): (5.0, 1.4, 1.1, 1.4),
}

_SCORE_DASHES = (None, (4.5, 1.6), (1.1, 1.3), (5.0, 1.4, 1.1, 1.4))


class Look(NamedTuple):
    """How a policy is drawn.

    Attributes:
      color: of the line, "#rrggbb".
      dash: lengths of line and gap in turn, in line widths, or None for a solid line.
      marker: matplotlib marker, a name or (points, style, angle).
      face: marker's fill, the line's colour or white.
      width: of the line, points.
    """

    color: str
    dash: tuple | None
    marker: str | tuple
    face: str
    width: float


def look(name):
    """The look of a policy.

    Args:
      name: a policy's name as in curves.csv.
    Returns: Look.
    Raises: ValueError for an unknown policy.
    """
    policy = policies.parse(name)
    color, marker = BASES[policy.base]
    if policy.exponent:
        color = lighter(color, 0.7 / (1 + policy.exponent))
    dash = DASHES[policy.update, policy.downweight]
    if dash is None:
        return Look(color, dash, marker, color, 1.5)
    return Look(lighter(color, 0.25), dash, marker, "#ffffff", 1.0)


def score_dash(rank):
    """Dashes of a policy's line where several scores draw it: None, solid, for the first of them.

    Args:
      rank: place of the score among them.
    """
    return _SCORE_DASHES[min(rank, len(_SCORE_DASHES) - 1)]


def lighter(color, share):
    """A colour "#rrggbb" mixed with a share of white."""
    levels = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round((1 - share) * v + share * 255):02x}" for v in levels)
