"""Choice of a way to use H^-1 for k classes, by sizes alone: the same on every machine.

There are four ways, three of them exact: `dense`, with H itself (`removals`); `rows`, with blocks
of classes and one matrix of the rows (`class_blocks`); `gradients`, with conjugate gradients for
each point (`removals`), if neither fits into memory; and `kfac`, with a Kronecker product in place
of H.
"""

import functools
import logging

from efficient_augmentation.heads import class_blocks, hessians

EXACT = ("dense", "rows", "gradients")
MOST_OPERATIONS = 1e11
"""Most multiplications for the exact influences of one job if K-FAC is allowed: about ten seconds
of one core."""
_PRODUCTS_OF_XLA = 2.0  # their time relative to BLAS, for the same float64 product on CPU

_log = logging.getLogger(__name__)


def exact(n, scored, k, D, alo=False):
    """The cheapest exact way, and its cost.

    Args:
      n: number of rows of positive weight.
      scored: number of scored rows among them; 0 for a factor alone.
      k, D: numbers of classes, and of features with the intercept (at most n + 1, in row space).
      alo: whether leverages, one matrix per row, are needed.
    Returns: (name of `EXACT`, number of multiplications); conjugate gradients count with 50
      iterations.
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
    """The kind of influence that `auto` chooses: "influence" if it is fast enough, else "kfac".

    Args:
      n, scored, k, D: as in `exact`.
      number: how many influences the job computes.
    Returns: str; for "kfac" the log gives the reason.
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
    """Log a text once per process, since every budget would repeat it."""
    _log.info(text)
