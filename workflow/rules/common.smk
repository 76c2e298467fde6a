"""What all rules share: the checked config, the environment of jobs, code stamps.

In:  config
Out: EXPERIMENTS, RUN, JAX_THREADS, code_of
"""

import functools
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

SOURCE = Path(workflow.basedir, "src")
SCRIPTS = Path(workflow.basedir, "workflow/scripts")

# Jobs inherit this environment: the package is found without being installed, and compiled programs
# are kept in one place for the next process, whatever the working directory.
CACHE = Path.home() / ".cache/efficient-augmentation/jax"
os.environ.update(
    {
        "PYTHONPATH": os.pathsep.join(
            [str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
        "JAX_COMPILATION_CACHE_DIR": os.environ.get(
            "JAX_COMPILATION_CACHE_DIR", str(CACHE)
        ),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
)
sys.path.insert(0, str(SOURCE))

from efficient_augmentation.analysis import table1
from efficient_augmentation.config import effective, featurizer
from efficient_augmentation.config import transforms as transform_settings
from efficient_augmentation.data import dataset, sources
from efficient_augmentation.experiment import figures, inputs, paper, plans, results
from efficient_augmentation.files import code
from efficient_augmentation.names import as_published, networks, scores as score_names
from efficient_augmentation.networks import pretrained


class ConfigError(WorkflowError):
    """Shown by Snakemake as its message alone: where in these files it arose helps nobody."""

    __traceback__ = None


try:
    EXPERIMENTS = effective.effective(
        config, writes=("results", "resources"), files=workflow.configfiles
    )
except effective.ConfigError as error:
    raise ConfigError(str(error)) from None

RUN = config["run"]

# Threads of jobs that run networks, on every machine the same: for another number they come out
# differently in their last digits.
JAX_THREADS = 2


wildcard_constraints:
    experiment="|".join(EXPERIMENTS),
    transform="|".join(
        sorted({t for e in EXPERIMENTS.values() for t in e["transforms"]})
    ),


def code_of(script, *files, without=()):
    """Params that stamp the code which a script reaches, each "module digest".

    As params of their own, so that a rerun's reason names the module that changed, and with the
    name in the value, since Snakemake compares params as a set. `files` are those of the package
    that the script reads, `without` modules that it imports but does not use.
    """
    stamps = code.digests(SCRIPTS / script, [SOURCE], without)
    stamps |= {
        f: code.file_digest(SOURCE / "efficient_augmentation" / f) for f in files
    }
    return [f"{name} {digest}" for name, digest in stamps.items()]
