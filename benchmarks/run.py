"""Our speed compared with that of other software, each pair measured in one run: `make bench`.

    PYTHONPATH=src python benchmarks/run.py [ROW ...]

Without arguments all rows; `python benchmarks/run.py --help` lists them. Each runs in a process of
its own, so that its memory is its own. Prints a Markdown table, keeps the numbers in
docs/performance.csv, and puts the table and the growth beside it into docs/performance.md.
"""

import argparse
import csv
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NUMBERS, PAGE = ROOT / "docs/performance.csv", ROOT / "docs/performance.md"
COLUMNS = (
    "row", "work", "beside", "goal", "ours", "peer", "ratio", "unit", "limit", "times the limit",
    "GiB", "agrees", "date", "machine",
)  # fmt: skip


def rows():
    """All rows by name; importing them loads neither JAX nor a peer."""
    import growth
    import numerics
    import softmax
    import workflow

    import transforms

    modules = numerics, softmax, transforms, workflow, growth
    return {name: row for module in modules for name, row in module.ROWS.items()} | {
        "networks": networks
    }


def networks():
    """ResNet56 v2 on CPU; needs PyTorch, which is so large that no group of packages has it."""
    from measuring import peak_gib, row

    import networks as comparison

    for (work, ours, theirs), goal in zip(comparison.rows(), ("1x", "0.8x"), strict=True):
        yield row(
            f"resnet56v2, {work}",
            f"PyTorch {comparison.torch.__version__}, channels_last",
            goal,
            1e3 / ours,
            1e3 / theirs,
            memory=peak_gib(),
            unit="ms an image",
            agrees="logits to 1e-2",
        )


def measured(name):
    """A row, measured in a process of its own; nothing if its peer is not installed."""
    command = [sys.executable, __file__, "--one", name]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{name}: failed, left as it was", file=sys.stderr)
        return []
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def machine():
    """Cores and processor in words."""
    text = Path("/proc/cpuinfo").read_text()
    model = text.split("model name")[1].split(":")[1].split("\n")[0]
    model = " ".join(w for w in model.replace("(R)", "").split() if w not in ("CPU", "Processor"))
    wide = ", AVX-512" if "avx512f" in text else ""
    cores = len(os.sched_getaffinity(0))
    busy = ", busy with other work" if os.getloadavg()[0] > cores else ""
    return f"{cores} cores of an {model}{wide}{busy}"


def table(entries):
    """Markdown lines of the rows that have a peer or a goal."""
    yield "| work | beside | goal | ours | peer | ratio | times the limit | GiB | agreement |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for entry in entries:
        yield line(entry)


def line(entry):
    def number(key, form="{:.3g}"):
        return form.format(float(entry[key])) if entry[key] not in (None, "") else ""

    unit = f" {entry['unit']}"
    cells = [entry["work"], entry["beside"], entry["goal"], number("ours") + unit]
    cells += [number("peer") + unit if number("peer") else "", number("ratio")]
    cells += [number("times the limit", "{:.1f}"), number("GiB", "{:.2f}"), entry["agrees"]]
    return f"| {' | '.join(cells)} |"


def keep(entries):
    """Replace the numbers of the rows that were measured, and write the table into the page."""
    new = {entry["row"] for entry in entries}
    old = []
    if NUMBERS.exists():
        with NUMBERS.open(newline="") as f:
            old = [entry for entry in csv.DictReader(f) if entry["row"] not in new]
    order = list(rows())
    entries = sorted(old + entries, key=lambda entry: order.index(entry["row"]))
    with NUMBERS.open("w", newline="") as f:
        writer = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(entries)
    before, _, rest = PAGE.read_text().partition("<!-- table -->\n")
    _, _, after = rest.partition("<!-- end of table -->\n")
    when = sorted({f"{entry['date']}, {entry['machine']}" for entry in entries})
    body = [*table(entries), "", f"Measured {'; '.join(when)}.", ""]
    PAGE.write_text(f"{before}<!-- table -->\n{chr(10).join(body)}<!-- end of table -->\n{after}")


def main(names):
    stamp = {"date": datetime.date.today().isoformat(), "machine": machine()}
    print(*list(table([])), sep="\n", flush=True)
    entries = []
    for name in names:
        for entry in measured(name):
            entries.append({"row": name} | entry | stamp)
            print(line(entries[-1]), flush=True)
    keep(entries)


if __name__ == "__main__":
    known = rows()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(known)}")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - set(known):
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if arguments.one:
        for entry in known[arguments.one]():
            print(json.dumps(entry), flush=True)
    else:
        main(arguments.rows or list(known))
