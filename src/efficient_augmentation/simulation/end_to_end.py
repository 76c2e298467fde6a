"""End to end: the network itself is trained on a set of which only chosen points are augmented.

Points are chosen as usual, by scores of the logistic regression on frozen features. What is then
trained and measured is a network with its own head, from scratch.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TextIO

import jax
import numpy as np

from efficient_augmentation.heads import head
from efficient_augmentation.networks import featurize, recipes, train_resnet, train_small
from efficient_augmentation.simulation import online, simulate
from efficient_augmentation.transforms import distortions


class State(NamedTuple):
    """R fits of networks, and of the frozen model with the same rows."""

    frozen: tuple[np.ndarray, np.ndarray]
    """State of the frozen model."""
    right: np.ndarray
    """(R, m) bool, rows of the expanded test set that each network classifies correctly."""


class NetworkModel:
    """A `simulate.Model` whose fits are networks, while another model on frozen features scores.

    Scores and features are those of the frozen model under the same weights, so that a policy
    takes the same points in both. Equal weights are trained only once. A network's seed is a digest
    of its weights and the common seed.

    Args:
      frozen: a `simulate.FrozenModel`.
      images: mapping with x_train (rows, h, w, c), y_train, x_test, y_test, with the rows of the
        frozen model.
      settings: mapping with `kind`, the network, and the arguments of its training: for `cnn` and
        `lenet` epochs, batch_size, learning_rate; for a ResNet also recipe, weight_decay,
        label_smoothing, half_size_epochs and distortion.
      seed: common seed of all networks, >= 0.
      progress: text stream for bars; if it is no terminal, or None, the log gets lines instead.
    """

    def __init__(
        self,
        frozen: simulate.FrozenModel,
        images: Mapping[str, np.ndarray],
        settings: Mapping[str, Any],
        seed: int,
        progress: TextIO | None = None,
    ) -> None:
        self.frozen, self.rows, self.C = frozen, frozen.rows, frozen.C
        self.labels, self.given = frozen.labels, frozen.given
        self.times: list[dict[str, Any]] = []
        """A mapping for each call that trained networks: networks, images_seen, seconds."""
        self._images = images
        self._settings, self._progress = settings, progress
        self._seed = seed
        self._known: dict[bytes, np.ndarray] = {}

    def fit(self, weights: np.ndarray) -> State:
        """State of R networks, one for each row of weights (R, rows)."""
        new = {row.tobytes(): row for row in weights if row.tobytes() not in self._known}
        if new:
            rows = np.stack(list(new.values()))
            self._known |= zip(new, self._trained(rows), strict=True)
        right = np.stack([self._known[row.tobytes()] for row in weights])
        return State(self.frozen.fit(weights), right)

    def accuracy(self, state: State, test_rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """(R,) accuracy of the networks on the expanded test set, or on some of its rows."""
        return state.right[:, test_rows].mean(axis=1)

    def correct(self, state: State) -> np.ndarray:
        """(R, m) bool, rows of the expanded test set that the networks classify correctly."""
        return state.right

    def frozen_accuracy(self, state: State) -> np.ndarray:
        """(R,) accuracy of the frozen model with the same rows."""
        return self.frozen.accuracy(state.frozen)

    def scores(self, name: str, state: State, runs: Sequence[int], calls: int = 1) -> np.ndarray:
        """(len(runs), n) scores of the originals under the frozen model's fits."""
        return self.frozen.scores(name, state.frozen, runs, calls)

    def features(self, state: State, run: int) -> np.ndarray:
        """(n, d) frozen features of the originals."""
        return self.frozen.features(state.frozen, run)

    def residuals(self, state: State, run: int) -> np.ndarray:
        """(n, k) residuals of the originals under the frozen model's fit."""
        return self.frozen.residuals(state.frozen, run)

    def condition_number(self, state: State, run: int) -> float:
        """Condition number of the Hessian in the frozen model's influence of a run."""
        return self.frozen.condition_number(state.frozen, run)

    def influence_made(self, state: State, runs: Sequence[int]) -> dict[str, Any]:
        """How the frozen model computes the influence of these runs."""
        return self.frozen.influence_made(state.frozen, runs)

    def _trained(self, weights: np.ndarray) -> list[np.ndarray]:
        """For every row of weights, (m,) bool: which test rows its network classifies correctly."""
        x, y = self._images["x_train"], self._images["y_train"]
        if not self.times and "recipe" not in self._settings:
            # This compiles the program of all trainings, so that their times do not include it.
            one_row = np.eye(1, weights.shape[1])
            once = {**self._settings, "epochs": 1}
            list(networks(x, y, one_row, [0], once, self._progress))
        start = time.perf_counter()
        seeds = [online.seed_of(self._seed, row) for row in weights]
        found = list(networks(x, y, weights, seeds, self._settings, self._progress))
        seconds = time.perf_counter() - start
        seen = int((weights > 0).sum()) * self._settings["epochs"]
        self.times.append({"networks": len(weights), "images_seen": seen, "seconds": seconds})
        return [
            featurize.correct(
                self._settings["kind"], one, self._images["x_test"], self._images["y_test"]
            )
            for one in found
        ]


def networks(
    x: np.ndarray,
    y: np.ndarray,
    weights: np.ndarray,
    seeds: Sequence[int],
    settings: Mapping[str, Any],
    progress: TextIO | None = None,
) -> Iterator[Any]:
    """Train a network for every vector of sample weights.

    Args:
      x: images (n, h, w, c).
      y: labels (n,), 0..k-1.
      weights: (R, n), >= 0; for a ResNet, which has no sample weights, 0 or 1.
      seeds: (R,).
      settings: the network and its training, as in `NetworkModel`.
      progress: as in `train_small.train`.
    Yields: variables of each network.
    Raises: ValueError for weights that a ResNet cannot use, and as the trainings.
    Cost: the trainings; a ResNet also needs one compilation for every number of rows.
    """
    kind, n_classes = settings["kind"], head.number_of_classes(y)
    if "recipe" not in settings:
        training = train_small.training_of(settings)
        found = train_small.train_many(
            *(kind, x, y, weights, seeds),
            n_classes=n_classes,
            training=training,
            progress=progress,
        )
        for run in range(len(seeds)):
            yield jax.tree.map(lambda leaf, run=run: leaf[run], found)
        return
    if not np.isin(weights, (0, 1)).all():
        raise ValueError(
            f"{kind} trains on rows that are there or not; a policy with _downweight needs cnn or "
            "lenet"
        )
    distortion, recipe = distortions.Distortion(**settings["distortion"]), recipes.of(settings)
    for row, seed in zip(weights > 0, seeds, strict=True):
        variables, _ = train_resnet.train(
            kind,
            x[row],
            y[row],
            n_classes=n_classes,
            recipe=recipe,
            distortion=distortion if any(distortion) else None,
            seed=seed,
            progress=progress,
        )
        yield variables


def run(
    models: Sequence[NetworkModel],
    scores: Sequence[str],
    policies: Sequence[str],
    shares: Sequence[float],
    seed: int,
) -> list[dict[str, Any]]:
    """Accuracy of networks and of frozen features, policy by policy and share by share.

    Args:
      models: a `NetworkModel` for each round, each with its own seed.
      scores, policies: as in `simulate.run`.
      shares: shares of the points to augment, in (0, 1], increasing.
      seed: seed of the random orders; round r draws with seed + r.
    Returns: list of mappings score, policy, round, share, n_augmented, images (rows of an epoch),
      test_accuracy (of the network), frozen_accuracy (of the logistic regression on frozen
      features, on the same rows). Every round starts with the policies "none" and "all", whose
      score is "-".
    Raises: ValueError as `simulate.run`, and for shares that do not give increasing numbers of
      points.
    Source: none; this asks whether the paper's answer for frozen features holds for networks.
    """
    rows = []
    for number, model in enumerate(models):
        rows += _ends(model, number)
        budgets = [max(1, round(share * model.rows.n)) for share in shares]
        plan = simulate.Plan(scores, policies, budgets, rounds=1, seed=seed + number)
        trained = simulate.run(model, plan)
        frozen = simulate.run(model.frozen, plan)
        lookup = dict(zip(budgets, shares, strict=True))
        for row, other in zip(trained, frozen, strict=True):
            b = row["n_augmented"]
            rows.append(
                _row(
                    model,
                    (row["score"], row["policy"], number, lookup[b], b),
                    (row["test_accuracy"], other["test_accuracy"]),
                )
            )
    return rows


def _ends(model: NetworkModel, number: int) -> list[dict[str, Any]]:
    """Rows for augmenting no point and for augmenting every point."""
    n = model.rows.n
    chosen = np.array([np.zeros(n, bool), np.ones(n, bool)])
    state = model.fit(model.rows.weights(chosen, np.zeros(2, bool)))
    pairs = zip(model.accuracy(state), model.frozen_accuracy(state), strict=True)
    return [
        _row(model, ("-", policy, number, share, round(share * n)), accuracies)
        for (policy, share), accuracies in zip((("none", 0.0), ("all", 1.0)), pairs, strict=True)
    ]


def _row(
    model: NetworkModel, key: tuple[str, str, int, float, int], accuracies: tuple[float, float]
) -> dict[str, Any]:
    score, policy, number, share, b = key
    n = model.rows.n
    copies = len(model.rows) // n - 1
    return {
        "score": score,
        "policy": policy,
        "round": number,
        "share": share,
        "n_augmented": b,
        "images": n + copies * b,
        "test_accuracy": float(accuracies[0]),
        "frozen_accuracy": float(accuracies[1]),
    }
