"""Functions by which rules ask about experiments: all that need wildcards or the config.

Which files an experiment has is decided in efficient_augmentation.experiment.

In:  config, EXPERIMENTS, RUN
Out: NETWORKS; functions of wildcards; `reported`, which puts figures into Snakemake's own report
"""

NETWORKS = inputs.networks(EXPERIMENTS)


def chosen(names):
    """Effective settings of experiments by name."""
    return {name: EXPERIMENTS[name] for name in names}


def settings_of(*keys):
    """Param with the settings that a stage uses: a change of any other setting reruns nothing."""
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
    """Input: the file that holds C, with `C: auto`."""
    name = wildcards.experiment
    return inputs.chosen_C(name, EXPERIMENTS[name], wildcards.get("transform"))


def by_transform(function):
    """Param: a function of the experiment's settings and of the transform, user code included."""

    def param(wildcards):
        name, settings = wildcards.transform, EXPERIMENTS[wildcards.experiment]
        transform = {name: settings["transforms"][name]}
        stamps = transform_settings.stamps(transform)
        return function(settings, {"transform": transform, "functions": stamps})

    return param


def contents_of(data):
    """Param that changes with the content of a data set's files, whatever their times say.

    A user's own files are not inputs: Snakemake compares times first, and would miss that an older
    file with other content has replaced one. The entry of a published file is its digest, where
    it is present, and then its expected checksum, against which jobs check it.
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
    """SHA-256 that a published file, <data set>/<file>, must have."""
    return (
        config["checksums"].get(file, published.find(*file.split("/")).sha256).lower()
    )


@functools.cache
def skipped():
    """Experiments of the paper that cannot run here, with reasons; asked only for `paper`."""
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
    """The experiments of the paper that repeat a row of its table 1 and can run here."""
    return [name for name in table1.EXPERIMENTS if name in documented("paper")]


# Outside of the results: Snakemake's own report alone reads them.
CAPTIONS = Path(".snakemake/efficient-augmentation/captions").absolute()

if workflow.is_main_process:
    captions.write(CAPTIONS)


def reported(path, figure, category="{experiment}", subcategory=None, **labels):
    """A figure's PNG, with its place and its caption in Snakemake's own report."""
    return report(
        path,
        caption=str(captions.path(CAPTIONS, figure)),
        category=category,
        subcategory=subcategory,
        labels={"figure": figure.shows, **labels},
    )
