"""Ablations: experiments that differ in one setting, compared with each other.

In:  results/{experiment}/{transform}/curves.csv, baselines.json of the experiments in `run`
Out: results/ablations.csv, ablations.csv-metadata.json, ablations.png, ablations.pdf
"""


rule summarize_ablations:
    input:
        results.ablations(chosen(RUN)),
    output:
        table="results/ablations.csv",
        table_metadata="results/ablations.csv-metadata.json",
        png=reported("results/ablations.png", figures.ABLATIONS, category="ablations"),
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
        settings=lambda wildcards: chosen(RUN),
    script:
        "../scripts/summarize_ablations.py"
