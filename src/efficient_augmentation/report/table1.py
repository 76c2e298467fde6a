"""The report's first section for the paper's experiments: its table 1 with our results below."""

import math

from efficient_augmentation.analysis import table1, wording
from efficient_augmentation.experiment import figures
from efficient_augmentation.files import tables
from efficient_augmentation.report import pictures


def view(material):
    """The table with its figure, None in a report of something else; see `page.Section`."""
    if material.table1 is None:
        return None
    rows = tables.rows(material.table1)
    return {
        "named": wording.series(*table1.NAMED),
        "columns": [column.replace("_", ", ") for column in table1.COLUMNS],
        "lines": [line(name, cells) for name, cells in table1.lines(rows)],
        "best": [best(row) for row in rows if row["column"].startswith("best") and row["policy"]],
        "missing": list(dict.fromkeys((r["experiment"], r["note"]) for r in rows if r["note"])),
        "figure": pictures.view(figures.TABLE1, material.table1_figure, material),
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
    return f"{row['experiment']}, {percent} %: " + wording.series(row["score"], row["policy"])
