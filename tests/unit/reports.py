"""Experiments to report on, their files, and a report's page as a test reads it."""

import html.parser
import json

import numpy as np

import synthetic
from efficient_augmentation.analysis import summary
from efficient_augmentation.files import arrays, tables
from efficient_augmentation.report import inputs

VOID = {"meta", "link", "img", "br", "input"}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000002d6000002d6") + b"rest"
FIGURES = [
    "transform",
    *(
        name.format(score)
        for score in ("loss", "influence")
        for name in ("accuracy_{}_random", "accuracy_{}_deterministic", "scores_{}", "images_{}")
    ),
    *("compare_loss_random", "compare_loss_deterministic"),
]


def experiment(name="demo", n_train=1000, **baselines):
    """An experiment with one transform."""
    levels = {**synthetic.baselines(n_train=n_train), **baselines}
    curves = synthetic.curves(levels, [10, 100, 300, 500, 700, n_train])
    result = inputs.TransformResult(
        "translate",
        {"pixels": [2]},
        levels,
        curves,
        synthetic.columns(summary.summarize(curves, levels)),
        synthetic.scores(n_train),
        dict.fromkeys(FIGURES, PNG),
        synthetic.selected(curves, levels, synthetic.scores(n_train)),
        ["3", "8"],
        needed=synthetic.needed(),
    )
    config = synthetic.config(n_train, transforms={"translate": {"pixels": [2]}})
    return inputs.ExperimentResult(name, config, [result])


def origin(**changes):
    """What a file comes from."""
    return {
        "rule": "some_rule",
        "config": "0123456789ab",
        "code": "ba9876543210",
        "seeds": {"settings.seed": 7},
        "device": "NVIDIA H100",
        "versions": {"python": "3.11.2", "jax": "0.10.2"},
        **changes,
    }


def with_origins(one):
    """The experiment, with what its files come from."""
    stages = ["data set", *["network"] * bool(one.training), "features", "scores", "curves"]
    stages.append("selection")
    return one._replace(origins={stage: [origin(rule=stage)] for stage in stages})


COMBINED = [
    *(
        "compare_margin_random",
        "compare_dpp_weighted",
        "compare_dpp_raw",
        "clusters_loss",
        "clusters_influence",
    ),
    *("accuracy_margin_random", "accuracy_margin_deterministic", "images_margin"),
]


def full(name="paper"):
    """An experiment with all three panels and a sweep."""
    one = experiment(name)
    result = one.transforms[0]
    curves = synthetic.all_curves(result.baselines, [1, 10, 100, 250, 1000], counts=(1, 10, 1000))
    result = result._replace(
        curves=curves,
        auc=synthetic.columns(summary.summarize(curves, result.baselines)),
        figures=dict.fromkeys([*FIGURES, *COMBINED], PNG),
    )
    config = {
        **one.config,
        "scores": ["loss", "influence", "margin"],
        "clusters": {**one.config["clusters"], "counts": [1, 10, 1000]},
        "dpp": {**one.config["dpp"], "budgets": [1, 10, 250]},
        "sweep": 6,
    }
    return inputs.ExperimentResult(
        name, config, [result], synthetic.sweep(), PNG, synthetic.history(), PNG
    )


class Page(html.parser.HTMLParser):
    """Checks nesting; collects tags with attributes and the visible text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def figures(page):
    """The images of the page that are figures; thumbnails have no width of their own."""
    return [a for a in page.all("img") if "width" in a]


def thumbnails(page):
    return [a for a in page.all("img") if "width" not in a]


def write(folder, one):
    """The files of an experiment, as its rules write them."""
    result = one.transforms[0]
    folder = folder / one.name / result.name
    folder.mkdir(parents=True)
    chosen = result.selection
    for name in ("curves", "auc", "scores", "selection", "needed"):
        columns = chosen.table if name == "selection" else getattr(result, name)
        tables.write_csv(folder / f"{name}.csv", tables.rows(columns), origin(rule=name))
    (folder / "selection.json").write_text(json.dumps(chosen.answer))
    data = synthetic.dataset(result.scores)
    x, ids = np.zeros((len(data["y_train"]), 8, 8, 1)), data["train_ids"]
    first = chosen.table["id"][: len(chosen.images)].astype(int)
    x[[ids.tolist().index(i) for i in first]] = chosen.images
    data |= {"x_train": x, "x_test": np.zeros((len(data["y_test"]), 8, 8, 1))}
    arrays.save(folder.parent / "dataset.npz", origin(rule="data set"), **data)
    arrays.save(folder / "features.npz", origin(rule="features"))
    (folder / "baselines.json").write_text(json.dumps(result.baselines))
    (folder / "figures").mkdir()
    for name, png in result.figures.items():
        (folder / "figures" / f"{name}.png").write_bytes(png)
    if one.sweep:
        tables.write_csv(folder.parent / "clusters.csv", tables.rows(one.sweep))
        (folder.parent / "figures").mkdir()
        (folder.parent / "figures" / "clusters_sweep.png").write_bytes(one.sweep_figure)
    if one.training:
        (folder.parent / "network").mkdir()
        tables.write_csv(folder.parent / "network/history.csv", tables.rows(one.training))
        arrays.save(folder.parent / "network/weights.npz", origin(rule="network"))
        (folder.parent / "network/training.png").write_bytes(one.training_figure)
    return folder
