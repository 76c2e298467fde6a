"""The environment of jobs: what changes numbers or figures is not taken from the user's shell."""

import getpass
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from efficient_augmentation.files import environment

SOURCE = Path(__file__).parents[3] / "src"
OURS = {
    "EFFICIENT_AUGMENTATION_SNAKEMAKE",
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES",
    "MPLBACKEND",
    "PYTHONPATH",
    "XLA_FLAGS",
}


@pytest.mark.parametrize(
    "name",
    [
        "JAX_DEFAULT_MATMUL_PRECISION",
        "JAX_ENABLE_X64",
        "JAX_DEFAULT_DTYPE_BITS",
        "JAX_DEFAULT_PRNG_IMPL",
        "JAX_THREEFRY_PARTITIONABLE",
        "JAX_DISABLE_JIT",
        "JAX_NEVER_HEARD_OF",
        "NVIDIA_TF32_OVERRIDE",
        "MATPLOTLIBRC",
    ],
)
def test_what_decides_results_is_dropped(name):
    assert environment.for_jobs({name: "x", "HOME": "/h"}, SOURCE).keys() == OURS | {"HOME"}


def test_flags_of_the_compiler_are_ours():
    given = "--xla_cpu_enable_fast_math=true --xla_dump_to=/d --xla_gpu_cuda_data_dir=/c --other"
    found = environment.for_jobs({"XLA_FLAGS": given, "HOME": "/h"}, SOURCE)
    assert found["XLA_FLAGS"] == "--xla_dump_to=/d --xla_gpu_cuda_data_dir=/c"


def test_what_says_where_is_kept():
    given = {
        "HOME": "/h",
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": "/cache",
        "JAX_TRACEBACK_FILTERING": "off",
        "PYTHONPATH": "/mine",
        "OTHER": "1",
    }
    found = environment.for_jobs(given | {"MPLBACKEND": "module://nothing"}, SOURCE)
    assert found["MPLBACKEND"] == "agg"
    assert found["PYTHONPATH"] == f"{SOURCE}{os.pathsep}/mine"
    assert {name: found[name] for name in given if name != "PYTHONPATH"} == {
        name: value for name, value in given.items() if name != "PYTHONPATH"
    }


def test_an_account_without_a_home_has_a_cache(monkeypatch):
    assert environment.for_jobs({"XDG_CACHE_HOME": "/x"}, SOURCE)[
        "JAX_COMPILATION_CACHE_DIR"
    ] == str(Path("/x/efficient-augmentation/jax"))

    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert environment.for_jobs({}, SOURCE)["JAX_COMPILATION_CACHE_DIR"].endswith("/jax")
    given = {"JAX_COMPILATION_CACHE_DIR": "/cache"}
    assert environment.for_jobs(given, SOURCE)["JAX_COMPILATION_CACHE_DIR"] == "/cache"


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_an_account_without_a_name_has_one(monkeypatch, error):
    """Python 3.13 raises an OSError, older ones a KeyError, where a user's number is unknown."""

    def unknown():
        raise error("uid not found")

    monkeypatch.setattr(getpass, "getuser", lambda: "me")
    assert "LOGNAME" not in environment.for_jobs({"HOME": "/h"}, SOURCE)
    monkeypatch.setattr(getpass, "getuser", unknown)
    assert environment.for_jobs({"HOME": "/h"}, SOURCE)["LOGNAME"] == str(os.getuid())
    assert environment.for_jobs({"HOME": "/h", "LOGNAME": "x"}, SOURCE)["LOGNAME"] == "x"


def test_numbers_do_not_depend_on_the_users_environment():
    """The same sum of products in a job of two users, one of whom asks for fast arithmetic."""
    program = (
        "import json, jax, jax.numpy as jnp; x = jnp.linspace(0, 1, 4099);"
        "print(json.dumps([float(jnp.sin(x) @ jnp.exp(x)), str(x.dtype)]))"
    )
    fast = {
        "JAX_ENABLE_X64": "1",
        "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16",
        "XLA_FLAGS": "--xla_cpu_enable_fast_math=true",
    }
    found = []
    for given in ({}, fast):
        here = environment.for_jobs({**os.environ, **given, "JAX_PLATFORMS": "cpu"}, SOURCE)
        done = subprocess.run([sys.executable, "-c", program], env=here, capture_output=True)
        found.append(json.loads(done.stdout))
    assert found[0] == found[1]
    assert found[0][1] == "float32"
