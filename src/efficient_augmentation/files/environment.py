"""Environment variables of jobs: those that affect results do not depend on the user's shell."""

import getpass
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

# JAX's variables that say where it computes, what it caches and what it logs. Its other variables
# may change numbers: precision, types, random bits, the order of sums.
_KEPT = (
    "JAX_COMPILATION_CACHE_",
    "JAX_CUDA_VISIBLE_DEVICES",
    "JAX_ENABLE_COMPILATION_CACHE",
    "JAX_LOG",
    "JAX_PERSISTENT_CACHE_",
    "JAX_PLATFORMS",
    "JAX_PLATFORM_NAME",
    "JAX_ROCM_VISIBLE_DEVICES",
    "JAX_TRACEBACK_",
)
_KEPT_FLAGS = ("--xla_dump_", "--xla_gpu_cuda_data_dir=", "--xla_hlo_profile")
_DROPPED = ("NVIDIA_TF32_OVERRIDE", "MATPLOTLIBRC")


def for_jobs(given: Mapping[str, str], source: str | Path) -> dict[str, str]:
    """The environment that jobs inherit.

    Args:
      given: mapping of the user's environment.
      source: folder from which the package is imported.
    Returns: mapping in which the package is found without being installed, compiled programs are
      kept in one place for the next process, figures are drawn without a screen, and this process
      and its user are named. Variables that change arithmetic are removed; all others stay as
      given.
    """
    kept = {name: value for name, value in given.items() if not _decides(name)}
    flags = [flag for flag in given.get("XLA_FLAGS", "").split() if flag.startswith(_KEPT_FLAGS)]
    path = [str(source), *filter(None, [given.get("PYTHONPATH")])]
    return {
        "JAX_COMPILATION_CACHE_DIR": str(_cache_folder(given)),
        **_user(),
        **kept,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "MPLBACKEND": "agg",
        "PYTHONPATH": os.pathsep.join(path),
        "XLA_FLAGS": " ".join(flags),
        # A job ends when this process does.
        "EFFICIENT_AUGMENTATION_SNAKEMAKE": f"{os.getpid()} {_numbered_in()}",
    }


def _user() -> dict[str, str]:
    """A name for an account that has none, as in containers: Snakemake asks for one."""
    try:
        getpass.getuser()
    except (KeyError, OSError):
        return {"LOGNAME": str(os.getuid())}
    return {}


def _numbered_in() -> str:
    """Name of this process's PID namespace on Linux, else an empty string."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _decides(name: str) -> bool:
    """Whether a variable changes what is computed or drawn."""
    return name in _DROPPED or (name.startswith("JAX_") and not name.startswith(_KEPT))


def _cache_folder(given: Mapping[str, str]) -> Path:
    """The default folder for compiled programs; an account may have no home folder."""
    if cache := given.get("XDG_CACHE_HOME"):
        return Path(cache, "efficient-augmentation/jax")
    try:
        return Path.home() / ".cache/efficient-augmentation/jax"
    except RuntimeError:
        return Path(tempfile.gettempdir(), f"efficient-augmentation-{os.getuid()}/jax")
