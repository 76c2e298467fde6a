"""All settings of an experiment: its keys, its sections, and checks between them."""

from typing import Annotated, Any, Literal

from annotated_types import Interval
from pydantic import BeforeValidator, Field

from efficient_augmentation.config import (
    C_sweep,
    end_to_end,
    featurizer,
    policies,
    selection,
    transforms,
)
from efficient_augmentation.config.C_sweep import CSweep
from efficient_augmentation.config.dataset import Dataset
from efficient_augmentation.config.end_to_end import EndToEnd
from efficient_augmentation.config.featurizer import Featurizer
from efficient_augmentation.config.messages import SHA256, is_number_as_text, shown
from efficient_augmentation.config.policies import Clusters, Compared, Dpp, Score
from efficient_augmentation.config.section import (
    WHOLE,
    Count,
    Distinct,
    Increasing,
    NotBlank,
    Section,
    Seed,
    Several,
    either,
)
from efficient_augmentation.config.selection import Selection
from efficient_augmentation.config.transforms import Transforms
from efficient_augmentation.names import as_published, networks
from efficient_augmentation.names.policies import PAPER_PANEL
from efficient_augmentation.names.regularization import AUTO


def _penalty(given):
    if isinstance(given, str) and not is_number_as_text(given):
        raise ValueError(f"{shown(given)} is not a number; give {AUTO} or 1.0")
    return given


Penalty = Annotated[float, Interval(gt=0), BeforeValidator(_penalty)]
_ANGLES = [-30 + i * (60 / 14) for i in range(15) if i != 7]


class Experiment(Section):
    """Settings of an experiment."""

    dataset: Dataset = {"kind": "digits"}
    """The images; each kind has its own keys."""
    transforms: Transforms = {
        "translate": {"pixels": [2]},
        "rotate": {"degrees": _ANGLES},
        "crop": {"pixels": [1, 2, 3]},
    }
    """Label-preserving transforms by name, each with its parameters."""
    featurizer: Featurizer = {"kind": "auto"}
    """What turns images into features; each kind has its own keys."""
    scores: Several[Score] = ["loss", "influence"]
    """Scores of training points by which policies order them."""
    influence: Literal["auto", "influence", "alo", "kfac"] = "auto"
    """How influence is computed: influence exactly; kfac, for more than two classes, with a
    Kronecker product for the Hessian; auto exactly if that takes a job up to about ten seconds of
    one core, else by kfac; alo exactly, and divided by the point's leverage term."""
    policies: Several[Compared] = [*PAPER_PANEL]
    """Policies to simulate; _update and/or _downweight may be appended."""
    budgets: Increasing[Count] = []
    """Numbers of augmented points at which accuracy is measured, increasing; none means eleven
    from 1 % to 100 % of the training points."""
    rounds: Annotated[int, Interval(ge=1, le=10**6), WHOLE] = 10
    """Repetitions of each random policy; deterministic ones run once."""
    clusters: Clusters = Clusters()
    """Policies stratified by k-means clusters, measured at the experiment's budgets."""
    sweep: Annotated[int, Interval(ge=0, le=10**9), WHOLE] = 0
    """How many numbers of clusters the sweep tries, in geometric steps; 0 means no sweep."""
    audit: bool = False
    """Compare every score with exact refits that leave out one point each; see the target audit."""
    end_to_end: EndToEnd = EndToEnd()
    """Networks trained from scratch with only the chosen points augmented."""
    dpp: Dpp = Dpp()
    """Diverse subsets, which a k-DPP draws anew at each of their own budgets."""
    selection: Selection = Selection()
    """The final choice of points; it does not affect any measurement."""
    C: either(Literal[AUTO], Penalty, lambda given: given == AUTO) = AUTO
    """Inverse strength of the regression's L2 penalty; auto chooses it by cross-validation."""
    C_sweep: CSweep = CSweep()
    """Policies compared again at other values of C, on the same features."""
    faithful: either(
        bool,
        Distinct[Literal[tuple(as_published.PARTS)]],
        lambda given: not isinstance(given, list),
    ) = False
    """Repeat the published code's choices, all (true) or those listed; see config/config.yaml."""
    seed: Seed = 0
    """Seed of the random policies."""


class Config(Section):
    """The content of config/config.yaml and of files given by --configfile."""

    run: Several[str] = ["digits"]
    """Names of the experiments that the default target makes and the report shows."""
    mirrors: Distinct[NotBlank] = []
    """Folders or URLs that hold the publishers' files, tried in order before the publishers."""
    checksums: dict[str, Annotated[str, Field(pattern=SHA256)]] = {}
    """SHA-256 by DATA SET/FILE, for mirrors whose files differ from the published ones."""
    rerun_on: Distinct[Literal["code", "versions"]] = ["code"]
    """What reruns results, besides settings and data: our code, versions of numerical packages."""
    defaults: Experiment = {}
    """Settings of every experiment that does not give its own."""
    # `effective` checks the names of experiments.
    experiments: dict[Any, Experiment] = {}
    """The experiments by name, each with the settings in which it differs from the defaults."""


def _faithful_problems(settings, image_shape):
    k = len(settings["dataset"]["classes"])
    # `true` repeats every part that applies; a part that is named must apply.
    named = () if isinstance(settings["faithful"], bool) else settings["faithful"]
    if "input" in named and "input" not in as_published.repeated(settings):
        yield (
            "faithful: input leaves out the mean image that a ResNet subtracts, but "
            f"featurizer.kind {settings['featurizer']['kind']} subtracts none; leave input out, "
            f"or give one of {', '.join(networks.RESNETS)}"
        )
    if settings["faithful"] and k > 2:
        yield (
            f"faithful: true repeats the published code, which knows two classes, not the {k} of "
            "dataset.classes; give false, or two classes"
        )


CHECKS = (
    (("faithful", "dataset", "featurizer"), _faithful_problems),
    (("scores", "clusters", "dpp", "featurizer", "dataset"), policies.score_problems),
    (("budgets", "dataset"), policies.none_above_n_train("budgets")),
    (("dpp", "dataset"), policies.none_above_n_train("dpp", "budgets")),
    (("clusters", "dataset"), policies.none_above_n_train("clusters", "counts", noun="clusters")),
    (("sweep", "dataset"), policies.sweep_problems),
    (("selection", "scores", "policies", "dataset", "featurizer"), selection.problems),
    (("transforms", "dataset"), transforms.problems),
    (("featurizer", "dataset"), featurizer.problems),
    (("end_to_end", "dataset"), end_to_end.problems),
    (("C_sweep", "faithful", "featurizer"), C_sweep.problems),
)
"""Pairs of the keys that a check reads, and the check: a function of the experiment's settings,
defaults filled in, and the shape of its images (None for features). It yields messages that begin
with a key."""
