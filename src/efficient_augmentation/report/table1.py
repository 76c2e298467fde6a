"""The report's first section for the paper's experiments: its table 1 with our results below."""

import math

from efficient_augmentation.analysis import sentences, table1
from efficient_augmentation.experiment import figures
from efficient_augmentation.report import pictures


def view(material):
    """The table with its figure, None in a report of something else; see `page.Section`."""
    if material.table1 is None:
        return None
    names = list(material.table1)
    columns = material.table1.values()
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    sentence = describe(rows)
    return {
        "named": sentences.series_label(*table1.NAMED),
        "columns": [column.replace("_", ", ") for column in table1.COLUMNS],
        "lines": [line(name, cells) for name, cells in table1.lines(rows)],
        "best": [best(row) for row in rows if row["column"].startswith("best") and row["policy"]],
        "missing": list(dict.fromkeys((r["experiment"], r["note"]) for r in rows if r["note"])),
        "figure": pictures.picture(figures.TABLE1, material.table1_figure, sentence, sentence),
    }


def line(name, cells):
    """One line of the table as text."""
    return {"name": name, "cells": [cell(*cells[column]) for column in table1.COLUMNS]}


def cell(value, low, high):
    """(number, interval) in percent; a dash where nothing was measured."""
    if math.isnan(value):
        return "-", ""
    return f"{100 * value:.1f}", "" if math.isnan(low) else f"{100 * low:.1f} to {100 * high:.1f}"


def best(row):
    """Which policy a column of the best observed one stands for."""
    percent = row["column"].removeprefix("best_")
    return f"{row['experiment']}, {percent} %: " + sentences.series_label(
        row["score"], row["policy"]
    )


def describe(rows):
    """The table's result for the policy that was named beforehand, one sentence per data set."""
    found = []
    for experiment in table1.EXPERIMENTS:
        own = {row["column"]: row for row in rows if row["experiment"] == experiment}
        named, uniform = (own.get(f"{kind}_10") for kind in ("named", "random"))
        if named and uniform and not math.isnan(named["share"] + uniform["share"]):
            shares = [sentences.percent(row["share"]) for row in (named, uniform)]
            found.append(
                f"{experiment}: a tenth of the points by {sentences.series_label(*table1.NAMED)} "
                f"brings {shares[0]} of the gain, random selection {shares[1]}"
            )
    return "; ".join(found) + "." if found else "Nothing of ours was measured at a tenth."
