"""Pictures of convex solids on a plane under one far light, with the shadows that they cast.

Points and vectors are triples (x, y, z) of float32 arrays or scalars; z is up, the ground is z = 0.
Nothing but additions, products, quotients and square roots is done with arrays. IEEE 754 fixes
their results to the last bit, so that pictures do not depend on the processor.
"""

from typing import NamedTuple

import numpy as np

SOLID_ALBEDO, GROUND_ALBEDO = 0.95, 0.7
AMBIENT = 0.25
"""Share of the light that comes from everywhere and reaches shadows too."""
_OFF_SURFACE = np.float32(1e-3)
_TINY = np.float32(1e-12)


class Solid(NamedTuple):
    """The affine image of the unit ball, the cube of half side 1, or a frustum about the z axis.

    Attributes:
      kind: "ball", "box" or "frustum". The unit frustum has the radius 1 at z = -1 and `top` at 1.
      centre: (3,), where the image of the origin lies.
      half: (3,), half extents along its own axes.
      turn: (3, 3) rotation whose columns are its own axes.
      top: of a frustum, its upper radius as a share of the lower, 0..1: 0 a cone, 1 a cylinder.
    """

    kind: str
    centre: np.ndarray
    half: np.ndarray
    turn: np.ndarray
    top: float = 1.0

    @property
    def radius(self):
        """Radius of a ball about the centre that holds the solid."""
        x, y, z = (float(h) for h in self.half)
        if self.kind == "ball":
            return max(x, y, z)
        wide = x * x + y * y if self.kind == "box" else max(x, y) ** 2
        return (wide + z * z) ** 0.5


class Camera(NamedTuple):
    """A pinhole camera that looks at a point.

    Attributes:
      eye: (3,) its place, above the ground.
      target: (3,) the point in the middle of its picture.
      width: half the width of the picture, measured at the target.
    """

    eye: np.ndarray
    target: np.ndarray
    width: float


class Surface(NamedTuple):
    """What a camera sees, pixel by pixel: points and unit normals (3 arrays each), and owners.

    An owner is the number of the solid that the point lies on, or -1 for the ground.
    """

    points: tuple
    normals: tuple
    owners: np.ndarray


def pictures(solids, camera, lights, side, samples=2):
    """Pictures that a camera takes under one light after the other.

    The shading is Lambert's: albedo (ambient + (1 - ambient) max(0, n . l)), with n . l replaced by
    0 in a shadow.

    Args:
      solids: list of Solid, above the ground.
      camera: Camera. All of its rays have to meet the ground.
      lights: (m, 3) unit vectors that point to the lights.
      side: pixels on a side.
      samples: a pixel is the mean over samples^2 rays.
    Returns: (m, side, side) uint8, top row first.
    """
    seen = surface(solids, camera, side * samples)
    values = [_mean_over_rays(shade(solids, seen, light), side, samples) for light in lights]
    # Half a level more, because the conversion cuts fractions off.
    return (np.stack(values) * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def surface(solids, camera, side):
    """The points that a camera sees.

    Rays run from the ground to the camera, so that the last exit from a solid is what is seen, and
    all coordinates stay small, which float32 needs.

    Args:
      solids: list of Solid.
      camera: Camera.
      side: rays along each side of the picture.
    Returns: Surface of side^2 points, row by row.
    """
    points, to_eye = _rays(camera, side)
    owners = np.full(side * side, -1)
    some = _near(*_ball_around(solids), points, to_eye)
    ground, to_eye = _take(points, some), _take(to_eye, some)
    distance = np.zeros(len(some), np.float32)
    for k, solid in enumerate(solids):
        rays = _near(solid.centre, solid.radius, ground, to_eye)
        t = exits(solid, _take(ground, rays), _take(to_eye, rays))
        nearer = t > distance[rays]
        distance[rays[nearer]], owners[some[rays[nearer]]] = t[nearer], k
    for axis, foot, w in zip(points, ground, to_eye, strict=True):
        axis[some] = foot + distance * w
    normals = tuple(np.full(side * side, value, np.float32) for value in (0, 0, 1))
    for k, solid in enumerate(solids):
        own = np.flatnonzero(owners == k)
        for axis, values in zip(normals, outward(solid, _take(points, own)), strict=True):
            axis[own] = values
    return Surface(points, normals, owners)


def shade(solids, seen, light):
    """Brightness of what a camera sees, shadows included.

    Args:
      solids: list of Solid.
      seen: Surface, as `surface` returns it for them.
      light: (3,) unit vector that points to the light.
    Returns: (n,) float32 in [0, 1].
    """
    light = tuple(np.float32(value) for value in light)
    facing = np.maximum(_dot(seen.normals, light), np.float32(0))
    lit = _near(*_ball_around(solids), seen.points, light)
    lit = lit[facing[lit] > 0]
    # Off the surface a little, so that no point lies in its own shadow by rounding.
    starts = [
        p[lit] + _OFF_SURFACE * n[lit] for p, n in zip(seen.points, seen.normals, strict=True)
    ]
    for solid in solids:
        rays = _near(solid.centre, solid.radius, starts, light)
        facing[lit[rays[exits(solid, _take(starts, rays), light) > 0]]] = 0
    albedo = np.where(seen.owners < 0, np.float32(GROUND_ALBEDO), np.float32(SOLID_ALBEDO))
    return albedo * (np.float32(AMBIENT) + np.float32(1 - AMBIENT) * facing)


def exits(solid, origins, directions):
    """Where rays leave a solid.

    Args:
      solid: Solid.
      origins: 3 arrays (n,).
      directions: 3 arrays (n,) or scalars, of any length.
    Returns: (n,) float32, t of the point origin + t direction; -inf where the line misses.
    """
    o = _apply(_inward(solid), _minus(origins, solid.centre))
    d = tuple(_not_zero(v) for v in _apply(_inward(solid), directions))
    if solid.kind == "box":
        spans = [_slab(o[k], d[k]) for k in range(3)]
    elif solid.kind == "ball":
        spans = [_quadric(_dot(d, d), _dot(o, d), _dot(o, o) - np.float32(1), d[2])]
    else:
        spans = [_side_of_frustum(solid.top, o, d), _slab(o[2], d[2])]
    enters, leaves = spans[0]
    for other_enters, other_leaves in spans[1:]:
        enters, leaves = np.maximum(enters, other_enters), np.minimum(leaves, other_leaves)
    return np.where(enters < leaves, leaves, np.float32(-np.inf))


def outward(solid, points):
    """Unit normals of a solid at points of its surface.

    Args:
      solid: Solid.
      points: 3 arrays (n,).
    Returns: 3 arrays (n,).
    """
    x, y, z = q = _apply(_inward(solid), _minus(points, solid.centre))
    if solid.kind == "ball":
        own = q
    elif solid.kind == "box":
        far = np.maximum(np.maximum(abs(x), abs(y)), abs(z))
        own = tuple(np.where(abs(v) == far, np.sign(v), np.float32(0)) for v in q)
    else:
        middle, slope = _radii(solid.top)
        r = middle + slope * z
        on_side = np.sqrt(x * x + y * y) - r > abs(z) - np.float32(1)
        flat = np.float32(0)
        own = (
            np.where(on_side, x, flat),
            np.where(on_side, y, flat),
            np.where(on_side, -slope * r, np.sign(z)),
        )
    # Normals go by the transpose of what takes points to the unit solid.
    n = _apply(_inward(solid).T, own)
    length = np.sqrt(np.maximum(_dot(n, n), _TINY))
    return tuple(v / length for v in n)


def _rays(camera, side):
    """Where the rays of a camera meet the ground, and unit vectors from there to the camera."""
    sight = camera.target - camera.eye
    distance = _dot(sight, sight) ** 0.5
    forward = sight / distance
    right = np.array([forward[1], -forward[0], 0])
    right = right / _dot(right, right) ** 0.5
    up = _cross(right, forward)
    scale = camera.width / distance
    offsets = (np.arange(side) + 0.5) / side * 2 - 1
    u, v = np.tile(offsets, side) * scale, np.repeat(-offsets, side) * scale
    d = tuple(forward[k] + u * right[k] + v * up[k] for k in range(3))
    t = -camera.eye[2] / d[2]
    length = np.sqrt(_dot(d, d))
    ground = tuple((camera.eye[k] + t * d[k]).astype(np.float32) for k in range(3))
    return ground, tuple((-v / length).astype(np.float32) for v in d)


def _ball_around(solids):
    """Centre (3,) and radius of a ball that holds all solids, with a little to spare."""
    centre = sum(solid.centre for solid in solids) / len(solids)
    away = [solid.centre - centre for solid in solids]
    reach = [_dot(v, v) ** 0.5 + s.radius for v, s in zip(away, solids, strict=True)]
    return centre, max(reach) + 0.01


def _near(centre, radius, origins, directions):
    """Numbers of the rays, their directions unit vectors, that may meet a ball ahead of them."""
    o = _minus(origins, centre)
    along = _dot(o, directions)
    r = np.float32(radius)
    return np.flatnonzero((_dot(o, o) - along * along <= r * r) & (along <= r))


def _slab(o, d):
    """Where rays enter and leave -1 <= o <= 1."""
    first, second = (np.float32(-1) - o) / d, (np.float32(1) - o) / d
    return np.minimum(first, second), np.maximum(first, second)


def _side_of_frustum(top, o, d):
    """Where rays enter and leave the cone whose part from z = -1 to 1 is a frustum."""
    middle, slope = _radii(top)
    r, k = middle + slope * o[2], slope * d[2]
    a = d[0] * d[0] + d[1] * d[1] - k * k
    b = o[0] * d[0] + o[1] * d[1] - r * k
    c = o[0] * o[0] + o[1] * o[1] - r * r
    return _quadric(_not_zero(a), b, c, d[2])


def _quadric(a, b, c, rises):
    """Where rays enter and leave a t^2 + 2 b t + c <= 0.

    Where a < 0 the ray runs through both halves of a double cone. The half below the apex counts:
    the first one if the ray rises.
    """
    discriminant = b * b - a * c
    root = np.sqrt(np.maximum(discriminant, np.float32(0)))
    one, other = (-b - root) / a, (-b + root) / a
    low, high = np.minimum(one, other), np.maximum(one, other)
    missed = (a > 0) & (discriminant <= 0)
    infinite = np.float32(np.inf)
    enters = np.where(a > 0, low, np.where(rises > 0, -infinite, high))
    leaves = np.where(a > 0, high, np.where(rises > 0, low, infinite))
    return np.where(missed, infinite, enters), np.where(missed, -infinite, leaves)


def _radii(top):
    """Radius of the unit frustum at z = 0, and by how much it grows with z."""
    return np.float32((top + 1) / 2), np.float32((top - 1) / 2)


def _inward(solid):
    """(3, 3) float32, takes vectors to the unit solid's."""
    return (solid.turn.T / np.asarray(solid.half)[:, None]).astype(np.float32)


def _apply(matrix, vector):
    # Not by matmul, whose sums differ between processors.
    return tuple(_dot(row, vector) for row in matrix)


def _minus(points, centre):
    return tuple(p - np.float32(c) for p, c in zip(points, centre, strict=True))


def _take(vectors, which):
    return tuple(v[which] for v in vectors)


def _dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a, b):
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


def _not_zero(values):
    return np.where(abs(values) < _TINY, _TINY, values)


def _mean_over_rays(values, side, samples):
    rays = values.reshape(side, samples, side, samples)
    total = sum(rays[:, i, :, j] for i in range(samples) for j in range(samples))
    return total / np.float32(samples * samples)
