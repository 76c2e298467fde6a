"""Policies: accuracy at every budget of every round, its summaries, and the checks.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/features.npz, baselines.json
     results/{experiment}/{transform}/C.json with `C: auto`
     results/{experiment}/featurizer/forgetting.npz for the score `forgetting`
Out: results/{experiment}/{transform}/curves.csv, auc.csv, comparison.csv, needed.csv, each with
     *-metadata.json; auc.tex, test_points.npz
     results/{experiment}/checks.txt
"""


rule simulate_policies:
    input:
        dataset="results/{experiment}/dataset.npz",
        features="results/{experiment}/{transform}/features.npz",
        history=by_experiment(inputs.history),
        C=chosen_C,
    output:
        curves="results/{experiment}/{transform}/curves.csv",
        curves_metadata="results/{experiment}/{transform}/curves.csv-metadata.json",
        test_points="results/{experiment}/{transform}/test_points.npz",
    log:
        "results/logs/simulate_policies/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/simulate_policies/{experiment}/{transform}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=600,
        gpu=by_settings(plans.gpus),
    params:
        *code_of("simulate_policies.py"),
        model=by_transform(plans.model),
        plan=by_settings(plans.simulation),
    script:
        "../scripts/simulate_policies.py"


rule summarize_curves:
    input:
        curves="results/{experiment}/{transform}/curves.csv",
        baselines="results/{experiment}/{transform}/baselines.json",
    output:
        table="results/{experiment}/{transform}/auc.csv",
        table_metadata="results/{experiment}/{transform}/auc.csv-metadata.json",
        latex="results/{experiment}/{transform}/auc.tex",
    log:
        "results/logs/summarize_curves/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/summarize_curves/{experiment}/{transform}.tsv"
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("summarize_curves.py"),
    script:
        "../scripts/summarize_curves.py"


rule compare_policies:
    input:
        test_points="results/{experiment}/{transform}/test_points.npz",
    output:
        comparison="results/{experiment}/{transform}/comparison.csv",
        comparison_metadata="results/{experiment}/{transform}/comparison.csv-metadata.json",
        needed="results/{experiment}/{transform}/needed.csv",
        needed_metadata="results/{experiment}/{transform}/needed.csv-metadata.json",
    log:
        "results/logs/compare_policies/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/compare_policies/{experiment}/{transform}.tsv"
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        *code_of("compare_policies.py"),
        settings=by_settings(plans.comparison),
    script:
        "../scripts/compare_policies.py"


# This rule only asserts; the file that it writes says that every check passed.
rule check_experiment:
    input:
        by_experiment(results.checked),
    output:
        "results/{experiment}/checks.txt",
    log:
        "results/logs/check_experiment/{experiment}.log",
    benchmark:
        "results/benchmarks/check_experiment/{experiment}.tsv"
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        *code_of("check_experiment.py"),
        settings=lambda wildcards: EXPERIMENTS[wildcards.experiment],
    script:
        "../scripts/check_experiment.py"
