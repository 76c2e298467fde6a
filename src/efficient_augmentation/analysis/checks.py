"""What must hold of an experiment's results, whatever the data are.

Every function takes the arrays and columns of files, and lists what is wrong with them: file,
line or row, what stands there and what was expected. Lines count from 1, the header included, as
an editor does; rows of arrays from 0.
"""

import numpy as np

from efficient_augmentation.analysis import answer
from efficient_augmentation.names import policies
from efficient_augmentation.names import scores as score_names
from efficient_augmentation.selection import every_image, order

_SIGNS = {"loss": 1, "loss_after": 1, "margin": 1, "influence": -1, "influence_after": -1}
_KEY = ("score", "policy", "clusters", "round", "n_augmented")
_SWEEP = ("inertia_train", "inertia_test", "silhouette_train", "silhouette_test")
_TEXTS = ("score", "policy")
# An image of a folder is known by its path, a class by its name.
_ANYTHING = (*_TEXTS, "id", "split", "label", "verdict", "C_choice", "configured")
_LEVELS = ("floor", "floor_plain_test", "ceiling", "vsv_accuracy")
_COLUMNS = {
    "scores.csv": ("id", "label", *_SIGNS, "support_vector"),
    "curves.csv": (*_KEY, "test_accuracy"),
    "auc.csv": (*_TEXTS, "auc_mean", "auc_std", "rounds"),
    "baselines.json": (*_LEVELS, "C", "C_choice", "n_train", "n_test_rows", "n_support_vectors"),
    "refit.csv": ("id", "split", "label"),
    "selection.csv": order.COLUMNS,
    "selection.json": ("verdict", "points", "n_train", "candidates", "configured"),
    "selection_all.csv": ("id", "split", "label", "row", "transforms"),
    "clusters.csv": ("clusters", *_SWEEP),
    "comparison.csv": (*_TEXTS, "n_augmented", "difference", "low", "high", "p_holm", "verdict"),
    "needed.csv": (*_TEXTS, "share", "points", "low", "high", "p_holm", "verdict"),
    "audit.csv": ("id", "label", "exact"),
    "C_sweep.csv": (
        *("C", "chosen", *_TEXTS, "floor", "ceiling"),
        *(
            name + end
            for name in ("gain", "points", "difference", "ahead")
            for end in ("", "_low", "_high")
        ),
    ),
    "end_to_end.csv": (
        *(*_TEXTS, "round", "share", "n_augmented", "images"),
        *("test_accuracy", "frozen_accuracy"),
    ),
}
# How far two sums may differ whose terms were added in another order.
_ROUNDING = 1e-9


def dataset(arrays, settings):
    """What is wrong with dataset.npz.

    Args:
      arrays: mapping with y_train, train_ids, y_test, test_ids.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    n, k = settings["dataset"]["n_train"], len(settings["dataset"]["classes"])
    found = _size("dataset.npz: y_train", len(arrays["y_train"]), n, "dataset.n_train")
    for split in ("train", "test"):
        y, ids = arrays[f"y_{split}"], arrays[f"{split}_ids"]
        found += _size(f"dataset.npz: {split}_ids", len(ids), len(y), f"y_{split}")
        labels = "0 or 1" if k == 2 else f"a label within 0..{k - 1}"
        found += _rows("dataset.npz", f"y_{split}", y, np.isin(y, range(k)), labels)
        if absent := sorted(set(range(k)) - set(np.asarray(y).tolist())):
            found.append(f"dataset.npz: y_{split} holds no {absent[0]}; every label was expected")
        if len(np.unique(ids)) != len(ids):
            found.append(f"dataset.npz: {split}_ids repeat; each point was expected once")
    return found


def transform(data, files, settings):
    """What is wrong with the files of one transform.

    Args:
      data: mapping with y_train, train_ids, y_test and test_ids of dataset.npz and, where they are
        there, train_rows and test_rows.
      files: mapping from "features.npz" to its y_train, source_train, y_test and source_test, from
        "scores.csv", "curves.csv", "auc.csv", "selection.csv" and, where there is something to
        compare, "comparison.csv" and "needed.csv", with refit "refit.csv" to their columns, from
        "baselines.json" and "selection.json" to their content, and from "selected.npy" to its
        array.
      settings: the experiment's effective settings.
    Returns: list of str. Where a column is missing or is no number, only that is told.
    """
    if found := [
        text for name in files if name in _COLUMNS for text in _columns(name, files[name])
    ]:
        return found
    return [
        *_features(files["features.npz"], data, settings["dataset"]["kind"]),
        *_scores(files["scores.csv"], data, settings),
        *_baselines(files, settings),
        *_curves(files["curves.csv"], files["baselines.json"], settings),
        *_areas(files, settings),
        *_refit(files, data, settings),
        *_selection(files, data, settings),
        *(_compared(files, settings) if policies.compared(settings["policies"]) else []),
    ]


def sweep(columns, settings):
    """What is wrong with clusters.csv.

    Args:
      columns: of the file.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file, n = "clusters.csv", settings["dataset"]["n_train"]
    if found := list(_columns(file, columns)):
        return found
    counts = columns["clusters"]
    found = []
    if not 1 <= len(counts) <= settings["sweep"]:
        found.append(f"{file}: {len(counts)} rows, expected 1 to {settings['sweep']} (sweep)")
    inside = (counts >= 2) & (counts <= n - 1)
    found += _lines(file, "clusters", counts, inside, f"within 2..{n - 1}")
    rising = np.diff(counts, prepend=0) > 0
    found += _lines(file, "clusters", counts, rising, "more than in the line before")
    for name in _SWEEP:
        values = columns[name]
        if name.startswith("inertia"):
            found += _lines(file, name, values, np.isfinite(values) & (values >= 0), ">= 0")
        else:
            good = np.isnan(values) | (np.abs(values) <= 1)
            found += _lines(file, name, values, good, "within -1..1, or nan")
    return found


def truth_check(columns, data, settings):
    """What is wrong with audit.csv.

    Args:
      columns: of the file.
      data: mapping with y_train and train_ids of dataset.npz.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file = "audit.csv"
    if found := list(_columns(file, columns)):
        return found
    if found := _size(f"{file}: rows", len(columns["id"]), len(data["y_train"]), "dataset.npz"):
        return found
    found += _named(file, columns, data, settings)
    exact = columns["exact"]
    good = np.isfinite(exact) & (exact >= -_ROUNDING)
    found += _lines(file, "exact", exact, good, "finite and >= 0")
    for name in [name for name in columns if name not in _COLUMNS[file]]:
        found += _lines(file, name, columns[name], np.isfinite(columns[name]), "finite")
    return found


def end_to_end(columns, n_test_rows, settings):
    """What is wrong with end_to_end.csv.

    Args:
      columns: of the file.
      n_test_rows: number of rows of the expanded test set.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file, plan, n = "end_to_end.csv", settings["end_to_end"], settings["dataset"]["n_train"]
    if found := list(_columns(file, columns)):
        return found
    ends = [("-", "none", 0.0), ("-", "all", 1.0)]
    series = [(s, p, a) for s in plan["scores"] for p in plan["policies"] for a in plan["shares"]]
    expected = sorted((*key, r) for key in (*ends, *series) for r in range(plan["rounds"]))
    keys = zip(*(columns[k].tolist() for k in ("score", "policy", "share", "round")), strict=True)
    if (keys := sorted(keys)) != expected:
        other = sorted(set(keys) ^ set(expected))[:3] or "a row twice"
        return [f"{file}: rows differ from those of the config in {other}"]
    augmented, share = columns["n_augmented"], columns["share"]
    near = np.abs(augmented - share * n) <= 1
    found += _lines(file, "n_augmented", augmented, near, f"the share of {n} points")
    for name in ("test_accuracy", "frozen_accuracy"):
        hits = columns[name] * n_test_rows
        whole = np.abs(hits - np.round(hits)) <= _ROUNDING * n_test_rows
        good = whole & (columns[name] >= 0) & (columns[name] <= 1)
        found += _lines(file, name, columns[name], good, f"a share of {n_test_rows} test rows")
    return found


def C_sweep(columns, levels, settings):
    """What is wrong with C_sweep.csv.

    Args:
      columns: of the file.
      levels: content of baselines.json.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file, plan = "C_sweep.csv", settings["C_sweep"]
    if found := list(_columns(file, columns)):
        return found
    C, chosen = columns["C"], columns["chosen"] == 1
    if len(marked := np.unique(C[chosen])) != 1:
        return [f"{file}: chosen marks {len(marked)} values of C, expected one"]
    expected = [
        (value, score, policy)
        for value in {*plan["values"], *marked.tolist()}
        for score in plan["scores"]
        for policy in plan["policies"]
    ]
    keys = list(zip(*(columns[name].tolist() for name in ("C", *_TEXTS)), strict=True))
    if found := _same_keys(file, keys, expected):
        return found
    for level in ("floor", "ceiling"):
        values, known = columns[level], levels[level]
        found += _lines(file, level, values, (values >= 0) & (values <= 1), "within 0..1")
        same = (levels["C"] != C) | (np.abs(values - known) <= _ROUNDING)
        found += _lines(file, level, values, same, f"{known}, as at the same C in baselines.json")
    # Percentile intervals, of the points, need not hold the estimate.
    for name in ("gain", "difference", "ahead"):
        value, low, high = (columns[name + end] for end in ("", "_low", "_high"))
        inside = np.isnan(low) | ((low <= value) & (value <= high))
        found += _lines(file, name, value, inside, "within its interval")
    return found


# --- files of a transform -----------------------------------------------------------------------


def _features(arrays, data, kind):
    file, found = "features.npz", []
    for split in ("train", "test"):
        y, source, known = arrays[f"y_{split}"], arrays[f"source_{split}"], data[f"y_{split}"]
        n = len(known)
        size = _size(f"{file}: source_{split}", len(source), len(y), f"y_{split}")
        if size := size + _size(f"{file}: originals of {split}", (source < 0).sum(), n, "dataset"):
            found += size
            continue
        name = f"source_{split}"
        order = np.where(np.arange(len(source)) < n, source == -1, (source >= 0) & (source < n))
        expected = f"-1 in the first {n} rows and 0..{n - 1} after"
        if problem := _rows(file, name, source, order, expected):
            found += problem
            continue
        point = np.where(source < 0, np.arange(len(source)), source)
        found += _rows(file, f"y_{split}", y, y == known[point], "the label of its original")
        if kind == "features":  # A user may have made more of one point than of another.
            continue
        copies = np.bincount(source[n:], minlength=n)
        equal = copies == max(copies.max(), 1)
        found += _rows(file, f"copies of {split} point", copies, equal, "as many as of the others")
    return found


def _scores(columns, data, settings):
    file, further = "scores.csv", score_names.further(settings)
    # What is missing is told before what is wrong.
    signs = dict.fromkeys(further, 1)
    signs |= {f"{name}_after": 1 for name in further if name in score_names.FOLLOWED}
    if absent := [name for name in signs if name not in columns]:
        return [f"{file}: {name} is missing, expected by the config's scores" for name in absent]
    found = _size(f"{file}: rows", len(columns["id"]), len(data["y_train"]), "dataset.npz")
    if found:
        return found
    found += _named(file, columns, data, settings)
    for name, sign in (_SIGNS | signs).items():
        good = np.isfinite(columns[name]) & (sign * columns[name] >= 0)
        found += _lines(file, name, columns[name], good, f"finite and {'<>'[sign > 0]}= 0")
    support = columns["support_vector"]
    return found + _lines(file, "support_vector", support, np.isin(support, (0, 1)), "0 or 1")


def _baselines(files, settings):
    file, levels = "baselines.json", files["baselines.json"]
    found = _size(f"{file}: n_train", levels["n_train"], settings["dataset"]["n_train"], "config")
    rows = len(files["features.npz"]["y_test"])
    found += _size(f"{file}: n_test_rows", levels["n_test_rows"], rows, "features.npz")
    support = int(files["scores.csv"]["support_vector"].sum())
    found += _size(f"{file}: n_support_vectors", levels["n_support_vectors"], support, "scores.csv")
    for name in _LEVELS:
        if not 0 <= levels[name] <= 1:
            found.append(f"{file}: {name} is {levels[name]}, expected within 0..1")
    return found + _penalty(file, levels)


def _penalty(file, levels):
    """What is wrong with the C that was used: it must be the one that the recorded rule gives."""
    C, choice = levels["C"], levels["C_choice"]
    if choice["C"] != C:
        return [f"{file}: C is {C}, expected {choice['C']}, which C_choice holds"]
    if not choice.get("losses"):
        return []
    best = int(np.argmin(choice["losses"]))
    bound = choice["losses"][best] + choice["standard_errors"][best]
    pairs = zip(choice["grid"], choice["losses"], strict=True)
    expected = min(value for value, loss in pairs if loss <= bound)
    if expected == C:
        return []
    return [f"{file}: C is {C}, expected {expected}, the least with a loss of at most {bound:.6g}"]


def _curves(columns, levels, settings):
    file = "curves.csv"
    found = _completeness(_keys(columns), _expected_keys(settings))
    accuracy, budget = columns["test_accuracy"], columns["n_augmented"]
    inside = (accuracy >= 0) & (accuracy <= 1)
    found += _lines(file, "test_accuracy", accuracy, inside, "within 0..1")
    hits = accuracy * levels["n_test_rows"]
    whole = ~inside | (np.abs(hits - np.round(hits)) <= _ROUNDING * levels["n_test_rows"])
    share = f"a whole number of {levels['n_test_rows']} test rows"
    found += _lines(file, "test_accuracy", accuracy, whole, share)
    # Every point is augmented there: what is left of a policy is the fit on all rows.
    everything = budget == settings["dataset"]["n_train"]
    everything &= ~np.char.endswith(columns["policy"], "_downweight")
    ends = ~everything | (accuracy == levels["ceiling"])
    ceiling = f"the ceiling, {levels['ceiling']}"
    return found + _lines(file, "test_accuracy", accuracy, ends, ceiling)


def _keys(columns):
    return list(zip(*(columns[name].tolist() for name in _KEY), strict=True))


def _expected_keys(settings):
    """(score, policy, clusters, round, budget) of every row that curves.csv must hold."""
    stratified, dpp = settings["clusters"], settings["dpp"]
    panels = (
        (settings["scores"], settings["policies"], [0], settings["budgets"]),
        (stratified["scores"], stratified["policies"], stratified["counts"], settings["budgets"]),
        (dpp["scores"], dpp["policies"], [0], dpp["budgets"]),
    )
    return [
        (score, policy, k, number, budget)
        for scores, names, counts, budgets in panels
        for score in scores
        for policy in names
        for k in counts
        for number in range(_rounds(policy, settings))
        for budget in budgets
    ]


def _rounds(policy, settings):
    return settings["rounds"] if policies.parse(policy).random else 1


def _completeness(keys, expected):
    there, wanted, seen = set(keys), set(expected), set()
    absent = [
        f"curves.csv: no row {_said(key)}, expected by the config"
        for key in expected
        if key not in there
    ]
    wrong = []
    for line, key in enumerate(keys, start=2):
        if key not in wanted or key in seen:
            times = "once" if key in seen else "nowhere"
            wrong.append(f"curves.csv, line {line}: row {_said(key)}, expected {times}")
        seen.add(key)
    return [*_shortened("curves.csv", absent), *_shortened("curves.csv", wrong)]


def _said(key):
    score, policy, clusters, number, budget = key
    return f"({score}, {policy}, clusters {clusters}, round {number}, {budget} points)"


def _areas(files, settings):
    file, columns = "auc.csv", files["auc.csv"]
    pairs = list(zip(columns["score"].tolist(), columns["policy"].tolist(), strict=True))
    expected = _summarized(settings)
    if sorted(pairs) != sorted(expected):
        other = sorted(set(pairs) ^ set(expected)) or "a pair twice"
        return [f"{file}: rows differ from the unstratified policies of the config in {other}"]
    rounds = np.array([_rounds(policy, settings) for _, policy in pairs])
    found = _lines(file, "rounds", columns["rounds"], columns["rounds"] == rounds, "the config's")
    floor = files["baselines.json"]["floor"]
    area = np.array([_area(files["curves.csv"], pair, floor) for pair in pairs])
    equal = np.isclose(columns["auc_mean"], area, rtol=_ROUNDING, atol=0)
    found += _lines(file, "auc_mean", columns["auc_mean"], equal, "the area under curves.csv")
    spread = np.where(rounds > 1, columns["auc_std"] >= 0, np.isnan(columns["auc_std"]))
    return found + _lines(
        file, "auc_std", columns["auc_std"], spread, ">= 0, or nan of a single round"
    )


def _compared(files, settings):
    curves, columns = files["curves.csv"], files["comparison.csv"]
    mean = {}
    for *key, k, accuracy in zip(
        *(curves[c].tolist() for c in (*_TEXTS, "n_augmented", "clusters", "test_accuracy")),
        strict=True,
    ):
        if not k:
            mean.setdefault(tuple(key), []).append(accuracy)
    mean = {key: np.mean(values) for key, values in mean.items()}
    expected = {
        (score, policy, budget): mean[score, policy, budget] - mean[score, "baseline", budget]
        for score, policy, budget in mean
        if policy != "baseline" and (score, "baseline", budget) in mean
    }
    keys = _triples(columns, "n_augmented")
    found = _same_keys("comparison.csv", keys, expected)
    if not found:
        difference = np.array([expected[key] for key in keys])
        equal = np.isclose(columns["difference"], difference, rtol=0, atol=_ROUNDING)
        found = _lines(
            "comparison.csv", "difference", columns["difference"], equal, "that of curves.csv"
        )
    found += _around("comparison.csv", columns, "difference")
    columns = files["needed.csv"]
    wanted = {(*pair, share) for pair in _summarized(settings) for share in set(columns["share"])}
    found += _same_keys("needed.csv", _triples(columns, "share"), wanted)
    found += _same_verdict(columns, files["selection.json"])
    return found + _around("needed.csv", columns, "points")


def _same_verdict(columns, found):
    """Where selection.json says something else than needed.csv."""
    own = found["configured"]
    if own is None:
        return []
    rows = (columns["score"] == own["score"]) & (columns["policy"] == own["policy"])
    rows &= np.isclose(columns["share"], own["share"])
    verdicts = columns["verdict"][rows].tolist()
    if verdicts == [own["verdict"]]:
        return []
    return [f"selection.json: configured is {own['verdict']}, expected {verdicts} as in needed.csv"]


def _triples(columns, last):
    return list(zip(*(columns[name].tolist() for name in (*_TEXTS, last)), strict=True))


def _same_keys(file, keys, expected):
    if sorted(keys) == sorted(expected):
        return []
    other = sorted(set(keys) ^ set(expected))[:3] or "a row twice"
    return [f"{file}: rows differ from those of the config in {other}"]


def _around(file, columns, name):
    """What is wrong with intervals, p-values and verdicts."""
    value, low, high = columns[name], columns["low"], columns["high"]
    inside = np.isnan(low) | ((low <= value) & (value <= high))
    p, verdicts = columns["p_holm"], answer.VERDICTS
    return [
        *_lines(file, name, value, inside, "within low and high"),
        *_lines(file, "p_holm", p, np.isnan(p) | ((p >= 0) & (p <= 1)), "within 0..1"),
        *_lines(
            file, "verdict", columns["verdict"], np.isin(columns["verdict"], verdicts), "a verdict"
        ),
    ]


def _summarized(settings):
    """(score, policy) of the main panel, and of k-DPPs that were measured as far."""
    dpp, end = settings["dpp"], settings["budgets"][-1]
    pairs = [(score, policy) for score in settings["scores"] for policy in settings["policies"]]
    if dpp["budgets"] and dpp["budgets"][-1] >= end:
        pairs += [(score, policy) for score in dpp["scores"] for policy in dpp["policies"]]
    return pairs


def _area(curves, pair, floor):
    """Mean over rounds of the trapezoid from (0, floor) on."""
    rows = (curves["score"] == pair[0]) & (curves["policy"] == pair[1]) & (curves["clusters"] == 0)
    budgets = np.unique(curves["n_augmented"][rows])
    means = [curves["test_accuracy"][rows & (curves["n_augmented"] == b)].mean() for b in budgets]
    heights, widths = np.array([floor, *means]), np.diff([0, *budgets])
    return float((widths * (heights[1:] + heights[:-1])).sum() / 2)


def _refit(files, data, settings):
    if "refit.csv" not in files:
        return []
    file, columns, images = "refit.csv", files["refit.csv"], every_image.of(data)
    if found := _size(f"{file}: rows", len(columns["id"]), len(images.ids), "dataset.npz"):
        return found
    found = _lines(file, "id", columns["id"], columns["id"] == images.ids, "that of dataset.npz")
    split = columns["split"]
    found += _lines(file, "split", split, split == images.split, "that of dataset.npz")
    names = _class_names(settings)[images.y]
    label = columns["label"]
    found += _lines(file, "label", label, label == names, "the class of y in dataset.npz")
    for name in [name for name in columns if name not in _COLUMNS[file]]:
        found += _lines(file, name, columns[name], np.isfinite(columns[name]), "finite")
    return found


def _selection(files, data, settings):
    """What is wrong with the list: every image once, those that can be chosen first, as drawn."""
    file, columns, answer = "selection.csv", files["selection.csv"], files["selection.json"]
    images, n = every_image.of(data), answer["candidates"]
    wanted = len(images.ids) if "refit.csv" in files else len(data["train_ids"])
    found = _size("selection.json: candidates", n, wanted, "dataset.npz")
    found += _size(f"{file}: rows", len(columns["rank"]), len(images.ids), "dataset.npz")
    if found:
        return found
    place = {key: i for i, key in enumerate(zip(images.split, images.ids, strict=True))}
    keys = list(zip(columns["split"], columns["id"].astype(str), strict=True))
    places = np.array([place.pop(key, -1) for key in keys])
    ids, candidate = columns["id"], np.arange(len(places)) < n
    if found := _lines(file, "id", ids, places >= 0, "an image of dataset.npz, each once"):
        return found
    good = (places < n) == candidate
    found += _lines(file, "split", columns["split"], good, f"of a candidate in {n} rows, then not")
    for name, known in (("label", _class_names(settings)[images.y]), ("row", images.rows)):
        good = columns[name].astype(str) == known[places].astype(str)
        found += _lines(file, name, columns[name], good, "that of dataset.npz")
    return found + _ranked(file, columns, answer["points"], n) + _row_numbers(files)


def _ranked(file, columns, points, n):
    """What is wrong with ranks, scores, probabilities and marks; n rows have some."""
    line = np.arange(len(columns["rank"])) + 1
    candidate, found = line <= n, []
    rank = np.where(candidate, columns["rank"] == line, np.isnan(columns["rank"]))
    found += _lines(file, "rank", columns["rank"], rank, "the line's place, nan of no candidate")
    places, size = columns["score_rank"][:n], np.abs(columns["score"][:n])
    ascending = np.sort(size)
    # Of equal scores any may come first.
    first = n - np.searchsorted(ascending, size, side="right") + 1
    last = n - np.searchsorted(ascending, size, side="left")
    once = np.isin(np.arange(n), np.unique(places, return_index=True)[1])
    good = once & (places >= first) & (places <= last)
    found += _lines(file, "score_rank", places, good, "the place by |score|, each once")
    for name in ("score", "score_rank"):
        good = np.isfinite(columns[name]) == candidate
        found += _lines(file, name, columns[name], good, "finite of candidates, nan of others")
    chosen = columns["selected"] == (line <= points)
    first = f"1 in the first {points} rows as in selection.json, else 0"
    found += _lines(file, "selected", columns["selected"], chosen, first)
    probability = columns["probability"]
    good = np.where(candidate, probability >= 0, probability == 0)
    found += _lines(file, "probability", probability, good, ">= 0, and 0 of no candidate")
    if abs(probability.sum() - 1) > _ROUNDING:
        found.append(f"{file}: probabilities add up to {probability.sum()}, expected 1")
    return found


def _row_numbers(files):
    columns, rows = files["selection.csv"], files["selected.npy"]
    known = columns["row"][columns["selected"] == 1]
    if rows.dtype == np.int64 and np.array_equal(rows, known):
        return []
    return ["selected.npy: not the rows that selection.csv selects, in its order, as int64"]


def joined(columns, lists):
    """What is wrong with selection_all.csv.

    Args:
      columns: of the file.
      lists: mapping from each transform's name to the columns of its selection.csv.
    Returns: list of str.
    """
    file, count = "selection_all.csv", np.zeros(len(columns["id"]), np.int64)
    if found := list(_columns(file, columns)):
        return found
    keys = list(zip(columns["split"].tolist(), columns["id"].tolist(), strict=True))
    found = []
    for name, table in lists.items():
        if f"selected_{name}" not in columns:
            return [f"{file}: selected_{name} is missing, expected by the config's transforms"]
        listed = zip(table["split"].tolist(), table["id"].tolist(), strict=True)
        known = dict(zip(listed, table["selected"].tolist(), strict=True))
        good = np.array([known.get(key) for key in keys]) == columns[f"selected_{name}"]
        place = f"as in selection.csv of {name}"
        found += _lines(file, f"selected_{name}", columns[f"selected_{name}"], good, place)
        count += columns[f"selected_{name}"]
    if len(set(keys)) < len(keys):
        found.append(f"{file}: an image stands there twice, expected each once")
    total = columns["transforms"]
    return found + _lines(file, "transforms", total, total == count, "how many chose the image")


def _named(file, columns, data, settings):
    """What is wrong with ids and names of classes in a table of the training points."""
    labels = _class_names(settings)[data["y_train"]]
    found = []
    for name, known, of in (("id", data["train_ids"], "train_ids"), ("label", labels, "y_train")):
        equal = columns[name].astype(str) == known.astype(str)
        found += _lines(file, name, columns[name], equal, f"that of {of} in dataset.npz")
    return found


def _class_names(settings):
    return np.array([str(name) for name in settings["dataset"]["classes"]])


# --- messages -----------------------------------------------------------------------------------


def _columns(file, columns):
    """What is missing from a file, or is no number where one was expected."""
    for name in _COLUMNS[file]:
        if name not in columns:
            yield f"{file}: {name} is missing, expected beside {', '.join(columns)}"
        elif name not in _ANYTHING and np.asarray(columns[name]).dtype.kind not in "if":
            yield f"{file}: {name} holds text, expected numbers"


def _size(what, size, expected, of):
    return [] if size == expected else [f"{what}: {size}, expected {expected} as in {of}"]


def _lines(file, name, values, good, expected):
    """Lines of a table whose value is not as expected."""
    return _wrong(file, "line", 2, name, values, good, expected)


def _rows(file, name, values, good, expected):
    """Rows of an array whose value is not as expected."""
    return _wrong(file, "row", 0, name, values, good, expected)


def _wrong(file, unit, first, name, values, good, expected):
    messages = [
        f"{file}, {unit} {i + first}: {name} is {values[i]}, expected {expected}"
        for i in np.flatnonzero(~good)
    ]
    return _shortened(file, messages)


def _shortened(file, messages, most=3):
    left = len(messages) - most
    return messages if left <= 0 else [*messages[:most], f"{file}: {left} more like these"]
