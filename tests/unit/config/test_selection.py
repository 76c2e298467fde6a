"""The key `selection` beside the keys that it must agree with; test_config holds the messages."""

from efficient_augmentation.config import selection
from synthetic import config


def test_features_have_no_images_to_write():
    settings = config(dataset={"kind": "features", "classes": ["a", "b"], "n_train": 1000})
    assert list(selection.problems(settings)) == []
    settings["selection"]["images"] = True
    (found,) = selection.problems(settings)
    assert found.startswith("selection.images: true, but data of kind features bring no images")


def test_where_no_policy_could_be_chosen_nothing_is_asked_of_the_config():
    settings = config(policies=["random_proportional_update", "dpp_raw"])
    assert selection.fitted(settings, ())["policy"] == "random_proportional"
    assert list(selection.problems(settings)) == []


def test_a_policy_with_scores_goes_before_one_without():
    settings = config(policies=["baseline", "deterministic_proportional"], scores=["loss"])
    found = selection.fitted(settings, ("budget",))
    assert (found["policy"], found["score"]) == ("deterministic_proportional", "loss")
