"""Stage functions, on inputs so small that everything can be written out."""

import jax
import numpy as np
import pytest

import tiny_resnet
from efficient_augmentation.checks import result_files
from efficient_augmentation.figures import save_each, style
from efficient_augmentation.files import arrays, tables
from efficient_augmentation.networks import expand, models, of_dataset, of_experiment, train_small
from efficient_augmentation.policies import clusters, sweep
from efficient_augmentation.simulation import model, panels, simulate
from efficient_augmentation.transforms import catalogue
from problems import augmented_features

CHOSEN = {"translate": {"pixels": [1]}, "crop": {"pixels": [1, 2]}}


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (6, 16, 16, 1), dtype=np.uint8),
        "y_train": np.array([0, 1, 0, 1, 0, 1], np.int32),
        "x_test": rng.integers(0, 256, (4, 16, 16, 1), dtype=np.uint8),
        "y_test": np.array([1, 0, 1, 0], np.int32),
    }


def test_raw_features_are_the_pixels_of_every_variant(dataset):
    found = dict(expand.featurize_all(dataset, "raw", CHOSEN))
    assert list(found) == ["translate", "crop"]
    crop = found["crop"]
    for split, n in (("train", 6), ("test", 4)):
        x, y = dataset[f"x_{split}"], dataset[f"y_{split}"]
        images = [x, catalogue.crop(x, 1), catalogue.crop(x, 2)]
        pixels = np.concatenate([np.asarray(i).reshape(n, -1) for i in images]) / 255
        np.testing.assert_allclose(crop[f"x_{split}"], pixels, atol=1e-7)
        assert crop[f"y_{split}"].tolist() == [*y, *y, *y]
        assert crop[f"source_{split}"].tolist() == [-1] * n + [*range(n), *range(n)]
    assert found["translate"]["x_train"].shape == (6 * 5, 256)


def test_weights_and_history_survive_their_files_and_give_the_features(dataset, tmp_path):
    settings = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, "seed": 3}
    variables, meta, history = of_experiment.fit(dataset, kind="lenet", **settings)
    assert [row["epoch"] for row in history] == [1, 2]
    train_small.save_weights(tmp_path / "weights.npz", variables, meta)
    ((name, found),) = expand.featurize_all(
        dataset, "lenet", {"crop": {"pixels": [1]}}, weights=tmp_path / "weights.npz"
    )
    assert name == "crop"
    assert found["x_train"].shape == (12, 84)
    assert found["x_test"].shape == (8, 84)


def test_a_watched_training_is_that_of_the_weights_epoch_by_epoch(dataset):
    settings = {"batch_size": 4, "learning_rate": 0.01, "seed": 3}
    seen = of_experiment.watch(dataset, kind="lenet", epochs=2, **settings)
    assert seen.dtype == bool
    images = models.unit_scale(dataset["x_train"])
    for epoch, correct in enumerate(seen, start=1):
        variables, _, _ = of_experiment.fit(dataset, kind="lenet", epochs=epoch, **settings)
        logits = models.build("lenet", of_experiment.n_classes(dataset)).apply(variables, images)
        assert correct.tolist() == (logits.argmax(axis=1) == dataset["y_train"]).tolist()


def test_scores_of_the_training_reach_the_simulation(dataset):
    ((_, found),) = expand.featurize_all(dataset, "raw", {"crop": {"pixels": [1]}})
    settings = {"C": 2.0, "faithful": False, "influence": "influence"}
    plan = simulate.Plan(["forgetting"], ["deterministic_proportional"], [2, 6], 1)
    built = model.build(
        found, dataset, settings, given={"forgetting": np.array([2, 0, 3, 1, 1, 0])}
    )
    (rows,) = [built.scores("forgetting", built.fit(np.ones((1, 12))), [0])]
    assert rows.tolist() == [[2, 0, 3, 1, 1, 0]]
    assert len(simulate.run(built, plan)) == 2
    with pytest.raises(ValueError, match="no history of it was given"):
        simulate.run(model.build(found, dataset, settings), plan)


def test_grey_images_go_to_a_network_of_colours_in_equal_channels(dataset, tmp_path):
    colours = {x: dataset[x].repeat(3, axis=3) for x in ("x_train", "x_test")} | {
        y: dataset[y] for y in ("y_train", "y_test")
    }
    variables, meta, _ = of_experiment.fit(
        colours, kind="lenet", epochs=1, batch_size=4, learning_rate=0.01, seed=3
    )
    train_small.save_weights(tmp_path / "weights.npz", variables, meta)
    # The classes are not those that the network was trained on.
    dataset |= {"y_train": np.arange(6)}
    crop = {"crop": {"pixels": [1]}}
    (_, found), (_, expected) = (
        pair
        for data in (dataset, colours | {"y_train": np.arange(6)})
        for pair in expand.featurize_all(data, "lenet", crop, weights=tmp_path / "weights.npz")
    )
    np.testing.assert_allclose(found["x_train"], expected["x_train"], rtol=1e-6)
    colours["x_train"] = colours["x_train"][..., :2]
    with pytest.raises(ValueError, match=r"input_shape of its network is \[16, 16, 3\], not"):
        list(expand.featurize_all(colours, "lenet", crop, weights=tmp_path / "weights.npz"))


@pytest.mark.parametrize(("kind", "divisor"), [("uint8", 1.0), ("f4", 1.0), ("f4", 255.0)])
def test_as_published_no_mean_image_is_subtracted(dataset, tmp_path, monkeypatch, kind, divisor):
    tiny_resnet.register(monkeypatch)
    module, rng = models.build("tiny", 2), np.random.default_rng(1)
    variables = jax.tree.map(
        lambda leaf: rng.uniform(0.1, 1, leaf.shape).astype("f4"),
        jax.eval_shape(module.init, jax.random.key(0), np.zeros((1, 16, 16, 1), "f4")),
    )
    meta = {"name": "tiny", "n_classes": 2, "input_shape": [16, 16, 1]}
    train_small.save_weights(tmp_path / "weights.npz", variables, meta)
    pixels = {x: dataset[x] / np.float32(255) for x in ("x_train", "x_test")}
    shown = dataset if kind == "uint8" else dataset | pixels
    for subtract, mean in ((True, variables["input"]["mean"]), (False, 0.0)):
        ((_, found),) = expand.featurize_all(
            shown,
            "tiny",
            {"translate": {"pixels": [1]}},
            weights=tmp_path / "weights.npz",
            shown={"divisor": divisor, "subtract_mean": subtract},
        )
        # An oracle that is handed what is left of the pixels, and subtracts nothing.
        seen = pixels["x_test"] / np.float32(divisor) - mean
        plain = variables | {"input": {"mean": np.zeros((16, 16, 1), "f4")}}
        _, named = module.apply(plain, seen, intermediates=True)
        np.testing.assert_allclose(found["x_test"][:4], named["features"], rtol=1e-4, atol=1e-5)


def test_networks_learn_from_the_images_that_they_are_shown(dataset, monkeypatch):
    floats = {x: dataset[x].astype("f4") / 255 for x in ("x_train", "x_test")}
    seen = []
    monkeypatch.setattr(
        of_dataset.train_resnet,
        "train",
        lambda name, x, y, **rest: seen.append((name, x, rest)) or ({}, {"epoch": [1]}),
    )
    featurizer = {
        **tiny_resnet.recipe()._asdict(),
        "kind": "resnet50v2",
        "mode": "train",
        "recipe": "one_cycle",
        "distortion": {"degrees": 0.0, "pixels": 0.0, "flip": False},
        "exclude_points": False,
        "imagenet_stem": True,
        "seed": 7,
    }
    # A class of which no training point is left counts, too.
    y = {"y_test": np.array([0, 1, 2, 3])}
    for data, divisor in ((dataset | y, 1.0), (dataset | floats | y, 1.0), (floats | y, 255.0)):
        _, meta, _ = of_dataset.fit(dataset | data, featurizer, divisor=divisor)
        assert meta == {"name": "resnet50v2_imagenet", "n_classes": 4, "input_shape": [16, 16, 1]}
    names, images, rest = zip(*seen, strict=True)
    assert set(names) == {"resnet50v2_imagenet"}
    np.testing.assert_array_equal(images[0], dataset["x_train"])
    np.testing.assert_array_equal(images[1], floats["x_train"])
    np.testing.assert_allclose(images[2], dataset["x_train"] / 255.0**2, rtol=1e-6)
    np.testing.assert_allclose(rest[2]["test"][0], dataset["x_test"] / 255.0**2, rtol=1e-6)
    assert (rest[0]["recipe"], rest[0]["seed"]) == (tiny_resnet.recipe(), 7)


def test_frozen_features_get_a_model_of_these_settings(dataset):
    ((_, found),) = expand.featurize_all(dataset, "raw", {"crop": {"pixels": [1]}})
    built = model.build(found, dataset, {"C": 2.0, "faithful": False, "influence": "alo"})
    plan = (["influence"], ["deterministic_proportional_update"], [2, 6], 1)
    rows = simulate.run(built, simulate.Plan(*plan, seed=5))
    assert rows == simulate.simulate(found, *plan, C=2.0, seed=5, kind="alo")


def test_a_refitted_network_gets_the_images_of_the_features(dataset):
    ((_, found),) = expand.featurize_all(dataset, "raw", {"crop": {"pixels": [1]}})
    settings = {
        "C": 1.0,
        "faithful": False,
        "influence": "influence",
        "network": {
            "kind": "lenet",
            "epochs": 1,
            "batch_size": 4,
            "learning_rate": 0.01,
            "seed": 0,
        },
        "transform": {"crop": {"pixels": [1]}},
    }
    built = model.build(found, dataset, settings)
    assert built.rows.source.tolist() == found["source_train"].tolist()
    policies = ["baseline", "deterministic_proportional"]
    rows = simulate.run(built, simulate.Plan(["loss"], policies, [6], 1))
    # With every point augmented all policies fit the same rows.
    assert rows[0]["test_accuracy"] == rows[1]["test_accuracy"]


# --- panels and sweep -----------------------------------------------------------------------------

PLAN = {
    "budgets": [1, 6],
    "faithful": False,
    "policies": ["baseline"],
    "rounds": 2,
    "scores": ["loss", "hinge"],
    "seed": 4,
}
STRATIFIED = {"counts": [2, 3], "policies": ["random_proportional"], "scores": ["margin"]}
DIVERSE = {"budgets": [2, 4], "policies": ["dpp_raw"], "scores": ["influence"]}


@pytest.fixture
def frozen():
    return simulate.FrozenModel(augmented_features(n=10), 1.0)


def test_panels_stand_one_after_the_other(frozen):
    main = panels.run(frozen, PLAN)
    assert main == simulate.run(
        frozen, simulate.Plan(["loss", "hinge"], ["baseline"], [1, 6], 2, 4)
    )
    rows = panels.run(frozen, PLAN | {"clusters": STRATIFIED, "dpp": DIVERSE})
    assert rows[: len(main)] == main
    rest = [tuple(row.values())[:5] for row in rows[len(main) :]]
    assert rest == [
        *(
            ("margin", "random_proportional", k, number, budget)
            for k in (2, 3)
            for number in (0, 1)
            for budget in (1, 6)
        ),
        *(("influence", "dpp_raw", 0, number, budget) for number in (0, 1) for budget in (2, 4)),
    ]


def test_faithful_panels_draw_k_dpps_as_published(frozen, monkeypatch):
    drawn = []
    published = simulate.dpp.sample_k_dpp_as_published
    monkeypatch.setattr(
        simulate.dpp,
        "sample_k_dpp_as_published",
        lambda *given: drawn.append(given[1]) or published(*given),
    )
    panels.run(frozen, PLAN | {"dpp": DIVERSE})
    assert drawn == []
    panels.run(frozen, PLAN | {"dpp": DIVERSE, "faithful": True})
    assert sorted(drawn) == [2, 2, 4, 4]


def test_the_sweep_takes_originals_only():
    found = augmented_features(n=10, n_test=12)
    rows = sweep.originals(found, 4, seed=1)
    counts = clusters.geometric_counts(10, 4)
    assert [row["clusters"] for row in rows] == counts
    assert rows == clusters.sweep(found["x_train"][:10], found["x_test"][:12], counts, 1)


def test_a_sweep_over_two_points_is_refused():
    with pytest.raises(ValueError, match="needs 3 originals, not 2"):
        sweep.originals(augmented_features(n=2), 4, seed=1)


# --- figures --------------------------------------------------------------------------------------


def paths(folder, suffix, *names):
    return [folder / f"{name}.{suffix}" for name in names]


def drawn(*names):
    return ((name, style.new_figure(1 + len(name), 1)) for name in names)


def test_figures_are_saved_by_name_whatever_their_order(tmp_path):
    files = paths(tmp_path, "png", "a", "bcd"), paths(tmp_path, "pdf", "bcd", "a")
    save_each.save_each(drawn("bcd", "a"), *files)
    widths = [int.from_bytes(path.read_bytes()[16:20], "big") for path in files[0]]
    assert widths[1] == 2 * widths[0]
    assert all(path.read_bytes().startswith(b"%PDF") for path in files[1])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "c"], "figure 'c' was drawn twice or is not one of a, b"),
        (["a", "a"], "figure 'a' was drawn twice"),
        (["b"], r"no figure was drawn for .*a\.png"),
    ],
)
def test_a_figure_without_a_file_and_a_file_without_a_figure(tmp_path, names, message):
    files = paths(tmp_path, "png", "a", "b"), paths(tmp_path, "pdf", "a", "b")
    with pytest.raises(ValueError, match=message):
        save_each.save_each(drawn(*names), *files)


def test_a_figure_in_one_format_only(tmp_path):
    with pytest.raises(ValueError, match="PNG or PDF missing for b"):
        save_each.save_each([], paths(tmp_path, "png", "a"), paths(tmp_path, "pdf", "a", "b"))


# --- checks ---------------------------------------------------------------------------------------


def test_checks_name_the_folder_of_what_is_wrong(tmp_path):
    ids = np.arange(3)
    labels = {"y_train": np.array([0, 1, 2]), "y_test": np.array([0, 1, 1])}
    arrays.save(tmp_path / "dataset.npz", **labels, train_ids=ids, test_ids=ids)
    settings = {"dataset": {"classes": [0, 1], "n_train": 4}, "policies": [], "transforms": {}}
    settings |= {"sweep": 0, "audit": False}
    about = {"split": "train", "label": "a", "row": 0, "transforms": 0}
    joined = [{"id": f"{i}"} | about for i in ids]
    tables.write_csv(tmp_path / "selection_all.csv", joined)
    with pytest.raises(result_files.CheckError) as error:
        result_files.check(tmp_path, settings)
    assert str(error.value).splitlines() == [
        "results are not what they must be:",
        f"  {tmp_path}/dataset.npz: y_train: 3, expected 4 as in dataset.n_train",
        f"  {tmp_path}/dataset.npz, row 2: y_train is 2, expected 0 or 1",
    ]
