import math

import numpy as np
import pytest
from scipy import stats

import synthetic
from efficient_augmentation.analysis import carry_over
from efficient_augmentation.figures import end_to_end as figure
from efficient_augmentation.report import end_to_end, inputs

NETWORK = {
    ("-", "none", 0.0): [0.50, 0.54],
    ("-", "all", 1.0): [0.80, 0.76],
    ("loss", "baseline", 0.25): [0.60, 0.61],
    ("loss", "random_proportional", 0.25): [0.70, 0.71],
    ("influence", "baseline", 0.25): [0.60, 0.61],
    ("influence", "random_proportional", 0.25): [0.55, 0.57],
    ("influence", "random_proportional", 1.0): [0.80, 0.76],
}
FROZEN = {
    **NETWORK,
    ("loss", "random_proportional", 0.25): [0.63, 0.64],
    ("influence", "random_proportional", 0.25): [0.61, 0.62],
}


def columns(network=NETWORK, frozen=FROZEN):
    """Columns of end_to_end.csv, rounds out of order; 20 points of 4 copies."""
    return synthetic.columns(
        [
            {
                "score": score,
                "policy": policy,
                "round": number,
                "share": share,
                "n_augmented": round(20 * share),
                "images": 20 + 4 * round(20 * share),
                "test_accuracy": network[score, policy, share][number],
                "frozen_accuracy": frozen[score, policy, share][number],
            }
            for number in (1, 0)
            for score, policy, share in network
        ]
    )


def test_a_policy_is_compared_with_all_and_with_random_selection():
    row = carry_over.summarize(columns())[1]
    assert (row["score"], row["policy"], row["share"], row["n_augmented"]) == (
        *("loss", "random_proportional"),
        *(0.25, 5),
    )
    assert row["cost"] == 40 / 100
    assert row["network_mean"] == pytest.approx(0.705)
    assert row["network_gain"] == pytest.approx((0.705 - 0.52) / 0.26)
    differences = {"behind": [-0.10, -0.05], "ahead": [0.10, 0.10]}
    for name, values in differences.items():
        half = stats.t.ppf(0.975, 1) * np.std(values, ddof=1) / math.sqrt(2)
        found = [row[f"network_{name}{end}"] for end in ("", "_low", "_high")]
        assert found == pytest.approx(
            [np.mean(values), np.mean(values) - half, np.mean(values) + half]
        )


def test_a_difference_is_confirmed_reversed_or_open():
    rows = carry_over.summarize(columns())
    by_score = {r["score"]: r for r in rows if r["policy"] == "random_proportional"}
    assert by_score["loss"]["frozen_ahead_low"] > 0
    assert carry_over.agreement(rows) == {"settled": 2, "confirmed": 1, "reversed": 0, "open": 1}
    other = {**NETWORK, ("influence", "random_proportional", 0.25): [0.55, 0.56]}
    reversed_ = carry_over.agreement(carry_over.summarize(columns(other)))
    assert reversed_ == {"settled": 2, "confirmed": 1, "reversed": 1, "open": 0}


def test_uniform_choice_and_no_gain_have_no_number():
    flat = {**NETWORK, ("-", "all", 1.0): [0.50, 0.50]}
    rows = carry_over.summarize(columns(flat))
    assert math.isnan(rows[0]["network_ahead"])
    assert all(math.isnan(row["network_gain"]) for row in rows)
    # At all points random selection was not run.
    assert math.isnan(rows[-1]["frozen_ahead"])


def test_the_figure_shows_every_series_once_in_both_panels():
    drawn = figure.end_to_end(columns())
    for axes, measure in zip(drawn.axes, (NETWORK, FROZEN), strict=True):
        labels = axes.get_legend_handles_labels()[1]
        assert labels == ["uniform random", "loss (proportional)", "influence (proportional)"]
        line = axes.containers[1].lines[0]
        expected = 100 * np.mean(measure["loss", "random_proportional", 0.25])
        assert line.get_ydata().tolist() == pytest.approx([expected])
    ends = {key: value for key, value in NETWORK.items() if key[0] == "-"}
    with pytest.raises(ValueError, match="no policy was run"):
        figure.end_to_end(columns(ends, ends))


def test_the_report_says_whether_the_answer_carries_over():
    transform = inputs.TransformResult(
        "crop", {}, {}, {}, {}, {}, {"end_to_end": bytes(24)}, None, [], columns()
    )
    config = {"end_to_end": {"network": {"kind": "cnn", "epochs": 3}}}
    one = inputs.ExperimentResult("demo", config, [transform])
    (run,) = end_to_end.view(inputs.Material([one]))["parts"]
    sentence = run.figures[0]["sentence"]
    for part in ("significant on frozen features: 2.", "confirm 1,", "reverse 0", "leave 1 open"):
        assert part in sentence
    assert "network 52.00 % to 78.00 %, frozen features 52.00 % to 78.00 %." in run.text
    labels = [row[0] for row in run.rows]
    assert labels == ["uniform random", "loss (proportional)", *["influence (proportional)"] * 2]
    assert {len(row) for row in run.rows} == {len(run.head)}
    assert run.rows[1][run.head.index("Ahead of random: network")].startswith("+10.00 (")
    bare = one._replace(transforms=[transform._replace(end_to_end=None)])
    assert end_to_end.view(inputs.Material([bare])) is None
