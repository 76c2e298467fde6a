"""All figures of one transform of one experiment."""

from efficient_augmentation import summary
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.figures import images, score_plots


def transform_figures(dataset, scores, baselines, curves, variants, *, name, class_names):
    """Every figure of one transform, drawn one at a time.

    For each score in curves: accuracy_{score}_random, accuracy_{score}_deterministic,
    scores_{score}, images_{score}; and once: transform.

    Args:
      dataset: mapping with x_train (n, h, w, c) and y_train (n,).
      scores: columns of scores.csv: each score and its `_after`.
      baselines: mapping of baselines.json.
      curves: columns of curves.csv.
      variants: the transform's, as `transforms.variants` returns them.
      name: the transform's name.
      class_names: name of each class, in the order of the labels.
    Yields: (figure's name, Figure).
    Raises: ValueError if a score's column is missing or scores and images differ in number.
    """
    x, y = dataset["x_train"], dataset["y_train"]
    found = list(dict.fromkeys(score for score, _ in summary.pairs(curves)))
    check(scores, found, len(x))
    for score in found:
        for family in accuracy_curves.FAMILIES:
            figure = accuracy_curves.accuracy(curves, baselines, score, family)
            yield f"accuracy_{score}_{family}", figure
        before, after = scores[score], scores[f"{score}_after"]
        yield f"scores_{score}", score_plots.before_after(before, after, score)
        yield f"images_{score}", images.extremes(x, y, before, score, class_names)
    yield "transform", images.transform(x, y, variants, name, class_names)


def check(scores, found, n):
    """Raise ValueError where scores lack a column or hold another number of points."""
    for column in (c for score in found for c in (score, f"{score}_after")):
        if column not in scores:
            raise ValueError(f"scores: no column {column!r}; there are {', '.join(scores)}")
        if len(scores[column]) != n:
            raise ValueError(f"scores: {len(scores[column])} rows for {n} training images")
