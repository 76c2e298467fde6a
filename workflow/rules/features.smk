"""Features: a network trained once on the originals, its penultimate layer for every image.

In:  results/{experiment}/dataset.npz
Out: results/{experiment}/featurizer/weights.npz, history.csv   (none for raw pixels)
     results/{experiment}/{transform}/features.npz
"""


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
    threads: 8
    resources:
        mem_mb=8000,
        runtime=600,
        gpu=1,
    params:
        *code_of("train_featurizer.py"),
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
        threads: 8
        resources:
            mem_mb=8000,
            runtime=240,
            gpu=0 if kind == "raw" else 1,
        params:
            *code_of("featurize.py"),
            settings={"featurizer": kind, "transforms": settings["transforms"]},
        script:
            "../scripts/featurize.py"
