"""Look up known vulnerabilities of all pinned packages; say so where nobody can be asked.

pip-audit itself ends well where the advisory service knows none of the packages, as a mirror of the
package index that holds no advisories does. Run as: python .ci/audit.py requirements*.txt
"""

import json
import subprocess
import sys

AUDIT = ["-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "15"]
# The files pin everything, with hashes: nothing is resolved, and nothing installed.
PINNED = ["--disable-pip", "--require-hashes"]
# What it says, without a result, where no service answers.
UNREACHABLE = ("requests.exceptions.", "ServiceError", "your network may be blocking this service")


def main(paths):
    """Returns the exit status: 1 for vulnerabilities, or where the audit itself went wrong."""
    files = [word for path in paths for word in ("--requirement", path)]
    done = subprocess.run(
        [sys.executable, *AUDIT, *PINNED, *files], capture_output=True, text=True, check=False
    )
    if not done.stdout:
        if any(words in done.stderr for words in UNREACHABLE):
            print("pip-audit: the advisory service cannot be reached from here; nothing audited")
            return 0
        print(done.stderr, file=sys.stderr)
        return 1
    packages = json.loads(done.stdout)["dependencies"]
    found = [line for package in packages for line in vulnerabilities(package)]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    print("\n".join([*found, summary(packages, found, unknown)]))
    return bool(found)


def vulnerabilities(package):
    """A line for each of a package's."""
    for known in package.get("vulns", []):
        fixed = ", ".join(known["fix_versions"]) or "no release yet"
        yield f"{package['name']} {package['version']}: {known['id']}, fixed in {fixed}"


def summary(packages, found, unknown):
    """What was looked up, in a line."""
    if len(unknown) == len(packages):
        return "pip-audit: the advisory service that answers here knows no package; nothing audited"
    without = f"; not known to the service: {', '.join(unknown)}" if unknown else ""
    audited = len(packages) - len(unknown)
    return f"pip-audit: {len(found)} known vulnerabilities in {audited} packages{without}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
