"""Simulation of policies: accuracy as a function of how many points are augmented.

All runs (every policy in every round) advance together from budget to budget: at each budget one
call makes their fits, and another the scores of the updating policies. The loop works with any
`Model`: a logistic regression on frozen features (here), or a network refitted every time (in
`online`).
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation import progress
from efficient_augmentation.heads import head, regularization
from efficient_augmentation.heads.expanded import Rows
from efficient_augmentation.names import as_published, policies
from efficient_augmentation.policies import choosers, dpp
from efficient_augmentation.policies import clusters as kmeans
from efficient_augmentation.scores import by_name, of_head
from efficient_augmentation.simulation.tally import Tally

_log = logging.getLogger(__name__)
# In standard errors. Fits this accurate change no prediction, and take a third fewer iterations.
_TOLERANCE = 3e-8


class Model(Protocol):
    """What the simulation needs from a model; R is the number of runs."""

    rows: Rows
    """The point of each training row."""
    labels: np.ndarray
    """(n,) classes of the originals."""
    given: dict[str, np.ndarray]
    """Further scores (n,) by name, beyond those of `by_name.NAMES`."""
    C: float
    """Inverse strength of the penalty that the fits really use."""

    def fit(self, weights: np.ndarray) -> Any:
        """State of R fits, one for each row of weights (R, rows)."""

    def accuracy(self, state: Any, test_rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """(R,) accuracy on the expanded test set, or on some of its rows."""

    def correct(self, state: Any) -> np.ndarray:
        """(R, m) bool, rows of the expanded test set that are classified correctly."""

    def scores(self, name: str, state: Any, runs: Sequence[int], calls: int = 1) -> np.ndarray:
        """(len(runs), n) scores of the originals under the fits of these runs.

        `calls` is the number of such calls in the job; see `by_name.Fits`.
        """

    def features(self, state: Any, run: int) -> np.ndarray:
        """(n, d) features of the originals in a run."""

    def residuals(self, state: Any, run: int) -> np.ndarray:
        """(n, k) class probabilities of the originals in a run, minus 1 at their own class."""

    def condition_number(self, state: Any, run: int) -> float:
        """Condition number of the Hessian in a run's influence; infinity if it is singular."""

    def influence_made(self, state: Any, runs: Sequence[int]) -> dict[str, Any]:
        """How `scores` computes the influence of these runs, see `head.Head`; {} if exactly."""


_Fits = tuple[np.ndarray, np.ndarray]
"""Parameters (R, ...) of the head, and the sample weights (R, rows) of the fits."""


class FrozenModel:
    """Logistic regression (multinomial for more than two classes) on features that do not change.

    Args:
      features: mapping with x_train, y_train, source_train, x_test, y_test as in features.npz.
      C: inverse strength of the penalty, or "auto", see `regularization.choose`.
      faithful: parts of the published code to repeat, as `as_published.parts` takes them; only for
        two classes.
      kind: how influence is computed, one of `influence.KINDS`.
      given: mapping from names to further scores (n,), which do not depend on fits.
    Raises: ValueError if rows are not finite or not in the order of features.npz, or C is neither
      "auto" nor a positive number, and as `regularization.choose`.
    """

    def __init__(
        self,
        features: Mapping[str, np.ndarray],
        C: float | str = "auto",
        *,
        faithful: bool | Iterable[str] = False,
        kind: str = "influence",
        given: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        self.rows = Rows(features["source_train"])
        repeated = as_published.parts(faithful)
        self._points = by_name.Points(
            features["x_train"], features["y_train"], self.rows.n, faithful=repeated, given=given
        )
        self.given = self._points.given
        self.labels = self._points.originals[1]
        self._test = self._points.head.check_rows(features["x_test"], features["y_test"])
        X, X_test = self._points.X, self._test[0]
        if len(self.rows) != len(X) or X_test.shape[1] != X.shape[1]:
            raise ValueError(
                f"x_train of shape {X.shape}, source_train {self.rows.source.shape} and x_test "
                f"{X_test.shape} do not fit: (rows, d), (rows,) and (m, d) are wanted"
            )
        known, found = (head.number_of_classes(y) for y in (self._points.y, self._test[1]))
        if found > known:
            raise ValueError(f"y_test holds label {found - 1}, y_train those of 0..{known - 1}")
        if "C" in repeated:
            C = as_published.C
        self.C = regularization.number(C, X, self._points.y, self.rows.source)
        self._influence_C = None if "hessian" in repeated else self.C
        self._kind = kind
        self._start: np.ndarray | None = None

    def fit(self, weights: np.ndarray) -> _Fits:
        """Parameters (R, ...) of the head, and the sample weights (R, rows) of the fits."""
        # All rows take part, most of them with weight 0 at first, so that one shape is compiled.
        # The last optimum is near the next; starting there saves iterations only.
        points, start = self._points, self._start
        if start is not None and len(start) != len(weights):
            start = None
        theta = points.head.fit_many(points.X, points.y, self.C, weights, start, _TOLERANCE)
        self._start = theta
        return theta, weights

    def accuracy(self, state: _Fits, test_rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """(R,) accuracy on the expanded test set, or on some of its rows."""
        X, y = self._test
        return self._points.head.accuracy(state[0], X[test_rows], y[test_rows])

    def correct(self, state: _Fits) -> np.ndarray:
        """(R, m) bool, rows of the expanded test set that are classified correctly."""
        return self._points.head.correct(state[0], *self._test)

    def scores(self, name: str, state: _Fits, runs: Sequence[int], calls: int = 1) -> np.ndarray:
        """(len(runs), n) scores of the originals under the fits of these runs."""
        theta, weights = state
        fits = by_name.Fits(theta[runs], weights[runs], self._influence_C, self._kind, calls)
        return by_name.score(name, self._points, fits)

    def features(self, state: _Fits, run: int) -> np.ndarray:
        """(n, d) features of the originals in a run."""
        return self._points.originals[0]

    def residuals(self, state: _Fits, run: int) -> np.ndarray:
        """(n, k) class probabilities of the originals in a run, minus 1 at their own class."""
        return of_head.residuals(state[0][run], *self._points.originals)

    def condition_number(self, state: _Fits, run: int) -> float:
        """Condition number of the Hessian in a run's influence; infinity if it is singular."""
        theta, weights = state
        X = self._points.X[weights[run] > 0]
        return self._points.head.condition_number(theta[run], X, self._influence_C)

    def influence_made(self, state: _Fits, runs: Sequence[int]) -> dict[str, Any]:
        """How `scores` computes the influence of these runs; {} for two classes."""
        (theta, weights), y = state, self.labels
        return self._points.head.influence_made(
            theta[runs], self._points.rows, y, weights[runs], self._influence_C, self._kind
        )


class Plan(NamedTuple):
    """What is simulated.

    Attributes:
      scores: names of `by_name.NAMES`, or of the model's given scores.
      policies: names that `policies.parse` accepts.
      budgets: numbers of augmented points, strictly increasing, within 1..n.
      rounds: repetitions of a random policy; a deterministic one runs once.
      seed: seed of the random orders. In one round all policies draw the same random numbers.
      clusters: numbers of k-means clusters of the featurized originals by which to stratify; every
        policy runs with each of them. 0 does not stratify.
    """

    scores: Sequence[str]
    policies: Sequence[str]
    budgets: Sequence[int]
    rounds: int
    seed: int = 0
    clusters: Sequence[int] = (0,)


class _Run(NamedTuple):
    score: str
    policy: policies.Policy
    clusters: int
    round: int


_Key = tuple[str, policies.Policy, int, int]
"""Score, policy, number of clusters, round; a `_Run` is one."""


def simulate(
    features: Mapping[str, np.ndarray],
    scores: str | Iterable[str],
    policies: Iterable[str],
    budgets: Sequence[int],
    rounds: int,
    C: float | str = "auto",
    seed: int = 0,
    *,
    clusters: Sequence[int] = (0,),
    faithful: bool | Iterable[str] = False,
    kind: str = "influence",
) -> list[dict[str, Any]]:
    """Accuracy when more and more points are augmented, policy by policy.

    More than six parameters: users make this one call, and give only what differs from defaults;
    `run` takes a `Plan`.

    Args:
      features: mapping of features.npz: x_train (rows, d), y_train, source_train, and the same
        three for the test set; originals first.
      scores: a name of `by_name.NAMES`, or several.
      policies, budgets, rounds, seed, clusters: as in `Plan`.
      C: inverse strength of the logistic regression's penalty, or "auto", which chooses it by
        cross-validation over points, see `regularization.choose`, and logs it.
      faithful: see `FrozenModel`; part "dpp" draws k-DPPs by `dpp.sample_k_dpp_as_published`.
      kind: how influence is computed, one of `influence.KINDS`.
    Returns: list of mappings with keys score, policy, clusters, round, n_augmented,
      test_accuracy; one for each score, policy, clusters, round and budget, in this order.
    Raises: ValueError for a wrong name, budget, shape or value.
    Source: Kuchnik and Smith 2019, section 5.
    """
    model = FrozenModel(features, C, faithful=faithful, kind=kind)
    names = [scores] if isinstance(scores, str) else list(scores)
    plan = Plan(names, list(policies), budgets, rounds, seed, clusters)
    return run(model, plan, faithful=faithful)


def run(
    model: Model,
    plan: Plan,
    *,
    faithful: bool | Iterable[str] = False,
    tally: Tally | None = None,
) -> list[dict[str, Any]]:
    """Simulate with any `Model`.

    Args:
      model: the model that is fitted and scored, and whose accuracy is measured.
      plan: what is simulated.
      faithful: as in `simulate`.
      tally: records which test points every fit classifies correctly; None records nothing.
    Returns, Raises: as `simulate`.
    """
    panel = [policies.parse(name) for name in plan.policies]
    _check_plan(plan, panel, model)
    runs, lookup = _planned(plan, panel)
    downweight = np.array([run.policy.downweight for run in runs])

    chosen = np.zeros((len(runs), model.rows.n), bool)
    floor = model.fit(model.rows.weights(chosen, downweight))
    choosing = _choosers(model, floor, runs, plan.seed, faithful)
    accuracy = np.empty((len(runs), len(plan.budgets)))
    for j, budget in enumerate(progress.track(plan.budgets, "simulate policies", "budget")):
        for chooser, row in zip(choosing, chosen, strict=True):
            chooser.extend(row, budget)
        sizes = _represented(choosing, chosen)
        state = model.fit(model.rows.weights(chosen, downweight, sizes))
        if tally is None:
            accuracy[:, j] = model.accuracy(state)
        else:
            correct = model.correct(state)
            accuracy[:, j] = correct.mean(axis=1)
            for key, r in lookup.items():
                tally.add((*_measured(key), budget), correct[r])
        if j + 1 < len(plan.budgets):
            scores_now = _updated(model, state, runs, calls=len(plan.budgets) - 1)
            for r, chooser in enumerate(choosing):
                chooser.update(chosen[r], scores_now.get(r))

    return [
        {
            "score": score,
            "policy": policy.name,
            "clusters": k,
            "round": number,
            "n_augmented": budget,
            "test_accuracy": float(accuracy[lookup[score, policy, k, number], j]),
        }
        for score in plan.scores
        for policy in panel
        for k in plan.clusters
        for number in range(plan.rounds if policy.random else 1)
        for j, budget in enumerate(plan.budgets)
    ]


def _choosers(
    model: Model, floor: Any, runs: Sequence[_Run], seed: int, faithful: bool | Iterable[str]
) -> list[choosers.Chooser]:
    """The policy of every run, given the fit on the originals.

    Runs of one round draw the same random numbers, so that comparisons of policies are paired.
    """
    features = model.features(floor, 0)
    names = dict.fromkeys(run.score for run in runs)
    measured = choosers.Measured(
        features,
        model.labels,
        # calls=2, since `baselines` scores under two fits; so both choose the same kind.
        {name: model.scores(name, floor, [0], calls=2)[0] for name in names},
        lambda: model.residuals(floor, 0),
        _sampler(runs, faithful),
    )
    labels = kmeans.labels(features, sorted({run.clusters for run in runs} - {0}), seed)
    return [
        choosers.of(
            run.policy,
            run.score,
            measured,
            np.random.default_rng([seed, run.round]),
            labels.get(run.clusters),
        )
        for run in runs
    ]


def _sampler(runs: Sequence[_Run], faithful: bool | Iterable[str]) -> Callable[..., np.ndarray]:
    """The function that draws from k-DPPs."""
    if "dpp" not in as_published.parts(faithful):
        return dpp.sample_k_dpp
    if any(run.policy.diverse for run in runs):
        _log.warning(
            "faithful k-DPPs overflow from about 50 points on, as the published ones do: "
            "larger subsets are nearly uniformly random; faithful: false draws them correctly"
        )
    return dpp.sample_k_dpp_as_published


def _represented(choosing: Sequence[choosers.Chooser], chosen: np.ndarray) -> np.ndarray | None:
    """(R, n) number of points that each chosen one represents; None if each counts once."""
    found = [chooser.represented(row) for chooser, row in zip(choosing, chosen, strict=True)]
    if all(sizes is None for sizes in found):
        return None
    one = np.ones(chosen.shape[1])
    return np.stack([one if sizes is None else sizes for sizes in found])


def _updated(model: Model, state: Any, runs: Sequence[_Run], calls: int) -> dict[int, np.ndarray]:
    """Scores (n,) under the current fits, for the runs whose policy updates them."""
    found: dict[int, np.ndarray] = {}
    for name in dict.fromkeys(run.score for run in runs):
        asking = [r for r, run in enumerate(runs) if run.policy.update and run.score == name]
        if asking:
            found |= zip(asking, model.scores(name, state, asking, calls), strict=True)
    return found


def _planned(plan: Plan, panel: Sequence[policies.Policy]) -> tuple[list[_Run], dict[_Key, int]]:
    """Distinct runs, and the run's index for each (score, policy, clusters, round).

    A policy that uses no score is simulated once for all scores.
    """
    runs: list[_Run] = []
    lookup: dict[_Key, int] = {}
    for score in plan.scores:
        for policy in panel:
            for k in plan.clusters:
                for number in range(plan.rounds if policy.random else 1):
                    run = _Run(plan.scores[0] if policy.blind else score, policy, k, number)
                    if run not in lookup:
                        lookup[run] = len(runs)
                        runs.append(run)
                    lookup[score, policy, k, number] = lookup[run]
    return runs, lookup


def _measured(run: _Key) -> tuple[str, str, int, int]:
    score, policy, k, number = run
    return score, policy.name, k, number


def _check_plan(plan: Plan, panel: Sequence[policies.Policy], model: Model) -> None:
    n, budgets, rounds, clusters = model.rows.n, list(plan.budgets), plan.rounds, plan.clusters
    for name in plan.scores:
        by_name.check_name(name, model.given)
    if not budgets or budgets != sorted(set(budgets)) or budgets[0] < 1 or budgets[-1] > n:
        raise ValueError(
            f"budgets must be strictly increasing and within 1..{n} (the number of training "
            f"points), not {budgets}"
        )
    if any(budget % 1 for budget in budgets):
        raise ValueError(f"budgets must be whole numbers, not {budgets}")
    if rounds % 1 or rounds < 1:
        raise ValueError(f"rounds must be at least 1, not {rounds}, and whole")
    if not len(clusters) or any(k % 1 or not 0 <= k <= n for k in clusters):
        raise ValueError(f"clusters must be whole numbers within 0..{n}, not {list(clusters)}")
    diverse = [policy.name for policy in panel if policy.diverse]
    if diverse and set(clusters) != {0}:
        raise ValueError(f"policy {diverse[0]} draws subsets and cannot be stratified by clusters")
