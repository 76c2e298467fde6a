"""The answer: which points to augment, and on request their augmented images.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/scores.csv, baselines.json, test_points.npz
     results/{experiment}/{transform}/features.npz, and C.json with `C: auto`: for `refit` only
Out: results/{experiment}/featurizer/refit.npz      with `refit`, for networks trained on the points
     results/{experiment}/{transform}/refit.csv, refit.csv-metadata.json      with `refit`
     results/{experiment}/{transform}/selection.csv, selection.csv-metadata.json, selection.json
     results/{experiment}/{transform}/selected.npy, selected/
     results/{experiment}/selection_all.csv, selection_all.csv-metadata.json
"""


# A network treats images that it was trained on differently from new ones. So that it treats all
# images alike, it is trained again on all of them, held-out ones included.
rule refit_network:
    input:
        dataset="results/{experiment}/dataset.npz",
    output:
        "results/{experiment}/featurizer/refit.npz",
    log:
        "results/logs/refit_network/{experiment}.log",
    benchmark:
        "results/benchmarks/refit_network/{experiment}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: JAX_THREADS
    resources:
        mem_mb=8000,
        runtime=600,
        gpu=1,
    params:
        *code_of("refit_network.py"),
        jax_threads=JAX_THREADS,
        settings=by_settings(plans.training),
    script:
        "../scripts/refit_network.py"


rule refit_scores:
    input:
        dataset="results/{experiment}/dataset.npz",
        features=by_run(inputs.refit_features),
        C=chosen_C,
    output:
        table="results/{experiment}/{transform}/refit.csv",
        table_metadata="results/{experiment}/{transform}/refit.csv-metadata.json",
    log:
        "results/logs/refit_scores/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/refit_scores/{experiment}/{transform}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        *code_of("refit_scores.py"),
        model=settings_of("C", "faithful", "influence"),
        settings=by_settings(plans.refit),
    script:
        "../scripts/refit_scores.py"


rule select_points:
    input:
        dataset="results/{experiment}/dataset.npz",
        scores=by_run(inputs.candidates),
        baselines="results/{experiment}/{transform}/baselines.json",
        test_points="results/{experiment}/{transform}/test_points.npz",
    output:
        table="results/{experiment}/{transform}/selection.csv",
        table_metadata="results/{experiment}/{transform}/selection.csv-metadata.json",
        answer="results/{experiment}/{transform}/selection.json",
        rows="results/{experiment}/{transform}/selected.npy",
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


rule join_selections:
    input:
        dataset="results/{experiment}/dataset.npz",
        lists=by_experiment(inputs.lists),
    output:
        table="results/{experiment}/selection_all.csv",
        table_metadata="results/{experiment}/selection_all.csv-metadata.json",
    log:
        "results/logs/join_selections/{experiment}.log",
    benchmark:
        "results/benchmarks/join_selections/{experiment}.tsv"
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("join_selections.py"),
        settings=by_settings(plans.joined),
    script:
        "../scripts/join_selections.py"


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
