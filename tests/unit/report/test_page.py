"""The report: complete, self-contained, well-formed, and true to the numbers it was given."""

import base64
import hashlib
import io
import re

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.analysis import answer_words, claims, summary, wording
from efficient_augmentation.figures import looks
from efficient_augmentation.names import as_published, policies
from efficient_augmentation.report import (
    answer,
    answer_curve,
    inputs,
    made,
    parts,
    runs,
    swatches,
)
from efficient_augmentation.report import page as report
from reports import (
    COMBINED,
    FIGURES,
    PNG,
    Page,
    experiment,
    figures,
    full,
    thumbnails,
    with_origins,
)


def test_the_page_asks_nothing_of_the_network():
    text = report.build([experiment()])
    page = Page(text)
    assert all(a["src"].startswith("data:image/png;base64,") for a in page.all("img"))
    files = ("demo/translate/selection.csv", "demo/translate/selected")
    assert all(a["href"].startswith("#") or a["href"] in files for a in page.all("a"))
    assert all(a["href"].startswith("data:") for a in page.all("link"))
    assert not re.search(r"https?://|@import|url\(", text)
    assert not any("src" in a for a in page.all("script"))


def test_every_figure_is_there_with_an_alternative_text_and_a_caption():
    page = Page(report.build([experiment()]))
    images = figures(page)
    assert len(images) == len(page.all("figcaption")) - 1 == len(FIGURES)
    assert all(len(a["alt"]) > 40 for a in images)
    assert images[0]["width"] == str(726 // 2)


def test_ids_are_unique_and_links_lead_somewhere():
    page = Page(report.build([experiment("one"), experiment("two")]))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def visible(experiments, **arguments):
    return Page(report.build(experiments, **arguments)).text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_first_sentence_is_the_answer():
    one = experiment()
    found = one.transforms[0].selection.answer
    lede = answer.short(found)
    assert lede.startswith(answer_words.instruction(found))
    assert found["verdict"] == "better"
    assert visible([one]).index(lede) < visible([one]).index("What to augment")
    points = found["points"]
    text = visible([one, experiment("two")])
    for name in ("demo", "two"):
        assert f"{name}, translate: augment {points} of 1000 points" in text
    many = [experiment(name) for name in ("a", "b", "c")] + [experiment("d", floor=0.9)]
    points = [e.transforms[0].selection.answer["points"] for e in many]
    half = wording.percent(np.median(points) / 1000)
    text = visible(many)
    assert f"In 4 of 4 runs, a median of {half} of the training points is enough" in text
    assert f"Most is gained on d, translate (+7.3 pp), with {points[3]} of 1000 points." in text
    first = many[0].transforms[0]
    given = first.selection.answer | {"gain": None, "policy": "baseline"}
    first = first._replace(selection=first.selection._replace(answer=given))
    text = visible([many[0]._replace(transforms=[first]), *many[1:]])
    assert "In 3 of 4 runs, a median of" in text
    assert "In 1 run the number of points was given. In 1 run the points are drawn" in text


def test_the_answer_opens_the_page_and_everything_else_is_folded():
    page = Page(report.build([with_origins(full())]))
    heads = [a["id"] for a in page.all("h2")]
    assert heads[0] == "answer"
    parts = [a for a in page.all("details") if a.get("class") == "part"]
    assert len(parts) == len(heads) - 1 > 3
    assert not any("open" in a for a in parts)


def test_the_curve_shows_the_chosen_point_where_it_was_measured():
    one = experiment()
    result = one.transforms[0]
    found = result.selection.answer
    drawn = answer_curve.view(found, result.curves)
    budgets, accuracy = summary.accuracies(result.curves, found["score"], found["policy"])
    (line,) = (line for line in drawn["lines"] if line["kind"] == "chosen")
    corners = line["path"].split()
    assert len(corners) == len(budgets)
    x, y = corners[budgets.tolist().index(found["points"])].split(",")
    assert (drawn["point"]["x"], drawn["point"]["y"]) == (float(x), float(y))
    # Higher accuracy stands higher on the page, more points further to the right.
    xs, ys = np.array([corner.split(",") for corner in corners], float).T
    assert (np.diff(xs) > 0).all()
    assert (np.diff(ys) * np.diff(accuracy.mean(axis=0)) <= 0).all()
    assert {line["kind"] for line in drawn["lines"]} == {"random", "chosen"}
    assert answer_curve.view({**found, "points": 0}, result.curves) is None
    page = Page(report.build([one]))
    assert [a["aria-label"] for a in page.all("svg") if "aria-label" in a] == [drawn["alt"]]


def test_many_runs_stand_in_a_table_and_their_points_are_folded():
    names = ["a", "b", "c", "d"]
    page = Page(report.build([experiment(name) for name in names]))
    folded = [a["id"] for a in page.all("details") if "id" in a]
    assert folded == [f"answer-run-{name}-translate" for name in names]
    assert {f"#{name}" for name in folded} <= {a["href"] for a in page.all("a")}


def test_warnings_of_the_answer_are_shown():
    one = experiment()
    chosen = one.transforms[0].selection
    warned = chosen._replace(answer={**chosen.answer, "warnings": ["Few cats.", "Few dogs."]})
    text = visible([one._replace(transforms=[one.transforms[0]._replace(selection=warned)])])
    assert "Warning. Few cats." in text
    assert "Warning. Few dogs." in text
    assert "Warning." not in visible([one])


def test_classes_stand_in_a_table_with_the_balanced_accuracy():
    found = experiment().transforms[0].selection.answer
    rows = answer.by_class(found)
    assert [row[:3] for row in rows[:2]] == [
        [one["class"], one["train"], one["test"]] for one in found["by_class"]
    ]
    assert rows[-1][1:3] == [1000, 2000]
    assert rows[-1][3] == wording.percent(found["balanced_floor"], 1)


def test_the_first_points_are_shown_with_their_images_and_their_file():
    one = experiment()
    page, chosen = Page(report.build([one])), one.transforms[0].selection
    shown = thumbnails(page)
    assert len(shown) == inputs.THUMBNAILS < chosen.answer["points"]
    ids, labels = chosen.table["id"].tolist(), chosen.table["label"].tolist()
    expected = [f"{k + 1}: {ids[k]}, class {labels[k]}" for k in range(len(shown))]
    assert [a["alt"] for a in shown] == expected
    for given, a in zip(chosen.images, shown, strict=True):
        png = base64.b64decode(a["src"].partition(",")[2])
        found = np.asarray(Image.open(io.BytesIO(png)))
        np.testing.assert_array_equal(found, np.rint(255 * given[..., 0]))
    assert "results/demo/translate/selection.csv" in page.text
    assert f"The first 24 of {chosen.answer['points']} as a table" in page.text
    assert chosen.answer["test_images"] in page.text


def test_a_number_for_all_images_stands_beside_what_was_measured():
    one = experiment()
    chosen = one.transforms[0].selection
    measured = chosen.answer["points"]
    found = chosen.answer | {"candidates": 1500, "points": -(-measured * 3 // 2)}
    result = one.transforms[0]._replace(selection=chosen._replace(answer=found))
    run = answer.view_run(one, result)
    assert (run["points"], run["candidates"]) == (found["points"], 1500)
    assert run["percent"] == wording.percent(found["points"] / 1500)
    assert run["interval"].endswith(" of 1000")
    # The mark stands where the curve was measured.
    assert run["curve"] == answer_curve.view(chosen.answer, result.curves)
    assert f"Augment {found['points']} of 1500 points" in answer.short(found)


def test_large_images_are_reduced_and_keep_their_shape():
    image = np.zeros((300, 150, 3), np.uint8)
    png = base64.b64decode(answer.thumbnail(image).partition(",")[2])
    assert Image.open(io.BytesIO(png)).size == (48, 96)


def test_points_without_images_are_listed():
    one = experiment()
    chosen = one.transforms[0].selection._replace(images=None)
    listed = one._replace(transforms=[one.transforms[0]._replace(selection=chosen)])
    page = Page(report.build([listed]))
    assert not thumbnails(page)
    assert chosen.table["id"][23] in page.text


def test_an_answer_without_points_says_why():
    one = experiment(floor=0.97, ceiling=0.96)
    assert one.transforms[0].selection.answer["verdict"] == "no gain"
    page = Page(report.build([one]))
    assert "Augment none. Augmenting every point or none gives" in page.text
    assert not thumbnails(page)
    assert "nan" not in page.text
    assert ">None<" not in page.text
    assert "In none of these runs are points known" in visible([one, one._replace(name="two")])


def test_a_test_set_that_was_split_off_is_named_as_such():
    text = visible([experiment()._replace(test_share=0.25)])
    assert "demo brought no test set: a stratified split of 25 % of its points was held out" in text
    assert "none was given: a stratified split, 25 % of the points of a class" in text
    assert "stratified split" not in visible([experiment()])


def test_every_kind_of_data_says_what_its_ids_are():
    one = experiment()
    data = {"kind": "folder", "train": "photos/train", "classes": ["cat", "dog"], "n_train": 9}
    text = visible([one, one._replace(name="two", config={**one.config, "dataset": data})])
    assert "the paths of the images below photos/train" in text
    assert "positions in the publisher's training file" in text


def test_nothing_to_gain_is_said_once_and_computed_around():
    text = Page(report.build([experiment(floor=0.97, ceiling=0.96)])).text
    assert "Nothing to gain here: augmenting every point gives" in text
    assert "nan" not in text
    assert "no gain" in text
    assert "> 1000" not in text


def test_a_gain_never_recovered_is_not_counted_as_recovered():
    one = experiment()
    curves = one.transforms[0].curves
    low = {**curves, "test_accuracy": np.full(len(curves["score"]), 0.965)}
    flat = one._replace(transforms=[one.transforms[0]._replace(curves=low)])
    assert "> 1000" in Page(report.build([flat])).text


def test_warnings_are_shown_and_everything_is_escaped():
    text = report.build([experiment("a<b>", warnings=["H & <i>singular</i>"])])
    assert "H &amp; &lt;i&gt;singular&lt;/i&gt;" in text
    assert "<b>" not in text


def test_the_published_choices_are_named_as_such():
    one = experiment()
    faithful = one._replace(config={**one.config, "faithful": True})
    text = Page(report.build([faithful])).text
    assert "as published: C = 1" in text
    # The cnn subtracts no mean image that could be left in.
    assert "mean image" not in text
    resnet = {"kind": "resnet56v2", "mode": "pretrained", "model": "any"}
    deep = one._replace(config={**faithful.config, "featurizer": resnet})
    assert as_published.PARTS["input"] in Page(report.build([deep])).text
    assert "as published" not in Page(report.build([one])).text


def test_verdicts_compared_with_random_selection_have_a_section():
    text = Page(report.build([experiment()])).text
    assert "Of 1 policy, 1 needs significantly fewer points than random selection" in text
    assert "31 (20 to 45) better" in text
    assert "90 (70 to never)" in text


def test_figures_not_made_are_left_out():
    one = experiment()
    bare = one.transforms[0]._replace(figures={"transform": PNG})
    assert len(figures(Page(report.build([one._replace(transforms=[bare])])))) == 1


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


def test_an_approximated_influence_says_its_error():
    one = experiment()
    made = {"kind": "kfac", "points": 32, "relative_error": 0.21, "rank_correlation": 0.9876}
    measured = one.transforms[0]._replace(
        baselines={**one.transforms[0].baselines, "influence": made}
    )
    approximated = one._replace(
        config={**one.config, "influence": "auto"}, transforms=[measured, *one.transforms[1:]]
    )
    text = Page(report.build([approximated])).text
    for part in ("K-FAC", "32 points", "21%", "0.988"):
        assert part in text
    assert "K-FAC" not in Page(report.build([one])).text


def test_every_base_policy_has_a_text_and_a_marker():
    assert [row["name"] for row in made.view_policies()] == [*policies.BASES, "random_power_0.5"]
    assert len({policies.parse(name).rule.meaning for name in policies.EXAMPLES}) == 16
    assert all(str(swatches.swatch(name)).count("<g") == 1 for name in policies.EXAMPLES)


def test_looks_that_are_still_spare_have_a_marker():
    assert {marker for _, marker in looks.SPARE} <= set(swatches.MARKERS)
    assert not set(looks.SPARE) & set(looks.BASES.values())


def test_the_paper_is_told_in_its_order_with_every_figure():
    page = Page(report.build([full()]))
    assert len(figures(page)) == len(FIGURES) + len(COMBINED) + 2
    titles = [
        "Which training points are worth augmenting?",
        "What to augment",
        "Policies compared",
        "The paper's claims, judged by these runs",
        "paper: clusters of the originals",
        "Main results",
        "Refinements: update and downweight",
        "Stratified by clusters",
        "Diverse subsets: k-DPP",
        "Scores and images",
        "All policies of translate",
    ]
    places = [page.text.index(title) for title in titles]
    assert places == sorted(places)
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "k = 1, 10, 1000" in text
    assert "subsets of 1, 10, 250 points" in text
    assert "its inverse is what corresponds to influence" in text


def test_each_claim_stands_beside_its_verdict_for_every_transform():
    page = Page(report.build([full("one"), full("two")]))
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    result = full().transforms[0]
    for claim in claims.CLAIMS:
        found = claims.judge(claim, result.curves, result.baselines)
        assert claim.statement in text
        assert text.count(found.evidence) >= 2
        assert f"{found.verdict}: 2" in text
    assert [a["class"] for a in page.all("ol")].count("claims") == 1


def test_claims_that_no_run_tests_are_folded_away():
    page = Page(report.build([experiment()]))
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    place = text.index("Not tested by any of these runs: 3 claims")
    for claim in claims.CLAIMS:
        folded = "cluster" in claim.statement or "k-DPP" in claim.statement
        assert (text.index(claim.statement) > place) == folded
    assert "Not tested by any" not in Page(report.build([full()])).text


def test_ones_own_results_come_before_the_papers_claims():
    one = experiment()
    data = {**one.config["dataset"], "kind": "npz", "file": "my.npz", "test_share": 0.25}
    own = one._replace(config={**one.config, "dataset": data})
    places = [visible([e]).index("The test set holds") for e in (one, own)]
    found = [visible([e]).index("Each claim is judged for every transform") for e in (one, own)]
    assert places[0] > found[0]
    assert places[1] < found[1]


def test_what_was_skipped_is_listed_with_its_reason():
    text = Page(report.build([experiment()], skipped={"norb": "no <files>"})).text
    assert "Skipped." in text
    assert "no <files>" in text
    assert "Skipped." not in Page(report.build([experiment()])).text


def test_support_vectors_are_in_the_table():
    text = Page(report.build([experiment()])).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "60 points, 97.1 % accuracy, 80 % of the gain" in text
    text = Page(report.build([experiment(floor=0.97, ceiling=0.96)])).text
    assert "nothing to gain" in text


def test_refinements_mark_only_what_the_rounds_settle():
    result = full().transforms[0]
    (score, rows), *_ = runs.refinements(result)
    assert score == "influence"
    for row in rows:
        name = next(p for p in policies.PAPER_PANEL if wording.policy(p) == row["label"])
        found = summary.compare(
            result.curves,
            result.baselines,
            (score, name),
            (score, policies.parse(name).base),
        )
        assert row["settled"] == (found.low > 0 or found.high < 0)
        assert row["difference"] == f"{100 * found.difference:+.1f} %"
    assert {row["settled"] for row in rows} == {True, False}


def test_a_section_without_a_template_shows_its_parts(monkeypatch):
    rows = [("first & last", "95 %"), ("other", "<1 %")]
    shown = parts.Part("demo, crop", ("Policy", "Share"), rows, "What was found.")
    of_all = {"note": "How to read it.", "parts": [shown, shown._replace(name="two", text="")]}
    toy = report.Section("toy", "A toy", lambda material: of_all)
    empty = report.Section("empty", "Nothing", lambda material: None)
    monkeypatch.setattr(report, "SECTIONS", (toy, empty, *report.SECTIONS))
    html = report.build([experiment()])
    section = html.partition('<h2 id="toy"')[2].partition("</section>")[0]
    Page(html)
    assert re.findall("<p>(.*?)</p>", section) == ["What was found."]
    assert re.findall("<h3>(.*?)</h3>", section) == ["demo, crop", "two"]
    assert section.count('<th scope="col">Share</th>') == 2
    assert (
        section.count('<tr><th scope="row">first &amp; last</th><td>95\N{NO-BREAK SPACE}%</td>')
        == 2
    )
    assert 'aria-label="A toy, demo, crop"' in section
    assert 'href="#toy"' in html
    assert "Nothing</h2>" not in html


def test_panels_that_were_not_run_leave_no_section():
    text = Page(report.build([experiment()])).text
    assert "Stratified by clusters" not in text
    assert "Diverse subsets: k-DPP" not in text


def test_no_script_but_ours_may_run():
    html = report.build([experiment()])
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html
    assert not re.search(r"<[^>]* on\w+=", html)
