"""Sentences on tables against what hand-made numbers say."""

import numpy as np

import synthetic
from efficient_augmentation.analysis import table_sentences


def test_the_sweep_names_the_best_silhouette_and_survives_none():
    sentence = table_sentences.sweep_sentence(synthetic.sweep())
    assert sentence.startswith("Of 6 numbers of clusters from 2 to 999, k = 2 has the highest")
    assert sentence.endswith("0.22: the clusters are hardly separated.")
    undefined = {**synthetic.sweep(), "silhouette_test": np.full(6, np.nan)}
    assert "No silhouette is defined" in table_sentences.sweep_sentence(undefined)


def test_sentences_about_scores_count_what_is_there():
    scores = {
        "label": np.array(["3", "3", "8", "8"]),
        "loss": np.array([6.0, 2.0, 1.0, 1.0]),
        "loss_after": np.array([4.0, 3.0, 2.0, 1.0]),
    }
    assert table_sentences.scores_sentence(scores, "loss") == (
        "Augmenting everything keeps the ranking of the points (Spearman 0.95); the top 1 of 4 "
        "points hold 60 % of all |loss| before."
    )
    assert table_sentences.images_sentence(scores, "loss", ["3", "8"]) == (
        "By |loss|, the 2 highest are 2 of class 3 and 0 of class 8; the 2 lowest are 0 of class 3 "
        "and 2 of class 8."
    )
    labels = {"loss": np.arange(10.0), "label": np.array([*"aabbdddacb"])}
    assert table_sentences.images_sentence(labels, "loss", ["a", "b", "c", "d"]) == (
        "By |loss|, the 5 highest are 2 of class d, 1 of class a, 1 of class b, 1 of others; the 5 "
        "lowest are 2 of class a, 2 of class b, 1 of class d, 0 of others."
    )
    flat = {**scores, "loss": np.zeros(4)}
    assert table_sentences.scores_sentence(flat, "loss").endswith("all points score the same.")
