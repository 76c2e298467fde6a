"""Data sets: downloaded from their publishers and cut to the classes of an experiment.

In:  publishers' files, or mirrors of them; a user's own files
Out: resources/{source}/{file}
     results/{experiment}/dataset.npz
"""


# No code stamp: the checksum determines the file's content, so that changed code would only
# download the same bytes again. For the same reason mirrors are not a param: the script reads them
# from the config, which no trigger watches.
rule download:
    output:
        "resources/{source}/{file}",
    log:
        "results/logs/download/{source}/{file}.log",
    benchmark:
        "results/benchmarks/download/{source}/{file}.tsv"
    wildcard_constraints:
        source="|".join(published.SETS),
        file="[^/]+",
    localrule: True
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=120,
    params:
        sha256=lambda wildcards: checksum(f"{wildcards.source}/{wildcards.file}"),
    script:
        "../scripts/download.py"


# Each experiment has a rule of its own, stamped with the reader of its kind of data only: an edit
# of another reader reruns nothing.
for experiment, settings in EXPERIMENTS.items():

    rule:
        name:
            f"make_dataset_{experiment}"
        input:
            inputs.published_files(settings["dataset"]),
        output:
            f"results/{experiment}/dataset.npz",
        log:
            f"results/logs/make_dataset/{experiment}.log",
        benchmark:
            f"results/benchmarks/make_dataset/{experiment}.tsv"
        conda:
            "../../envs/jax.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            *code_of(
                "make_dataset.py", without=inputs.other_readers(settings["dataset"])
            ),
            contents=contents_of(settings["dataset"]),
            settings=settings["dataset"],
        script:
            "../scripts/make_dataset.py"
