"""benchmarks/norb_stand_in.py: pictures against analytic ones, files against the reader."""

import copy
import gzip
import hashlib
import itertools
import struct

import lit_solids
import norb_stand_in
import numpy as np
import pytest
import toys
import yaml
from snakemake.utils import update_config

from efficient_augmentation.config import effective
from efficient_augmentation.data import norb, published
from shipped import ROOT, SHIPPED

SIDE, SIZES = 12, {"elevations": 2, "azimuths": 2, "lightings": 2}
N = 5 * 5 * 2 * 2 * 2


def skewed():
    """A rotation that leaves no axis where it was."""
    q, _ = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))
    return q


def solid(kind, top=1.0):
    centre, half = np.array([0.3, -0.2, 1.5]), np.array([0.9, 0.5, 0.7])
    return lit_solids.Solid(kind, centre, half, skewed(), top)


def inside(solid, points):
    """Which of the points (n, 3) are in a solid, by its definition."""
    x, y, z = ((points - solid.centre) @ solid.turn / solid.half).T
    if solid.kind == "ball":
        return x**2 + y**2 + z**2 < 1
    if solid.kind == "box":
        return np.maximum(np.maximum(abs(x), abs(y)), abs(z)) < 1
    return (abs(z) < 1) & (np.hypot(x, y) < 1 + (solid.top - 1) * (z + 1) / 2)


SOLIDS = [solid("ball"), solid("box"), *(solid("frustum", top) for top in (0.0, 0.4, 1.0))]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mirror") / "norb"
    return folder, norb_stand_in.write(folder, side=SIDE, **SIZES)


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: f"{s.kind}-{s.top}")
def test_rays_leave_a_solid_where_its_last_point_lies(solid):
    rng = np.random.default_rng(0)
    origins = solid.centre + rng.normal(size=(300, 3))
    directions = rng.normal(size=(300, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    t = np.linspace(-6, 6, 4001)
    on_rays = origins[:, None] + t[:, None] * directions[:, None]
    hits = inside(solid, on_rays.reshape(-1, 3)).reshape(300, -1)
    found = lit_solids.exits(
        solid, tuple(origins.T.astype(np.float32)), tuple(directions.T.astype(np.float32))
    )
    # Between two of the points that were tried, a grazing ray may pass unseen.
    long = hits.sum(1) > 3
    assert 40 < long.sum() < 280
    last = t[hits.shape[1] - 1 - hits[:, ::-1].argmax(1)]
    np.testing.assert_allclose(found[long], last[long], atol=1.1 * (t[1] - t[0]))
    missed = np.isneginf(found)
    assert not hits[missed].any()
    assert (~missed).sum() <= long.sum() + 10


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: f"{s.kind}-{s.top}")
def test_normals_are_where_a_solid_ends(solid):
    rng = np.random.default_rng(1)
    directions = rng.normal(size=(400, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    middle = np.broadcast_to(solid.centre, (400, 3))
    rays = tuple(middle.T.astype(np.float32)), tuple(directions.T.astype(np.float32))
    points = middle + lit_solids.exits(solid, *rays)[:, None] * directions
    normals = np.stack(lit_solids.outward(solid, tuple(points.T.astype(np.float32))), axis=1)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    # All of a convex solid lies behind the plane through a point of its surface along the normal.
    around = solid.centre + rng.uniform(-1.5, 1.5, size=(4000, 3))
    heights = (around[inside(solid, around)] - points[:, None]) @ normals[:, :, None]
    assert heights.max() < 1e-3
    assert heights.max() > -0.2


LIGHT = np.array([0.48, 0.36, 0.8])


def ball_from_above(direction, radius, height, distance):
    """Brightness of the ball or the ground, `distance` above the ball's centre, by formulas."""
    along = direction @ [0, 0, -distance]
    off = distance**2 - along**2
    if off < radius**2:
        normal = (
            np.array([0, 0, distance]) + (along - np.sqrt(radius**2 - off)) * direction
        ) / radius
        return 0.95 * (0.25 + 0.75 * max(0, normal @ LIGHT)), True
    point = np.array([0, 0, height + distance]) - direction * (height + distance) / direction[2]
    to_centre = np.array([0, 0, height]) - point
    shadow = np.linalg.norm(to_centre - (to_centre @ LIGHT) * LIGHT) < radius
    return 0.7 * (0.25 + 0.75 * 0.8 * (not shadow)), False


def test_ball_is_as_bright_as_lamberts_law_has_it():
    radius, height, distance, side = 0.8, 1.1, 5.0, 40
    ball = lit_solids.Solid("ball", np.array([0, 0, height]), np.full(3, radius), np.eye(3))
    eye, target = np.array([0, 0, height + distance]), np.array([0.01, 0, height])
    camera = lit_solids.Camera(eye, target, 1)
    picture = lit_solids.pictures([ball], camera, [LIGHT], side, samples=1)[0]
    # Seen from above, -y is to the right and +x is up.
    steps = (np.arange(side) + 0.5) / side * 2 - 1
    sight = target - eye
    right, up = np.array([0, -1, 0]), np.array([distance, 0, 0.01]) / np.linalg.norm(sight)
    expected, on_ball = np.empty((side, side)), np.zeros((side, side), bool)
    for i, j in np.ndindex(side, side):
        direction = sight + steps[j] * right - steps[i] * up
        direction /= np.linalg.norm(direction)
        expected[i, j], on_ball[i, j] = ball_from_above(direction, radius, height, distance)
    wrong = abs(picture - 255 * expected) > 1
    assert on_ball.sum() > 600
    assert (~on_ball & (expected < 0.2)).sum() > 50
    assert not wrong[on_ball].any()
    # A ray along the edge of the shadow may fall on either side.
    assert wrong.sum() <= 2


def test_pixels_are_means_over_their_rays():
    solids = toys.toy(1, 3)
    camera = lit_solids.Camera(np.array([4.0, 0.3, 4.0]), toys.middle(solids), 1.3)
    fine = lit_solids.pictures(solids, camera, [LIGHT], 30, samples=1)[0].astype(float)
    coarse = lit_solids.pictures(solids, camera, [LIGHT], 10, samples=3)[0]
    means = fine.reshape(10, 3, 10, 3).mean((1, 3))
    assert abs(coarse - means).max() <= 1


@pytest.mark.parametrize("kind", range(5))
def test_toys_stand_on_the_ground_within_a_ball(kind):
    seen = []
    for seed in range(20):
        solids = toys.toy(kind, [0, kind, seed])
        middle = toys.middle(solids)
        rng = np.random.default_rng(seed)
        for part in solids:
            np.testing.assert_allclose(part.turn.T @ part.turn, np.eye(3), atol=1e-12)
            around = part.centre + rng.uniform(-1, 1, size=(2000, 3)) * part.radius
            points = around[inside(part, around)]
            assert points[:, 2].min(initial=1) > -1e-9
            assert np.linalg.norm(points - middle, axis=1).max(initial=0) <= 1
        seen.append(np.concatenate([part.half for part in solids]))
    assert all(len(a) != len(b) or (a != b).any() for a, b in itertools.combinations(seen, 2))


def test_turning_a_toy_turns_its_picture():
    solids = toys.toy(0, 1)
    middle = toys.middle(solids)
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    eye = middle + np.array([3.0, 0.5, 4.0])
    camera = lit_solids.Camera(eye, middle, 1.3)
    other = lit_solids.Camera(quarter @ eye, middle, 1.3)
    still = lit_solids.pictures(solids, camera, [LIGHT], 24)[0].astype(int)
    turned = lit_solids.pictures(toys.turned(solids, 90), other, [quarter @ LIGHT], 24)[0]
    # All turned together, rounding is all that can differ, at an edge of a shadow by a ray of four.
    assert (abs(still - turned) > 1).sum() <= 3
    assert np.ptp(still) > 100


def test_the_reader_reads_every_file(written):
    folder, checksums = written
    assert sorted(path.name for path in folder.iterdir()) == sorted(checksums)
    assert set(published.expected_names("norb")) < set(checksums)
    for split, instances in (
        ("smallnorb-5x46789x9x18x6x2x96x96-training", [4, 6, 7, 8, 9]),
        ("smallnorb-5x01235x9x18x6x2x96x96-testing", [0, 1, 2, 3, 5]),
    ):
        pairs = norb.read_matrix(folder / f"{split}-dat.mat.gz", "uint8", (N, 2, SIDE, SIDE))
        labels = norb.read_labels(folder / f"{split}-cat.mat.gz", N)
        info = norb.read_matrix(folder / f"{split}-info.mat.gz", "int32", (N, 4))
        assert labels.tolist() == [i % 5 for i in range(N)]
        every = itertools.product(range(5), instances, range(2), (0, 2), range(2))
        rows = [(label, *row) for label, row in zip(labels.tolist(), info.tolist(), strict=True)]
        assert sorted(rows) == list(every)
        assert (info[:, 0].reshape(-1, 5) == info[::5, :1]).all() == split.endswith("testing")
        # All pictures differ, those of the two cameras too.
        assert len(np.unique(pairs.reshape(2 * N, -1), axis=0)) == 2 * N


def test_pictures_are_those_of_their_rows(written):
    folder, _ = written
    name = folder / "smallnorb-5x46789x9x18x6x2x96x96-training"
    pairs = norb.read_matrix(f"{name}-dat.mat.gz", "uint8", (N, 2, SIDE, SIDE))
    info = norb.read_matrix(f"{name}-info.mat.gz", "int32", (N, 4))
    for row in (0, 7, 123, N - 1):
        instance, elevation, azimuth, lighting = info[row].tolist()
        expected = norb_stand_in.picture_pairs(
            row % 5, instance, elevation, azimuth, lightings=[lighting], seed=0, side=SIDE
        )
        np.testing.assert_array_equal(pairs[row], expected[0])


def test_published_sizes_are_the_default():
    labels, info = norb_stand_in.order((0, 1, 2, 3, 5), (9, 18, 6))
    assert len(labels) == norb.SHAPE[0]
    assert np.bincount(labels).tolist() == list(norb.TEST_COUNTS)
    assert [np.unique(column).tolist() for column in info.T] == [
        [0, 1, 2, 3, 5],
        list(range(9)),
        list(range(0, 36, 2)),
        list(range(6)),
    ]


def test_bytes_depend_on_the_seed_alone(tmp_path):
    sizes = {"side": 6, "elevations": 1, "azimuths": 1, "lightings": 3}
    checksums = norb_stand_in.write(tmp_path / "one", **sizes)
    again = norb_stand_in.write(tmp_path / "again", **sizes)
    other = norb_stand_in.write(tmp_path / "other", seed=1, **sizes)
    assert again == checksums
    for name, sha256 in checksums.items():
        data = (tmp_path / "one" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256
        assert (other[name] == sha256) == ("cat" in name or "testing-info" in name)


def test_matrix_file_by_the_formats_definition(tmp_path):
    path = tmp_path / "some-info.mat.gz"
    norb_stand_in.write_matrix(path, np.array([[1, 2, 3], [4, 5, -6]], np.int32))
    expected = struct.pack("<iiiii", 0x1E3D4C54, 2, 2, 3, 1) + struct.pack("<6i", 1, 2, 3, 4, 5, -6)
    assert gzip.decompress(path.read_bytes()) == expected


def test_checksums_are_what_a_config_needs(written):
    _, checksums = written
    block = yaml.safe_load(norb_stand_in.checksums_block(checksums))
    names = published.expected_names("norb")
    assert block == {"checksums": {f"norb/{name}": checksums[name] for name in names}}


def test_config_of_the_stand_in():
    config = yaml.safe_load((ROOT / "config/norb_stand_in.yaml").read_text())
    names = published.expected_names("norb")
    assert list(config["checksums"]) == [f"norb/{name}" for name in names]
    merged = copy.deepcopy(SHIPPED)
    update_config(merged, config)
    assert effective.problems(merged) == []
    found = effective.effective(merged)
    networks = [found[name]["featurizer"] for name in ("norb", "norb_augmented")]
    assert [network["mode"] for network in networks] == ["train", "train"]
    assert [any(network["distortion"].values()) for network in networks] == [False, True]
