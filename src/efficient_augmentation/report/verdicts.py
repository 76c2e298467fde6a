"""The report's verdicts: which policies need significantly fewer points than random selection."""

import math

from efficient_augmentation.analysis import wording
from efficient_augmentation.files import tables
from efficient_augmentation.report import runs


def view(material):
    """A table for every experiment whose policies can be compared; see `report.Section`."""
    tables = [
        view_experiment(e.name, compared)
        for e in material.experiments
        if (compared := [t for t in e.transforms if t.needed is not None])
    ]
    if not tables:
        return None
    return {"share": wording.percent(runs.SHARE), "tables": tables}


def view_experiment(name, transforms):
    """The template's table of one experiment: a row per policy, a column per transform."""
    found = [at_the_share(transform.needed) for transform in transforms]
    labels = dict.fromkeys(label for rows in found for label in rows)
    return {
        "name": name,
        "sentence": describe([row for rows in found for row in rows.values()]),
        "columns": [transform.name for transform in transforms],
        "rows": [
            {"label": label, "cells": [cell(rows.get(label)) for rows in found]} for label in labels
        ],
    }


def at_the_share(columns):
    """Rows of needed.csv at the report's share, by the policy's label."""
    return {
        wording.series(row["score"], row["policy"]): row
        for row in tables.rows(columns)
        if math.isclose(row["share"], runs.SHARE)
    }


def describe(rows):
    """How many policies are better and worse than random selection, in a sentence."""
    verdicts = [row["verdict"] for row in rows if row["policy"] != "baseline"]
    better, worse = verdicts.count("better"), verdicts.count("worse")
    policies = "policy" if len(verdicts) == 1 else "pairs of policy and transform"
    needs = "needs" if better == 1 else "need"
    return (
        f"Of {len(verdicts)} {policies}, {better} {needs} significantly fewer points than random "
        f"selection, {worse} significantly more; for {len(verdicts) - better - worse} the "
        "difference is not significant."
    )


def cell(row):
    """Points needed with their interval, the verdict, and a number to sort by."""
    if row is None:
        return {"value": "", "points": "", "interval": "", "verdict": ""}
    known = not math.isnan(row["low"])
    return {
        "value": row["points"],
        "points": points(row["points"]),
        "interval": f"{points(row['low'])} to {points(row['high'])}" if known else "",
        "verdict": row["verdict"],
    }


def points(value):
    """A number of points, rounded up, as text."""
    return "never" if math.isinf(value) else str(math.ceil(value))
