"""The C of an experiment: from its settings, or from C.json; chosen where it is left out."""

import json
import logging

import numpy as np
import pytest

from efficient_augmentation.heads import regularization
from efficient_augmentation.simulation import chosen_C, online, simulate, truth_check
from problems import augmented_features

FEATURES = augmented_features(24, 5)


def expected():
    rows = (FEATURES[f"{x}_train"] for x in ("x", "y", "source"))
    return regularization.choose(*rows)


def test_the_record_is_the_choice_and_json():
    record = chosen_C.choose(FEATURES)
    assert json.loads(json.dumps(record)) == record
    assert record["C"] == expected().C
    assert tuple(record["losses"]) == expected().losses


def test_settings_get_the_number_of_the_file(tmp_path):
    path, settings = tmp_path / "C.json", {"C": "auto", "faithful": False, "seed": 3}
    path.write_text(json.dumps({"C": 0.5, "rule": "cross-validation", "provenance": {}}))
    settled, record = chosen_C.settle(settings, path)
    assert settled == settings | {"C": 0.5}
    assert record == {"C": 0.5, "rule": "cross-validation"}


@pytest.mark.parametrize(
    ("settings", "C", "rule"),
    [
        ({"C": 2.0, "faithful": False}, 2.0, "given"),
        ({"C": "auto", "faithful": ["C"]}, 1.0, "as published"),
        ({"C": 2.0, "faithful": True}, 1.0, "as published"),
    ],
)
def test_nothing_is_to_be_chosen(settings, C, rule):
    settled, record = chosen_C.settle(settings, [])
    assert settled["C"] == C
    assert record == {"C": C, "rule": rule}


def test_the_simulation_chooses_where_C_is_left_out(caplog):
    plan = FEATURES, "loss", ["baseline"], [1, 24], 2
    with caplog.at_level(logging.INFO):
        rows = simulate.simulate(*plan)
    assert rows == simulate.simulate(*plan, C=expected().C, seed=0)
    assert f"C = {expected().C:.4g}" in caplog.text


def test_as_published_C_is_one_whatever_is_chosen():
    assert simulate.FrozenModel(FEATURES, faithful=["C"]).C == 1.0


def test_the_truth_check_takes_the_choice_of_its_rows():
    found, scores, _ = truth_check.run(FEATURES)
    given, same, _ = truth_check.run(FEATURES, C=expected().C)
    np.testing.assert_array_equal(found, given)
    np.testing.assert_equal(scores, same)


def test_a_refitted_network_takes_a_number():
    images = {"x_train": np.zeros((2, 8, 8, 1)), "y_train": np.array([0, 1])}
    images |= {"source_train": np.full(2, -1), "x_test": images["x_train"], "y_test": [0, 1]}
    with pytest.raises(ValueError, match="C must be a positive number, not 'auto'"):
        online.OnlineModel(images, "auto", {"kind": "lenet"})
