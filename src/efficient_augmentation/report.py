"""The report: one HTML file that opens with the answer and carries every figure inside it."""

from pathlib import Path

import jinja2

from efficient_augmentation import claims, provenance, report_views, sentences

TEMPLATE = Path(__file__).with_name("report_template.html.j2")


def build(experiments, skipped=None, made_by=None):
    """The report as one self-contained HTML page: no request leaves it, figures are inside.

    Args:
      experiments: list of ExperimentResult.
      skipped: names of experiments that were wanted but not made, each with the reason, or None.
      made_by: mapping as `provenance.of` returns it, of the report itself; None leaves it out.
    Returns: str, HTML. The same results give the same text.
    Raises: ValueError if there is no experiment.
    """
    if not experiments:
        raise ValueError("report: no experiment to show; `run` in the config names none")
    environment = jinja2.Environment(
        autoescape=True,
        finalize=keep_percent,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    answers = [report_views.answer(e, t) for e in experiments for t in e.transforms]
    return template.render(
        lede=report_views.lede(answers),
        answers=answers,
        claims=[report_views.view_claim(claim, experiments) for claim in claims.CLAIMS],
        skipped=list((skipped or {}).items()),
        share=sentences.percent(report_views.SHARE),
        little=sentences.percent(claims.SMALL),
        experiments=[report_views.view_experiment(e) for e in experiments],
        policies=report_views.view_policies(),
        origins=report_views.view_origins(experiments),
        versions=report_views.versions(experiments, made_by),
        made_by=made_by and provenance.text(made_by),
    )


def keep_percent(value):
    """Text whose percent signs stay on the line of their number."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value
