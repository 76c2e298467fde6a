"""What all rules share: the checked config, the environment of jobs, code stamps.

In:  config
Out: EXPERIMENTS, RUN, JAX_THREADS, SOURCE, DIGESTS, ConfigError, code_of, remember_results
"""

import functools
import os
import sys
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

SOURCE = Path(workflow.basedir, "src")
SCRIPTS = Path(workflow.basedir, "workflow/scripts")

sys.path.insert(0, str(SOURCE))

from efficient_augmentation.config import effective, featurizer, reading
from efficient_augmentation.config import transforms as transform_settings
from efficient_augmentation.data import dataset, published
from efficient_augmentation.experiment import captions, figures, inputs, paper
from efficient_augmentation.experiment import plans, results
from efficient_augmentation.files import (
    code,
    digests,
    environment,
    finished,
    provenance,
)
from efficient_augmentation.names import as_published, networks, policies, table1
from efficient_augmentation.networks import pretrained
from efficient_augmentation.report import console, stages

# With a dry run or --verbose the user wants to see everything that Snakemake says. (Snakemake has
# not set `workflow.dryrun` yet.)
if workflow.is_main_process and not (
    workflow.output_settings.dryrun or workflow.output_settings.verbose
):
    stages.show(logger)

# Jobs inherit this environment.
ENVIRONMENT = environment.for_jobs(os.environ, SOURCE)
os.environ.clear()
os.environ.update(ENVIRONMENT)


class ConfigError(WorkflowError):
    """A mistake of the user's. Snakemake shows its message alone: a traceback would not help."""

    __traceback__ = None


if not {"{", "}"}.isdisjoint(str(workflow.basedir)):
    raise ConfigError(
        f"{workflow.basedir}: Snakemake takes braces for wildcards; move the checkout"
    )

OWN_CONFIGS = [path for path in workflow.overwrite_configfiles if path.is_file()]
layers = [*map(load_configfile, OWN_CONFIGS), workflow.config_settings.config]
config.update(reading.with_defaults_replaced(config, layers))

try:
    EXPERIMENTS = effective.effective(
        config, writes=("results", "resources"), files=workflow.configfiles
    )
except effective.ConfigError as error:
    raise ConfigError(str(error)) from None

RUN = config["run"]

# The digests of files, remembered from run to run.
DIGESTS = ".snakemake/efficient-augmentation/digests.sqlite"
SOURCES = code.Memory(".snakemake/efficient-augmentation/sources.json")

# Threads of jobs that run networks, on every machine: another number changes the last digits.
JAX_THREADS = 2


wildcard_constraints:
    experiment="|".join(EXPERIMENTS),
    transform="|".join(
        sorted({t for e in EXPERIMENTS.values() for t in e["transforms"]})
    ),


# Snakemake would take a result for unchanged if somebody edited it and gave it an older time.
if workflow.is_main_process:
    for path in digests.set_back(finished.results("results"), DIGESTS):
        logger.warning(f"{path}: changed by hand; what was made from it is made again")
        os.utime(path)
    logger.addHandler(finished.Remember(DIGESTS))


def remember_results(log):
    digests.of_files(finished.results("results"), DIGESTS, finished=True)


def code_of(script, *files, without=()):
    """Params that stamp the code a script uses, each "module digest".

    Where the config asks for it, versions of the numerical packages follow, each "package version".
    Each stamp is a param of its own, so that a rerun's reason names the module that changed. The
    name is part of the value, since Snakemake compares params as a set. `files` are files of the
    package that the script reads, `without` modules that it imports but does not use.
    """
    stamps = {}
    if "code" in config["rerun_on"]:
        stamps |= code.digests(
            SCRIPTS / script, [SOURCE, SCRIPTS], without, memory=SOURCES
        )
        stamps |= {
            f: code.file_digest(SOURCE / "efficient_augmentation" / f) for f in files
        }
    if "versions" in config["rerun_on"]:
        stamps |= provenance.installed(provenance.NUMERICAL)
    return [f"{name} {stamp}" for name, stamp in stamps.items()]
