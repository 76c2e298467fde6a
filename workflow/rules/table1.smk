"""Table 1 of the paper, with our results below.

In:  results/{experiment}/translate/curves.csv, baselines.json, test_points.npz of the experiments
     that repeat a row of it
Out: results/table1.csv, table1.csv-metadata.json, table1.tex, table1.png, table1.pdf
"""


rule make_table1:
    input:
        lambda wildcards: [
            f"results/{experiment}/{table1.TRANSFORM}/{file}"
            for experiment in table1_experiments()
            for file in ["curves.csv", "baselines.json", "test_points.npz"]
        ],
    output:
        table="results/table1.csv",
        table_metadata="results/table1.csv-metadata.json",
        latex="results/table1.tex",
        png=reported("results/table1.png", figures.TABLE1, category="paper"),
        pdf="results/table1.pdf",
    log:
        "results/logs/make_table1.log",
    benchmark:
        "results/benchmarks/make_table1.tsv"
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        *code_of("make_table1.py"),
        experiments=lambda wildcards: table1_experiments(),
        skipped=lambda wildcards: {
            name: reason
            for name, reason in skipped().items()
            if name in table1.EXPERIMENTS
        },
    script:
        "../scripts/make_table1.py"
