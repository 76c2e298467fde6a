"""Five kinds of toys made of simple solids, each toy with its own proportions."""

from math import cos, radians, sin

import numpy as np
from lit_solids import Solid


def toy(kind, seed):
    """One toy on the ground, scaled to the size of all toys.

    Args:
      kind: 0 on four legs, 1 upright on two legs, 2 with wings, 3 a truck, 4 a car.
      seed: whole number or list of them, from which its proportions are drawn.
    Returns: list of Solid, in a ball of radius 1 about (0, 0, z) for the z of `middle`.
    """
    rng = np.random.default_rng(seed)
    solids = _KINDS[kind](lambda low, high: low + (high - low) * rng.random())
    reach = max(_distance(s.centre, middle(solids)) + s.radius for s in solids)
    return [s._replace(centre=s.centre / reach, half=s.half / reach) for s in solids]


def middle(solids):
    """(3,) the point half way up a toy, above the origin."""
    return np.array([0, 0, max(s.centre[2] + _rise(s) for s in solids) / 2])


def turned(solids, degrees):
    """The solids of a toy turned about the vertical axis.

    Args:
      solids: list of Solid.
      degrees: counterclockwise as seen from above.
    Returns: list of Solid.
    """
    turn = _about_z(degrees)
    return [
        s._replace(
            centre=_times(turn, s.centre),
            turn=np.stack([_times(turn, axis) for axis in s.turn.T], axis=1),
        )
        for s in solids
    ]


def _four_legs(draw):
    """A body along x with four legs, a neck, a head with ears, and a tail."""
    long, wide, deep = draw(0.7, 1.0), draw(0.2, 0.36), draw(0.22, 0.36)
    leg, thick = draw(0.35, 0.8), draw(0.06, 0.12)
    height = leg + 0.7 * deep
    body = "box" if draw(0, 1) < 0.3 else "ball"
    solids = [_solid(body, (0, 0, height), (long, wide, deep))]
    for x in (-0.6, 0.6):
        for y in (-0.6, 0.6):
            place = x * long, y * wide, height / 2
            solids.append(_solid("frustum", place, (thick, thick, height / 2), draw(0.8, 1.0)))
    head, lift = draw(0.17, 0.28), draw(0.1, 0.6)
    neck = 0.95 * long, 0, height + lift / 2
    solids.append(_solid("ball", neck, (0.13, 0.12, lift / 2 + 0.2), tilt=draw(5, 30)))
    face = 0.95 * long + draw(0.05, 0.2), 0, height + lift + 0.1
    solids.append(_solid("ball", face, (head * draw(1.1, 1.6), 0.75 * head, 0.8 * head)))
    ear = draw(0.05, 0.25)
    for y in (-0.5, 0.5):
        place = face[0] - 0.1, y * head, face[2] + 0.6 * head + ear
        solids.append(_solid("frustum", place, (0.06, 0.06, ear), top=0.1))
    tail = -long - 0.1, 0, height - draw(-0.15, 0.15)
    return [*solids, _solid("ball", tail, (0.3, 0.05, 0.05), tilt=draw(-50, 50))]


def _upright(draw):
    """Torso, head, two legs and two arms, the arms up, down or forward."""
    leg, thick = draw(0.6, 1.0), draw(0.09, 0.16)
    torso, wide, deep = draw(0.3, 0.5), draw(0.22, 0.36), draw(0.15, 0.25)
    stride, head = draw(-25, 25), draw(0.16, 0.26)
    # Legs that are tilted would reach into the ground.
    solids = [
        _solid("frustum", (x, y, leg / 2), (1.2 * thick, thick, leg / 2), draw(0.8, 1.0))
        for y, x in ((-0.5 * wide, stride / 150), (0.5 * wide, -stride / 150))
    ]
    kind = "box" if draw(0, 1) < 0.4 else "ball"
    solids.append(_solid(kind, (0, 0, leg + 0.8 * torso), (deep, wide, torso)))
    top = leg + 1.7 * torso
    solids.append(_solid("ball", (draw(0, 0.1), 0, top + 0.9 * head), (head, 0.9 * head, head)))
    if draw(0, 1) < 0.5:
        hat = 0, 0, top + 1.9 * head
        solids.append(_solid("frustum", hat, (head, head, draw(0.08, 0.25)), draw(0.0, 1.0)))
    arm, swing = draw(0.3, 0.45), draw(-60, 60)
    for side, tilt in ((-1, swing), (1, -swing + draw(-30, 30))):
        tilt = tilt if draw(0, 1) < 0.7 else 100
        place = (
            sin(radians(tilt)) * arm,
            side * (wide + thick),
            top - 0.1 - cos(radians(tilt)) * arm,
        )
        solids.append(_solid("frustum", place, (0.08, 0.08, arm), draw(0.6, 1.0), tilt=-tilt))
    return solids


def _winged(draw):
    """A fuselage along x with wings, tail plane and fin; some have engines."""
    long, thick = draw(0.9, 1.1), draw(0.12, 0.22)
    height = thick + draw(0.05, 0.25)
    solids = [_solid("ball", (0, 0, height), (long, thick, thick))]
    span, chord, place = draw(0.7, 1.1), draw(0.13, 0.25), draw(-0.1, 0.25)
    wing = place, 0, height + draw(-0.6, 0.9) * thick
    solids.append(_solid("box", wing, (chord, span, 0.03)))
    share = draw(0.3, 0.5)
    end = -0.85 * long, 0, height + draw(0.0, 0.5) * thick
    solids.append(_solid("box", end, (0.6 * chord, share * span, 0.025)))
    fin = draw(0.15, 0.3)
    solids.append(_solid("box", (end[0], 0, height + fin), (0.6 * chord, 0.03, fin)))
    if draw(0, 1) < 0.6:
        engine, out = draw(0.05, 0.09), draw(0.3, 0.6)
        for side in (-1, 1):
            at = place + 0.1, side * out * span, max(wing[2] - engine, engine)
            solids.append(_solid("ball", at, (2.5 * engine, engine, engine)))
    leg = _solid("frustum", (0.4 * long, 0, height / 2), (0.04, 0.04, height / 2))
    return [*solids, leg]


def _truck(draw):
    """A cab before a load, a box or a lying tank, on four or six wheels."""
    wheel, wide = draw(0.12, 0.19), draw(0.26, 0.36)
    long, high = draw(0.5, 0.75), draw(0.2, 0.4)
    cab, tall = draw(0.18, 0.28), draw(0.25, 0.42)
    solids = [_solid("box", (0, 0, wheel + 0.05), (long + cab, 0.8 * wide, 0.06))]
    if draw(0, 1) < 0.6:
        load = _solid("box", (-cab, 0, wheel + 0.1 + high), (long - 0.03, wide, high))
    else:
        load = _lying((-cab, 0, wheel + 0.08 + wide), wide, long - 0.03, along=(1, 0, 0))
    solids.append(load)
    solids.append(_solid("box", (long, 0, wheel + 0.1 + tall), (cab, 0.9 * wide, tall)))
    if draw(0, 1) < 0.5:
        nose = long + cab + 0.1, 0, wheel + 0.1 + 0.45 * tall
        solids.append(_solid("box", nose, (0.12, 0.7 * wide, 0.45 * tall)))
    axles = [long, -long] if draw(0, 1) < 0.5 else [long, -long, -long + 2.2 * wheel]
    return solids + _wheels(axles, wide, wheel)


def _car(draw):
    """A low body with a cabin that narrows upwards, on four wheels."""
    wheel, wide = draw(0.13, 0.19), draw(0.32, 0.42)
    long, high = draw(0.75, 1.0), draw(0.12, 0.18)
    floor = wheel + draw(-0.03, 0.03)
    kind = "box" if draw(0, 1) < 0.6 else "ball"
    stretch = 1 if kind == "box" else 1.25
    body = (stretch * long, stretch * wide, stretch * high)
    solids = [_solid(kind, (0, 0, floor + high), body)]
    cabin, tall, back = draw(0.35, 0.6), draw(0.14, 0.24), draw(-0.25, 0.1)
    roof = back, 0, floor + 2 * high + tall - 0.04
    if draw(0, 1) < 0.5:
        solids.append(_solid("frustum", roof, (cabin, 0.95 * wide, tall), draw(0.6, 0.9)))
    else:
        solids.append(_solid("box", roof, (0.8 * cabin, 0.85 * wide, tall)))
    if draw(0, 1) < 0.3:
        wing = -0.9 * long, 0, floor + 2 * high + 0.1
        solids.append(_solid("box", wing, (0.08, 0.8 * wide, 0.02)))
    return solids + _wheels([0.62 * long, -0.62 * long], wide, wheel)


_KINDS = _four_legs, _upright, _winged, _truck, _car


def _wheels(axles, wide, radius):
    return [
        _lying((x, side * wide, radius), radius, 0.06, along=(0, 1, 0))
        for x in axles
        for side in (-1, 1)
    ]


def _lying(centre, radius, half_length, along):
    """A cylinder whose axis lies along x or y."""
    across = (0, 1, 0) if along[0] else (1, 0, 0)
    third = (0, 0, 1) if along[0] == 0 else (0, 0, -1)
    turn = np.array([third, across, along], float).T
    return Solid("frustum", np.array(centre, float), np.array([radius, radius, half_length]), turn)


def _solid(kind, centre, half, top=1.0, tilt=0.0):
    """A solid rotated about y by some degrees, its top towards +x."""
    c, s = cos(radians(tilt)), sin(radians(tilt))
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return Solid(kind, np.array(centre, float), np.array(half, float), turn, float(top))


def _rise(solid):
    """How far a solid reaches at most above its centre."""
    return float(sum(abs(solid.turn[2, k]) * solid.half[k] for k in range(3)))


def _about_z(degrees):
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _times(matrix, vector):
    # Not by matmul, whose sums differ between processors.
    return matrix[:, 0] * vector[0] + matrix[:, 1] * vector[1] + matrix[:, 2] * vector[2]


def _distance(a, b):
    return float(sum((p - q) ** 2 for p, q in zip(a, b, strict=True))) ** 0.5
