"""Choose the points to augment."""

import json
import logging
from pathlib import Path

from _job import start

from efficient_augmentation.analysis import chosen
from efficient_augmentation.files import arrays, atomic, provenance, tables


def main(smk):
    settings = smk.params.settings
    rows, answer = chosen.select(
        tables.read_csv(smk.input.scores),
        arrays.load(smk.input.test_points),
        json.loads(Path(smk.input.baselines).read_text(encoding="utf-8")),
        settings,
        ids=arrays.load(smk.input.dataset, "train_ids")["train_ids"],
        class_names=[str(name) for name in settings["classes"]],
    )
    log = logging.getLogger("efficient_augmentation")
    log.info(answer["answer"])
    for text in answer["warnings"]:
        log.warning(text)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.table, rows, made_by)
    atomic.write_json(smk.output.answer, {**answer, provenance.NAME: made_by})


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
