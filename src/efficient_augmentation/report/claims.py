"""The report's claims: the paper's statements compared with the results of every run."""

from efficient_augmentation.analysis import claims, wording
from efficient_augmentation.report import runs

MARKS = dict(zip(claims.VERDICTS, ("holds", "fails", "open", "untested"), strict=True))
"""The class by which the page colours a verdict."""


def view(material):
    """Every claim with its verdicts; see `report.Section`."""
    found = [view_claim(claim, material) for claim in claims.CLAIMS]
    return {
        "claims": [claim for claim in found if not claim["untested"]],
        "untested": [claim for claim in found if claim["untested"]],
        "little": wording.percent(claims.SMALL),
    }


def view_claim(claim, material):
    """A claim with the verdict of every transform of every experiment."""
    rows = []
    for experiment, transform in material.runs():
        found = claims.judge(claim, transform.curves, transform.baselines)
        rows.append(
            {
                "run": f"{experiment.name}, {transform.name}",
                "anchor": runs.anchor(experiment, transform),
                "verdict": found.verdict,
                "mark": MARKS[found.verdict],
                "evidence": found.evidence,
            }
        )
    tally = [(v, MARKS[v], sum(row["verdict"] == v for row in rows)) for v in claims.VERDICTS]
    return {
        "statement": claim.statement,
        "source": claim.source,
        "rule": claim.rule,
        "tally": [entry for entry in tally if entry[2]],
        "rows": rows,
        "brief": len(rows) <= 3,
        "untested": {row["mark"] for row in rows} == {"untested"},
    }
