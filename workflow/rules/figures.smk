"""Figures of each transform, and the report.

In:  results/{experiment}/dataset.npz
     results/{experiment}/{transform}/features.npz, for the report
     results/{experiment}/{transform}/scores.csv, baselines.json, curves.csv, auc.csv
     results/{experiment}/clusters.csv
Out: results/{experiment}/{transform}/figures/*.png, *.pdf
     results/{experiment}/figures/clusters_sweep.png, *.pdf
     results/report.html, results/paper.html
"""

# Each experiment has a rule of its own, since the scores differ, and the figures with them.
for experiment, settings in EXPERIMENTS.items():
    drawn = figures.named(figures.DRAWN_TOGETHER, settings)

    rule:
        name:
            f"plot_transform_{experiment}"
        input:
            dataset="results/{experiment}/dataset.npz",
            scores="results/{experiment}/{transform}/scores.csv",
            baselines="results/{experiment}/{transform}/baselines.json",
            curves="results/{experiment}/{transform}/curves.csv",
        output:
            png=[
                reported(
                    f"results/{{experiment}}/{{transform}}/figures/{name}.png",
                    figure,
                    subcategory="{transform}",
                    score=made_for,
                )
                for name, (figure, made_for) in drawn.items()
            ],
            pdf=[
                f"results/{{experiment}}/{{transform}}/figures/{name}.pdf"
                for name in drawn
            ],
        log:
            "results/logs/plot_transform/{experiment}/{transform}.log",
        benchmark:
            "results/benchmarks/plot_transform/{experiment}/{transform}.tsv"
        wildcard_constraints:
            experiment=experiment,
        localrule: True
        conda:
            "../../envs/plot.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            *code_of("plot_transform.py"),
            settings=by_transform(plans.images),
            figures={
                name: (figure.name, made_for)
                for name, (figure, made_for) in drawn.items()
            },
        script:
            "../scripts/plot_transform.py"


rule plot_sweep:
    input:
        clusters="results/{experiment}/clusters.csv",
    output:
        png=reported(
            "results/{experiment}/figures/clusters_sweep.png",
            figures.SWEEP,
            subcategory="clusters",
            score=figures.ONCE,
        ),
        pdf="results/{experiment}/figures/clusters_sweep.pdf",
    log:
        "results/logs/plot_sweep/{experiment}.log",
    benchmark:
        "results/benchmarks/plot_sweep/{experiment}.tsv"
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        *code_of("plot_sweep.py"),
    script:
        "../scripts/plot_sweep.py"


# The files other than code that the report reads.
PACKAGE = SOURCE / "efficient_augmentation"
TEMPLATES = sorted(
    path.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob("report/templates/*")
)


rule write_report:
    input:
        lambda wildcards: results.reported(documented(wildcards.document)),
        lambda wildcards: results.TABLE1 if wildcards.document == "paper" else [],
    output:
        "results/{document}.html",
    log:
        "results/logs/write_report/{document}.log",
    benchmark:
        "results/benchmarks/write_report/{document}.tsv"
    wildcard_constraints:
        document="report|paper",
    localrule: True
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        *code_of("write_report.py", *TEMPLATES),
        settings=lambda wildcards: documented(wildcards.document),
        networks=lambda wildcards: {
            name: inputs.network_folder(name, settings)
            for name, settings in documented(wildcards.document).items()
        },
        skipped=lambda wildcards: skipped() if wildcards.document == "paper" else {},
        table1=lambda wildcards: wildcards.document == "paper",
    script:
        "../scripts/write_report.py"
