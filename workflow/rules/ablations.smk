"""Ablations: experiments that differ in one setting, beside each other.

In:  results/{experiment}/{transform}/curves.csv, baselines.json of the experiments in `run`
Out: results/ablations.csv, ablations.csv-metadata.json, ablations.png, ablations.pdf
"""


rule summarize_ablations:
    input:
        lambda wildcards: [
            f"results/{experiment}/{transform}/{file}"
            for experiment in RUN
            for transform in EXPERIMENTS[experiment]["transforms"]
            for file in ["curves.csv", "baselines.json"]
        ],
    output:
        table="results/ablations.csv",
        table_metadata="results/ablations.csv-metadata.json",
        png=report(
            "results/ablations.png",
            caption="../report/ablations.rst",
            category="ablations",
            labels={"figure": "lead over uniform choice by setting"},
        ),
        pdf="results/ablations.pdf",
    log:
        "results/logs/summarize_ablations.log",
    benchmark:
        "results/benchmarks/summarize_ablations.tsv"
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        *code_of("summarize_ablations.py"),
        settings=lambda wildcards: {name: EXPERIMENTS[name] for name in RUN},
    script:
        "../scripts/summarize_ablations.py"
