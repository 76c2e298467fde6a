"""The answer: which points to augment, and their augmented images where they are asked for.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/scores.csv, baselines.json, test_points.npz
Out: results/{experiment}/{transform}/selection.csv, selection.csv-metadata.json, selection.json
     results/{experiment}/{transform}/selected/
"""


rule select_points:
    input:
        dataset="results/{experiment}/dataset.npz",
        scores="results/{experiment}/{transform}/scores.csv",
        baselines="results/{experiment}/{transform}/baselines.json",
        test_points="results/{experiment}/{transform}/test_points.npz",
    output:
        table="results/{experiment}/{transform}/selection.csv",
        table_metadata="results/{experiment}/{transform}/selection.csv-metadata.json",
        answer="results/{experiment}/{transform}/selection.json",
    log:
        "results/logs/select_points/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/select_points/{experiment}/{transform}.tsv"
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("select_points.py"),
        settings=by_settings(plans.selection),
    script:
        "../scripts/select_points.py"


rule write_selected:
    input:
        dataset="results/{experiment}/dataset.npz",
        table="results/{experiment}/{transform}/selection.csv",
    output:
        folder=directory("results/{experiment}/{transform}/selected"),
    log:
        "results/logs/write_selected/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/write_selected/{experiment}/{transform}.tsv"
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        *code_of("write_selected.py"),
        settings=by_transform(plans.images),
    script:
        "../scripts/write_selected.py"
