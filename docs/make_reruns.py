"""Fill in the tables of docs/reruns.md: what reruns after an edit, or after a change of the config.

    python docs/make_reruns.py            write docs/reruns.md
    python docs/make_reruns.py --check    only say whether it is up to date

The tables come from the workflow itself. Snakemake plans it here for the experiments below, and
again for every key of the config with another value. A job reruns where the first plan does not
make its output, or makes it from other params or inputs, or where a job that it needs reruns: by
these Snakemake decides, see `rerun-triggers` in profiles/default/config.yaml.
"""

import contextlib
import copy
import difflib
import functools
import io
import re
import sys
import tempfile
import textwrap
from pathlib import Path, PurePath

import yaml
from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, OutputSettings, ResourceSettings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from efficient_augmentation.config import effective  # noqa: E402
from efficient_augmentation.data import published  # noqa: E402
from efficient_augmentation.names import policies  # noqa: E402

DOCUMENT = ROOT / "docs/reruns.md"
PACKAGE = ROOT / "src/efficient_augmentation"

OWN, AFTER = "X", "+"
"""Marks of a stage that reruns: something of its own changed, or only what comes before it."""

BUDGETS = {"budgets": [1, 5, 20]}
PANELS = {"clusters": {"counts": [1, 3]}, "dpp": {"budgets": [1, 4]}, "sweep": 4, "audit": True}
END_TO_END = {"end_to_end": {"shares": [0.5, 1.0]}}
SELECTION = {"selection": {"images": True, "refit": True}}
SMALL = {**BUDGETS, "transforms": {"crop": {"pixels": [1, 2]}}}
TRAINED = "trained"
"""The experiment that trains a ResNet; no other has one under results/networks/."""
REFIT = ("selection", "refit")
ONLY_VALUE = {
    # Other kinds bring a test set, from which no list is drawn.
    "frozen": {("dataset", "kind")},
    "online": {("C_sweep", "values")},
    TRAINED: {REFIT, *(("featurizer", key) for key in ("exclude_points", "imagenet_stem", "mode"))},
    "pretrained": {REFIT, ("dataset", "kind"), ("featurizer", "mode"), ("featurizer", "model")},
    **{f"on_{kind}": {REFIT} for kind in published.SETS},
}
"""Keys for which no other value goes with the keys beside them, by experiment."""
EXPERIMENTS = {
    "frozen": {**BUDGETS, **PANELS, **END_TO_END, **SELECTION},
    "online": {**SMALL, **PANELS, "featurizer": {"kind": "cnn", "mode": "online"}},
    "raw": {**SMALL, **PANELS, "featurizer": {"kind": "raw"}, "C_sweep": {"values": [0.1]}},
    TRAINED: {**SMALL, "featurizer": {"kind": "resnet20v2", "mode": "train"}},
    "pretrained": {
        **SMALL,
        "dataset": {"kind": "cifar10"},
        "featurizer": {"kind": "resnet56v2", "mode": "pretrained"},
    },
    "plain": SMALL,
}
"""Experiments among which keys may differ in what they rerun; the first stands for all."""


# --- plans ----------------------------------------------------------------------------------------


class Plan:
    """The jobs that Snakemake plans in an empty folder.

    Those that run a script are in `jobs`, as Snakemake's own objects.

    Args:
      settings: mapping, as in a config file on top of config/config.yaml.
    """

    def __init__(self, settings):
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.redirect_stderr(io.StringIO()),
            SnakemakeApi(OutputSettings(dryrun=True)) as snakemake,
        ):
            workflow = snakemake.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(config=settings),
                snakefile=ROOT / "Snakefile",
                workdir=Path(folder),
            )
            workflow.dag().execute_workflow(executor="dryrun")
            # The one private name: the API runs a plan, but does not hand it out.
            self.jobs = [job for job in workflow._workflow.dag.jobs if job.rule.script]
            self.made = {file: (job, traits(job)) for job in self.jobs for file in job.output}

    def reruns(self, is_changed):
        """Mark of each job that reruns.

        Args:
          is_changed: function of a job, whether something of its own changed.
        """

        @functools.cache
        def mark(job):
            if is_changed(job):
                return OWN
            needed = [self.made[file][0] for file in job.input if file in self.made]
            return AFTER if any(map(mark, needed)) else None

        return {job: mark(job) for job in self.jobs if mark(job)}

    def reruns_since(self, earlier):
        """Mark of each job that reruns where the earlier plan was carried out."""

        def is_changed(job):
            return any(earlier.made.get(f, (None, None))[1] != traits(job) for f in job.output)

        return self.reruns(is_changed)

    def reruns_after_edit(self, name):
        """Mark of each job that reruns after an edit of a module or file."""
        return self.reruns(lambda job: name in stamps(job))


def traits(job):
    """What Snakemake remembers of a job and compares, in the form in which it does."""
    return {repr(value) for value in job.non_derived_params}, set(job.input)


def stamps(job):
    """Names of the modules and files of which the job's params hold a digest."""
    texts = [value for value in job.non_derived_params if isinstance(value, str)]
    return {text.split()[0] for text in texts if re.fullmatch(r"\S+ [0-9a-f]{12}", text)}


def by_stage(marks):
    """Mark of each stage: OWN if any of its jobs has it."""
    found = {}
    for job, mark in marks.items():
        stage = Path(job.rule.script).stem
        found[stage] = OWN if OWN in (mark, found.get(stage)) else AFTER
    return found


# --- modules --------------------------------------------------------------------------------------


def module_rows(plan):
    """Marks of the stages by what is edited: each module, then each script and template."""
    names = modules()
    names += sorted({name for job in plan.jobs for name in stamps(job)} - set(names))
    return {
        name.removeprefix("efficient_augmentation."): by_stage(plan.reruns_after_edit(name))
        for name in names
    }


def modules():
    """Dotted names of the package's modules."""
    files = [path.relative_to(PACKAGE.parent) for path in sorted(PACKAGE.rglob("*.py"))]
    return [".".join(path.with_suffix("").parts) for path in files if path.stem != "__init__"]


def savings():
    """How many jobs rerun after an edit of each module in turn, as sentences."""
    shipped = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    plan = Plan({"run": list(shipped["experiments"])})
    counts = [len(plan.reruns_after_edit(name)) for name in modules()]
    everything = len(counts) * len(plan.jobs)
    return (
        f"The experiments of config/config.yaml make {len(plan.jobs)} jobs; the package has "
        f"{len(counts)} modules. With one function edited in each module in turn, {sum(counts)} "
        f"jobs rerun, where running everything after every edit takes {everything}: "
        f"{1 - sum(counts) / everything:.0%} are saved. {counts.count(0)} of the edits rerun "
        "nothing."
    )


# --- keys -----------------------------------------------------------------------------------------


def examples():
    """A config of these experiments and one on each published data set, every key written out."""
    data = {
        f"on_{kind}": {
            **SMALL,
            **PANELS,
            "dataset": {"kind": kind},
            "featurizer": {"kind": "cnn"},
        }
        for kind in published.SETS
    }
    given = {"run": [*EXPERIMENTS, *data], "experiments": EXPERIMENTS | data}
    return {**given, "mirrors": [], "checksums": {}, "experiments": effective.effective(given)}


def key_rows(settings, plan):
    """Marks of the stages by key, each under every experiment that has the key.

    The rows of keys outside the experiments come first, under the first experiment.
    """
    first = next(iter(EXPERIMENTS))
    rows = {
        what: {first: by_stage(Plan(settings | changed).reruns_since(plan))}
        for what, changed in outer_changes(settings).items()
    }
    paths = [path for each in settings["experiments"].values() for path in leaves(each)]
    for path in sorted(set(paths)):
        having = {
            name: with_other_value(experiment, path)
            for name, experiment in settings["experiments"].items()
            if path in leaves(experiment) and path not in ONLY_VALUE.get(name, ())
        }
        if not having:
            continue
        changed = settings | {"experiments": settings["experiments"] | having}
        marks = Plan(changed).reruns_since(plan)
        rows[".".join(path)] = {name: by_stage(concerning(marks, name)) for name in having}
    return rows


def outer_changes(settings):
    """What changes outside the experiments, or takes one more of something."""
    experiments = settings["experiments"]
    fewer = copy.deepcopy(experiments["frozen"])
    del fewer["transforms"]["rotate"]
    return {
        "mirrors": {"mirrors": ["elsewhere"]},
        "checksums": {"checksums": {"mnist/train-labels-idx1-ubyte.gz": "0" * 64}},
        "rerun_on": {"rerun_on": ["code", "versions"]},
        "run": {"run": settings["run"][:-1]},
        "experiments (one more)": {"experiments": {**experiments, "more": SMALL}},
        "transforms (one less)": {"experiments": {**experiments, "frozen": fewer}},
    }


def leaves(settings, path=()):
    """Paths of all keys that hold no further mapping."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def with_other_value(experiment, path):
    """The experiment with another sound value of one of its keys.

    Where no value goes with the keys beside it, as with another kind of data, these take defaults.
    """
    value = functools.reduce(lambda mapping, key: mapping[key], path, experiment)
    for alone in (False, True):
        for other in other_values(value):
            changed = replaced(experiment, path, other, alone)
            if not effective.problems({"run": ["any"], "experiments": {"any": changed}}):
                return changed
    raise ValueError(f"{'.'.join(path)}: no other sound value found; see other_values")


def replaced(settings, path, value, alone=False):
    """Settings with another value of a key, which is then alone in its mapping if so wished."""
    key, *below = path
    if below:
        return settings | {key: replaced(settings[key], below, value, alone)}
    return ({} if alone else settings) | {key: value}


def other_values(value):
    """Values of the same type, to be tried in turn."""
    # "auto" may mean what stands there.
    texts = [text for text in choices(effective.schema()) if text != "auto"] + [*policies.BASES]
    match value:
        case bool():
            found = [not value]
        case int():
            found = [value + 2]
        case float():
            found = [value * 2 or 1.0, value / 2 or 0.25]
        case str():
            # A number, where it may stand in place of a word.
            found = [*texts, 1.0]
        case list():
            found = [value[:-1], value[::-1], *([*value, more] for more in (1, *texts))]
    return [other for other in found if other != value]


def choices(rule):
    """All texts among which the schema lets one choose."""
    if isinstance(rule, dict):
        yield from rule.get("enum", [rule["const"]] if "const" in rule else ())
    if isinstance(rule, dict | list):
        for part in rule.values() if isinstance(rule, dict) else rule:
            yield from choices(part)


def concerning(marks, experiment):
    """Those of the jobs that are this experiment's or everybody's."""

    def concerns(job):
        folder, *below = PurePath(job.output[0]).parts
        if below[0] == "networks":
            return experiment == TRAINED
        return folder != "results" or below[0] == experiment or len(below) == 1

    return {job: mark for job, mark in marks.items() if concerns(job)}


def exceptions(rows, plan):
    """Rows of the experiments where a key reruns other stages than in the first that has it."""
    everything = dict.fromkeys(plan.jobs, OWN)
    found = {}
    for key, by_experiment in rows.items():
        usual = next(iter(by_experiment.values())).keys()
        for name, marks in by_experiment.items():
            there = by_stage(concerning(everything, name)).keys()
            if not usual & there <= marks.keys() <= usual:
                found[f"{key} in {name}"] = marks
    return found


# --- the document ---------------------------------------------------------------------------------


def table(head, rows):
    """Markdown table of marks, a column for each stage."""
    lines = [[head, *effective.RULES]]
    lines += [
        [f"`{what}`", *(marks.get(s, "") for s in effective.RULES)] for what, marks in rows.items()
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    padded = ([cell.ljust(w) for cell, w in zip(line, widths, strict=True)] for line in lines)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in padded)


def filled(text):
    """The document with all that stands between its markers made anew."""
    settings = examples()
    plan = Plan(settings)
    rows = key_rows(settings, plan)
    parts = {
        "modules": table("edited", module_rows(plan)),
        "savings": "\n".join(textwrap.wrap(savings(), 100)),
        "keys": table("key", {key: next(iter(marks.values())) for key, marks in rows.items()}),
        "exceptions": table("key and experiment", exceptions(rows, plan)),
    }
    for name, part in parts.items():
        start, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        text = before + start + part + end + rest.partition(end)[2]
    return text


def main(arguments):
    old = DOCUMENT.read_text(encoding="utf-8")
    new = filled(old)
    if arguments != ["--check"]:
        DOCUMENT.write_text(new, encoding="utf-8")
    elif old != new:
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), "committed", "now", n=0, lineterm=""
        )
        sys.exit("\n".join(["docs/reruns.md is out of date: python docs/make_reruns.py", *lines]))


if __name__ == "__main__":
    main(sys.argv[1:])
