"""The inverse penalty C, chosen from the data with `C: auto`.

In:  results/{experiment}/{transform}/features.npz
Out: results/{experiment}/{transform}/C.json
"""


rule choose_C:
    input:
        features="results/{experiment}/{transform}/features.npz",
    output:
        "results/{experiment}/{transform}/C.json",
    log:
        "results/logs/choose_C/{experiment}/{transform}.log",
    benchmark:
        "results/benchmarks/choose_C/{experiment}/{transform}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        *code_of("choose_C.py"),
    script:
        "../scripts/choose_C.py"
