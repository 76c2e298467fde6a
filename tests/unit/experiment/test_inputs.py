"""What an experiment starts from."""

import pytest

import synthetic
from efficient_augmentation.data import available
from efficient_augmentation.experiment import inputs, paper, results

DIGITS = {"kind": "digits", "classes": [3, 8], "n_train": 20, "seed": 0}
RESNET = {"kind": "resnet20v2", "mode": "train", "epochs": 1, "exclude_points": False}


def settings(**changes):
    return synthetic.config(**{"dataset": DIGITS, **changes})


@pytest.mark.parametrize(
    ("featurizer", "folder"),
    [
        ({"kind": "raw"}, None),
        ({"kind": "given"}, None),
        ({"kind": "resnet56v2", "mode": "pretrained", "model": "cifar10_resnet56v2"}, None),
        ({"kind": "cnn", "mode": "frozen", "epochs": 1}, "one/featurizer"),
        ({"kind": "lenet", "mode": "online", "epochs": 1}, "one/featurizer"),
    ],
)
def test_the_folder_of_a_network(featurizer, folder):
    one = settings(featurizer=featurizer)
    assert inputs.network_folder("one", one) == folder
    assert inputs.weights("one", one) == (f"results/{folder}/weights.npz" if folder else [])
    assert inputs.network(one) is None


def test_the_same_training_is_shared_and_another_has_a_folder_of_its_own():
    mnist = {"kind": "mnist", "classes": [3, 8], "n_train": 100}
    one, two = (settings(dataset={**mnist, "n_train": n}, featurizer=RESNET) for n in (100, 200))
    other = settings(dataset=mnist, featurizer={**RESNET, "epochs": 2})
    assert inputs.network(one) == inputs.network(two) != inputs.network(other)
    assert inputs.network(one).startswith("mnist_resnet20v2_")
    turned = dict(reversed(RESNET.items()))
    assert inputs.network(settings(dataset=mnist, featurizer=turned)) == inputs.network(one)
    found = inputs.networks({"one": one, "two": two, "other": other, "small": settings()})
    assert list(found) == [inputs.network(one), inputs.network(other)]
    everything = {"kind": "mnist", "classes": list(range(10)), "n_train": 60000}
    assert found[inputs.network(one)] == {
        **{"dataset": everything, "featurizer": RESNET},
        **{"excluded": None, "divisor": 1.0},
    }
    # Digits have no published training set: what an experiment tests on must not be trained on.
    fewer = {**DIGITS, "n_train": 10}
    assert inputs.network(settings(featurizer=RESNET)) != inputs.network(
        settings(dataset=fewer, featurizer=RESNET)
    )


def test_a_history_is_asked_for_by_a_score_that_needs_it():
    forgetting = settings(scores=["loss", "forgetting"])
    assert inputs.history("one", settings()) == []
    assert inputs.history("one", forgetting) == "results/one/featurizer/forgetting.npz"


@pytest.mark.parametrize(
    ("data", "files"),
    [
        (DIGITS, []),
        ({"kind": "npz", "file": "mine.npz"}, []),
        ({"kind": "folder", "train": "a", "test": "b"}, []),
        ({"kind": "cifar10"}, ["resources/cifar10/cifar-10-binary.tar.gz"]),
    ],
)
def test_files_of_data(data, files):
    assert inputs.published_files(data) == files


def test_other_readers_leave_out_what_reads_the_data():
    every = {"digits", "mnist", "cifar10", "norb", "folder", "npz", "features"}
    room = "efficient_augmentation.data."
    for kind, own in (("digits", {"digits"}), ("features", {"features", "npz"})):
        assert inputs.other_readers({"kind": kind}) == {room + other for other in every - own}


def test_a_chosen_penalty_is_a_file_of_the_transform():
    auto = settings(C="auto")
    assert inputs.chosen_C("one", settings(C=10.0)) == []
    assert inputs.chosen_C("one", auto) == "results/one/translate/C.json"
    assert inputs.chosen_C("one", auto, "crop") == "results/one/crop/C.json"


def test_the_first_transform_gives_the_features_of_the_originals():
    assert inputs.first_features("one", settings()) == "results/one/translate/features.npz"


def test_what_the_paper_lacks_is_said_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_MIRROR", raising=False)
    monkeypatch.setattr(available, "_answers", lambda place: False)
    cifar10 = settings(dataset={"kind": "cifar10", "classes": [0, 1], "n_train": 100})
    found = paper.skipped({"mnist": settings(), "cifar10": cifar10}, ["mirror"])
    absent = "the configuration holds no experiment of this name"
    reason = found.pop("cifar10")
    assert found == dict.fromkeys(("mnist_online", "norb", "norb_augmented"), absent)
    assert "cifar-10-binary.tar.gz is in none of resources/cifar10, mirror/cifar10/" in reason


@pytest.mark.parametrize(
    ("featurizer", "features"),
    [
        ({"kind": "cnn", "mode": "frozen"}, "results/a/featurizer/refit.npz"),
        ({"kind": "lenet", "mode": "online"}, "results/a/featurizer/refit.npz"),
        ({"kind": "raw"}, "results/a/crop/features.npz"),
        ({"kind": "given"}, "results/a/crop/features.npz"),
        ({"kind": "resnet56v2", "mode": "pretrained"}, "results/a/crop/features.npz"),
    ],
)
def test_a_network_that_was_trained_on_points_is_trained_on_all_for_the_list(featurizer, features):
    assert inputs.refit_features("a", settings(featurizer=featurizer), "crop") == features


@pytest.mark.parametrize(("refit", "file"), [(True, "refit.csv"), (False, "scores.csv")])
def test_the_list_is_drawn_from_training_images_or_from_all(refit, file):
    one = settings(transforms={"turn": {}, "crop": {}})
    one["selection"] = one["selection"] | {"refit": refit}
    assert inputs.candidates("a", one, "crop") == f"results/a/crop/{file}"
    assert inputs.lists("a", one) == [f"results/a/{t}/selection.csv" for t in ("turn", "crop")]


# --- paths under results/ -------------------------------------------------------------------------


def test_final_files_of_two_experiments_name_a_shared_network_once():
    transforms = {"crop": {"pixels": [1]}}
    mnist = {"kind": "mnist", "classes": [3, 8], "n_train": 100}
    one = settings(
        dataset=mnist,
        featurizer=RESNET,
        transforms=transforms,
        scores=["loss"],
        policies=["baseline"],
    )
    network = inputs.network(one)
    tables = (
        "scores.csv scores.csv-metadata.json baselines.json curves.csv curves.csv-metadata.json "
        "auc.csv auc.csv-metadata.json auc.tex selection.csv selection.csv-metadata.json "
        "selection.json selected.npy"
    )
    drawn = "transform accuracy_loss_random accuracy_loss_deterministic scores_loss images_loss"
    expected = {f"results/{e}/crop/{t}" for e in ("a", "b") for t in tables.split()} | {
        f"results/{e}/crop/figures/{name}.{suffix}"
        for e in ("a", "b")
        for name in drawn.split()
        for suffix in ("png", "pdf")
    }
    expected |= {f"results/networks/{network}/training.{suffix}" for suffix in ("png", "pdf")}
    expected |= {f"results/{e}/selection_all.csv{s}" for e in "ab" for s in ("", "-metadata.json")}
    both = {"a": one, "b": one}
    found = results.final(both)
    assert len(found) == len(set(found))
    assert set(found) == expected
    arrays = {f"results/{e}/{file}" for e in both for file in ("dataset.npz", "crop/features.npz")}
    trained = "weights.npz", "history.csv", "history.csv-metadata.json"
    arrays |= {f"results/networks/{network}/{file}" for file in trained}
    assert set(results.reported(both)) == expected | arrays


def test_checks_audits_and_ablations():
    one = settings(transforms={"crop": {"pixels": [1]}}, policies=["baseline"])
    assert results.checks(["a", "b"]) == ["results/a/checks.txt", "results/b/checks.txt"]
    names = (
        "audit.csv audit.csv-metadata.json audit_summary.csv audit_summary.csv-metadata.json "
        "figures/audit.png figures/audit.pdf"
    )
    assert results.audits({"a": one}) == [f"results/a/{name}" for name in names.split()]
    folder = "results/a/crop"
    assert results.ablations({"a": one}) == [f"{folder}/curves.csv", f"{folder}/baselines.json"]
    read = "features.npz scores.csv baselines.json curves.csv auc.csv selection.csv selection.json "
    read += "selected.npy"
    assert results.checked("a", one) == [
        "results/a/dataset.npz",
        "results/a/selection_all.csv",
        *(f"{folder}/{name}" for name in read.split()),
    ]
