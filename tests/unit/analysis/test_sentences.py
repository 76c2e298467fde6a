"""Sentences against what hand-made numbers say."""

import pytest

from efficient_augmentation.analysis import sentences
from synthetic import BASE, clustered, joined, small


@pytest.mark.parametrize("ceiling", [0.5, 0.4])
def test_nothing_to_gain_is_said(ceiling):
    baselines = {**BASE, "ceiling": ceiling}
    curves = small([[0.6, 0.9], [0.8, 0.9]])
    sentence = sentences.gain_sentence(curves, baselines, "loss", "random_proportional")
    assert sentence.startswith("Nothing to gain here: augmenting every point gives")


def test_the_sentence_says_what_the_numbers_say():
    ours = small([[0.86, 0.9], [0.88, 0.9], [0.87, 0.9]])
    theirs = small([[0.6, 0.9], [0.61, 0.9], [0.62, 0.9]], policy="baseline")
    curves = joined(ours, theirs)
    sentence = sentences.gain_sentence(curves, BASE, "loss", "random_proportional")
    assert sentence == (
        "With 10 of 20 points augmented, loss (proportional) recovers 92 % (86 to 99 %) of the "
        "gain, uniform random 27 % (21 to 34 %)."
    )


def test_the_sentence_admits_what_chance_could_do():
    curves = joined(
        small([[0.86, 0.9], [0.70, 0.9]]), small([[0.8, 0.9], [0.85, 0.9]], policy="baseline")
    )
    sentence = sentences.gain_sentence(curves, BASE, "loss", "random_proportional")
    assert sentence.endswith("Over 2 rounds the difference is not significant.")
    single = joined(small([[0.86, 0.9]]), small([[0.8, 0.9]], policy="baseline"))
    sentence = sentences.gain_sentence(single, BASE, "loss", "random_proportional")
    assert sentence.endswith("One round each, so the difference has no interval.")
    assert "(" not in sentence.split("recovers")[1]
    alone = sentences.gain_sentence(small([[0.86, 0.9]]), BASE, "loss", "random_proportional")
    assert alone.endswith("of the gain.")


def test_policies_that_share_no_budget_are_not_compared():
    apart = joined(
        small([[0.7]], budgets=(3,)),
        small([[0.6]], policy="baseline", budgets=(4,)),
    )
    series = ("loss", "random_proportional"), ("loss", "baseline")
    assert sentences.compare_sentence(apart, BASE, *series) == (
        "loss (proportional) and uniform random share no budget: they cannot be compared."
    )


def test_comparisons_say_what_the_rounds_allow():
    series = ("loss", "random_proportional"), ("loss", "baseline")

    def sentence(ours, theirs, baselines=BASE):
        curves = joined(small(ours), small(theirs, policy="baseline"))
        return sentences.compare_sentence(curves, baselines, *series)

    assert sentence([[0.7, 0.9], [0.74, 0.9]], [[0.6, 0.9], [0.64, 0.9]]) == (
        "With 10 points augmented, loss (proportional) recovers 55 % of the gain, uniform random "
        "30 %: +25.0 % of the gain (95 % interval +25.0 to +25.0 %)."
    )
    assert sentence([[0.7, 0.9], [0.6, 0.9]], [[0.6, 0.9], [0.7, 0.9]]).endswith(
        "Over 2 rounds the difference is not significant."
    )
    assert sentence([[0.7, 0.9]], [[0.6, 0.9]]).endswith(
        "One round each, so the difference has no interval."
    )
    flat = {**BASE, "ceiling": 0.5}
    assert sentence([[0.7, 0.9]], [[0.6, 0.9]], flat).startswith("Nothing to gain here")


def test_the_best_number_of_clusters_is_said_to_have_been_picked():
    plain = small([[0.6, 0.9], [0.64, 0.9], [0.68, 0.9]], policy="baseline")
    good, bad = [[0.7, 0.9], [0.77, 0.9], [0.78, 0.9]], [[0.6, 0.9]] * 3
    curves = joined(plain, *(clustered(v, k) for k, v in ((1, good), (2, good), (5, bad))))
    sentence = sentences.clusters_sentence(curves, BASE, "loss", "baseline")
    assert sentence.startswith(
        "Of 2 numbers of clusters, k = 2 serves uniform random best: +27.5 %"
    )
    assert sentence.endswith("(2 intervals held at once). There, stratifying helps.")


def test_clusters_that_do_not_help_are_said_not_to():
    plain = small([[0.6, 0.9], [0.7, 0.9]], policy="baseline")
    curves = joined(plain, clustered([[0.7, 0.9], [0.64, 0.9]], 4))
    sentence = sentences.clusters_sentence(curves, BASE, "loss", "baseline")
    assert sentence.startswith("k = 4 serves uniform random: +5.0 % of the gain")
    assert sentence.endswith("No number of clusters is shown to help.")
    single = joined(small([[0.6, 0.9]], policy="baseline"), clustered([[0.7, 0.9]], 4))
    assert sentences.clusters_sentence(single, BASE, "loss", "baseline").endswith(
        "One round each, so the difference has no interval."
    )
    flat = {**BASE, "ceiling": 0.5}
    assert sentences.clusters_sentence(curves, flat, "loss", "baseline").startswith(
        "Nothing to gain"
    )
    assert "nothing to compare" in sentences.clusters_sentence(plain, BASE, "loss", "baseline")
