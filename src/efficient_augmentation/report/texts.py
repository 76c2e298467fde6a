"""What was run, in words."""

from efficient_augmentation.analysis import wording
from efficient_augmentation.figures import style
from efficient_augmentation.names import as_published, regularization, scores
from efficient_augmentation.report import inputs


def facts(experiment):
    """What was run, as (term, description) pairs."""
    config = experiment.config
    data, network = config["dataset"], config["featurizer"]
    n_test = sorted({t.baselines["n_test_rows"] for t in experiment.transforms})
    budgets = ", ".join(map(str, config["budgets"]))
    return [
        ("Data", f"{describe_data(data)}, {describe_classes(inputs.class_names(config))}"),
        ("Training points", describe_points(data)),
        ("Test rows", f"{', '.join(map(str, n_test))} (originals and all their variants)"),
        *held_out(experiment),
        ("Transforms", "; ".join(describe(t.name, t.parameters) for t in experiment.transforms)),
        ("Features", describe_featurizer(network)),
        ("Classifier", f"{describe_classifier(config)}, {describe_penalty(experiment)}"),
        ("Scores", describe_scores(experiment)),
        ("Budgets", f"{budgets} points"),
        ("Rounds", f"{config['rounds']} of each random policy, 1 of each deterministic one"),
        *panels(config),
        ("Seeds", f"data {data.get('seed', 'none')}, simulation {config['seed']}"),
        ("Choices", describe_choices(config)),
    ]


def held_out(experiment):
    """Where the test set comes from if the data brought none, in a list that may be empty."""
    if not experiment.test_share:
        return []
    share = wording.percent(experiment.test_share)
    return [("Test set", f"none was given: a stratified split, {share} of the points of a class")]


def describe_points(data):
    """How many training points, and how many of them are labelled wrongly on purpose."""
    text = str(data["n_train"])
    if not (share := data.get("label_noise")):
        return text
    flipped = round(share * data["n_train"])
    return f"{text}; {flipped} of them ({100 * share:g} %) have a wrong label on purpose"


def describe_choices(config):
    """What the published code does otherwise and this experiment repeats, in words."""
    repeated = as_published.repeated(config)
    said = [text for part, text in as_published.PARTS.items() if part in repeated]
    if "dpp" in repeated and not config["dpp"]["budgets"]:
        said.remove(as_published.PARTS["dpp"])
    return f"as published: {'; '.join(said)}" if said else "corrected"


def panels(config):
    """What was run besides the main panel, as facts."""
    clusters, dpp = config["clusters"], config["dpp"]
    found = []
    if clusters["counts"]:
        found.append(("Clusters", f"k = {', '.join(map(str, clusters['counts']))}"))
    if dpp["budgets"]:
        found.append(("k-DPP", f"subsets of {', '.join(map(str, dpp['budgets']))} points"))
    return found


def describe_data(data):
    """The data set by its name, one's own by where it lies."""
    match data["kind"]:
        case "folder":
            side = data.get("side")
            resized = f", resized to {side} x {side} pixels" if side else ""
            return f"images in {data['train']}{resized}"
        case "npz":
            return f"images in {data['file']}"
        case "features":
            return f"features in {data['file']}"
    return data["kind"]


def describe_classes(names):
    """The classes in words: two against each other, more as a list.

    Of more than twenty, those besides the first twenty that figures show by number.
    """
    # The figures' font does not have the letters of every script.
    drawn = [*zip(names, style.drawable(names), strict=True)]
    said = [name if name == short else f"{name} ({short} in figures)" for name, short in drawn]
    if len(said) == 2:
        return f"class {' against '.join(said)}"
    if len(said) > 20:
        numbered = [text for text, (name, short) in zip(said, drawn, strict=True) if name != short]
        said = [*dict.fromkeys([*said[:20], *numbered]), "..."]
    return f"{len(names)} classes: {', '.join(said)}"


def describe_classifier(config):
    """The classifier on the features, which depends on the number of classes."""
    more = len(config["dataset"]["classes"]) > 2
    return "multinomial logistic regression" if more else "logistic regression"


def describe_scores(experiment):
    """The scores in words; the influence says how it was computed, transform by transform."""
    config, plain = experiment.config, "leave-one-out influence"
    forms = {"alo": "approximate leave-one-out influence"}
    kinds = dict.fromkeys(
        f"{plain} {scores.approximated(made)}"
        if made.get("kind") == "kfac"
        else forms.get(config["influence"], plain)
        for made in (t.baselines.get("influence", {}) for t in experiment.transforms)
    )
    return ", ".join("; ".join(kinds) if s == "influence" else s for s in config["scores"])


def describe_penalty(experiment):
    """The inverse regularisation that was used, as baselines.json holds it."""
    used = list(dict.fromkeys(f"{t.baselines['C']:.3g}" for t in experiment.transforms))
    rules = dict.fromkeys(t.baselines["C_choice"]["rule"] for t in experiment.transforms)
    return f"C = {', '.join(used)} ({'; '.join(regularization.RULES[rule] for rule in rules)})"


# Settings of a ResNet's training that are off by default, in words.
_ON_REQUEST = {
    "imagenet_stem": "the stem of ImageNet",
    "exclude_points": "never trained on these points",
    "half_size_epochs": "the first {} epochs on images of half the side",
}


def describe_featurizer(network):
    """The featurizer in words: "cnn, frozen (epochs 40, batch size 512, ...)"."""
    if plain := {"raw": "raw pixels", "given": "as they were given"}.get(network["kind"]):
        return plain
    told = ("kind", "mode", "distortion", *_ON_REQUEST)
    details = [f"{k.replace('_', ' ')} {v}" for k, v in network.items() if k not in told]
    details += [text.format(network[key]) for key, text in _ON_REQUEST.items() if network.get(key)]
    if any(network.get("distortion", {}).values()):
        details.append(f"trained on images {describe_distortion(**network['distortion'])}")
    return f"{network['kind']}, {network['mode']} ({', '.join(details)})"


def describe_distortion(degrees, pixels, flip):
    """How far training images are distorted: "turned by up to 2.5 degrees, half mirrored"."""
    parts = [f"turned by up to {degrees:g} degrees"] * bool(degrees)
    parts += [f"shifted by up to {pixels:g} px"] * bool(pixels) + ["half mirrored"] * flip
    return ", ".join(parts)


def describe(name, parameters):
    """A transform and its parameters: "translate (pixels 2)", steps in turn."""
    if name == "given":
        return "rows made from others, as they were given"
    if "compose" in parameters:
        steps = [describe(*item) for step in parameters["compose"] for item in step.items()]
        return f"{name} ({', then '.join(steps)})"
    parts = []
    for key, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        shown = [f"{v:.4g}" if isinstance(v, float) else str(v) for v in values]
        if len(shown) > 6:
            shown = [shown[0], "...", f"{shown[-1]} ({len(values)} values)"]
        parts.append(f"{key} {', '.join(shown)}")
    return f"{name} ({'; '.join(parts)})" if parts else name
