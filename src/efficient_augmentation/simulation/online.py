"""The model without frozen features: its network is trained again for every fit."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TextIO

import jax
import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.heads import head, logistic
from efficient_augmentation.heads.expanded import Rows
from efficient_augmentation.names import as_published
from efficient_augmentation.networks import featurize, train_small
from efficient_augmentation.scores import by_name, of_head


class State(NamedTuple):
    """R fits; runs of equal weights share one of U networks."""

    variables: Any
    """Weights of the networks, with leading axis U."""
    theta: np.ndarray
    """(U, ...) parameters of the heads on the networks' features, intercept last."""
    weights: np.ndarray
    """(U, rows) sample weights of the fits."""
    network: np.ndarray
    """(R,), in 0..U-1: the network of each run."""


class OnlineModel:
    """A network trained on the weighted rows, and a logistic regression on its features.

    This is a `simulate.Model`. For each run, `fit` trains a network on the rows of positive weight
    and then fits the logistic regression to its features of the same rows with the same weights. A
    run's result depends only on its weights and the seed, since the network's seed is a digest of
    both. Other runs in the batch therefore make no difference, equal runs are trained once, and all
    policies agree when they have augmented every point.

    Args:
      images: mapping with x_train (rows, h, w, c), y_train, source_train (-1 for the originals,
        which come first), x_test, y_test, expanded as by `catalogue.expand`.
      C: inverse strength of the logistic regression's penalty, a number. The workflow chooses it on
        features of a network that is trained once.
      settings: mapping with `kind`, the network's name, see `models.build`; `seed`, the common seed
        of all networks, >= 0; and the attributes of `train_small.Training`, as in the config.
      faithful, kind: as in `simulate.FrozenModel`.
      progress: text stream for bars; if it is no terminal, or None, the log gets lines instead.
    Raises: ValueError for unusable arguments.
    Cost: a fit costs what `train_small.train_many` does; features are recomputed, not kept.
    Source: Kuchnik and Smith 2019: the published results on MNIST were made this way.
    """

    def __init__(
        self,
        images: Mapping[str, np.ndarray],
        C: float,
        settings: Mapping[str, Any],
        *,
        faithful: bool | Iterable[str] = False,
        kind: str = "influence",
        progress: TextIO | None = None,
    ) -> None:
        self.rows = Rows(images["source_train"])
        self._x, self._y = np.asarray(images["x_train"]), np.asarray(images["y_train"])
        self._test = np.asarray(images["x_test"]), np.asarray(images["y_test"])
        self.labels = self._y[: self.rows.n]
        self.given: dict[str, np.ndarray] = {}
        self._faithful = as_published.parts(faithful)
        self.C = as_published.C if "C" in self._faithful else C
        logistic.check_C(self.C)
        self._influence_C = None if "hessian" in self._faithful else self.C
        self._kind = kind
        self._head = head.of(self._y, faithful=bool(self._faithful))
        self._network, self._seed = settings["kind"], settings["seed"]
        self._how = {
            "n_classes": head.number_of_classes(self._y),
            "training": train_small.training_of(settings),
            "progress": progress,
        }

    def fit(self, weights: np.ndarray) -> State:
        """State of R fits, one for each row of weights (R, rows)."""
        weights, network = np.unique(weights, axis=0, return_inverse=True)
        seeds = [seed_of(self._seed, row) for row in weights]
        variables = train_small.train_many(
            self._network, self._x, self._y, weights, seeds, **self._how
        )
        theta = [
            self._head.fit(self._embed(variables, u, self._x[rows]), self._y[rows], self.C, w[rows])
            for u, (w, rows) in enumerate(zip(weights, map(np.flatnonzero, weights), strict=True))
        ]
        return State(variables, np.stack(theta), weights, network.reshape(-1))

    def accuracy(self, state: State, test_rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """(R,) accuracy on the expanded test set, or on some of its rows."""
        x, y = (array[test_rows] for array in self._test)
        each = [
            self._head.accuracy(theta, self._embed(state.variables, u, x), y)
            for u, theta in enumerate(state.theta)
        ]
        return np.array(each)[state.network]

    def correct(self, state: State) -> np.ndarray:
        """(R, m) bool, rows of the expanded test set that are classified correctly."""
        x, y = self._test
        each = [
            self._head.correct(theta, self._embed(state.variables, u, x), y)
            for u, theta in enumerate(state.theta)
        ]
        return np.array(each)[state.network]

    def scores(self, name: str, state: State, runs: Sequence[int], calls: int = 1) -> np.ndarray:
        """(len(runs), n) scores of the originals under the fits of these runs."""
        networks, run = np.unique(state.network[runs], return_inverse=True)
        return np.stack([self._scores(name, state, u, len(networks) * calls) for u in networks])[
            run.reshape(-1)
        ]

    def features(self, state: State, run: int) -> np.ndarray:
        """(n, d) features of the originals in a run."""
        return self._embed(state.variables, state.network[run], self._x[: self.rows.n])

    def residuals(self, state: State, run: int) -> np.ndarray:
        """(n, k) class probabilities of the originals in a run, minus 1 at their own class."""
        theta = state.theta[state.network[run]]
        return of_head.residuals(theta, self.features(state, run), self.labels)

    def condition_number(self, state: State, run: int) -> float:
        """Condition number of the Hessian in a run's influence; infinity if it is singular."""
        u = state.network[run]
        X = self._embed(state.variables, u, self._x[np.flatnonzero(state.weights[u])])
        return self._head.condition_number(state.theta[u], X, self._influence_C)

    def influence_made(self, state: State, runs: Sequence[int]) -> dict[str, Any]:
        """How `scores` computes the influence of the first of these runs; {} for two classes."""
        u = state.network[runs[0]]
        rows = np.flatnonzero(state.weights[u])
        X = logistic.with_intercept(self._embed(state.variables, u, self._x[rows]))
        fit = state.theta[[u]], X, self.labels, state.weights[[u]][:, rows]
        calls = len(np.unique(state.network[runs]))
        return self._head.influence_made(*fit, self._influence_C, self._kind, calls)

    def _scores(self, name: str, state: State, u: int, calls: int) -> np.ndarray:
        rows = np.flatnonzero(state.weights[u])
        X = self._embed(state.variables, u, self._x[rows])
        points = by_name.Points(X, self._y[rows], self.rows.n, faithful=self._faithful)
        theta, weights = state.theta[[u]], state.weights[[u]][:, rows]
        return by_name.score(
            name, points, by_name.Fits(theta, weights, self._influence_C, self._kind, calls)
        )[0]

    def _embed(self, variables: Any, u: int, images: np.ndarray) -> np.ndarray:
        one = jax.tree.map(lambda leaf: leaf[u], variables)
        return featurize.featurize(self._network, one, images)


def seed_of(seed: int, weights: ArrayLike) -> int:
    """Seed of a run's network: 32 bits of a digest of its weights and the common seed."""
    content = np.asarray(weights, "<f8").tobytes()
    digest = hashlib.blake2b(content, digest_size=4, salt=int(seed).to_bytes(16, "little"))
    return int.from_bytes(digest.digest(), "little")
