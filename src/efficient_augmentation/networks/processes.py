"""Several processes, on one machine or many, that share one computation."""

import os

import jax
from jax.experimental import multihost_utils


def join():
    """Connect this process with the others that were started for the same job.

    Slurm describes them in the environment of a job step with several tasks (`srun --ntasks 4`);
    elsewhere JAX_COORDINATOR_ADDRESS (host:port of the first process), JAX_NUM_PROCESSES and
    JAX_PROCESS_ID do. A process that is alone does nothing here. Call this before JAX is used.

    Raises: ValueError if the environment names a coordinator but not the number of processes and
      this one's rank.
    """
    if address := os.environ.get("JAX_COORDINATOR_ADDRESS"):
        try:
            number, rank = (
                int(os.environ[f"JAX_{key}"]) for key in ("NUM_PROCESSES", "PROCESS_ID")
            )
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"JAX_COORDINATOR_ADDRESS is {address}, but JAX_NUM_PROCESSES and JAX_PROCESS_ID "
                f"do not say which of how many processes this is ({error})"
            ) from error
        jax.distributed.initialize(address, number, rank)
    elif int(os.environ.get("SLURM_STEP_NUM_TASKS", 1)) > 1:
        jax.distributed.initialize()


def is_first():
    """Whether this process is the one that writes files."""
    return jax.process_index() == 0


def wait():
    """Return when all processes have called this, so that the first one's files are complete."""
    if jax.process_count() > 1:
        multihost_utils.sync_global_devices("wait")
