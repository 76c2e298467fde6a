"""What a report reads: files and figures, and what says how they were made."""

import re

import pytest

from efficient_augmentation.files import provenance
from efficient_augmentation.report import inputs, texts
from efficient_augmentation.report import page as report
from reports import (
    Page,
    experiment,
    full,
    origin,
    with_origins,
    write,
)


@pytest.mark.parametrize("one", [experiment(), full("demo")])
def test_files_read_back_give_the_same_report(tmp_path, one):
    write(tmp_path, one)
    network = tmp_path / "demo/network" if one.training else None
    found = inputs.read_experiment(tmp_path / "demo", one.config, network)
    assert found.origins == with_origins(one).origins
    assert report.build([found]) == report.build([with_origins(one)])


# --- how this was made ----------------------------------------------------------------------------


def made_rows(text):
    """Cells of the table of how everything was made, row by row."""
    table = text.partition('<table class="plain made sortable">')[2].partition("</table>")[0]
    rows = table.partition("<tbody>")[2].split("</tr>")[:-1]
    return [[Page(cell).text for cell in re.findall("<t[hd].*?</t[hd]>", row)] for row in rows]


def test_every_stage_says_how_it_was_made():
    one, other = with_origins(full("one")), with_origins(experiment("other"))
    other.origins["curves"] = [
        origin(config="aaaaaaaaaaaa", seeds={}),
        origin(config="bbbbbbbbbbbb", seeds={"plan.seed": 5, "model.network.seed": 5}),
    ]
    rows = made_rows(report.build([one, other]))
    usual = ["0123456789ab", "ba9876543210", "7", "NVIDIA H100"]
    assert rows == [
        *(["one", s, *usual] for s in ("data set", "network", "features", "scores", "curves")),
        ["one", "selection", *usual],
        *(["other", s, *usual] for s in ("data set", "features", "scores")),
        ["other", "curves", "aaaaaaaaaaaa, bbbbbbbbbbbb", "ba9876543210", "5", "NVIDIA H100"],
        ["other", "selection", *usual],
    ]


def test_a_stage_without_a_seed_says_so():
    one = with_origins(experiment())
    one.origins["scores"] = [origin(seeds={})]
    assert made_rows(report.build([one]))[2][4] == "none"


def test_versions_are_there_once_and_the_report_has_its_own_origin():
    one = with_origins(experiment())
    one.origins["features"] = [origin(versions={"python": "3.11.2", "jax": "0.11.0"})]
    mine = origin(rule="<write_report>", versions={"jinja2": "3.1.6"})
    page = Page(report.build([one], made_by=mine))
    assert page.text.count("0.11.0") == 1
    assert "Versions: jax 0.10.2 and 0.11.0, jinja2 3.1.6, python 3.11.2." in page.text
    (found,) = (tag["content"] for tag in page.all("meta") if tag.get("name") == "provenance")
    assert found == provenance.text(mine)
    page = Page(report.build([experiment()]))
    assert "How this was made" not in page.text
    assert not any(tag.get("name") == "provenance" for tag in page.all("meta"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dataset.npz", "dataset.npz is missing"),
        ("translate/features.npz", "features.npz is missing"),
        ("network/weights.npz", "weights.npz is missing"),
        ("translate/curves.csv-metadata.json", "curves.csv-metadata.json"),
    ],
)
def test_a_file_that_says_where_things_come_from_is_missed(tmp_path, name, message):
    one = full("demo")
    write(tmp_path, one)
    (tmp_path / "demo" / name).unlink()
    with pytest.raises((ValueError, FileNotFoundError), match=re.escape(message)):
        inputs.read_experiment(tmp_path / "demo", one.config, tmp_path / "demo/network")


def test_the_training_of_the_network_is_shown():
    page = report.build([full("demo")]).replace("\N{NO-BREAK SPACE}", " ")
    assert "demo: the network" in page
    assert "After 3 epochs the loss is 0.25 and 90.0 % of the training images" in page
    assert "80.0 % of the test images." in page
    assert "the network</h3>" not in report.build([experiment()])


@pytest.mark.parametrize("name", ["history.csv", "training.png"])
def test_a_missing_history_is_named(tmp_path, name):
    one = full("demo")
    write(tmp_path, one)
    (tmp_path / "demo/network" / name).unlink()
    with pytest.raises(ValueError, match=f"network/{name} is missing"):
        inputs.read_experiment(tmp_path / "demo", one.config, tmp_path / "demo/network")


def test_featurizers_are_described_in_words():
    network = {"kind": "resnet56v2", "mode": "train", "batch_size": 64}
    distortion = {"degrees": 0.0, "pixels": 0.0, "flip": False}
    assert texts.describe_featurizer({**network, "distortion": distortion}) == (
        "resnet56v2, train (batch size 64)"
    )
    asked = {"distortion": distortion, "exclude_points": True, "imagenet_stem": False}
    assert texts.describe_featurizer({**network, **asked}) == (
        "resnet56v2, train (batch size 64, never trained on these points)"
    )
    halved = {**network, "half_size_epochs": 3}
    assert texts.describe_featurizer({**halved, "distortion": distortion}) == (
        "resnet56v2, train (batch size 64, the first 3 epochs on images of half the side)"
    )
    distortion = {"degrees": 2.5, "pixels": 6.0, "flip": True}
    assert texts.describe_featurizer({**network, "distortion": distortion}) == (
        "resnet56v2, train (batch size 64, trained on images turned by up to 2.5 degrees, shifted "
        "by up to 6 px, half mirrored)"
    )


@pytest.mark.parametrize("name", ["clusters.csv", "figures/clusters_sweep.png"])
def test_a_missing_sweep_is_named(tmp_path, name):
    one = full("demo")
    write(tmp_path, one)
    (tmp_path / "demo" / name).unlink()
    with pytest.raises(ValueError, match=re.escape(f"demo/{name} is missing")):
        inputs.read_experiment(tmp_path / "demo", one.config)
    found = inputs.read_experiment(tmp_path / "demo", {**one.config, "sweep": 0})
    assert found.sweep_figure is None


@pytest.mark.parametrize(
    "name", ["baselines.json", "curves.csv", "auc.csv", "scores.csv", "needed.csv"]
)
def test_a_missing_file_is_named(tmp_path, name):
    one = experiment()
    (write(tmp_path, one) / name).unlink()
    with pytest.raises(ValueError, match=re.escape(f"demo/translate/{name} is missing")):
        inputs.read_experiment(tmp_path / "demo", one.config)


@pytest.mark.parametrize("name", ["transform", "scores_influence", "compare_loss_random"])
def test_a_missing_figure_is_named(tmp_path, name):
    one = experiment()
    (write(tmp_path, one) / f"figures/{name}.png").unlink()
    with pytest.raises(ValueError, match=f"translate/figures/{name}.png is missing"):
        inputs.read_experiment(tmp_path / "demo", one.config)
