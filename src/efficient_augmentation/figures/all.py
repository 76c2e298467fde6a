"""All figures of one transform of one experiment."""

from efficient_augmentation.analysis import summary
from efficient_augmentation.figures import compare, images, regularization, score_plots, strata
from efficient_augmentation.figures import curves as accuracy_curves
from efficient_augmentation.names import scores as score_names

BESIDE = {
    "compare_loss_random": ("loss", "random"),
    "compare_loss_deterministic": ("loss", "deterministic"),
    "compare_margin_random": ("margin", "random"),
}
"""Figures of influence beside another score: name -> (the other score, family)."""


def transform_figures(dataset, scores, baselines, curves, variants, *, name, class_names):
    """Every figure of one transform, drawn one at a time.

    For each score in curves: accuracy_{score}_random, accuracy_{score}_deterministic; of these,
    scores_{score} where it has an "after", images_{score} where it is a column of scores.csv; once:
    transform; then, where curves hold the data, compare_loss_random, compare_loss_deterministic,
    compare_margin_random, compare_dpp_weighted and compare_dpp_raw, all beside influence, and for
    each stratified score clusters_{score}; where C was chosen from the data, regularization.

    Of features, which stand in the place of images in x_train (n, d), no images are drawn.

    Args:
      dataset: mapping with x_train (n, h, w, c) and y_train (n,).
      scores: columns of scores.csv: each score and, but for the machine's, its `_after`.
      baselines: mapping of baselines.json.
      curves: columns of curves.csv.
      variants: the transform's, as `catalogue.variants` returns them.
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
        if score in score_names.FOLLOWED:
            before, after = scores[score], scores[f"{score}_after"]
            yield f"scores_{score}", score_plots.before_after(before, after, score)
        if score in scores and x.ndim == 4:
            yield f"images_{score}", images.extremes(x, y, scores[score], score, class_names)
    if "losses" in baselines["C_choice"]:
        yield "regularization", regularization.losses(baselines["C_choice"])
    if x.ndim == 4:
        yield "transform", images.transform(x, y, variants, name, class_names)
    yield from combined_figures(curves, baselines, found)


def combined_figures(curves, baselines, found):
    """Figures that set scores, k-DPPs and numbers of clusters beside each other."""
    for name, (other, family) in BESIDE.items():
        if {"influence", other} <= set(found):
            yield name, compare.scores(curves, baselines, "influence", other, family)
    for policy in ("dpp_weighted", "dpp_raw"):
        if "influence" in found and ("influence", policy) in summary.dpp_pairs(curves):
            yield f"compare_{policy}", compare.dpp(curves, baselines, "influence", policy)
    for score in dict.fromkeys(score for score, _ in summary.stratified(curves)):
        yield f"clusters_{score}", strata.clusters(curves, baselines, score)


def check(scores, found, n):
    """Raise ValueError where scores lack a column or hold another number of points."""
    followed = [score for score in found if score in score_names.FOLLOWED]
    columns = [column for score in followed for column in (score, f"{score}_after")]
    for column in (*columns, *(score for score in found if score in scores)):
        if column not in scores:
            raise ValueError(f"scores: no column {column!r}; there are {', '.join(scores)}")
        if len(scores[column]) != n:
            raise ValueError(f"scores: {len(scores[column])} rows for {n} training images")
