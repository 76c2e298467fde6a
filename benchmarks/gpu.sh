#!/usr/bin/env bash
# What only an accelerator can show, in one command and at most nine minutes.
#
#   OUT=somewhere bash benchmarks/gpu.sh MIRROR [--tiny]
#
# MIRROR holds the publishers' files as DATA_MIRROR does: cifar10/..., mnist/... . The machine needs
# Python 3.11 or newer with jax for its accelerator, flax, optax, orbax, scikit-learn and tqdm, and no
# network. --tiny does all of it at a size that a processor can take, as a test of this script.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD/src:$PWD/benchmarks${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
export JAX_COMPILATION_CACHE_DIR="${JAX_COMPILATION_CACHE_DIR:-$(mktemp -d)}"
export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0
exec "${PYTHON:-python3}" benchmarks/gpu.py "$@" --out "${OUT:?name a folder for what comes out in OUT}"
