"""What each experiment asks of the stages: inputs, settings and final files.

In:  config, EXPERIMENTS, RUN
Out: NETWORKS; functions of an experiment, or of wildcards that hold one
"""

PAPER = ["mnist", "mnist_online", "cifar10", "norb", "norb_augmented"]
TABLE1 = ["results/table1.csv", "results/table1.png"]
SUFFIXES = ["png", "pdf"]
AUDIT_FILES = [
    "audit.csv",
    "audit_summary.csv",
    *[f"figures/audit.{suffix}" for suffix in SUFFIXES],
]

# Name of each figure of a transform, its caption in workflow/report, and what it shows.
FIGURES = {
    "scores": {
        "accuracy_{}_random": ("accuracy_random", "accuracy, random policies"),
        "accuracy_{}_deterministic": (
            "accuracy_deterministic",
            "accuracy, deterministic policies",
        ),
    },
    "listed": {
        "images_{}": ("images", "images of highest and lowest score"),
    },
    "followed": {
        "scores_{}": ("scores", "scores before and after"),
    },
    "compared": {
        "compare_{}_random": ("compare_random", "influence or another score, random"),
    },
    "sorted": {
        "compare_{}_deterministic": (
            "compare_deterministic",
            "influence or another score, deterministic",
        ),
    },
    "diverse": {
        "compare_{}": ("compare_dpp", "influence or a k-DPP"),
    },
    "stratified": {
        "clusters_{}": ("clusters", "accuracy by number of clusters"),
    },
    "tuned": {
        "regularization": ("regularization", "held-out loss by C"),
    },
    "once": {
        "transform": ("transform", "the transform on real images"),
    },
}


def figure_subjects(settings):
    """What each group of figures is made for: scores, or policies that draw subsets."""
    dpp, stratified = settings["dpp"], settings["clusters"]
    # k-DPPs that were measured as far as the others stand among them.
    far = dpp["budgets"] and dpp["budgets"][-1] >= settings["budgets"][-1]
    scores = list(dict.fromkeys(settings["scores"] + dpp["scores"] * bool(far)))
    others = scores if "influence" in scores else []
    diverse = others and dpp["budgets"] and "influence" in dpp["scores"]
    # Features have no images to show.
    shown = featurizer.GIVEN not in settings["transforms"]
    return {
        "scores": scores,
        "listed": scores if shown else [],
        # With a partner `_after` in scores.csv.
        "followed": [s for s in scores if s in score_names.FOLLOWED],
        "compared": [s for s in others if s in ("loss", "margin")],
        "sorted": [s for s in others if s == "loss"],
        "diverse": dpp["policies"] if diverse else [],
        "stratified": stratified["scores"] if stratified["counts"] else [],
        "tuned": (
            ["-"] if regularization.chosen(settings["C"], settings["faithful"]) else []
        ),
        "once": ["-"] if shown else [],
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


def published_files(settings):
    """The publishers' files of a data set, none for one that comes with a library."""
    return [f"resources/{name}" for name in dataset.files(settings)]


def contents_of(settings):
    """Param that changes with what the files of a data set hold, whatever their times say.

    A user's own files are no inputs: Snakemake looks at times first, and would take an older file
    of another content for the one that it knows. What is not downloaded yet will hold what its
    checksum says.
    """

    def contents(wildcards):
        published = [
            (
                digests.of_files([path], DIGESTS)[0]
                if Path(path).is_file()
                else checksum(path.removeprefix("resources/"))
            )
            for path in published_files(settings)
        ]
        return published + [dataset.fingerprint(settings, DIGESTS)]

    return contents


def other_readers(settings):
    """Modules that read other kinds of data than this one."""
    every = set().union(*dataset.READERS.values())
    others = every - dataset.READERS[settings["kind"]]
    return {f"efficient_augmentation.data.{module}" for module in others}


def checksum(file):
    """SHA-256 that a published file, <data set>/<file>, is held to."""
    return config["checksums"].get(file, sources.find(*file.split("/")).sha256)


def training_of(settings):
    """What the ResNet that an experiment trains depends on; None where it trains none."""
    featurizer, data = settings["featurizer"], settings["dataset"]
    if featurizer.get("mode") != "train":
        return None
    return {
        "dataset": every_point.settings(data),
        "divisor": as_published.input_of(settings)["divisor"],
        "excluded": (
            every_point.excluded(data) if featurizer["exclude_points"] else None
        ),
        "featurizer": featurizer,
    }


def network_of(settings):
    """Name of the ResNet that an experiment trains, by its settings; None where it trains none.

    Other settings are another network in a folder of its own, so that trying them loses nothing
    that took hours.
    """
    training = training_of(settings)
    if training is None:
        return None
    digest = hashlib.sha256(json.dumps(training, sort_keys=True).encode()).hexdigest()
    return (
        f"{training['dataset']['kind']}_{training['featurizer']['kind']}_{digest[:8]}"
    )


NETWORKS = {
    network_of(settings): training_of(settings)
    for settings in EXPERIMENTS.values()
    if network_of(settings)
}


def network_folder(experiment):
    """Folder under results/ of the network that an experiment trains, None where it trains none."""
    settings = EXPERIMENTS[experiment]
    # Pixels and given features have no network, one that comes with the project no training.
    if settings["featurizer"].keys() <= {"kind"} or "model" in settings["featurizer"]:
        return None
    network = network_of(settings)
    return f"networks/{network}" if network else f"{experiment}/featurizer"


def trained_weights(experiment):
    """Weights that an experiment's features need and the workflow makes."""
    folder = network_folder(experiment)
    return f"results/{folder}/weights.npz" if folder else []


def training_history(wildcards):
    """How a small network was trained, where a score asks for it."""
    asked = score_names.asked(EXPERIMENTS[wildcards.experiment])
    named = set(score_names.GIVEN) & set(asked)
    return f"results/{wildcards.experiment}/featurizer/forgetting.npz" if named else []


def chosen_C(wildcards):
    """The file that holds C, where it is to be chosen."""
    settings = EXPERIMENTS[wildcards.experiment]
    if not regularization.chosen(settings["C"], settings["faithful"]):
        return []
    # What is not about one transform takes the C of the first, as it does the features.
    transform = wildcards.get("transform", next(iter(settings["transforms"])))
    return f"results/{wildcards.experiment}/{transform}/C.json"


@functools.cache
def skipped():
    """Experiments of the paper that cannot be made here, each with the reason.

    Looked up only where the paper is asked for: it may ask the network.
    """
    reasons = {
        name: "the configuration holds no experiment of this name"
        for name in PAPER
        if name not in EXPERIMENTS
    }
    mirrors = download.mirrors_from_environment(config["mirrors"])
    for name in PAPER:
        if name in EXPERIMENTS:
            files = published_files(EXPERIMENTS[name]["dataset"])
            if reason := available.lacking(files, mirrors):
                reasons[name] = reason
    for name, reason in reasons.items():
        logger.warning(f"paper: {name} is left out: {reason}")
    return reasons


def paper_experiments():
    return [name for name in PAPER if name not in skipped()]


def documented(document):
    """Experiments that a report is about."""
    return paper_experiments() if document == "paper" else RUN


def training_settings(wildcards):
    """What training depends on; the mode is the simulation's."""
    featurizer = EXPERIMENTS[wildcards.experiment]["featurizer"]
    return {key: value for key, value in featurizer.items() if key != "mode"}


def transform_of(wildcards):
    """A transform with its parameters, and the code of the user's functions in it."""
    name = wildcards.transform
    transform = {name: EXPERIMENTS[wildcards.experiment]["transforms"][name]}
    return {"transform": transform, "functions": transform_settings.stamps(transform)}


def model_settings(wildcards):
    """What fits depend on; the network's settings only where it is refitted every time."""
    settings = settings_of("C", "faithful", "influence")(wildcards)
    if is_online(wildcards.experiment):
        settings["network"] = training_settings(wildcards)
        settings |= transform_of(wildcards)
    return settings


def simulation_plan(wildcards):
    """What is simulated; the settings of a panel that is not asked for change nothing."""
    plan = settings_of("budgets", "faithful", "policies", "rounds", "scores", "seed")(
        wildcards
    )
    settings = EXPERIMENTS[wildcards.experiment]
    if settings["clusters"]["counts"]:
        plan["clusters"] = settings["clusters"]
    if settings["dpp"]["budgets"]:
        plan["dpp"] = settings["dpp"]
    return plan


def end_to_end_settings(wildcards):
    """What networks trained end to end depend on."""
    settings = settings_of("C", "end_to_end", "faithful", "influence", "seed")(
        wildcards
    )
    return settings | transform_of(wildcards)


def selection_settings(wildcards):
    """What the choice of points depends on, besides what was simulated."""
    settings = EXPERIMENTS[wildcards.experiment]
    chosen = {key: settings["selection"][key] for key in ("budget", "policy", "score")}
    return {
        "classes": settings["dataset"]["classes"],
        "seed": settings["seed"],
        **chosen,
    }


def first_features(wildcards):
    """Features of one transform: those of the originals are the same in all."""
    transform = next(iter(EXPERIMENTS[wildcards.experiment]["transforms"]))
    return f"results/{wildcards.experiment}/{transform}/features.npz"


def figures(experiment):
    """Figures of each of the experiment's transforms: name -> (caption, what it shows, score)."""
    settings = EXPERIMENTS[experiment]
    return {
        name.format(x): (caption, what, x)
        for group, table in FIGURES.items()
        for x in figure_subjects(settings)[group]
        for name, (caption, what) in table.items()
    }


def reported(path, caption, what, score, subcategory="{transform}"):
    """A figure's PNG, with the place and the caption it gets in Snakemake's own report."""
    return report(
        path,
        caption=f"../report/{caption}.rst",
        category="{experiment}",
        subcategory=subcategory,
        labels={"figure": what, "score": score},
    )


def results_of(experiments):
    """Final files of experiments."""
    folders = filter(None, map(network_folder, experiments))
    return [
        f"results/{experiment}/{file}"
        for experiment in experiments
        for file in experiment_files(experiment)
    ] + [
        f"results/{folder}/training.{s}"
        for folder in dict.fromkeys(folders)
        for s in SUFFIXES
    ]


def experiment_files(experiment):
    """Final files under the experiment's folder."""
    pictures = [
        f"figures/{name}.{suffix}"
        for name in figures(experiment)
        for suffix in SUFFIXES
    ]
    each = [
        "scores.csv",
        "baselines.json",
        "curves.csv",
        "auc.csv",
        "auc.tex",
        "selection.csv",
        "selection.json",
    ]
    each += compared_files(experiment)
    each += [f"{file}-metadata.json" for file in each if file.endswith(".csv")]
    each += ["selected"] * EXPERIMENTS[experiment]["selection"]["images"] + pictures
    if EXPERIMENTS[experiment]["end_to_end"]["shares"]:
        each += [
            "end_to_end.csv",
            *[f"figures/end_to_end.{suffix}" for suffix in SUFFIXES],
        ]
    files = [
        f"{t}/{file}" for t in EXPERIMENTS[experiment]["transforms"] for file in each
    ]
    if EXPERIMENTS[experiment]["sweep"]:
        files += [
            "clusters.csv",
            *[f"figures/clusters_sweep.{suffix}" for suffix in SUFFIXES],
        ]
    return files + AUDIT_FILES * EXPERIMENTS[experiment]["audit"]


def compared_files(experiment):
    """Tables of policies beside uniform choice, where both are run."""
    both = policies.compared(EXPERIMENTS[experiment]["policies"])
    return ["comparison.csv", "needed.csv"] * both


def checked_files(experiment):
    """Arrays and tables that the checks read."""
    each = ["features.npz", "scores.csv", "baselines.json", "curves.csv", "auc.csv"]
    each += ["selection.csv", "selection.json", *compared_files(experiment)]
    each += ["end_to_end.csv"] * bool(EXPERIMENTS[experiment]["end_to_end"]["shares"])
    files = [
        f"{t}/{file}" for t in EXPERIMENTS[experiment]["transforms"] for file in each
    ]
    files += ["dataset.npz"] + ["clusters.csv"] * bool(EXPERIMENTS[experiment]["sweep"])
    files += ["audit.csv"] * EXPERIMENTS[experiment]["audit"]
    return [f"results/{experiment}/{file}" for file in files]


def origins_of(experiments):
    """Arrays that say where they come from, for the report; tables are among the results."""
    arrays = [
        f"results/{experiment}/{file}"
        for experiment in experiments
        for file in [
            "dataset.npz",
            *[f"{t}/features.npz" for t in EXPERIMENTS[experiment]["transforms"]],
        ]
    ]
    networks = dict.fromkeys(filter(None, map(trained_weights, experiments)))
    return arrays + list(networks)


def checks_of(experiments):
    """What shows that experiments' results were checked."""
    return [f"results/{experiment}/checks.txt" for experiment in experiments]


def audits_of(experiments):
    """Files of experiments' truth checks, whether or not they belong to their results."""
    return [f"results/{e}/{file}" for e in experiments for file in AUDIT_FILES]
