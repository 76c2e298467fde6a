"""The report's last pages: its terms, and what every file in it was made from."""

from efficient_augmentation.analysis import wording
from efficient_augmentation.names import policies
from efficient_augmentation.report import swatches


def view(material):
    """What every stage's files come from; see `report.Section`."""
    rows = view_origins(material.experiments)
    if not rows:
        return None
    return {"origins": rows, "versions": versions(material.experiments, material.made_by)}


def terms(material):
    """The glossary, which is the same in every report; see `report.Section`."""
    return {"policies": view_policies()}


def view_origins(experiments):
    """A row for each stage of each experiment: what its files come from, in the order of rules."""
    rows = []
    for experiment in experiments:
        for stage, origins in (experiment.origins or {}).items():
            seeds = [seed for origin in origins for seed in origin["seeds"].values()]
            found = {key: [o[key] for o in origins] for key in ("config", "code", "device")}
            rows.append(
                {
                    "experiment": experiment.name,
                    "stage": stage,
                    **{key: distinct(values) for key, values in found.items()},
                    "seeds": distinct(seeds) or "none",
                }
            )
    return rows


def versions(experiments, made_by=None):
    """Packages that made the files shown, and the report: "python 3.11.2, jax 0.10.2"."""
    origins = [o for e in experiments for found in (e.origins or {}).values() for o in found]
    origins += [made_by] if made_by else []
    found = {}
    for origin in origins:
        for package, version in origin["versions"].items():
            found.setdefault(package, []).append(version)
    return ", ".join(f"{package} {distinct(found[package], ' and ')}" for package in sorted(found))


def distinct(values, separator=", "):
    """Values as text, each once."""
    return separator.join(dict.fromkeys(map(str, values)))


def view_policies():
    """Base policies in the glossary: their look in the figures, their name, what they do."""
    return [
        {
            "label": wording.policy(name),
            "swatch": swatches.swatch(name),
            "text": policies.parse(name).rule.meaning,
            "name": name,
        }
        for name in policies.EXAMPLES
    ]
