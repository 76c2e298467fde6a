import math
from pathlib import Path

import numpy as np
import pytest
import yaml

import synthetic
from efficient_augmentation.analysis import ablations, summary
from efficient_augmentation.config import effective
from efficient_augmentation.figures import ablations as figure
from efficient_augmentation.files import tables

BASELINES = {"floor": 0.5, "ceiling": 0.9, "n_train": 100}


def settings(kind="mnist", n_train=100, noise=0.0, faithful=False):
    return {
        "dataset": {"kind": kind, "n_train": n_train, "label_noise": noise},
        "faithful": faithful,
    }


EXPERIMENTS = {
    "base": settings(),
    "noisy": settings(noise=0.1),
    "other_base": settings("digits", 50),
    "hessian": settings(faithful=["hessian"]),
    "published": settings(faithful=True),
    "two": settings(n_train=50, faithful=["dpp", "C"]),
}


def curves(lead):
    """Two rounds at 10 and 20 of 100 points; the policy `lead` of the gain ahead of uniform."""
    uniform = np.array([[0.60, 0.70], [0.62, 0.70]])
    drawn = uniform + 0.4 * np.array([[lead], [lead + 0.1]])
    found = [
        synthetic.small(uniform, "baseline", budgets=(10, 20)),
        synthetic.small(drawn, "random_proportional", budgets=(10, 20)),
    ]
    return synthetic.joined(*found), BASELINES


def table():
    results = {name: {"crop": curves(0.1 * i)} for i, name in enumerate(EXPERIMENTS)}
    return ablations.rows(EXPERIMENTS, results)


def test_each_experiment_varies_what_sets_it_off_from_the_first_of_its_data():
    assert ablations.varied(EXPERIMENTS) == {
        "base": "base",
        "noisy": "label_noise",
        "other_base": "base",
        "hessian": "faithful",
        "published": "faithful",
        "two": "n_train+faithful",
    }
    texts = [row["faithful"] for row in table()]
    assert texts == ["none", "none", "none", "hessian", "all", "C+dpp"]
    with pytest.raises(ValueError, match="run: again differs from the first experiment on mnist"):
        ablations.varied({"base": settings(), "again": settings(faithful=[])})


def test_what_is_shipped_is_sound_and_varies_one_setting_at_a_time():
    folder = Path(__file__).parents[3] / "config"
    shipped, more = (
        yaml.safe_load((folder / name).read_text()) for name in ("config.yaml", "ablations.yaml")
    )
    assert set(more["run"]) == set(more["experiments"])
    found = effective.effective(
        {**shipped, "run": more["run"], "experiments": shipped["experiments"] | more["experiments"]}
    )
    varied = ablations.varied({name: found[name] for name in more["run"]})
    assert {"base", *ablations.VARIED} == set(varied.values())
    assert list(varied.values()).count("base") == 2


def test_a_policy_is_compared_with_random_selection():
    row = table()[1]
    assert (row["experiment"], row["policy"]) == ("noisy", "random_proportional")
    # Leads of 0.1 and 0.2 of the gain in the two rounds: t = 12.706 at one degree of freedom.
    assert row["ahead"] == pytest.approx(0.15)
    assert row["ahead_low"] == pytest.approx(0.15 - 12.706 * 0.05, abs=1e-3)
    # Mean share at 20 points is 0.5 + 0.15: 95 % is not reached by the mean, but by its upper end.
    assert math.isnan(row["points"])
    assert math.isnan(row["points_high"])
    upper = [np.mean(s) + 12.706 * np.std(s) for s in ([0.35, 0.5], [0.6, 0.7])]
    # The upper end falls, so its monotone regression is the mean of both.
    assert upper[0] > upper[1] > 0.95
    assert row["points_low"] == pytest.approx(10 * 0.95 / np.mean(upper), rel=1e-3)
    # Random selection has half of the gain at 20 points.
    assert math.isnan(row["points_uniform"])
    columns, baselines = curves(0.3)
    near = baselines | {"ceiling": baselines["floor"] + 0.2}
    (row,) = ablations.rows({"base": settings()}, {"base": {"crop": (columns, near)}})
    shares = np.array([0.61, 0.70]) - near["floor"]
    expected = np.interp(0.95 * 0.2, [0, *shares], [0, 10, 20])
    assert row["points_uniform"] == pytest.approx(expected)
    assert row["points"] < row["points_uniform"]


def test_nothing_to_gain_has_no_number():
    columns, _ = curves(0.1)
    flat = {**BASELINES, "ceiling": 0.5}
    (row,) = ablations.rows({"base": settings()}, {"base": {"crop": (columns, flat)}})
    assert np.isnan([row[name] for name in ("ahead", "ahead_low", "points", "points_low")]).all()
    assert summary.LEVEL == 0.95


def test_the_figure_has_a_panel_for_each_setting_and_the_base_in_all(tmp_path):
    tables.write_csv(tmp_path / "t.csv", table())
    columns = tables.read_csv(tmp_path / "t.csv")
    drawn = figure.draw(columns)
    # "two" varies two settings at once and stands in no panel; digits has its base alone.
    titles = [axes.get_title(loc="left") for axes in drawn.axes]
    assert titles == [
        "mnist, crop: labels flipped",
        "mnist, crop: as published",
        "digits, crop: labels flipped",
        "digits, crop: as published",
    ]
    labels = [[tick.get_text() for tick in axes.get_xticklabels()] for axes in drawn.axes]
    assert labels == [["0 %", "10 %"], ["none", "hessian", "all"], ["0 %"], ["none"]]
    (container,) = drawn.axes[1].containers
    found = container.lines[0].get_ydata()
    assert found.tolist() == pytest.approx([5.0, 35.0, 45.0])
    base = {name: values[:1] for name, values in columns.items()}
    with pytest.raises(ValueError, match="no experiment varies one setting alone"):
        figure.draw(base)
