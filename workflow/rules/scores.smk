"""Scores of the training points, and the accuracies that policies are measured against.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/features.npz
     results/{experiment}/{transform}/C.json with `C: auto`
     results/{experiment}/featurizer/forgetting.npz for the score `forgetting`
Out: results/{experiment}/{transform}/scores.csv, scores.csv-metadata.json, baselines.json
"""


rule score_points:
    input:
        dataset="results/{experiment}/dataset.npz",
        features="results/{experiment}/{transform}/features.npz",
        history=by_experiment(inputs.history),
        C=chosen_C,
    output:
        scores="results/{experiment}/{transform}/scores.csv",
        scores_metadata="results/{experiment}/{transform}/scores.csv-metadata.json",
        baselines="results/{experiment}/{transform}/baselines.json",
    log:
        "results/logs/score_points/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/score_points/{experiment}/{transform}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
        gpu=by_settings(plans.gpus),
    params:
        *code_of("score_points.py"),
        model=by_transform(plans.model),
        kernel=by_settings(policies.needs_kernel),
        settings=by_settings(plans.scoring),
    script:
        "../scripts/score_points.py"
