"""What .ci/audit.py makes of pip-audit's answers; pip-audit itself is replaced."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / ".ci/audit.py"
SOUND = {"name": "numpy", "version": "2.2.0", "vulns": []}
UNKNOWN = {"name": "own", "skip_reason": "Dependency not found"}
BAD = {
    "name": "jinja2",
    "version": "3.1.2",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["3.1.3", "3.2"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}


def audit(folder, said="", error="", status=0):
    """Exit status and output of the audit where pip-audit answers this."""
    program = f"import sys\nprint({error!r}, file=sys.stderr)\nprint({said!r}, end='')\n"
    (folder / "pip_audit.py").write_text(f"{program}sys.exit({status})\n")
    done = subprocess.run(
        [sys.executable, AUDIT, "requirements.txt"],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout.strip(), done.stderr


@pytest.mark.parametrize(
    ("packages", "status", "lines"),
    [
        ([SOUND], 0, ["pip-audit: 0 known vulnerabilities in 1 packages"]),
        (
            [SOUND, UNKNOWN, BAD],
            1,
            [
                "jinja2 3.1.2: PYSEC-1, fixed in 3.1.3, 3.2",
                "jinja2 3.1.2: PYSEC-2, fixed in no release yet",
                "pip-audit: 2 known vulnerabilities in 2 packages; not known to the service: own",
            ],
        ),
        (
            [UNKNOWN],
            0,
            ["pip-audit: the advisory service that answers here knows no package; nothing audited"],
        ),
    ],
    ids=["sound", "vulnerable", "unknown"],
)
def test_answers(tmp_path, packages, status, lines):
    said = json.dumps({"dependencies": packages, "fixes": []})
    found = audit(tmp_path, said, status=int(BAD in packages))
    assert found[:2] == (status, "\n".join(lines))


def test_no_service_is_said_and_no_failure(tmp_path):
    error = "requests.exceptions.ConnectionError: HTTPSConnectionPool: Max retries exceeded"
    status, said, _ = audit(tmp_path, error=error, status=1)
    assert status == 0
    assert said == "pip-audit: the advisory service cannot be reached from here; nothing audited"


def test_other_errors_fail(tmp_path):
    error = "ERROR: requirement jinja2 does not contain a hash"
    status, said, shown = audit(tmp_path, error=error, status=1)
    assert (status, said) == (1, "")
    assert error in shown
