"""The whole workflow on a few points: it ends, and its files fit together."""

import html
import json
import re
import shutil

import numpy as np
import pytest
import yaml
from PIL import Image
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.checks import result_files
from efficient_augmentation.config import effective
from efficient_augmentation.files import tables

TRANSFORMS = [
    ("tiny", "translate"),
    ("tiny", "crop"),
    ("pixels", "translate"),
    ("refitted", "crop"),
]
# Figures, the sizes of k-DPPs' subsets, and the numbers of clusters.
EXPERIMENTS = {
    "tiny": (
        "transform regularization "
        "accuracy_loss_random accuracy_loss_deterministic scores_loss images_loss "
        "accuracy_influence_random accuracy_influence_deterministic scores_influence "
        "images_influence accuracy_margin_random accuracy_margin_deterministic images_margin "
        "compare_loss_random compare_loss_deterministic compare_margin_random "
        "compare_dpp_weighted compare_dpp_raw clusters_loss clusters_influence",
        {1, 4},
        {1, 3},
    ),
    "pixels": (
        "transform regularization "
        "accuracy_influence_random accuracy_influence_deterministic scores_influence "
        "images_influence accuracy_hinge_random accuracy_hinge_deterministic images_hinge "
        "compare_dpp_raw clusters_hinge end_to_end C_sweep",
        {2, 20},
        {20},
    ),
    "refitted": (
        "transform regularization "
        "accuracy_loss_random accuracy_loss_deterministic scores_loss images_loss",
        {3},
        set(),
    ),
}


@pytest.mark.parametrize(("experiment", "transform"), TRANSFORMS)
def test_every_file_of_a_transform_is_there(finished, experiment, transform):
    folder = finished.work / "results" / experiment / transform
    figures = EXPERIMENTS[experiment][0].split()
    files = [f"figures/{name}.{suffix}" for name in figures for suffix in ("png", "pdf")]
    files += ["features.npz", "scores.csv", "baselines.json", "curves.csv", "auc.csv", "auc.tex"]
    files += [f"{name}.csv" for name in ("end_to_end", "C_sweep") if name in figures]
    files += ["selection.csv", "selection.json", "selected.npy", "test_points.npz", "C.json"]
    files += ["refit.csv"] * (experiment == "refitted")
    files += ["comparison.csv", "needed.csv"] * (experiment in ("tiny", "pixels"))
    files += [f"{file}-metadata.json" for file in files if file.endswith(".csv")]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name for name in found if not name.startswith("selected/")} == set(files)


def test_augmented_images_of_the_chosen_points_are_there_where_they_are_asked_for(finished):
    results = finished.work / "results"
    table = tables.read_csv(results / "pixels/translate/selection.csv")
    n_test = len(np.load(results / "pixels/dataset.npz")["y_test"])
    assert table["selected"].tolist() == [1] * 2 + [0] * (18 + n_test)
    chosen = list(zip(table["label"][:2].tolist(), table["id"][:2].tolist(), strict=True))
    found = {p.relative_to(results).as_posix() for p in results.rglob("selected/**/*.png")}
    folder = "pixels/translate/selected"
    number = {path.rpartition("/")[2].partition(".")[2][:2] for path in found}
    assert number == {"01", "02", "03", "04"}
    assert {path.partition(".")[0] for path in found} == {f"{folder}/{c}/{i}" for c, i in chosen}
    assert len(found) == 8


@pytest.mark.parametrize(("experiment", "transform"), TRANSFORMS)
def test_results_fit_together(finished, experiment, transform):
    folder = finished.work / "results" / experiment
    dataset = np.load(folder / "dataset.npz", allow_pickle=False)
    features = np.load(folder / transform / "features.npz", allow_pickle=False)
    scores = tables.read_csv(folder / transform / "scores.csv")
    curves = tables.read_csv(folder / transform / "curves.csv")
    baselines = json.loads((folder / transform / "baselines.json").read_text())
    assert scores["id"].tolist() == dataset["train_ids"].tolist()
    classes = np.array([3, 8, 1, 0])
    assert scores["label"].tolist() == classes[dataset["y_train"]].tolist()
    assert baselines["n_train"] == (features["source_train"] == -1).sum() == 20
    assert baselines["n_test_rows"] == len(features["x_test"])
    _, subsets, counts = EXPERIMENTS[experiment]
    diverse = np.char.startswith(curves["policy"], "dpp")
    assert set(curves["n_augmented"][~diverse]) == {1, 5, 20}
    assert set(curves["n_augmented"][diverse]) == subsets
    assert set(curves["clusters"]) == {0} | counts


def test_a_list_of_all_images_comes_from_a_network_trained_on_all(finished):
    folder = finished.work / "results/refitted"
    dataset = np.load(folder / "dataset.npz")
    y = np.concatenate([dataset["y_train"], dataset["y_test"]])
    features = np.load(folder / "featurizer/refit.npz")["x"]
    scored = tables.read_csv(folder / "crop/refit.csv")
    assert len(scored["id"]) == len(features) == len(y) > 700
    C = json.loads((folder / "crop/baselines.json").read_text())["C"]
    fit = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(features.astype(float), y)
    loss = -fit.predict_log_proba(features.astype(float))[np.arange(len(y)), y]
    np.testing.assert_allclose(scored["loss"], loss, rtol=1e-3, atol=1e-5)
    answer = json.loads((folder / "crop/selection.json").read_text())
    assert (answer["candidates"], answer["n_train"]) == (len(y), 20)
    listed = tables.read_csv(folder / "crop/selection.csv")
    assert sorted(listed["rank"].tolist()) == list(range(1, len(y) + 1))
    assert listed["selected"].sum() == answer["points"]
    assert len(np.load(folder / "crop/selected.npy")) == answer["points"]
    # Digits are split by the workflow: their numbers are those of scikit-learn's arrays.
    assert set(listed["row"].tolist()) == {*dataset["train_ids"], *dataset["test_ids"]}


def test_the_sweep_is_made_where_it_is_asked_for(finished):
    folder = finished.work / "results/tiny"
    assert tables.read_csv(folder / "clusters.csv")["clusters"].tolist() == [2, 4, 9, 19]
    assert (folder / "figures/clusters_sweep.png").stat().st_size > 5000
    assert not (finished.work / "results/pixels/clusters.csv").exists()


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_results_were_checked(finished, experiment):
    text = (finished.work / "results" / experiment / "checks.txt").read_text()
    transforms = [t for name, t in TRANSFORMS if name == experiment]
    *lines, last = text.splitlines()
    assert sorted(line.split(":")[0] for line in lines) == sorted(transforms)
    assert last.startswith("provenance: ")


def test_damaged_results_do_not_pass(finished, tmp_path):
    """Results copied, one number changed in each table."""
    with (finished.tree / "tests/config/tiny.yaml").open() as file:
        settings = effective.effective(yaml.safe_load(file))["tiny"]
    folder = shutil.copytree(finished.work / "results/tiny", tmp_path / "tiny")
    assert result_files.check(folder, settings)
    curves, scores = folder / "crop/curves.csv", folder / "translate/scores.csv"
    edit_line(curves, 4, -1, "0.5")
    edit_line(scores, 2, 3, "0.25")
    edit_line(folder / "clusters.csv", 3, 3, "2.0")
    with pytest.raises(result_files.CheckError) as error:
        result_files.check(folder, settings)
    message = str(error.value)
    assert f"{curves}, line 4: test_accuracy is 0.5, expected the ceiling" in message
    assert f"{scores}, line 2: influence is 0.25, expected finite and <= 0" in message
    assert f"{folder}/clusters.csv, line 3: silhouette_train is 2.0, expected" in message


def edit_line(path, line, column, value):
    lines = path.read_text().splitlines()
    fields = lines[line - 1].split(",")
    fields[column] = value
    lines[line - 1] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n")


def test_raw_pixels_need_no_network(finished):
    assert not (finished.work / "results/pixels/featurizer").exists()
    assert (finished.work / "results/tiny/featurizer/history.csv").is_file()


def test_the_report_is_one_file_that_shows_every_experiment(finished):
    html = (finished.work / "results/report.html").read_text()
    assert all(name in html for name in EXPERIMENTS)
    assert "src=http" not in html.replace('"', "")


def test_snakemakes_own_report_finds_every_caption(finished):
    done = finished.snakemake("--report", finished.work / "own.html")
    assert done.returncode == 0, done.stdout
    html = (finished.work / "own.html").read_text()
    assert all(name in html for name in EXPERIMENTS["tiny"][0].split())


def test_every_job_has_a_log_and_a_benchmark(finished):
    results = finished.work / "results"
    logs = {path.relative_to(results / "logs").with_suffix("") for path in results.rglob("*.log")}
    times = {
        path.relative_to(results / "benchmarks").with_suffix("") for path in results.rglob("*.tsv")
    }
    assert logs == times
    assert len(logs) >= 18


# --- provenance -----------------------------------------------------------------------------------


def origin_in_arrays(path):
    with np.load(path, allow_pickle=False) as stored:
        return stored["provenance"].tobytes()


def origin_in_picture(path):
    with Image.open(path) as picture:
        return picture.text["provenance"]


def origin_in_pdf(path):
    (literal,) = re.findall(rb"/Keywords \(((?:[^\\()]|\\.)*)\)", path.read_bytes(), re.DOTALL)
    return re.sub(rb"\\(.)", rb"\1", literal)


def origin_beside_table(path):
    about = json.loads(path.with_name(f"{path.name}-metadata.json").read_text())
    return json.dumps(about["notes"][0]["provenance"])


ORIGINS = {
    ".csv": origin_beside_table,
    ".html": lambda path: html.unescape(
        re.search(r'<meta name="provenance" content="(.*)">', path.read_text())[1]
    ),
    ".json": lambda path: json.dumps(json.loads(path.read_text())["provenance"]),
    ".npy": lambda path: origin_beside_table(path.with_name("selection.csv")),
    ".npz": origin_in_arrays,
    ".pdf": origin_in_pdf,
    ".png": origin_in_picture,
    ".tex": lambda path: path.read_text().splitlines()[0].removeprefix("% provenance: "),
    ".txt": lambda path: path.read_text().splitlines()[-1].removeprefix("provenance: "),
}
"""How to read where a file of each kind comes from, with plain tools."""


def origins(finished):
    """Where each result comes from; the files beside tables speak of these."""
    paths = {name: finished.work / "results" / name for name in finished.results()}
    about = {name for name in paths if name.endswith(".csv-metadata.json")}
    assert {f"{name}-metadata.json" for name in paths if name.endswith(".csv")} == about
    return {
        name: json.loads(ORIGINS[path.suffix](path))
        for name, path in paths.items()
        if name not in about
    }


def test_every_result_says_where_it_comes_from(finished):
    found = origins(finished)
    assert {name.rpartition(".")[2] for name in found} == {suffix[1:] for suffix in ORIGINS}
    for name, origin in found.items():
        assert set(origin) == {"rule", "config", "code", "seeds", "device", "versions"}, name
        assert re.fullmatch("[0-9a-f]{12}", origin["config"]), name
        assert re.fullmatch("[0-9a-f]{12}", origin["code"]), name
        assert {"python", "efficient-augmentation"} < set(origin["versions"]), name
        assert not {str(finished.work), str(finished.tree)} & set(map(str, origin.values())), name
    assert len({origin["code"] for origin in found.values()}) == len(
        {re.sub(r"_(tiny|pixels|refitted|deep)$", "", o["rule"]) for o in found.values()}
    )


def test_origins_tell_results_apart_by_what_made_them(finished):
    found = origins(finished)
    scores, other = found["tiny/crop/scores.csv"], found["tiny/translate/scores.csv"]
    assert scores == other == found["tiny/crop/baselines.json"]
    assert scores["rule"] == "score_points"
    assert "jax" in scores["versions"]
    data, pixels = found["tiny/dataset.npz"], found["pixels/dataset.npz"]
    assert data["config"] == pixels["config"]
    assert data["seeds"] == {"settings.seed": 0}
    assert "jax" not in data["versions"]
    assert found["refitted/crop/scores.csv"]["config"] != scores["config"]
    assert found["refitted/crop/scores.csv"]["seeds"] == {"model.network.seed": 0}
    assert found["report.html"]["seeds"]["settings.tiny.dataset.seed"] == 0


def test_the_report_shows_how_each_stage_was_made(finished):
    found, text = origins(finished), (finished.work / "results/report.html").read_text()
    table = text.partition('<table class="plain made sortable">')[2].partition("</table>")[0]
    for name in ("tiny/dataset.npz", "tiny/featurizer/weights.npz", "refitted/crop/curves.csv"):
        row = next(row for row in table.split("</tr>") if found[name]["config"] in row)
        assert found[name]["code"] in row
        assert html.escape(found[name]["device"]) in row
    assert f"numpy {found['tiny/dataset.npz']['versions']['numpy']}" in text


@pytest.mark.study
def test_one_core_gives_the_same_bytes(finished, fresh):
    done = fresh.snakemake("tiny", "--cores", "1")
    assert done.returncode == 0, done.stdout
    ours, theirs = fresh.results(), finished.results("tiny")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
