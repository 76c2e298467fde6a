"""The configuration: checked as a whole, then written out with every default filled in."""

import difflib
import functools
import itertools
import json
import math
import os
import re
from pathlib import Path

import jsonschema
import yaml

from efficient_augmentation.config import dataset as data_check
from efficient_augmentation.config import featurizer, selection, transforms
from efficient_augmentation.names import as_published, networks, policies, scores

SCHEMAS = Path(__file__).parents[3] / "workflow/schemas"

TARGETS = ("all", "report", "paper", "check_results", "ablations", "audit")
"""Names of targets besides those of experiments."""

FOLDERS = ("logs", "benchmarks", "networks")
"""Folders of results/ that are no experiment's."""

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
    "select_points",
    "write_selected",
    "plot_transform",
    "plot_sweep",
    "check_experiment",
    "write_report",
)
"""Stages of the workflow; some are a rule for each experiment, with its name appended."""

_MOST_LINES, _LONGEST_LINE = 20, 600
_LARGEST = 2**63 - 1

_NOUNS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


class ConfigError(ValueError):
    """The configuration cannot be used; the message lists everything that is wrong with it."""


def effective(config, writes=()):
    """Settings of every experiment, with nothing left to a default.

    A key comes from the experiment, else from the config's `defaults`, else from the schema.
    Mappings are not merged over these levels, but what a mapping lacks is taken from the schema's
    defaults for its kind. Budgets that an experiment does not give itself are the default ones
    below its `n_train`, and `n_train`; the score and the policy of `selection` that it does not
    give are ones that it simulates. What is left to the data is looked up there: how many points
    and which classes one's own data have, and the featurizer that suits them. Keys are sorted and
    numbers have the schema's type, so that two configs that mean the same give the same
    representation.

    Args:
      config: mapping as read from YAML; see workflow/schemas.
      writes: folders that the workflow is going to write to.
    Returns: dict from each experiment's name to its settings.
    Raises: ConfigError that lists all problems.
    """
    found, settings = _examined(config, writes)
    if found:
        lines = "".join(f"\n  {_cut(problem)}" for problem in found[:_MOST_LINES])
        if len(found) > _MOST_LINES:
            lines += f"\n  ... and {len(found) - _MOST_LINES} more"
        raise ConfigError(f"the configuration cannot be used:{lines}")
    return settings


def problems(config, writes=()):
    """Everything that is wrong with a configuration, found without reading images.

    Args:
      config: mapping as read from YAML.
      writes: folders that the workflow is going to write to.
    Returns: list of str, each naming a key's path, its value and what would be right.
    """
    return _examined(config, writes)[0]


@functools.cache
def schema():
    """The JSON schema of the configuration, as a mapping, with the $defs of all its files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = {
        path.name: yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        for path in sorted(SCHEMAS.glob("*.schema.yaml"))
    }
    definitions = {name: rule for part in files.values() for name, rule in part["$defs"].items()}
    return files["config.schema.yaml"] | {"$defs": definitions}


def _examined(config, writes):
    """Problems, and the settings of every experiment, sound where there are none."""
    if endless := list(_endless(config)):
        return [f"{_dotted(path)}: {text}" for path, text in endless], {}
    unsound = {}
    for path, text in (*_schema_problems(config), *_values_beyond_json(config)):
        unsound.setdefault(path, text)
    messages = [f"{_dotted(path)}: {text}" for path, text in unsound.items()]
    settings = {}
    if not unsound.keys() & {(), ("experiments",), ("defaults",)}:
        messages += _run_problems(config)
        for name in config.get("experiments", {}):
            messages += _name_problems(name)
            if ("experiments", name) not in unsound:
                settings[name], found = _experiment(config, name, unsound)
                messages += found
    messages += [text for folder in writes for text in _folder_problems(Path(folder))]
    return list(dict.fromkeys(messages)), settings


# --- defaults -----------------------------------------------------------------------------------


def _settings(config, name, without=()):
    chosen = {**config.get("defaults", {}), **config["experiments"][name]}
    return _filled(
        {key: value for key, value in chosen.items() if key not in without},
        schema()["$defs"]["experiment"],
    )


def _filled(value, rule):
    rule = _resolved(rule, value)
    if isinstance(value, dict):
        rules, others = rule.get("properties", {}), rule.get("additionalProperties") or {}
        whole = {key: rules[key]["default"] for key in rules if "default" in rules[key]} | value
        return {key: _filled(whole[key], rules.get(key, others)) for key in sorted(whole)}
    if isinstance(value, list):
        return [_filled(item, rule.get("items", {})) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        types = rule.get("type", ())
        return int(value) if "integer" in types else float(value) if "number" in types else value
    return value


def _resolved(rule, value):
    """The part of the schema that describes a value: references followed, its kind chosen."""
    if "$ref" in rule:
        return _resolved(schema()["$defs"][rule["$ref"].rpartition("/")[2]], value)
    for branch in rule.get("allOf", ()):
        holds = jsonschema.Draft202012Validator(branch["if"]).is_valid(value)
        if chosen := branch.get("then" if holds else "else"):
            return _resolved(chosen, value)
    return rule


# --- what the schema says -----------------------------------------------------------------------


def _schema_problems(config):
    for error in jsonschema.Draft202012Validator(schema()).iter_errors(config):
        path = tuple(error.absolute_path)
        if error.validator == "required" and error.validator_value == ["compose"]:
            yield path, _unknown_transform(path[-1])
        elif error.validator == "additionalProperties":
            known = list(error.schema.get("properties", ()))
            for key in error.instance:
                if key not in known:
                    yield (*path, key), _unknown_key(key, error.instance, known)
        elif error.validator == "required":
            for key in error.validator_value:
                if key not in error.instance:
                    yield (*path, key), _missing_key(error.schema["properties"][key])
        else:
            yield path, _message(error)


def _unknown_key(key, mapping, known):
    kind = mapping.get("kind")
    if kind is None:
        return f"unknown key; known here: {', '.join(known)}{_did_you_mean(key, known)}"
    others = ", ".join(name for name in known if name != "kind") or "no other key"
    return (
        f"{_shown(mapping[key])} does not go with kind {kind}; "
        f"{kind} takes {others}{_did_you_mean(key, known)}"
    )


def _unknown_transform(name):
    known = [key for key in schema()["$defs"]["transforms"]["properties"] if key != "given"]
    return (
        f"unknown transform; known here: {', '.join(known)}{_did_you_mean(name, known)}; under a "
        "name of your own give compose or function"
    )


def _missing_key(rule):
    choices = f" is one of {', '.join(rule['enum'])}" if "enum" in rule else " has no default"
    return f"missing; it{choices}"


def _message(error):
    value, limit = _shown(error.instance), error.validator_value
    match error.validator:
        case "type":
            right = " or ".join(map(str, error.schema.get("examples", ())))
            return _wrong_type(error.instance, limit) + (f"; give {right}" if right else "")
        case "enum":
            choices = ", ".join(map(str, limit))
            return f"{value} is not one of {choices}{_did_you_mean(error.instance, limit)}"
        case "minimum":
            return f"{value} is too small; give at least {limit}"
        case "maximum":
            return f"{value} is too large; give at most {limit}"
        case "exclusiveMaximum":
            return f"{value} is not below {limit}; give a smaller number"
        case "exclusiveMinimum":
            return f"{value} is not above {limit}; give a larger number"
        case "minItems" | "minProperties":
            return f"{value} has {len(error.instance)} entries; give at least {limit}"
        case "maxItems" | "maxProperties":
            return f"{value} has {len(error.instance)} entries; give at most {limit}"
        case "uniqueItems":
            return f"{value} has an entry twice; give each once"
        case "pattern":
            return _wrong_text(value, limit)
        case "not":
            return f"{value} would repeat the originals; leave it out"
    return error.message


def _wrong_type(value, wanted):
    wanted, *others = [wanted] if isinstance(wanted, str) else wanted
    noun = " or ".join(_NOUNS[name] for name in (wanted, *others))
    if value is None:
        empty = {"object": "; write {} to take every default", "array": "; write [] for none"}
        return f"nothing is given where {noun} is needed{empty.get(wanted, '')}"
    if wanted in ("integer", "number") and _is_number_as_text(value):
        return (
            f"{_shown(value)} is text to YAML, {noun} is needed; write it without quotes and, "
            f"if it has an exponent, with a point and a sign: {float(value)}"
        )
    if wanted == "array" and isinstance(value, str | int | float):
        return f"{_shown(value)} is not a list; write [{value}]"
    return f"{_shown(value)} is not {noun}"


def _wrong_text(value, pattern):
    if "f]" in pattern:
        return f"{value} is no SHA-256; give 64 hexadecimal digits in lower case"
    if ":" in pattern:
        return f'{value} is no function; write "module:function"'
    return f"{value} is blank; give a folder, a file or a URL, or leave the entry out"


def _is_number_as_text(value):
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _values_beyond_json(value, path=()):
    """YAML's .inf and .nan, which comparisons with a limit let pass, and keys that are no text."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path, f"{value} is not a finite number"
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            # Names of experiments are checked by themselves.
            if isinstance(value, dict) and not isinstance(key, str) and len(path) > 1:
                yield path, f"the key {key!r} is no text; write it in quotes"
            yield from _values_beyond_json(item, (*path, key))


def _endless(value, path=(), above=()):
    """What the checks themselves would not survive: anchors that hold themselves, huge integers."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        digits = int(value.bit_length() * math.log10(2))
        yield path, f"a number of more than {digits} digits is too large"
    elif isinstance(value, dict | list) and id(value) in above:
        yield path, "an anchor that holds itself; write it out"
    elif isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _endless(item, (*path, key), (*above, id(value)))


# --- what the schema cannot say -----------------------------------------------------------------


def _run_problems(config):
    run, known = config.get("run", []), list(config.get("experiments", {}))
    for name in run if isinstance(run, list) else ():
        if name not in known:
            yield (
                f"run: {_shown(name)} is not an experiment{_did_you_mean(name, known)}; "
                f"experiments are {', '.join(map(str, known)) or 'missing'}"
            )


def _name_problems(name):
    where = f"experiments.{name}"
    if not isinstance(name, str) or not re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", name):
        yield f"{where}: a name starts with a letter and goes on with letters, digits, _ and -"
    elif name in (*TARGETS, *FOLDERS, *RULES) or name.startswith(tuple(f"{r}_" for r in RULES)):
        yield f"{where}: the workflow itself uses this name; choose another one"


def _experiment(config, name, unsound):
    """Settings of one experiment, and what is wrong with them.

    Each check is made only where all the keys that it reads are sound.
    """
    broken = {path[2] for path in unsound if path[:2] == ("experiments", name) and len(path) > 2}
    given = config["experiments"][name]
    broken |= {path[1] for path in unsound if path[0] == "defaults"} - set(given)
    settings = _settings(config, name, without=broken)
    texts, settings["dataset"], shape = data_check.found(settings["dataset"])
    if settings["dataset"]["n_train"] is None or (texts and shape is None):
        broken.add("dataset")
    else:
        suitable = featurizer.fitted(settings, given, shape)
        definition = schema()["$defs"]["experiment"]["properties"]
        settings |= {key: _filled(value, definition[key]) for key, value in suitable.items()}
    named = () if "selection" in broken else given.get("selection", ())
    settings["selection"] = selection.fitted(settings, named)
    for keys, check in _CHECKS:
        if broken.isdisjoint(keys):
            texts += check(settings, shape) if check in _OF_IMAGES else check(settings)
    return settings, [_owned(text, name, given) for text in texts]


def _owned(text, name, given):
    """A message about an experiment with the place in the config that it is about."""
    if re.match(r"\w+", text)[0] in given:
        return f"experiments.{name}.{text}"
    return f"defaults.{text} (for {name})"


def _policy_problems(settings):
    remedy = "draws a fresh subset at every budget; it belongs under dpp.policies"
    yield from _unorderable("policies", settings["policies"], remedy)


def _stratified_policy_problems(settings):
    remedy = "draws subsets and has no order that clusters could stratify; leave it out"
    yield from _unorderable("clusters.policies", settings["clusters"]["policies"], remedy)


def _unorderable(key, names, remedy):
    """Names that are no policy's, and with this remedy those of policies without an order."""
    for i, name in enumerate(names):
        try:
            diverse = policies.parse(name).diverse
        except ValueError as error:
            yield f"{key}[{i}]: {error}{_did_you_mean(name, _policy_names())}"
        else:
            if diverse:
                yield f"{key}[{i}]: {name} {remedy}"


def _policy_names():
    modifiers = ("", "_update", "_downweight", "_update_downweight")
    return [base + modifier for base in policies.BASES for modifier in modifiers]


def _budget_problems(settings):
    yield from _out_of_order("budgets", settings["budgets"])
    yield from _above("budgets", settings["budgets"], settings, "points")


def _dpp_budget_problems(settings):
    yield from _out_of_order("dpp.budgets", settings["dpp"]["budgets"])
    yield from _above("dpp.budgets", settings["dpp"]["budgets"], settings, "points")


def _cluster_problems(settings):
    yield from _above("clusters.counts", settings["clusters"]["counts"], settings, "clusters")


def _sweep_problems(settings):
    n_train = settings["dataset"]["n_train"]
    if settings["sweep"] and n_train < 3:
        yield (
            f"sweep: {settings['sweep']} numbers of clusters within 2..n_train - 1, but "
            f"dataset.n_train = {n_train}; give at least 3 points, or sweep: 0"
        )


def _end_to_end_problems(settings, shape):
    plan, network = settings["end_to_end"], settings["end_to_end"]["network"]
    yield from _end_to_end_policy_problems(plan["policies"], network)
    if not plan["shares"]:
        return
    if shape is None:
        yield "end_to_end: networks need images, the data are features; give shares: []"
    yield from _out_of_order("end_to_end.shares", plan["shares"])
    if "epochs" not in network:
        yield (
            f"end_to_end.network: {_shown(network)} is not trained; give a network that is, such "
            "as {kind: cnn}"
        )
    if network.get("exclude_points"):
        yield (
            "end_to_end.network.exclude_points: true, but these networks are trained on the "
            "experiment's points and no others; leave it out"
        )
    yield from featurizer.stem_problems("end_to_end.network", network)


def _end_to_end_policy_problems(names, network):
    for i, name in enumerate(names):
        try:
            weighted = policies.parse(name).downweight and "recipe" in network
        except ValueError as error:
            yield f"end_to_end.policies[{i}]: {error}{_did_you_mean(name, _policy_names())}"
        else:
            if weighted:
                yield (
                    f"end_to_end.policies[{i}]: {name} weights rows, which {network['kind']} "
                    "cannot; take cnn or lenet, or leave it out"
                )


def _out_of_order(key, budgets):
    for before, after in itertools.pairwise(budgets):
        if after == before:
            yield f"{key}: {after} stands twice; give each once"
        elif after < before:
            yield f"{key}: {after} comes after {before}; give them in increasing order"


def _above(key, numbers, settings, noun):
    n_train = settings["dataset"]["n_train"]
    if too_large := [number for number in numbers if number > n_train]:
        yield (
            f"{key}: {_shown(too_large)} above dataset.n_train = {n_train}; "
            f"give numbers of {noun} within 1..{n_train}"
        )


def _faithful_problems(settings):
    k = len(settings["dataset"]["classes"])
    if settings["faithful"] and k > 2:
        yield (
            f"faithful: true repeats the published code, which knows two classes, not the {k} of "
            "dataset.classes; give false, or two classes"
        )
    # `true` repeats what there is to repeat; a part that is named is meant.
    named = () if isinstance(settings["faithful"], bool) else settings["faithful"]
    if "input" in named and "input" not in as_published.repeated(settings):
        yield (
            "faithful: input leaves out the mean image that a ResNet subtracts, but "
            f"featurizer.kind {settings['featurizer']['kind']} subtracts none; leave input out, "
            f"or give one of {', '.join(networks.RESNETS)}"
        )


_CHECKS = (
    (("faithful", "dataset", "featurizer"), _faithful_problems),
    (("policies",), _policy_problems),
    (("scores", "clusters", "dpp", "featurizer", "end_to_end", "dataset"), scores.problems),
    (("budgets", "dataset"), _budget_problems),
    (("clusters",), _stratified_policy_problems),
    (("clusters", "dataset"), _cluster_problems),
    (("sweep", "dataset"), _sweep_problems),
    (("dpp", "dataset"), _dpp_budget_problems),
    (("selection", "scores", "policies", "dataset"), selection.problems),
    (("transforms", "dataset"), transforms.problems),
    (("featurizer", "dataset"), featurizer.featurizer_problems),
    (("end_to_end", "dataset"), _end_to_end_problems),
)
_OF_IMAGES = (transforms.problems, featurizer.featurizer_problems, _end_to_end_problems)


def _folder_problems(folder):
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        yield f"{nearest}: a file stands where the folder {folder} is to be written; move it away"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield (
            f"{nearest}: not writable, but the workflow writes to the folder {folder}; change its "
            "permissions, or choose another place with --directory"
        )


# --- words --------------------------------------------------------------------------------------


def _dotted(path):
    keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return keys.lstrip(".") or "config"


def _did_you_mean(word, known):
    close = difflib.get_close_matches(str(word), [str(name) for name in known], n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _cut(line):
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 4]} ..."


def _shown(value):
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else f"{text[:76]} ..."
