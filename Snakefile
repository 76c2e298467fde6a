"""Which training points are worth augmenting? Table of contents of the workflow.

Targets: the name of an experiment, `report`, `paper`, `check_results`, `ablations` or `audit`.
Without a target the workflow makes the experiments that `run` in the config lists.
"""

from snakemake.utils import min_version

min_version("9.20")


configfile: f"{workflow.basedir}/config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/experiments.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/penalty.smk"
include: "workflow/rules/C_sweep.smk"
include: "workflow/rules/scores.smk"
include: "workflow/rules/policies.smk"
include: "workflow/rules/end_to_end.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/selection.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/ablations.smk"
include: "workflow/rules/table1.smk"


onerror:
    remember_results(log)


rule all:
    default_target: True
    input:
        results.final(chosen(RUN)),
        results.checks(RUN),
        "results/report.html",


rule report:
    input:
        "results/report.html",


rule paper:
    input:
        lambda wildcards: results.final(documented("paper")),
        lambda wildcards: results.checks(documented("paper")),
        "results/paper.html",
        results.TABLE1,


rule check_results:
    input:
        results.checks(RUN),


rule ablations:
    input:
        results.ABLATIONS,


rule audit:
    input:
        results.audits(RUN),


# Every experiment becomes a target, as in `snakemake digits`.
for experiment in EXPERIMENTS:

    rule:
        name:
            experiment
        input:
            results.final(chosen([experiment])),
            results.checks([experiment]),


# Snakemake keeps one handler of each kind: a second one would replace this one.
onsuccess:
    remember_results(log)
    console.show(["", *console.lines("results", chosen(RUN))], sys.stdout)
