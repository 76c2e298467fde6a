"""Write docs/findings.md from finished runs.

PYTHONPATH=src python docs/make_findings.py results digits mnist cifar10 mnist_end_to_end

For each experiment its `needed.csv`, `audit_summary.csv`, `end_to_end.csv` and `C_sweep.csv` are
shown where they are there, then `ablations.csv` of the folder.
"""

import math
import sys
from pathlib import Path

import yaml

from efficient_augmentation.analysis import C_sweep, carry_over, table_sentences, wording
from efficient_augmentation.figures.end_to_end import listed
from efficient_augmentation.files import tables
from efficient_augmentation.names import policies

HEAD = """# Findings

What runs of this project on two CPU cores show. Written by `docs/make_findings.py` from their
files. Intervals are 95 %; how they are made, and how verdicts are corrected for many comparisons,
is in [the method](method.md#9-summaries).

**All of this was made with C = 10**, but for [the section on C](#when-does-choosing-by-score-help)
and rows that say "as published: C" or "as published: all", which is C = 1. That was the default
before [`C: auto`](method.md#c-auto), and conclusions change with C, above all on CIFAR-10: see
[when influence helps](choosing.md).
"""
SHARE = 0.95
CONFIG = Path(__file__).parents[1] / "config"
CONFIGS = {
    name: f"config/{path.name}"
    for path in sorted(CONFIG.glob("*.yaml"))
    if path.name != "config.yaml"
    for name in yaml.safe_load(path.read_text(encoding="utf-8"))["experiments"]
}
"""The file of every experiment that does not stand in config/config.yaml."""
COMMANDS = """## The commands

```sh
{}
```
"""
NEEDED = """## Points needed for 95 % of the gain

Points whose augmentation recovers 95 % of what augmenting every point gains, each with its
interval; `>`: not reached within the budgets. **Bold**: significantly fewer than random selection;
*italic*: significantly more; plain: not significant.
"""
AUDIT = """## Do scores say what retraining says?

Each score compared with the exact change of a point's own loss when the regression is fitted again
without it, over all training points: Spearman's correlation, and how many of the hundred points of
largest change are among the hundred of highest score (for margin: lowest score). The error is the
median relative error of scores that estimate the change itself.
"""
END_TO_END = """## Does the answer hold for the network itself?

Networks trained from scratch with augmentation of chosen points only, compared with the logistic
regression on frozen features with the same points. Gain: share of what augmenting every point
gains. Cost: images seen, as a share of those of augmenting every point. Ahead: accuracy minus that
of random selection in percentage points, rounds paired.
"""
SIZES = """Points needed for 95 % of the gain, by number of training points, with intervals over
rounds; `-`: not reached within the budgets, or no interval.
"""
SWEPT = """## When does choosing by score help?

It depends on C, the inverse strength of the penalty: everything simulated again at other values of
C on the same features, C of the scores included. s^2 is the mean squared distance of the points
from their mean, so that C s^2 is free of the features' scale; `auto` marks the C that
cross-validation chose. Points: for 95 % of the gain, `>` is never within the budgets. Ahead: mean
accuracy over the budgets up to a quarter of the points minus that of random selection, in
percentage points and in percent of the gain, which counts as known; `-` where the interval of the
gain does not lie above zero. **Bold**: the interval lies above zero, *italic*: below. Intervals are
over rounds and test points and not corrected for their number.
"""
ABLATIONS = """## What the answer depends on

How far each policy is ahead of random selection, in percent of the gain, averaged over the budgets
up to a quarter of the points, with uncorrected intervals. The first row of each data set is the
base; each other row changes one thing in it.
"""


def main(results, *experiments):
    results = Path(results)
    text, shown = [HEAD], {}
    parts = ((NEEDED, needed), (AUDIT, audited), (END_TO_END, trained), (SWEPT, swept))
    for head, table in parts:
        found = {name: table(results, name) for name in experiments}
        if shown_here := [name for name in experiments if found[name]]:
            text += [head, *(found[name] for name in shown_here)]
            shown[table] = shown_here
    if swept in shown:
        text.append(swept_together(results, shown[swept]))
    commands = runs([n for n in experiments if any(n in names for names in shown.values())])
    if audited in shown:
        commands.append(f"snakemake audit --config run='[{', '.join(shown[audited])}]'")
    if found := ablated(results):
        text += [ABLATIONS, found]
        commands.append("snakemake ablations --configfile config/ablations.yaml")
    commands.append(f"PYTHONPATH=src python docs/make_findings.py results {' '.join(experiments)}")
    text.append(COMMANDS.format("\n".join(commands)))
    Path(__file__).with_name("findings.md").write_text("\n".join(text), encoding="utf-8")


def runs(names):
    """Commands that make experiments: one for each file of config/ that they stand in."""
    by_file = {}
    for name in names:
        by_file.setdefault(CONFIGS.get(name, ""), []).append(name)
    options = {file: f" --configfile {file}" if file else "" for file in by_file}
    return [f"snakemake {' '.join(found)}{options[file]}" for file, found in by_file.items()]


def needed(results, name):
    """Table of points needed, a row a policy, a column a transform; a sentence with the tally."""
    folders = sorted(path.parent for path in (results / name).glob("*/needed.csv"))
    if not folders:
        return ""
    found = {folder.name: by_series(tables.read_csv(folder / "needed.csv")) for folder in folders}
    series = dict.fromkeys(key for rows in found.values() for key in rows)
    lines = [table_row(["policy", *found]), table_row(["---"] * (len(found) + 1))]
    for key in series:
        cells = [points(rows[key]) if key in rows else "" for rows in found.values()]
        lines.append(table_row([wording.series(*key), *cells]))
    verdicts = [
        row["verdict"] for rows in found.values() for key, row in rows.items() if not_uniform(key)
    ]
    tally = {verdict: verdicts.count(verdict) for verdict in ("better", "worse")}
    return (
        f"### {name}\n\n{chr(10).join(lines)}\n\n"
        f"Of {len(verdicts)} pairs of policy and transform, {tally['better']} need fewer points "
        f"than random selection, {tally['worse']} need more; for "
        f"{len(verdicts) - sum(tally.values())} the difference is not significant.\n"
    )


def by_series(columns):
    """Rows of needed.csv at the share, by (score, policy); one that sees no score once."""
    rows, blind = {}, set()
    for row in tables.rows(columns):
        if row["share"] != SHARE:
            continue
        if policies.parse(row["policy"]).blind:
            if row["policy"] in blind:
                continue
            blind.add(row["policy"])
            row["score"] = "-"
        rows[row["score"], row["policy"]] = row
    return rows


def not_uniform(key):
    return key[1] != "baseline"


def points(row):
    """Points needed with their interval, 123 (100 to 150), marked by the verdict."""
    text = number(row["points"])
    if not math.isnan(row["low"]):
        text += f" ({number(row['low'])} to {number(row['high'])})"
    mark = {"better": "**", "worse": "*"}.get(row["verdict"], "")
    return f"{mark}{text}{mark}"


def number(value):
    """Points rounded up; > where they are never enough."""
    return "-" if math.isnan(value) else ">" if math.isinf(value) else str(math.ceil(value))


def audited(results, name):
    """Table of the truth check, a row a score."""
    path = results / name / "audit_summary.csv"
    if not path.is_file():
        return ""
    columns = tables.read_csv(path)
    lines = [table_row(["score", "Spearman", "top 100", "error"]), table_row(["---"] * 4)]
    for i, score in enumerate(columns["score"]):
        rho, top, error = (columns[k][i] for k in ("spearman", "top_100", "error_median"))
        cells = ["-" if math.isnan(rho) else f"{rho:.4f}", percent(top)]
        cells.append("-" if math.isnan(error) else f"{error:.2g}")
        lines.append(table_row([score, *cells]))
    return f"### {name}\n\n" + "\n".join(lines) + "\n"


def trained(results, name):
    """Table of networks trained end to end, a row a policy and share, for every transform."""
    text = []
    for path in sorted((results / name).glob("*/end_to_end.csv")):
        columns, transform = tables.read_csv(path), path.parent.name
        head = ["policy", "points", "cost", "gain, network", "gain, frozen", "ahead, network"]
        lines = [table_row(head), table_row(["---"] * len(head))]
        for (score, policy), of_series in listed(carry_over.summarize(columns)).items():
            for row in of_series:
                cells = [wording.percent(row[key]) for key in ("share", "cost")]
                cells += [percent(row[f"{m}_gain"]) for m in carry_over.MEASURES]
                cells.append(ahead(row, "network_ahead"))
                lines.append(table_row([wording.series(score, policy), *cells]))
        text += [
            f"### {name}, {transform}\n\n{took(results, name, transform)}\n\n",
            "\n".join(lines),
            f"\n\n{table_sentences.end_to_end_sentence(columns)}\n",
        ]
    return "".join(text)


def took(results, name, transform):
    """Seconds of the trainings as measured, in a sentence."""
    path = results / f"benchmarks/train_end_to_end/{name}/{transform}.csv"
    if not path.is_file():
        return "Seconds were not kept."
    columns = tables.read_csv(path)
    networks, seconds = int(columns["networks"].sum()), float(columns["seconds"].sum())
    rate = int(columns["images_seen"].sum()) / seconds
    return f"{networks} networks were trained in {seconds:.0f} s, {rate:.0f} images a second."


def swept(results, name):
    """Table of the sweep over C, a row a policy at each C, and where it is ahead, by transform."""
    text = []
    for path in sorted((results / name).glob("*/C_sweep.csv")):
        head = ["C", "C s^2", "floor", "ceiling", "policy", "points", "ahead", "ahead, % of gain"]
        lines = [table_row(head), table_row(["---"] * len(head))]
        rows = tables.rows(columns := tables.read_csv(path))
        for C in dict.fromkeys(row["C"] for row in rows):
            here = [row for row in rows if row["C"] == C]
            levels = [f"{C:.3g}{' (auto)' * here[0]['chosen']}", f"{here[0]['scaled_C']:.3g}"]
            levels += [f"{100 * here[0][level]:.2f}" for level in ("floor", "ceiling")]
            for i, row in enumerate(here):
                cells = [wording.series(row["score"], row["policy"]), crossing(row)]
                cells += [ahead(row, "difference", digits=2), ahead(row, "ahead")]
                lines.append(table_row([*(levels if not i else [""] * 4), *cells]))
        lines += ["", where(columns)]
        text.append(f"### {name}, {path.parent.name}\n\n{chr(10).join(lines)}\n")
    return "\n".join(text)


def where(columns):
    """At which C each policy of a sweep is ahead of random selection and at which behind."""
    return "\n".join(
        f"- {wording.series(*pair)}: {C_sweep.describe(places)}"
        for pair, places in C_sweep.sides(columns).items()
    )


def swept_together(results, names):
    """How many pairs of policy and transform are ahead at three choices of C; what was not run."""
    paths = [path for name in names for path in sorted((results / name).glob("*/C_sweep.csv"))]
    counts = {"at the C that `auto` chose": [], "at the C of the highest ceiling": []}
    counts["at the largest C"] = []
    for columns in map(tables.read_csv, paths):
        chosen = columns["C"][columns["chosen"] == 1][0]
        best = columns["C"][columns["ceiling"].argmax()]
        found = C_sweep.sides(columns).values()
        for sides, C in zip(counts.values(), (chosen, best, columns["C"].max()), strict=True):
            sides += [name for of in found for name, at in of.items() if C in at]
    text = [
        f"- {place}, {sides.count(C_sweep.AHEAD)} are ahead of random selection, "
        f"{sides.count(C_sweep.BEHIND)} behind, {sides.count(C_sweep.OPEN)} not significantly "
        "different"
        for place, sides in counts.items()
    ]
    number, left = len(next(iter(counts.values()))), absent(results)
    head = f"### Together\n\nOf {number} pairs of policy and transform,\n"
    end = f"\nConfigured and not run: {left}.\n" if left else ""
    return "\n".join([head, *text, end])


def absent(results):
    """Transforms whose sweep config/penalties.yaml asks for and whose file is not there."""
    config, ours = (
        yaml.safe_load((CONFIG / f"{name}.yaml").read_text("utf-8"))
        for name in ("config", "penalties")
    )
    default = config["defaults"]["transforms"]
    return ", ".join(
        f"{name} {transform}"
        for name, settings in ours["experiments"].items()
        for transform in settings.get("transforms", default)
        if not (results / name / transform / "C_sweep.csv").is_file()
    )


def ablated(results):
    """Table of the ablations, a row an experiment, a column a policy, for every data set."""
    path = results / "ablations.csv"
    if not path.is_file():
        return ""
    rows, text = tables.rows(tables.read_csv(path)), []
    for line in dict.fromkeys((row["dataset"], row["transform"]) for row in rows):
        here = [row for row in rows if (row["dataset"], row["transform"]) == line]
        series = list(dict.fromkeys((row["score"], row["policy"]) for row in here))
        head = ["varied", *(wording.series(*key) for key in series)]
        lines = [table_row(head), table_row(["---"] * len(head))]
        for name in dict.fromkeys(row["experiment"] for row in here):
            of = {(r["score"], r["policy"]): r for r in here if r["experiment"] == name}
            cells = [ahead(of[key], "ahead") if key in of else "" for key in series]
            lines.append(table_row([varied(next(iter(of.values()))), *cells]))
        text.append(f"### {line[0]}, {line[1]}\n\n" + "\n".join(lines) + "\n")
        text += by_size(here, series)
    return "\n".join(text)


def by_size(rows, series):
    """Table of points needed over the number of training points; none where that does not vary."""
    sizes = {row["n_train"]: {} for row in rows if row["varies"] in ("base", "n_train")}
    if len(sizes) < 2:
        return []
    for row in rows:
        if row["varies"] in ("base", "n_train"):
            sizes[row["n_train"]][row["score"], row["policy"]] = row
    head = ["training points", "uniform random", *(wording.series(*key) for key in series)]
    lines = [SIZES, table_row(head), table_row(["---"] * len(head))]
    for size, of in sorted(sizes.items()):
        cells = [crossing(of[key]) if key in of else "" for key in series]
        lines.append(table_row([size, number(next(iter(of.values()))["points_uniform"]), *cells]))
    return ["\n".join(lines) + "\n"]


def crossing(row):
    """Points needed with the interval over rounds, 123 (100 to 150)."""
    text, low, high = (number(row[f"points{end}"]) for end in ("", "_low", "_high"))
    return text if low == high == "-" else f"{text} ({low} to {high})"


def varied(row):
    """What an experiment varies, in words."""
    texts = {
        "label_noise": f"{100 * row['label_noise']:g} % of labels flipped",
        "n_train": f"{row['n_train']} points",
        "faithful": f"as published: {row['faithful']}",
    }
    if row["varies"] == "base":
        return f"nothing ({row['n_train']} points, labels as they are, corrected)"
    return ", ".join(texts[key] for key in row["varies"].split("+"))


def ahead(row, name, digits=1):
    """In percent, +1.2 (0.3 to 2.1): bold where the interval lies above 0, italic below."""
    value, low, high = (100 * row[name + end] for end in ("", "_low", "_high"))
    if math.isnan(value):
        return "-"
    if math.isnan(low):
        return f"{value:+.{digits}f}"
    mark = "**" if low > 0 else "*" if high < 0 else ""
    return f"{mark}{value:+.{digits}f} ({low:.{digits}f} to {high:.{digits}f}){mark}"


def percent(share):
    return "-" if math.isnan(share) else wording.percent(share)


def table_row(cells):
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main(*sys.argv[1:])
