"""Provenance: the rule, settings, code, packages and device from which a result comes.

It holds nothing that differs between two equal runs on one machine: no date, path, host name or
number of cores. So results that contain it keep the same bytes.
"""

import contextlib
import hashlib
import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

NAME = "provenance"
"""The name of provenance in files of every kind."""

# Import name -> package, for packages that may change numbers or the form of a file.
PACKAGES = {
    "PIL": "pillow",
    "flax": "flax",
    "jax": "jax",
    "jaxlib": "jaxlib",
    "jinja2": "jinja2",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "optax": "optax",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "snakemake": "snakemake",
}
NUMERICAL = ("flax", "jax", "jaxlib", "numpy", "optax", "scipy", "scikit-learn")
"""Packages whose version may change numbers."""

_STAMP = re.compile(r"\S+ [0-9a-f]{12}")


def of(job: Any) -> dict[str, Any]:
    """The provenance of a job's results.

    Args:
      job: the job's `snakemake` object, or any object with its rule and params. Named params are
        settings, the others code stamps, "module digest".
    Returns: mapping with
      rule: name of the rule;
      config: digest of the settings;
      code: digest of the code stamps, whatever their order;
      seeds: mapping from the key of each seed, such as "settings.dataset.seed", to the seed;
      device: as `device`;
      versions: versions of Python, of this package if it is known, and of those of `PACKAGES` that
        this process has loaded.
    Cost: starts JAX's backend if jax is loaded but has not been used.
    """
    settings = dict(job.params.items())
    stamps = [p for p in job.params if isinstance(p, str) and _STAMP.fullmatch(p)]
    return {
        "rule": job.rule,
        "config": digest(settings),
        "code": digest(sorted(stamps)),
        "seeds": dict(_seeds(settings)),
        "device": device(),
        "versions": _versions(),
    }


def text(made_by: Mapping[str, Any] | None) -> str:
    """Provenance as one line of JSON in ASCII, which every format can hold.

    Args:
      made_by: mapping as `of` returns it.
    Returns: str.
    """
    return json.dumps(made_by, sort_keys=True)


def digest(value: Any) -> str:
    """Digest of a value, the same for every order of keys.

    Args:
      value: anything that JSON can hold.
    Returns: 12 hexadecimal digits.
    """
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def device() -> str:
    """Name of the device on which this process computes.

    Returns: str: the name of JAX's devices, with their number if there are several; the name of the
      processor if JAX has no other device or is not loaded.
    """
    jax = sys.modules.get("jax")
    found = jax.devices() if jax else []
    on_processor = not found or found[0].platform == "cpu"
    name = _processor() if on_processor else found[0].device_kind
    return f"{len(found)} x {name}" if len(found) > 1 else name


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        lines = ""
    named = re.search(r"^model name\s*:\s*(\S.*)$", lines, re.MULTILINE)
    return named[1].strip() if named else platform.processor() or platform.machine()


def _seeds(settings: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, int]]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _seeds(value, f"{place}{key}.")
        elif key == "seed":
            yield f"{place}{key}", value


def installed(packages: Iterable[str]) -> dict[str, str]:
    """Installed versions of packages, whatever versions are pinned.

    Args:
      packages: names of packages.
    Returns: dict from name to version; packages that are not installed are left out.
    """
    found = {}
    for package in packages:
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _versions() -> dict[str, str]:
    loaded = installed(package for name, package in PACKAGES.items() if name in sys.modules)
    return {"python": platform.python_version(), **_own_version(), **loaded}


def _own_version() -> dict[str, str]:
    """The version of the checkout or, without one, of the installed package."""
    project = Path(__file__).parents[3] / "pyproject.toml"
    try:
        own = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    except OSError:
        try:
            own = version("efficient-augmentation")
        except PackageNotFoundError:
            return {}
    return {"efficient-augmentation": own}
