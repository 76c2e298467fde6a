"""What each experiment asks of the stages: inputs, settings and final files.

In:  EXPERIMENTS, RUN, PAPER
Out: functions of an experiment, or of wildcards that hold one
"""

DOCUMENTS = {"report": RUN, "paper": PAPER}
SCORE_FIGURES = {
    "accuracy_{score}_random": "accuracy, random policies",
    "accuracy_{score}_deterministic": "accuracy, deterministic policies",
    "scores_{score}": "scores before and after",
    "images_{score}": "images of highest and lowest score",
}


def settings_of(*keys):
    """Param with the settings that a stage uses; what else changes in the config reruns nothing.

    One sorted mapping instead of a param for each key, because Snakemake compares values without
    their names: two that change places would go unseen.
    """
    return lambda wildcards: {
        key: EXPERIMENTS[wildcards.experiment][key] for key in sorted(keys)
    }


def is_online(experiment):
    """Whether the network is refitted at every budget of every round."""
    return EXPERIMENTS[experiment]["featurizer"].get("mode") == "online"


def published_files(wildcards):
    """The publishers' files of a data set, none for one that comes with a library."""
    settings = EXPERIMENTS[wildcards.experiment]["dataset"]
    return [f"resources/{name}" for name in dataset.files(settings)]


def training_settings(wildcards):
    """What training depends on; the mode is the simulation's."""
    featurizer = EXPERIMENTS[wildcards.experiment]["featurizer"]
    return {key: value for key, value in featurizer.items() if key != "mode"}


def transform_parameters(wildcards):
    return EXPERIMENTS[wildcards.experiment]["transforms"][wildcards.transform]


def model_settings(wildcards):
    """What fits depend on; the network's settings only where it is refitted every time."""
    settings = settings_of("C", "faithful", "influence")(wildcards)
    if is_online(wildcards.experiment):
        settings["network"] = training_settings(wildcards)
        settings["transform"] = {wildcards.transform: transform_parameters(wildcards)}
    return settings


def figures(experiment):
    """The experiment's figures: name -> (what it shows, score or "-")."""
    of_scores = {
        name.format(score=score): (what, score)
        for score in EXPERIMENTS[experiment]["scores"]
        for name, what in SCORE_FIGURES.items()
    }
    return {**of_scores, "transform": ("the transform on real images", "-")}


def figure_files(experiment):
    """Figures of each transform, under the transform's folder."""
    return [
        f"figures/{name}.{suffix}"
        for name in figures(experiment)
        for suffix in ["png", "pdf"]
    ]


def reported(name, what, score):
    """A figure's PNG, with the place and the caption it gets in Snakemake's own report."""
    return report(
        f"results/{{experiment}}/{{transform}}/figures/{name}.png",
        caption=f"../report/{name.replace(f'_{score}', '')}.rst",
        category="{experiment}",
        subcategory="{transform}",
        labels={"figure": what, "score": score},
    )


def results_of(experiments):
    """Final files of experiments."""
    return [
        f"results/{experiment}/{transform}/{file}"
        for experiment in experiments
        for transform in EXPERIMENTS[experiment]["transforms"]
        for file in ["scores.csv", "baselines.json", "curves.csv", "auc.csv", "auc.tex"]
        + figure_files(experiment)
    ]
