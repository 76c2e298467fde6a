"""The configuration, checked as a whole and completed with every default."""

import math
import os
import re
from pathlib import Path

from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema

from efficient_augmentation.config import (
    as_written,
    dataset,
    featurizer,
    folders,
    reading,
    selection,
)
from efficient_augmentation.config.experiment import CHECKS, Config, Experiment
from efficient_augmentation.config.messages import cut, did_you_mean, dotted, said, shown
from efficient_augmentation.config.section import plain

TARGETS = ("all", "report", "paper", "check_results", "ablations", "audit")
"""Names of targets other than experiments."""

FOLDERS = ("logs", "benchmarks", "networks")
"""Folders of results/ that belong to no experiment."""

RULES = (
    "download",
    "make_dataset",
    "train_featurizer",
    "record_training",
    "train_resnet",
    "plot_training",
    "featurize",
    "take_features",
    "sweep_clusters",
    "choose_C",
    "sweep_C",
    "plot_C_sweep",
    "score_points",
    "simulate_policies",
    "summarize_curves",
    "compare_policies",
    "train_end_to_end",
    "plot_end_to_end",
    "summarize_ablations",
    "make_table1",
    "audit_scores",
    "plot_audit",
    "refit_network",
    "refit_scores",
    "select_points",
    "join_selections",
    "write_selected",
    "plot_transform",
    "plot_sweep",
    "check_experiment",
    "write_report",
)
"""Stages of the workflow; some have a rule for each experiment, with its name appended."""

_TAKEN = tuple(map(str.lower, (*TARGETS, *FOLDERS, *RULES)))
_BEGINNINGS = tuple(f"{rule.lower()}_" for rule in RULES)
_MOST_VALUES, _DEEPEST, _LARGEST = 10**6, 40, 2**63
_MOST_LINES = 50


class ConfigError(ValueError):
    """The configuration cannot be used; the message lists all of its problems."""


def effective(config, writes=(), files=()):
    """Settings of every experiment, complete with all defaults.

    A key comes from the experiment, else from the config's `defaults`, else from its model in this
    package. Mappings of different levels are not merged, but keys that a mapping lacks come from
    the defaults of its kind. Budgets from `defaults` are cut at the experiment's `n_train`, which
    becomes the last of them. `selection` gets a score and a policy that the experiment simulates,
    unless it names others. Values that are left to the data are looked up there: the number of
    points and the classes of a user's own data, and a suitable featurizer. Keys are sorted and
    numbers have their key's type, so that configs with the same meaning give the same settings.

    Args:
      config: mapping as read from YAML; see workflow/schemas.
      writes: folders to which the workflow will write.
      files: paths of the files from which the mapping was read.
    Returns: dict from each experiment's name to its settings.
    Raises: ConfigError that lists all problems, or the first fifty of them.
    """
    found, settings = _examined(config, writes, files)
    if more := found[_MOST_LINES:]:
        found = [*found[:_MOST_LINES], f"and {len(more)} problems more"]
    if found:
        lines = "".join(f"\n  {problem}" for problem in found)
        raise ConfigError(f"the configuration cannot be used:{lines}")
    return settings


def problems(config, writes=(), files=()):
    """Everything that is wrong with a configuration, found without reading images.

    Args:
      config: mapping as read from YAML.
      writes: folders to which the workflow will write.
      files: paths of the files from which the mapping was read.
    Returns: list of str, each naming a key's path, its value and what would be right.
    """
    return _examined(config, writes, files)[0]


def schema():
    """The JSON schema of the configuration, as a mapping."""
    return Config.model_json_schema(schema_generator=_Schema)


class _Schema(GenerateJsonSchema):
    """Without titles, which repeat the keys, and with `anyOf` for sections of several kinds."""

    def field_title_should_be_set(self, schema):
        return False

    def tagged_union_schema(self, schema):
        return {"anyOf": super().tagged_union_schema(schema)["oneOf"]}


def _examined(config, writes, files):
    """Problems, and the settings of every experiment, which are valid if there are no problems."""
    unsound = _unsound(config)
    messages = [
        text for file in files for text in (*as_written.problems(file), *reading.problems(file))
    ]
    messages += [f"{dotted(path)}: {text}" for path, text in unsound.items()]
    settings = {}
    if not unsound.keys() & {(), ("experiments",), ("defaults",)}:
        experiments = config.get("experiments", {})
        misnamed = folders.problems("experiments", experiments, _TAKEN, _BEGINNINGS)
        messages += [*_run_problems(config), *misnamed.values()]
        for name in experiments:
            if name not in misnamed and ("experiments", name) not in unsound:
                settings[name], found = _experiment(config, name, unsound)
                messages += found
    messages += [text for folder in writes for text in _folder_problems(Path(folder))]
    return [cut(text) for text in dict.fromkeys(messages)], settings


def _unsound(config):
    """Problems of single values: mapping from path to text."""
    found = _beyond_numbers(config)
    if () in found:
        return found
    try:
        Config.model_validate(config)
    except ValidationError as error:
        known = list(found)
        for path, text in said(error):
            if text and not any(path[: len(above)] == above for above in known):
                found.setdefault(path, text)
    return found


def _beyond_numbers(config):
    """Numbers and names that no key accepts, and mappings that contain themselves."""
    found = {}
    for count, (path, value) in enumerate(_values(config)):
        if len(path) > _DEEPEST or count == _MOST_VALUES:
            return {(): f"{dotted(path[:6])} holds itself, or too much to look at; write it out"}
        if isinstance(value, float) and not math.isfinite(value):
            found[path] = f"{value} is not a finite number"
        elif isinstance(value, int) and abs(value) >= _LARGEST:
            found[path] = f"{shown(value)} is too large; give at most {_LARGEST - 1}"
        elif isinstance(value, dict):
            for key in value:
                if isinstance(key, str) and not key.isprintable():
                    return {(): f"the key {key!r} under {dotted(path)} cannot be shown; rename it"}
                if not isinstance(key, str) and path != ("experiments",):
                    found[*path, key] = f"the key {key!r} is no text; write it in quotes"
    return found


def _values(value, path=()):
    yield path, value
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _values(item, (*path, key))


# --- an experiment ------------------------------------------------------------------------------


def _experiment(config, name, unsound):
    """Settings of one experiment, and their problems.

    A check runs only if all keys that it reads are valid.
    """
    given, defaults = config["experiments"][name], config.get("defaults", {})
    broken = {path[2] for path in unsound if path[:2] == ("experiments", name) and len(path) > 2}
    broken |= {path[1] for path in unsound if path[0] == "defaults"} - set(given)
    chosen = {key: value for key, value in (defaults | given).items() if key not in broken}
    settings = plain(Experiment.model_validate(chosen))
    texts, settings["dataset"], shape = dataset.found(settings["dataset"])
    if settings["dataset"]["n_train"] is None or (texts and shape is None):
        broken.add("dataset")
    else:
        settings |= featurizer.fitted(settings, given, shape)
    named = () if "selection" in broken else given.get("selection", ())
    settings["selection"] = selection.fitted(settings, named)
    for keys, check in CHECKS:
        if broken.isdisjoint(keys):
            texts += check(settings, shape)
    return settings, [_owned(text, name, given) for text in texts]


def _owned(text, name, given):
    """A message about an experiment, with the place in the config that causes it."""
    if re.match(r"\w+", text)[0] in given:
        return f"experiments.{name}.{text}"
    return f"defaults.{text} (for {name})"


# --- names and folders --------------------------------------------------------------------------


def _run_problems(config):
    run, known = config.get("run", []), list(config.get("experiments", {}))
    for name in run if isinstance(run, list) else ():
        if name not in known:
            yield (
                f"run: {shown(name)} is not an experiment{did_you_mean(name, known)}; "
                f"experiments are {', '.join(map(str, known)) or 'missing'}"
            )


def _folder_problems(folder):
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        yield f"{nearest}: a file stands where the folder {folder} is to be written; move it away"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield (
            f"{nearest}: not writable, but the workflow writes to the folder {folder}; change its "
            "permissions, or choose another place with --directory"
        )
