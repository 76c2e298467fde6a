"""What stages depend on: nothing that does not change what they do."""

import synthetic
from efficient_augmentation.experiment import plans

CROP = {"transform": {"crop": {"pixels": [1]}}, "functions": []}
ONLINE = {"kind": "lenet", "mode": "online", "epochs": 1, "seed": 0}


def test_chosen_settings_are_sorted():
    found = plans.chosen({"seed": 1, "C": 2, "rounds": 3}, "seed", "C")
    assert list(found.items()) == [("C", 2), ("seed", 1)]


def test_a_frozen_model_knows_neither_network_nor_transform():
    frozen = {"C": 10.0, "faithful": False, "influence": "influence"}
    assert plans.model(synthetic.config(), CROP) == frozen
    online = synthetic.config(featurizer=ONLINE)
    network = {"kind": "lenet", "epochs": 1, "seed": 0}
    assert plans.model(online, CROP) == {**frozen, "network": network, **CROP}
    assert plans.training(online) == network
    assert (plans.gpus(synthetic.config()), plans.gpus(online)) == (0, 1)


def test_panels_that_are_not_asked_for_are_no_part_of_the_simulation():
    plain = synthetic.config()
    keys = ["budgets", "faithful", "policies", "rounds", "scores", "seed"]
    assert plans.simulation(plain) == {key: plain[key] for key in keys}
    clusters = {**plain["clusters"], "counts": [3]}
    dpp = {**plain["dpp"], "budgets": [1, 4]}
    both = plans.simulation(synthetic.config(clusters=clusters, dpp=dpp))
    assert both == {**plans.simulation(plain), "clusters": clusters, "dpp": dpp}


def test_a_selection_does_not_depend_on_whether_images_are_written():
    config = synthetic.config()
    other = synthetic.config(selection={**config["selection"], "images": True})
    assert plans.selection(config) == plans.selection(other)
    assert plans.selection(config) == {
        "classes": [3, 8],
        "seed": 0,
        "budget": {"gain": 0.95},
        "policy": "random_proportional",
        "score": "influence",
    }


def test_the_comparison_counts_at_the_share_that_is_asked_for():
    config = synthetic.config()
    assert plans.comparison(config) == {"seed": 0, "shares": [0.95]}
    given = synthetic.config(selection={**config["selection"], "budget": 10})
    assert plans.comparison(given) == {"seed": 0, "shares": []}


def test_pictures_and_end_to_end_depend_on_the_transform():
    config = synthetic.config()
    assert plans.images(config, CROP) == {"classes": [3, 8], **CROP}
    keys = ("C", "end_to_end", "faithful", "influence", "seed")
    assert plans.end_to_end(config, CROP) == {**{key: config[key] for key in keys}, **CROP}


def test_all_images_are_scored_by_what_can_choose_them():
    scores = ["loss", "forgetting", "influence"]
    settings = synthetic.config(scores=scores)
    settings["selection"] = settings["selection"] | {"score": "hinge"}
    assert plans.refit(settings)["scores"] == ["loss", "influence", "hinge"]
    settings["selection"] = settings["selection"] | {"score": "loss"}
    assert plans.refit(settings)["scores"] == ["loss", "influence"]


def test_tables_that_name_classes_depend_on_their_names():
    one, other = synthetic.config(), synthetic.config()
    other["dataset"] = other["dataset"] | {"classes": [8, 3]}
    for plan in (plans.scoring, plans.truth_check, plans.refit, plans.joined, plans.selection):
        assert plan(one) != plan(other)
