"""Choose the points to augment."""

import json
import logging
from pathlib import Path

from _job import start

from efficient_augmentation.analysis import chosen
from efficient_augmentation.files import arrays, atomic, provenance, tables
from efficient_augmentation.selection import every_image


def main(smk):
    settings = smk.params.settings
    rows, answer = chosen.select(
        tables.read_csv(smk.input.scores, texts=["id", "label"]),
        arrays.load(smk.input.test_points),
        json.loads(Path(smk.input.baselines).read_text(encoding="utf-8")),
        settings,
        every_image.of(every_image.read(smk.input.dataset)),
        [str(name) for name in settings["classes"]],
    )
    log = logging.getLogger("efficient_augmentation")
    log.info(answer["answer"])
    for text in answer["warnings"]:
        log.warning(text)
    made_by = provenance.of(smk)
    tables.write_csv(smk.output.table, rows, made_by)
    arrays.save_alone(smk.output.rows, chosen.selected_rows(rows))
    atomic.write_json(smk.output.answer, {**answer, provenance.NAME: made_by})


if __name__ == "__main__":
    start(snakemake)
    main(snakemake)
