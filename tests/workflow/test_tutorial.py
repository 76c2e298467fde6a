"""The tutorial on one's own images, run as it stands, in a fresh checkout."""

import os
import re
import subprocess
import sys
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs/own_images.md"
BLOCK = re.compile(
    r"^<!-- (?P<kind>file|run|prints)(?:: (?P<name>\S+)|, with anything for \.\.\.)? -->\n"
    r"```\w*\n(?P<text>.*?)^```$",
    re.M | re.S,
)


def test_tutorial_does_what_it_says(fresh):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": ""}
    printed, kinds = "", []
    for block in BLOCK.finditer(TUTORIAL.read_text()):
        kinds.append(block["kind"])
        text = block["text"]
        if block["kind"] == "file":
            (fresh.tree / block["name"]).write_text(text)
        elif block["kind"] == "run":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=fresh.tree,
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
            )
            assert done.returncode == 0, f"{text}{done.stdout}{done.stderr}"
            printed = done.stdout
        else:
            pattern = ".*?".join(map(re.escape, text.split("...")))
            assert re.fullmatch(pattern, printed, re.S), (
                f"{text} is not what was printed: {printed}"
            )
    assert len(kinds) == TUTORIAL.read_text().count("<!-- ") > 15
    assert {"file", "run", "prints"} == set(kinds)
