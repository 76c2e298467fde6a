"""The sweep over C: policies compared at other values of C, on the same features.

In:  results/{experiment}/{transform}/features.npz, C.json
Out: results/{experiment}/{transform}/C_sweep.csv, C_sweep.csv-metadata.json
     results/{experiment}/{transform}/figures/C_sweep.png, C_sweep.pdf
"""


rule sweep_C:
    input:
        features="results/{experiment}/{transform}/features.npz",
        # The sweep marks the C that cross-validation chooses, also where the experiment fixes C.
        C="results/{experiment}/{transform}/C.json",
    output:
        table="results/{experiment}/{transform}/C_sweep.csv",
        table_metadata="results/{experiment}/{transform}/C_sweep.csv-metadata.json",
    log:
        "results/logs/sweep_C/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/sweep_C/{experiment}/{transform}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=600,
    params:
        *code_of("sweep_C.py"),
        settings=settings_of("budgets", "C_sweep", "faithful", "influence", "seed"),
    script:
        "../scripts/sweep_C.py"


rule plot_C_sweep:
    input:
        table="results/{experiment}/{transform}/C_sweep.csv",
    output:
        png=reported(
            "results/{experiment}/{transform}/figures/C_sweep.png",
            figures.C_SWEEP,
            subcategory="{transform}",
            score=figures.ONCE,
        ),
        pdf="results/{experiment}/{transform}/figures/C_sweep.pdf",
    log:
        "results/logs/plot_C_sweep/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/plot_C_sweep/{experiment}/{transform}.tsv"
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("plot_C_sweep.py"),
    script:
        "../scripts/plot_C_sweep.py"
