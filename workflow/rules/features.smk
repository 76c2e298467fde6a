"""Features: the penultimate layer of a trained network, for every image and all its variants.

In:  results/{experiment}/dataset.npz
     results/{experiment}/featurizer/weights.npz, results/networks/{network}/weights.npz, or weights
     that come with the project; none for raw pixels
     a user's own file of features, which needs no network
Out: results/{experiment}/{transform}/features.npz
     results/{experiment}/clusters.csv, clusters.csv-metadata.json
"""

# Each experiment has a rule of its own, since experiments differ in their transforms. One process
# featurizes all transforms of an experiment, so that it compiles the network once.
for experiment, settings in EXPERIMENTS.items():
    kind = settings["featurizer"]["kind"]
    model = settings["featurizer"].get("model")
    if kind == featurizer.GIVEN:
        continue

    rule:
        name:
            f"featurize_{experiment}"
        input:
            dataset=f"results/{experiment}/dataset.npz",
            weights=inputs.weights(experiment, settings),
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
            # The digest stands for weights that come with the project: as an input they would be
            # newer than every result in a fresh clone.
            model=[model, model and code.file_digest(pretrained.path(model))],
            settings={
                "featurizer": networks.built(settings["featurizer"]),
                "input": as_published.input_of(settings),
                "transforms": settings["transforms"],
            },
            functions=transform_settings.stamps(settings["transforms"]),
        script:
            "../scripts/featurize.py"


# Given features are only cut to the experiment's points.
for experiment, settings in EXPERIMENTS.items():
    if settings["featurizer"]["kind"] != featurizer.GIVEN:
        continue

    rule:
        name:
            f"take_features_{experiment}"
        output:
            f"results/{experiment}/{featurizer.GIVEN}/features.npz",
        log:
            f"results/logs/take_features/{experiment}.log",
        benchmark:
            f"results/benchmarks/take_features/{experiment}.tsv"
        conda:
            "../../envs/jax.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=30,
        params:
            *code_of("take_features.py"),
            contents=contents_of(settings["dataset"]),
            settings=settings["dataset"],
        script:
            "../scripts/take_features.py"


rule sweep_clusters:
    input:
        by_experiment(inputs.first_features),
    output:
        "results/{experiment}/clusters.csv",
        "results/{experiment}/clusters.csv-metadata.json",
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
