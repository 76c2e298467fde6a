"""Truth check: every score compared with exact refits that leave out one point each.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/features.npz of the first transform, and its C.json with
     `C: auto`
Out: results/{experiment}/audit.csv, audit_summary.csv, each with *-metadata.json
     results/{experiment}/figures/audit.png, audit.pdf
"""


# The originals and their features are the same for all transforms, so one check serves them all.
rule audit_scores:
    input:
        dataset="results/{experiment}/dataset.npz",
        features=by_experiment(inputs.first_features),
        C=chosen_C,
    output:
        table="results/{experiment}/audit.csv",
        table_metadata="results/{experiment}/audit.csv-metadata.json",
        summary="results/{experiment}/audit_summary.csv",
        summary_metadata="results/{experiment}/audit_summary.csv-metadata.json",
    log:
        "results/logs/audit_scores/{experiment}.log",
    benchmark:
        "results/benchmarks/audit_scores/{experiment}.tsv"
    conda:
        "../../envs/jax.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        *code_of("audit_scores.py"),
        settings=by_settings(plans.truth_check),
    script:
        "../scripts/audit_scores.py"


rule plot_audit:
    input:
        table="results/{experiment}/audit.csv",
        summary="results/{experiment}/audit_summary.csv",
    output:
        png=reported(
            "results/{experiment}/figures/audit.png",
            figures.AUDIT,
            subcategory="audit",
            score=figures.ONCE,
        ),
        pdf="results/{experiment}/figures/audit.pdf",
    log:
        "results/logs/plot_audit/{experiment}.log",
    benchmark:
        "results/benchmarks/plot_audit/{experiment}.tsv"
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("plot_audit.py"),
    script:
        "../scripts/plot_audit.py"
