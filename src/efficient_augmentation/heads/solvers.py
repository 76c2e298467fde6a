"""Which of the ways to H^-1 of k classes: by size alone, so that every machine takes the same.

Four ways, three of them exact: `dense`, H itself (`removals`); `rows`, blocks of classes and one
matrix of the rows (`class_blocks`); `gradients`, conjugate gradients for each point (`removals`),
where neither fits the memory; and `kfac`, a Kronecker product in place of H.
"""

import functools
import logging

from efficient_augmentation.heads import class_blocks, hessians

EXACT = ("dense", "rows", "gradients")
MOST_OPERATIONS = 1e11
"""Multiplications that the exact influences of one job may take where K-FAC is allowed: some ten
seconds of a core."""
_PRODUCTS_OF_XLA = 2.0  # times those of BLAS, for as many numbers in float64 on CPU

_log = logging.getLogger(__name__)


def exact(n, scored, k, D, alo=False):
    """The cheapest exact way, and its cost.

    Args:
      n: rows of positive weight.
      scored: how many of them are scored; 0 for a factor alone.
      k, D: classes, and features with the intercept, at most n + 1 in their row space.
      alo: whether leverages are needed, a matrix a row.
    Returns: (name of `EXACT`, multiplications); those of conjugate gradients for 50 iterations.
    """
    P = (k - 1) * D
    found = {"gradients": 50.0 * 4 * k * n * D * max(scored, 1)}
    if hessians.dense_limit() >= P:
        products = k * (k - 1) / 2 * n * D**2 + 2 * P**3 / 3 + scored * P**2 / 2
        found["dense"] = _PRODUCTS_OF_XLA * products
    if class_blocks.n_bytes(n, scored, k, alo) <= hessians.DENSE_BYTES:
        found["rows"] = class_blocks.operations(n, scored, k, D, alo)
    name = min(found, key=found.get)
    return name, found[name]


def allowed(n, scored, k, D, number):
    """Kind of influence that `auto` stands for: "influence" where so many are quick, else "kfac".

    Args:
      n, scored, k, D: as in `exact`.
      number: how many influences the job makes.
    Returns: str; the log says what "kfac" saves.
    """
    _, operations = exact(n, scored, k, D)
    if operations * number <= MOST_OPERATIONS:
        return "influence"
    say(
        f"influence by K-FAC: {number} exact ones of {k} classes, {n} rows and {D - 1} features "
        f"would take {operations * number:.0e} multiplications, and auto allows "
        f"{MOST_OPERATIONS:.0e}; influence: influence makes them exact"
    )
    return "kfac"


@functools.cache
def say(text):
    """Log a text, once a process: budgets repeat it."""
    _log.info(text)
