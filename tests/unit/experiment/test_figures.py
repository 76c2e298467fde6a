"""The figures of an experiment, against lists written by hand, and their captions."""

import os
import re
from pathlib import Path

import pytest

import synthetic
from efficient_augmentation.experiment import captions, figures, results
from efficient_augmentation.figures import all as every
from efficient_augmentation.files import code
from efficient_augmentation.names import policies, scores
from efficient_augmentation.report import pictures

SCRIPTS = Path(__file__).parents[3] / "workflow/scripts"
PLAIN = (
    "transform accuracy_loss_random accuracy_influence_random accuracy_loss_deterministic "
    "accuracy_influence_deterministic compare_loss_random compare_loss_deterministic scores_loss "
    "scores_influence images_loss images_influence"
)
PANELS = {
    "scores": ["influence", "hinge", "margin"],
    "clusters": {"counts": [20], "policies": ["baseline"], "scores": ["hinge"]},
    "dpp": {"budgets": [2, 250], "policies": ["dpp_raw"], "scores": ["influence"]},
    "end_to_end": {"shares": [0.5]},
}
WITH_PANELS = (
    "transform accuracy_influence_random accuracy_hinge_random accuracy_margin_random "
    "accuracy_influence_deterministic accuracy_hinge_deterministic accuracy_margin_deterministic "
    "compare_margin_random clusters_hinge compare_dpp_raw scores_influence images_influence "
    "images_hinge images_margin end_to_end"
)
FEATURES = {"dataset": {"kind": "features"}, "scores": ["loss", "margin"]}
OF_FEATURES = (
    "accuracy_loss_random accuracy_margin_random accuracy_loss_deterministic "
    "accuracy_margin_deterministic scores_loss"
)
# k-DPPs that went as far as the other policies have accuracy figures of their scores.
FAR = {
    "scores": ["loss"],
    "dpp": {"budgets": [1000], "policies": ["dpp_raw"], "scores": ["influence"]},
}
WITH_FAR = (
    "transform accuracy_loss_random accuracy_influence_random accuracy_loss_deterministic "
    "accuracy_influence_deterministic compare_loss_random compare_loss_deterministic "
    "compare_dpp_raw scores_loss scores_influence images_loss images_influence"
)
# By another score than influence a k-DPP has no figure.
BY_LOSS = {"dpp": {"budgets": [1, 4], "policies": ["dpp_raw"], "scores": ["loss"]}}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, PLAIN),
        (PANELS, WITH_PANELS),
        (FEATURES, OF_FEATURES),
        (FAR, WITH_FAR),
        (BY_LOSS, PLAIN),
    ],
)
def test_figures_of_a_transform(changes, names):
    found = figures.named(figures.OF_TRANSFORM, synthetic.config(**changes))
    assert list(found) == names.split()


def test_a_figure_knows_what_it_is_made_for():
    found = figures.named(figures.OF_TRANSFORM, synthetic.config(**PANELS))
    about = {name: (figure.shows, made_for) for name, (figure, made_for) in found.items()}
    assert about["accuracy_hinge_random"] == ("accuracy, random policies", "hinge")
    assert about["compare_dpp_raw"] == ("influence or a k-DPP", "dpp_raw")
    assert about["compare_margin_random"][1] == "margin"
    assert about["transform"][1] == about["end_to_end"][1] == figures.ONCE


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"sweep": 4}, ["clusters_sweep"]),
        ({"sweep": 4, "audit": True}, ["clusters_sweep", "audit"]),
    ],
)
def test_files_of_figures(changes, names):
    settings = synthetic.config(transforms={"crop": {"pixels": [1]}}, **changes)
    expected = [f"figures/{name}" for name in names]
    expected += [f"crop/figures/{name}" for name in PLAIN.split()]
    assert results.pictures(settings) == [f"{e}.{s}" for e in expected for s in ("png", "pdf")]


def test_a_name_leads_back_to_its_figure():
    diverse = [name for name in policies.BASES if policies.parse(name).diverse]
    for figure in figures.OF_TRANSFORM:
        subjects = diverse if figure.name == "compare_{}" else scores.NAMES
        for x in subjects if "{}" in figure.name else [figures.ONCE]:
            assert figures.find(figure.name.format(x)) == (figure, x)


def test_a_name_of_no_figure_is_refused():
    with pytest.raises(ValueError, match="'map_of_loss'"):
        figures.find("map_of_loss")


@pytest.mark.parametrize("figure", figures.EVERY, ids=lambda figure: figure.name)
def test_what_the_report_says_of_a_figure_has_no_markup(figure):
    assert len(figure.read) > 50
    assert not re.search(r"\*|`|\{|\n|  ", figure.read)
    assert "  " not in figure.more
    wildcards = set(re.findall(r"\{\{ snakemake\.wildcards\.(\w+) \}\}", figure.more))
    assert wildcards <= {"experiment", "transform"}
    assert (figure.sentence is None) == (figure is figures.ABLATIONS)


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.py")))
def test_changed_texts_of_a_figure_rerun_the_report_alone(script):
    found = code.digests(SCRIPTS / script, [SCRIPTS.parents[1] / "src", SCRIPTS])
    texts = ("experiment.figures", "analysis.sentences", "analysis.table_sentences")
    reached = {f"efficient_augmentation.{text}" for text in texts} & found.keys()
    assert len(reached) == (3 if script == "write_report.py" else 0)


def test_captions_are_written_once(tmp_path):
    folder = tmp_path / "captions"
    captions.write(folder)
    assert len(list(folder.iterdir())) == len(figures.EVERY)
    path = captions.path(folder, figures.AUDIT)
    text = path.read_text(encoding="utf-8")
    assert text == f"{figures.AUDIT.read}\n\n{figures.AUDIT.more}\n"
    captions.path(folder, figures.SWEEP).write_text("something else")
    os.utime(path, (1, 1))
    captions.write(folder)
    assert path.stat().st_mtime == 1
    assert figures.SWEEP.read in captions.path(folder, figures.SWEEP).read_text(encoding="utf-8")


def test_figures_of_a_transform_are_drawn_where_they_are_registered():
    together = [figure.name for figure in figures.DRAWN_TOGETHER]
    assert sorted(every.DRAWINGS) == sorted(together)
    sections = dict.fromkeys(figure.section for figure in figures.DRAWN_TOGETHER)
    assert list(sections) == ["opening", *pictures.TITLES]
