"""Features: a network trained once on the originals, its penultimate layer for every image.

In:  results/{experiment}/dataset.npz
Out: results/{experiment}/featurizer/weights.npz, history.csv   (none for raw pixels)
     results/{experiment}/{transform}/features.npz
     results/{experiment}/clusters.csv
"""

# On every machine the same: networks come out differently in their last digits for another number.
JAX_THREADS = 2


rule train_featurizer:
    input:
        dataset="results/{experiment}/dataset.npz",
    output:
        weights="results/{experiment}/featurizer/weights.npz",
        history="results/{experiment}/featurizer/history.csv",
    log:
        "results/logs/train_featurizer/{experiment}.log",
    benchmark:
        "results/benchmarks/train_featurizer/{experiment}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: JAX_THREADS
    resources:
        mem_mb=8000,
        runtime=600,
        gpu=1,
    params:
        *code_of("train_featurizer.py"),
        jax_threads=JAX_THREADS,
        settings=training_settings,
    script:
        "../scripts/train_featurizer.py"


# A rule for each experiment, since their transforms differ: one process serves all of them, and
# compiles the network once.
for experiment, settings in EXPERIMENTS.items():
    kind = settings["featurizer"]["kind"]

    rule:
        name:
            f"featurize_{experiment}"
        input:
            dataset=f"results/{experiment}/dataset.npz",
            weights=(
                [] if kind == "raw" else f"results/{experiment}/featurizer/weights.npz"
            ),
        output:
            **{
                t: f"results/{experiment}/{t}/features.npz"
                for t in settings["transforms"]
            },
        log:
            f"results/logs/featurize/{experiment}.log",
        benchmark:
            f"results/benchmarks/featurize/{experiment}.tsv"
        conda:
            "../../envs/jax.yaml"
        threads: JAX_THREADS
        resources:
            mem_mb=8000,
            runtime=240,
            gpu=0 if kind == "raw" else 1,
        params:
            *code_of("featurize.py"),
            jax_threads=JAX_THREADS,
            settings={"featurizer": kind, "transforms": settings["transforms"]},
        script:
            "../scripts/featurize.py"


rule sweep_clusters:
    input:
        first_features,
    output:
        "results/{experiment}/clusters.csv",
    log:
        "results/logs/sweep_clusters/{experiment}.log",
    benchmark:
        "results/benchmarks/sweep_clusters/{experiment}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        *code_of("sweep_clusters.py"),
        settings=settings_of("seed", "sweep"),
    script:
        "../scripts/sweep_clusters.py"
