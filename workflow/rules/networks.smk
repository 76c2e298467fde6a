"""Networks: trained once, then frozen.

In:  publishers' files, or results/{experiment}/dataset.npz
Out: results/{experiment}/featurizer/weights.npz, history.csv    small networks, on the originals
     results/networks/{network}/weights.npz, history.csv         ResNets, on all of a data set
     results/{experiment}/featurizer/forgetting.npz           for the score `forgetting`
     history.csv-metadata.json, training.png, training.pdf next to every history.csv
"""


rule train_featurizer:
    input:
        dataset="results/{experiment}/dataset.npz",
    output:
        weights="results/{experiment}/featurizer/weights.npz",
        history="results/{experiment}/featurizer/history.csv",
        history_metadata="results/{experiment}/featurizer/history.csv-metadata.json",
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
        settings=by_settings(plans.training),
    script:
        "../scripts/train_featurizer.py"


# This repeats the training that made the weights and evaluates every point after each epoch, which
# costs time that only the score `forgetting` needs.
rule record_training:
    input:
        dataset="results/{experiment}/dataset.npz",
    output:
        "results/{experiment}/featurizer/forgetting.npz",
    log:
        "results/logs/record_training/{experiment}.log",
    benchmark:
        "results/benchmarks/record_training/{experiment}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: JAX_THREADS
    resources:
        mem_mb=8000,
        runtime=600,
        gpu=1,
    params:
        *code_of("record_training.py"),
        jax_threads=JAX_THREADS,
        settings=by_settings(plans.training),
    script:
        "../scripts/record_training.py"


# Each ResNet has a rule of its own, stamped with the reader of its kind of data only. Experiments
# with the same settings share a network.
for network, settings in NETWORKS.items():

    rule:
        name:
            f"train_resnet_{network}"
        input:
            inputs.published_files(settings["dataset"]),
        output:
            weights=f"results/networks/{network}/weights.npz",
            history=f"results/networks/{network}/history.csv",
            history_metadata=f"results/networks/{network}/history.csv-metadata.json",
        log:
            f"results/logs/train_resnet/{network}.log",
        benchmark:
            f"results/benchmarks/train_resnet/{network}.tsv"
        conda:
            "../../envs/jax.yaml"
        threads: JAX_THREADS
        resources:
            mem_mb=16000,
            runtime=2880,
            gpu=1,
        params:
            *code_of(
                "train_resnet.py", without=inputs.other_readers(settings["dataset"])
            ),
            jax_threads=JAX_THREADS,
            # Not an output, which Snakemake would delete when the job fails: a killed training
            # resumes from here.
            checkpoints=f"results/networks/{network}/checkpoints",
            dataset=settings["dataset"],
            points={key: settings[key] for key in ("divisor", "excluded")},
            contents=contents_of(settings["dataset"]),
            featurizer=settings["featurizer"],
        script:
            "../scripts/train_resnet.py"


rule plot_training:
    input:
        "results/{folder}/history.csv",
    output:
        png=reported(
            "results/{folder}/training.png",
            figures.TRAINING,
            category="networks",
            network="{folder}",
        ),
        pdf="results/{folder}/training.pdf",
    log:
        "results/logs/plot_training/{folder}.log",
    benchmark:
        "results/benchmarks/plot_training/{folder}.tsv"
    wildcard_constraints:
        folder="networks/[^/]+|[^/]+/featurizer",
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("plot_training.py"),
    script:
        "../scripts/plot_training.py"
