"""The report: complete, self-contained, well-formed, and true to the numbers it was given."""

import html.parser
import json
import math
import re

import numpy as np
import pytest

import synthetic
from efficient_augmentation import report, summary, tables

VOID = {"meta", "link", "img", "br", "input"}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000002d6000002d6") + b"rest"
FIGURES = [
    "transform",
    *(
        name.format(score)
        for score in ("loss", "influence")
        for name in ("accuracy_{}_random", "accuracy_{}_deterministic", "scores_{}", "images_{}")
    ),
]


def experiment(name="demo", n_train=1000, **baselines):
    """An experiment with one transform."""
    levels = {**synthetic.baselines(n_train=n_train), **baselines}
    curves = synthetic.curves(levels, [10, 100, n_train])
    result = report.TransformResult(
        "translate",
        {"pixels": [2]},
        levels,
        curves,
        synthetic.columns(summary.summarize(curves, levels)),
        synthetic.scores(n_train),
        dict.fromkeys(FIGURES, PNG),
    )
    config = synthetic.config(n_train, transforms={"translate": {"pixels": [2]}})
    return report.ExperimentResult(name, config, [result])


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


def test_the_page_asks_nothing_of_the_network():
    text = report.build([experiment()])
    page = Page(text)
    assert all(a["src"].startswith("data:image/png;base64,") for a in page.all("img"))
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert all(a["href"].startswith("data:") for a in page.all("link"))
    assert not re.search(r"https?://|@import|url\(", text)
    assert not any("src" in a for a in page.all("script"))


def test_every_figure_is_there_with_an_alternative_text_and_a_caption():
    page = Page(report.build([experiment()]))
    assert len(page.all("img")) == len(page.all("figcaption")) == len(FIGURES)
    assert all(len(a["alt"]) > 40 for a in page.all("img"))
    assert page.all("img")[0]["width"] == str(726 // 2)


def test_ids_are_unique_and_links_lead_somewhere():
    page = Page(report.build([experiment("one"), experiment("two")]))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)


def test_the_first_sentence_is_the_answer():
    one = experiment()
    rows = summary.points_needed(one.transforms[0].curves, one.transforms[0].baselines)
    fewest = math.ceil(min(r["points"] for r in rows if r["points"] == r["points"]))
    text = Page(report.build([one])).text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"On demo, translate: {fewest} of 1000 points are enough to recover 95 %" in text
    text = Page(report.build([one, experiment("two")])).text
    assert "Over 2 comparisons, the best policy recovers" in text


def test_nothing_to_gain_is_said_once_and_computed_around():
    text = Page(report.build([experiment(floor=0.97, ceiling=0.96)])).text
    assert "there was nothing to gain from augmenting" in text
    assert "Nothing to gain here: augmenting every point gives" in text
    assert "nan" not in text
    assert "no gain" in text
    assert "> 1000" not in text


def test_a_gain_never_recovered_is_not_counted_as_recovered():
    one = experiment()
    curves = one.transforms[0].curves
    low = {**curves, "test_accuracy": np.full(len(curves["score"]), 0.965)}
    flat = one._replace(transforms=[one.transforms[0]._replace(curves=low)])
    text = Page(report.build([flat])).text
    assert "no measured budget (up to 1000 points) is enough" in text
    text = Page(report.build([flat, flat._replace(name="two")])).text
    assert "a median of more than was measured" in text


def test_warnings_are_shown_and_everything_is_escaped():
    text = report.build([experiment("a<b>", warnings=["H & <i>singular</i>"])])
    assert "H &amp; &lt;i&gt;singular&lt;/i&gt;" in text
    assert "<b>" not in text


def test_the_published_choices_are_named_as_such():
    one = experiment()
    faithful = one._replace(config={**one.config, "faithful": True})
    assert "as published: C = 1" in Page(report.build([faithful])).text
    assert "as published" not in Page(report.build([one])).text


def test_figures_not_made_are_left_out():
    one = experiment()
    bare = one.transforms[0]._replace(figures={"transform": PNG})
    assert len(Page(report.build([one._replace(transforms=[bare])])).all("img")) == 1


def test_the_same_results_give_the_same_text_and_none_give_an_error():
    assert report.build([experiment()]) == report.build([experiment()])
    with pytest.raises(ValueError, match="`run` in the config names none"):
        report.build([])


def test_raw_pixels_and_kinds_of_influence_are_described():
    one = experiment()
    raw = one._replace(config={**one.config, "featurizer": {"kind": "raw"}, "influence": "alo"})
    text = Page(report.build([raw])).text
    assert "raw pixels" in text
    assert "approximate leave-one-out influence" in text


def write(folder, one):
    """The files of an experiment, as its rules write them."""
    result = one.transforms[0]
    folder = folder / one.name / result.name
    for name in ("curves", "auc", "scores"):
        columns = getattr(result, name)
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        tables.write_csv(folder / f"{name}.csv", rows)
    (folder / "baselines.json").write_text(json.dumps(result.baselines))
    (folder / "figures").mkdir()
    for name, png in result.figures.items():
        (folder / "figures" / f"{name}.png").write_bytes(png)
    return folder


def test_files_read_back_give_the_same_report(tmp_path):
    one = experiment()
    write(tmp_path, one)
    assert report.build([report.read_experiment(tmp_path / "demo", one.config)]) == (
        report.build([one])
    )


@pytest.mark.parametrize("name", ["baselines.json", "curves.csv", "auc.csv", "scores.csv"])
def test_a_missing_file_is_named(tmp_path, name):
    one = experiment()
    (write(tmp_path, one) / name).unlink()
    with pytest.raises(ValueError, match=re.escape(f"demo/translate/{name} is missing")):
        report.read_experiment(tmp_path / "demo", one.config)


def test_missing_figures_are_named(tmp_path):
    one = experiment()
    folder = write(tmp_path, one)
    for path in (folder / "figures").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match="no figure"):
        report.read_experiment(tmp_path / "demo", one.config)
