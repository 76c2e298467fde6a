"""The command `efficient-augmentation`: which points should be augmented?"""

import argparse
import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from efficient_augmentation.files import arrays, origins, tables
from efficient_augmentation.names import policies, regularization
from efficient_augmentation.names import scores as score_names
from efficient_augmentation.selection import order

SCORES = (*score_names.FOLLOWED, *score_names.FIXED)

_READ = ("x_train", "y_train", "source_train", "x", "y", "ids")

_EXAMPLE = """\
FILE holds either
  x_train (rows, d), y_train, source_train   as in results/EXPERIMENT/TRANSFORM/features.npz: the
                                             points are the rows whose source is -1, at any
                                             position
  x (n, d), y                                only the points
and may hold ids (n,), such as the points' file names; without them a point's id is its row in FILE,
counted from 0.

The output is CSV with one row per point, in the order of the draw: rank, id, split (train), label,
score, score_rank (1 for the largest magnitude), probability (of being chosen first), selected (1
within the budget, else 0) and row (in FILE, counted from 0). ROWS is a .npy file with the rows of
the chosen points, int64, for a sampler.

examples:
  efficient-augmentation select features.npz --budget 0.1 > selection.csv
  efficient-augmentation select features.npz --budget 100 --score loss \\
      --policy deterministic_proportional --output selection.csv
"""


def main(arguments=None):
    """Run the command.

    Args:
      arguments: list of str; None takes those of the process.
    Returns: exit status: 0, or 1 after a message on standard error about a file or a value. A wrong
      option ends the process with 2.
    """
    options = _parser().parse_args(arguments)
    try:
        _select(options)
    except BrokenPipeError:
        # The reader of the pipe has closed it; nothing more may be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except FileNotFoundError as error:
        print(f"efficient-augmentation: {error.filename}: there is no such file", file=sys.stderr)
        return 1
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"efficient-augmentation: {error}", file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="efficient-augmentation",
        description="Which training points are worth augmenting?",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    select = commands.add_parser(
        "select",
        help="rank the points of a file of features and choose the best",
        description="Rank the points of a file of features and choose those worth augmenting.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    select.add_argument("file", metavar="FILE", type=Path, help=".npz file, see below")
    select.add_argument(
        "--budget",
        required=True,
        type=_budget,
        metavar="B",
        help="number of points to choose, or share of them, such as 0.1",
    )
    select.add_argument(
        "--score", choices=SCORES, default="influence", help="(default: %(default)s)"
    )
    select.add_argument(
        "--policy", type=_policy, default="random_proportional", help="(default: %(default)s)"
    )
    select.add_argument(
        "--seed", type=_seed, default=0, help="of the random draw (default: %(default)s)"
    )
    select.add_argument(
        "--C",
        type=_C,
        default=regularization.AUTO,
        help=(
            "inverse penalty of the logistic regression that scores points: a number, or auto, "
            "which chooses one by cross-validation if FILE holds copies after its points, else by "
            "the scale of the features, and prints it (default: %(default)s)"
        ),
    )
    select.add_argument(
        "--output", metavar="CSV", default="-", help="file to write (default: standard output)"
    )
    select.add_argument(
        "--rows", metavar="ROWS", help="also write the row numbers of the chosen points"
    )
    return parser


def _select(options):
    for name in ("output", "rows"):
        path = getattr(options, name)
        if path and Path(path).is_dir():
            raise ValueError(f"{path}: a folder; give a file for --{name}")
    rows, every_label, source, ids = read_rows(options.file)
    X, labels = rows[source == -1], every_label[source == -1]
    points = order.number_of_points(options.budget, len(X))
    # Imported after the checks of the arguments, since it takes seconds.
    from efficient_augmentation.selection import points as select

    C = options.C
    if C == regularization.AUTO:
        # The point of each copy is known only if all points come first.
        first = _first(source)
        copies = (rows, every_label, source) if first else (X, labels, np.full(len(X), -1))
        choice = select.choose_C(*copies)
        C = choice.C
        print(regularization.described(C, choice.rule), file=sys.stderr)
    scores = select.score_points(X, labels, options.score, C=C)
    places, seed = np.flatnonzero(source == -1), options.seed
    rows = order.rows(scores, options.policy, points, seed=seed, ids=ids, labels=labels, row=places)
    if options.rows:
        chosen = [row["row"] for row in rows if row["selected"]]
        arrays.save_alone(options.rows, np.array(chosen, np.int64))
    if options.output == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            # The same bytes as in a file, whatever the terminal's encoding.
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        writer = tables.writer_to(sys.stdout)
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
        sys.stdout.flush()
    else:
        tables.write_csv(options.output, rows)
    print(f"{points} of {len(X)} points selected", file=sys.stderr)


def read_rows(path):
    """Points of a file of features, and their copies.

    Args:
      path: .npz file with x_train, y_train and source_train, in which the rows with source -1 are
        the points, or with x and y; optionally with ids, one per point.
    Returns: features (m, d), labels (m,), source (m,), which is -1 for the n points, ids (n,), by
      default the points' rows in the file.
    Raises: ValueError naming the file and the array; FileNotFoundError.
    """
    there = arrays.names(path)
    wanted = [name for name in _READ if name in there]
    held: dict[str, Any] = arrays.load(path, *wanted) if wanted else dict.fromkeys(there)
    if "x_train" in held:
        X, labels, source = _required(path, held, "x_train", "y_train", "source_train")
        if not len(X) == len(labels) == len(source):
            raise ValueError(
                f"{path}: x_train, y_train and source_train have {len(X)}, {len(labels)} and "
                f"{len(source)} rows; they must have equally many"
            )
        _check_source(f"{path}: source_train", source, labels, X)
    else:
        X, labels = _required(path, held, "x", "y")
        source = np.full(len(X), -1)
        if len(labels) != len(X):
            raise ValueError(
                f"{path}: labels must have shape ({len(X)},), a label a row, not {labels.shape}"
            )
    n = int((source == -1).sum())
    if X.ndim != 2 or not n:
        raise ValueError(
            f"{path}: features have shape {(n, *X.shape[1:])}; (n, d), n >= 1, is wanted"
        )
    if labels.dtype.kind != "f":
        name = "y_train" if "x_train" in held else "y"
        arrays.check_names(f"{path}: {name}", labels, "numbers or text are wanted, one a row")
    ids = held.get("ids", np.flatnonzero(source == -1))
    arrays.check_ids(f"{path}: ids", ids, n)
    return X, labels, source, ids


def _check_source(where, source, labels, X):
    origins.check_integers(where, source, labels)
    if _first(source):
        origins.check_places(where, source, labels)
    elif (beyond := source >= len(source)).any():
        row = int(np.argmax(beyond))
        raise ValueError(f"{where}: row {row} holds {source[row]}; there are {len(source)} rows")
    if X.ndim == 2 and X.dtype.kind in "iuf":
        origins.check_counted_from_zero(where, source, X)


def _first(source):
    """Whether all points come before the copies, so that a source is also the number of a point."""
    return bool((source[: int((source == -1).sum())] == -1).all())


def _required(path, held, *names):
    if missing := [name for name in names if name not in held]:
        raise ValueError(
            f"{path}: no array named {', '.join(missing)}; it holds "
            f"{', '.join(held) or 'nothing'}; wanted are x and y, or x_train, y_train, source_train"
        )
    return [np.atleast_1d(held[name]) for name in names]


def _budget(text):
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number; give how many points, such as 100, or a share, such as 0.1"
        ) from None


def _C(text):
    if text == regularization.AUTO:
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither {regularization.AUTO} nor a number"
        ) from None


def _policy(text):
    try:
        reason = policies.unordered(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if reason:
        raise argparse.ArgumentTypeError(f"{text!r} {reason}")
    return text


def _seed(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a non-negative whole number")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
