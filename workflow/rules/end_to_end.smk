"""End to end: networks trained with only the chosen points augmented.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/features.npz
     results/{experiment}/{transform}/C.json with `C: auto`
Out: results/{experiment}/{transform}/end_to_end.csv, end_to_end.csv-metadata.json
     results/{experiment}/{transform}/figures/end_to_end.png, end_to_end.pdf
     results/benchmarks/train_end_to_end/{experiment}/{transform}.csv: seconds of each training
"""


rule train_end_to_end:
    input:
        dataset="results/{experiment}/dataset.npz",
        features="results/{experiment}/{transform}/features.npz",
        C=chosen_C,
    output:
        table="results/{experiment}/{transform}/end_to_end.csv",
        table_metadata="results/{experiment}/{transform}/end_to_end.csv-metadata.json",
        # Seconds are never the same twice, so this table stands with the run times.
        times="results/benchmarks/train_end_to_end/{experiment}/{transform}.csv",
    log:
        "results/logs/train_end_to_end/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/train_end_to_end/{experiment}/{transform}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: JAX_THREADS
    resources:
        mem_mb=16000,
        runtime=1440,
        gpu=1,
    params:
        *code_of("train_end_to_end.py"),
        jax_threads=JAX_THREADS,
        settings=by_transform(plans.end_to_end),
    script:
        "../scripts/train_end_to_end.py"


rule plot_end_to_end:
    input:
        table="results/{experiment}/{transform}/end_to_end.csv",
    output:
        png=reported(
            "results/{experiment}/{transform}/figures/end_to_end.png",
            figures.END_TO_END,
            subcategory="{transform}",
            score=figures.ONCE,
        ),
        pdf="results/{experiment}/{transform}/figures/end_to_end.pdf",
    log:
        "results/logs/plot_end_to_end/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/plot_end_to_end/{experiment}/{transform}.tsv"
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("plot_end_to_end.py"),
    script:
        "../scripts/plot_end_to_end.py"
