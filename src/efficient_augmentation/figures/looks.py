"""The one visual language of all figures: a policy is its colour, dash and marker everywhere.

Colours are those of Okabe and Ito, which stay apart for colour-blind readers, with a dark brown
and an olive for the k-DPPs and darker ones for coresets; powers of a score share a marker and
darken with the exponent; marker shapes and dashes repeat what the colours say, so that a grey
print reads the same. The base of a policy sets colour and marker; a modifier sets the dash, hollows
the marker and thins the line. Where two scores share a figure, the second has double lines.
"""

from typing import NamedTuple

from efficient_augmentation.names import policies

BASES = {
    "baseline": ("#1a1a1a", "o"),
    "random_proportional": ("#0072B2", "s"),
    "random_inverse_proportional": ("#D55E00", "v"),
    "random_softmax_proportional": ("#56B4E9", "P"),
    "random_inverse_softmax_proportional": ("#E69F00", "X"),
    "deterministic_proportional": ("#009E73", "^"),
    "deterministic_inverse_proportional": ("#CC79A7", "D"),
    "dpp_weighted": ("#7F3B08", "p"),
    "dpp_raw": ("#999933", "<"),
    "dpp_map_weighted": ("#B2182B", "H"),
    "dpp_map_raw": ("#5AAE61", (4, 1, 0)),
    "k_center_greedy": ("#762A83", ">"),
    "herding": ("#4D4D4D", "d"),
    "facility_location": ("#A6761D", "h"),
    "facility_location_weighted": ("#1B7837", "8"),
    policies.POWER: ("#2166AC", (4, 1, 45)),
}
# Lengths of line and gap in turn, in line widths; None is a solid line.
DASHES = {
    (False, False): None,
    (True, False): (4.5, 1.6),
    (False, True): (1.1, 1.3),
    (True, True): (5.0, 1.4, 1.1, 1.4),
}

# Where one policy is drawn by several scores: solid for the first, dashes for the others.
SCORE_DASHES = (None, (4.5, 1.6), (1.1, 1.3), (5.0, 1.4, 1.1, 1.4))


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


def lighter(color, share):
    """A colour "#rrggbb" mixed with a share of white."""
    levels = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round((1 - share) * v + share * 255):02x}" for v in levels)
