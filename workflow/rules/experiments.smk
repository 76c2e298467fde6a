"""What rules ask of the package about experiments: everything that needs wildcards or the config.

What an experiment is made of is decided in efficient_augmentation.experiment.

In:  config, EXPERIMENTS, RUN
Out: NETWORKS; functions of wildcards; `reported`, which puts figures into Snakemake's own report
"""

NETWORKS = inputs.networks(EXPERIMENTS)


def chosen(names):
    """Effective settings of experiments by name."""
    return {name: EXPERIMENTS[name] for name in names}


def settings_of(*keys):
    """Param with the settings that a stage uses; what else changes in the config reruns nothing."""
    return by_settings(plans.chosen, *keys)


def by_settings(function, *more):
    """Param: a function of the experiment's settings."""
    return lambda wildcards: function(EXPERIMENTS[wildcards.experiment], *more)


def by_experiment(function):
    """Input: a function of the experiment's name and settings."""
    return lambda wildcards: function(
        wildcards.experiment, EXPERIMENTS[wildcards.experiment]
    )


def by_run(function):
    """Input: a function of the experiment's name and settings, and of the transform."""
    return lambda wildcards: function(
        wildcards.experiment, EXPERIMENTS[wildcards.experiment], wildcards.transform
    )


def chosen_C(wildcards):
    """Input: the file that holds C, where it is to be chosen."""
    name = wildcards.experiment
    return inputs.chosen_C(name, EXPERIMENTS[name], wildcards.get("transform"))


def by_transform(function):
    """Param: a function of the experiment's settings and of the transform, with its user's code."""

    def param(wildcards):
        name, settings = wildcards.transform, EXPERIMENTS[wildcards.experiment]
        transform = {name: settings["transforms"][name]}
        stamps = transform_settings.stamps(transform)
        return function(settings, {"transform": transform, "functions": stamps})

    return param


def contents_of(data):
    """Param that changes with what the files of a data set hold, whatever their times say.

    A user's own files are no inputs: Snakemake looks at times first, and would take an older file
    of another content for the one that it knows. What is not downloaded yet will hold what its
    checksum says. The last word for each published file is that checksum: jobs hold files to it.
    """

    def contents(wildcards):
        held = []
        for path in inputs.published_files(data):
            expected = checksum(path.removeprefix("resources/"))
            found = digests.of_files([path], DIGESTS) if Path(path).is_file() else []
            held.append(" ".join(dict.fromkeys([*found, expected])))
        try:
            return held + [dataset.fingerprint(data, DIGESTS)]
        except OSError as error:
            raise ConfigError(f"{error.filename}: cannot be read ({error.strerror})")

    return contents


def checksum(file):
    """SHA-256 that a published file, <data set>/<file>, is held to."""
    return (
        config["checksums"].get(file, published.find(*file.split("/")).sha256).lower()
    )


@functools.cache
def skipped():
    """Experiments of the paper that cannot be made here; asked only where the paper is wanted."""
    reasons = paper.skipped(EXPERIMENTS, config["mirrors"])
    for name, reason in reasons.items():
        logger.warning(f"paper: {name} is left out: {reason}")
    return reasons


def documented(document):
    """Experiments that a report is about."""
    if document == "report":
        return chosen(RUN)
    return chosen(name for name in paper.NAMES if name not in skipped())


def table1_experiments():
    """The experiments of the paper that repeat a row of its table 1 and can be made here."""
    return [name for name in table1.EXPERIMENTS if name in documented("paper")]


# Outside of the results: Snakemake's own report alone reads them.
CAPTIONS = Path(".snakemake/efficient-augmentation/captions").absolute()

if workflow.is_main_process:
    captions.write(CAPTIONS)


def reported(path, figure, category="{experiment}", subcategory=None, **labels):
    """A figure's PNG, with the place and the caption it gets in Snakemake's own report."""
    return report(
        path,
        caption=str(captions.path(CAPTIONS, figure)),
        category=category,
        subcategory=subcategory,
        labels={"figure": figure.shows, **labels},
    )
