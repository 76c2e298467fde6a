"""Policies compared at other values of C."""

import json
from pathlib import Path

from _job import start

from efficient_augmentation.analysis import C_sweep as analysis
from efficient_augmentation.files import arrays, provenance, tables
from efficient_augmentation.simulation import C_sweep


def main(smk):
    features, settings = arrays.load(smk.input.features), smk.params.settings
    choice = json.loads(Path(smk.input.C).read_text(encoding="utf-8"))
    n_train, seed = int((features["source_train"] < 0).sum()), settings["seed"]
    rows = [
        {"C": C, "scaled_C": C * choice["scale"], "chosen": int(choice["C"] == C), **row}
        for C in C_sweep.values(settings["C_sweep"], choice["C"])
        for row in analysis.rows(*C_sweep.curves(features, C, settings), n_train, seed)
    ]
    tables.write_csv(smk.output.table, rows, provenance.of(smk))


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
