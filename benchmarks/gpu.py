"""What only an accelerator can show: checks on the device, networks trained for real, speeds.

Run by benchmarks/gpu.sh. Parts, in this order; each writes its results as soon as it has them, and
is left out, with the reason, where too little of the time is left for it:

    checks        transforms to the bit, scores and a simulation as on the processor
    ceilings      bfloat16 matrix product and copy, which the speeds below are shares of
    memorised     ResNet56v2 without augmentation until it has memorised CIFAR-10
    online        the panel of mnist_online
    augmented     ResNet56v2 with flips and shifts
    resnet50v2    ResNet50v2 with flips and shifts
"""

import argparse
import json
import logging
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import yaml

from efficient_augmentation.data import dataset, every_point
from efficient_augmentation.files import tables
from efficient_augmentation.heads import logistic
from efficient_augmentation.networks import expand, featurize, recipes, train_resnet, train_small
from efficient_augmentation.simulation import online, panels, simulate
from efficient_augmentation.transforms.distortions import Distortion

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 540
FLIPS = {"degrees": 0.0, "pixels": 4.0, "flip": True}
# Multiplications and additions of a forward pass of one 32 x 32 image, docs/performance.md.
FORWARD_MACS = {"resnet20v2": 69e6, "resnet56v2": 193e6, "resnet50v2": 1222e6}
LARGEST_WEIGHTS = 4_000_000
"""Parameters up to which weights are brought back: those of ResNet50v2 are 47 MB in float16."""


class Trained:
    """One training of the run: its network, its recipe, and the accuracy that it must reach."""

    def __init__(self, network, epochs, goal, *, distortion=None, **recipe):
        self.network, self.goal, self.distortion = network, goal, distortion
        self.recipe = recipes.Recipe("one_cycle", epochs=epochs, label_smoothing=0.0, **recipe)


TRAININGS = {
    "memorised": Trained(
        *("resnet56v2", 20, {"train_accuracy": 0.999}),
        **{"batch_size": 128, "learning_rate": 2e-3, "weight_decay": 0.01},
    ),
    "augmented": Trained(
        *("resnet56v2", 40, {"test_accuracy": 0.925}),
        distortion=FLIPS,
        **{"batch_size": 128, "learning_rate": 2e-3, "weight_decay": 0.05},
    ),
    "resnet50v2": Trained(
        *("resnet50v2", 30, {"test_accuracy": 0.93}),
        distortion=FLIPS,
        **{"batch_size": 256, "learning_rate": 2e-3, "weight_decay": 0.05},
    ),
}


class Run:
    """The folder of the results, the clock, and the results so far."""

    def __init__(self, mirror, out, tiny):
        self.mirror, self.out, self.tiny = Path(mirror), Path(out), tiny
        self.start, self.found = time.monotonic(), {}

    def left(self):
        """Seconds that are left."""
        return SECONDS - (time.monotonic() - self.start)

    def note(self, part, **values):
        """Add the results of a part, and write them to disk at once."""
        self.found.setdefault(part, {}).update(values)
        text = json.dumps(self.found, indent=2, default=float)
        (self.out / "gpu.json").write_text(text + "\n", encoding="utf-8")
        print(part, values, f"{self.left():.0f} s left", flush=True)

    def points(self, name):
        """All labelled points of a published data set, fewer in a tiny run."""
        settings = {"kind": name}
        files = [self.mirror / file for file in dataset.files(settings)]
        points = every_point.load(settings, files)
        names = ("x_train", "y_train", "x_test", "y_test")
        return {key: points[key][: 256 if self.tiny else None] for key in names}


def checks(run):
    """Checks that the device gives the same results as the processor."""
    cpu = jax.devices("cpu")[0]
    images = run.points("cifar10")["x_train"][:64]
    settings = {"translate": {"pixels": [3]}, "rotate": {"degrees": [-5.0, 12.5]}}
    settings["crop"] = {"pixels": [1, 2]}
    for name, parameters in settings.items():
        data = {f"x_{s}": images for s in ("train", "test")}
        data |= {f"y_{s}": np.zeros(len(images), int) for s in ("train", "test")}
        on_device = expand.expand(data, {name: parameters})["x_train"]
        with jax.default_device(cpu):
            same = bool(
                np.array_equal(on_device, expand.expand(data, {name: parameters})["x_train"])
            )
        run.note("checks", **{f"{name} to the bit": same})
    features = problem()
    names = ["baseline", "random_proportional_update", "deterministic_proportional_downweight"]
    plan = features, ["influence", "loss"], names, [10, 50, 100, 200]
    ours = simulate.simulate(*plan, rounds=2, C=1.0, seed=0)
    theta = logistic.fit(features["x_train"], features["y_train"], 1.0)
    with jax.default_device(cpu):
        theirs = simulate.simulate(*plan, rounds=2, C=1.0, seed=0)
        reference = logistic.fit(features["x_train"], features["y_train"], 1.0)
    gaps = [abs(a["test_accuracy"] - b["test_accuracy"]) for a, b in zip(ours, theirs, strict=True)]
    run.note(
        "checks",
        parameters_relative_gap=np.abs(theta - reference).max() / np.abs(reference).max(),
        accuracies=len(gaps),
        accuracies_that_differ=int(np.count_nonzero(gaps)),
        largest_gap_of_accuracy=max(gaps),
    )


def problem(n=200, copies=4, d=64):
    """Features of a made-up experiment, as the arrays of features.npz."""
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 0.4, (2, d))

    def rows(m):
        y = np.arange(m) % 2
        x = centres[y] + rng.normal(size=(m, d))
        moved = x + rng.normal(0, 0.7, (copies, m, d))
        source = np.tile(np.arange(m), copies + 1)
        source[:m] = -1
        return np.concatenate([x, *moved]).astype(np.float32), np.tile(y, copies + 1), source

    arrays = {}
    for split, m in (("train", n), ("test", 500)):
        names = (f"x_{split}", f"y_{split}", f"source_{split}")
        arrays |= dict(zip(names, rows(m), strict=True))
    return arrays


def ceilings(run):
    """Rates of a large bfloat16 matrix product and of a copy, the best of five."""
    size = 512 if run.tiny else 8192
    a = jax.random.normal(jax.random.key(0), (size, size), jnp.bfloat16)
    product = best_seconds(jax.jit(lambda a: a @ a), a)
    copied = best_seconds(jax.jit(lambda a: a + 1), a)
    run.note(
        "ceilings",
        device=str(jax.devices()[0].device_kind),
        bf16_product_tflops=2 * size**3 / product / 1e12,
        copy_gb_per_s=2 * a.nbytes / copied / 1e9,
    )


def best_seconds(function, *arguments, turns=5):
    """Least seconds of a call, without its compilation."""
    function(*arguments).block_until_ready()
    seconds = []
    for _ in range(turns):
        start = time.perf_counter()
        function(*arguments).block_until_ready()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def training(run, part):
    """Train a network completely; measure its accuracy, its speed and the share of the ceilings."""
    trained, points = TRAININGS[part], run.points("cifar10")
    network, recipe = trained.network, trained.recipe
    if run.tiny:
        network, recipe = "resnet20v2", recipe._replace(epochs=1, batch_size=64)
    clock = time.monotonic()
    variables, history = train_resnet.train(
        network,
        points["x_train"],
        points["y_train"],
        n_classes=10,
        recipe=recipe,
        test=(points["x_test"], points["y_test"]),
        distortion=Distortion(**trained.distortion) if trained.distortion else None,
    )
    seconds = time.monotonic() - clock
    rows = [dict(zip(history, row, strict=True)) for row in zip(*history.values(), strict=True)]
    tables.write_csv(run.out / f"{part}_history.csv", rows)
    train_accuracy = featurize.accuracy(network, variables, points["x_train"], points["y_train"])
    images = recipe.epochs * (len(points["y_train"]) // recipe.batch_size) * recipe.batch_size
    rate = images / seconds
    # Backward costs two products for each of forward; a product is two operations.
    flops = rate * 3 * 2 * FORWARD_MACS[network]
    values = {"train_accuracy": train_accuracy, "test_accuracy": history["test_accuracy"][-1]}
    run.note(
        part,
        network=network,
        recipe=recipe._asdict(),
        distortion=trained.distortion,
        seconds=seconds,
        images_per_s=rate,
        share_of_bf16_product=flops / 1e12 / run.found["ceilings"]["bf16_product_tflops"],
        goal_reached=all(values[key] >= goal for key, goal in trained.goal.items()),
        **values,
    )
    small = sum(np.size(leaf) for leaf in jax.tree.leaves(variables)) <= LARGEST_WEIGHTS
    if small:
        halved = jax.tree.map(lambda leaf: np.asarray(leaf, np.float16), variables)
        meta = {"name": network, "n_classes": 10, "input_shape": [32, 32, 3]}
        train_small.save_weights(run.out / f"{part}_weights.npz", halved, meta)


def online_panel(run):
    """The panel of mnist_online: curves.csv, test_points.npz, floor and ceiling."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    settings = config["experiments"]["mnist_online"]
    chosen = settings["dataset"] | ({"n_train": 40} if run.tiny else {})
    files = [run.mirror / file for file in dataset.files(chosen)]
    data = dataset.load(chosen, files)
    if run.tiny:
        data |= {key: data[key][:20] for key in ("x_test", "y_test", "test_ids")}
    images = expand.expand(data, {"translate": settings["transforms"]["translate"]})
    clock = time.monotonic()
    training = train_small.DEFAULTS._replace(epochs=1) if run.tiny else train_small.DEFAULTS
    model = online.OnlineModel(images, 10.0, {"kind": "cnn", "seed": 0, **training._asdict()})
    plan = {key: settings[key] for key in ("budgets", "policies", "rounds", "scores")}
    if run.tiny:
        plan |= {"budgets": [2, 40], "rounds": 1}
    rows, arrays = panels.tallied(
        model, plan | {"faithful": False, "seed": 0}, images["source_test"], images["y_test"]
    )
    tables.write_csv(run.out / "mnist_online_curves.csv", rows)
    np.savez(run.out / "mnist_online_test_points.npz", **arrays)
    run.note(
        "online",
        seconds=time.monotonic() - clock,
        floor=arrays["floor"].sum() / arrays["rows"].sum(),
        ceiling=arrays["ceiling"].sum() / arrays["rows"].sum(),
        rows=len(rows),
    )


# Seconds that a part is given at least, on a large GPU; a part that has less left is left out.
PARTS = {
    "checks": (checks, 20),
    "ceilings": (ceilings, 5),
    "memorised": (lambda run: training(run, "memorised"), 60),
    "online": (online_panel, 60),
    "augmented": (lambda run: training(run, "augmented"), 100),
    "resnet50v2": (lambda run: training(run, "resnet50v2"), 120),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mirror", help="folder with cifar10/ and mnist/")
    parser.add_argument("--out", required=True, help="folder for the results")
    parser.add_argument("--tiny", action="store_true", help="a size that a processor can take")
    arguments = parser.parse_args()
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    run = Run(arguments.mirror, arguments.out, arguments.tiny)
    run.out.mkdir(parents=True, exist_ok=True)
    for part, (function, seconds) in PARTS.items():
        if run.left() < seconds and not run.tiny:
            run.note(part, left_out=f"{run.left():.0f} s were left, {seconds} are needed")
            continue
        # One part that fails must not take the others' results with it.
        try:
            function(run)
        except Exception as error:
            logging.exception(part)
            run.note(part, failed=f"{type(error).__name__}: {error}")
    failed = [part for part, values in run.found.items() if "failed" in values]
    raise SystemExit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
