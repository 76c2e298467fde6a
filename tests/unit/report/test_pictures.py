"""Which figures of a transform stand where in the report."""

import synthetic
from efficient_augmentation.report import pictures
from reports import PNG, full

LOSS = ["accuracy_loss_random", "accuracy_loss_deterministic"]
INFLUENCE = ["accuracy_influence_random", "accuracy_influence_deterministic"]
MARGIN = ["accuracy_margin_random", "accuracy_margin_deterministic"]
COMPARED = ["compare_loss_random", "compare_loss_deterministic", "compare_margin_random"]
DPP = ["compare_dpp_weighted", "compare_dpp_raw"]


def names(views):
    """Names of figures, with which their alternative texts begin."""
    return [view["alt"].partition(", transform")[0].replace(" ", "_") for view in views]


def placed(transform, scores):
    """Section -> (figures in the open, folded figures)."""
    found = pictures.sections(transform, scores)
    return {part["kind"]: (names(part["figures"]), names(part["folded"])) for part in found}


def test_influence_and_comparisons_stand_in_the_open():
    found = placed(full().transforms[0], ["loss", "influence", "margin"])
    assert found == {
        "main": (INFLUENCE + COMPARED, LOSS + MARGIN),
        "clusters": (["clusters_influence"], ["clusters_loss"]),
        "dpp": (DPP, []),
        "points": (
            ["scores_influence", "images_influence"],
            ["scores_loss", "images_loss", "images_margin"],
        ),
    }


def test_without_influence_the_first_score_leads_and_clusters_lead_by_their_own():
    figures = [*MARGIN, *LOSS, "images_loss", "images_margin", "clusters_loss"]
    transform = full().transforms[0]._replace(figures=dict.fromkeys(figures, PNG))
    assert placed(transform, ["margin", "loss"]) == {
        "main": (MARGIN, LOSS),
        "clusters": (["clusters_loss"], []),
        "points": (["images_margin"], ["images_loss"]),
    }


def test_the_sweep_over_C_stands_in_the_opening_where_it_was_made():
    transform = full().transforms[0]
    assert [view["kind"] for view in pictures.opening(transform)] == ["transform"]
    pictured = {**transform.figures, "C_sweep": PNG}
    swept = transform._replace(C_sweep=synthetic.C_sweep(), figures=pictured)
    *_, view = pictures.opening(swept)
    assert view["sentence"] == (
        "Compared with random selection, influence (proportional) is ahead at C = 0.1; behind at "
        "C = 10; not significant at C = 1."
    )
    assert view["read"].startswith("Everything was simulated again at each C")
