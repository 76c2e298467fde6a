"""The log of a job: everything that it says, but for progress bars."""

import subprocess
import sys

from conftest import ROOT

JOB = """
import logging, os, sys
sys.path.insert(0, sys.argv[1])
from _log import log_to

progress = log_to(sys.argv[2])
print("printed")
sys.stdout.flush()
os.write(1, b"from a library\\n")
os.system("echo from a child")
logging.getLogger("efficient_augmentation.x").info("told")
logging.getLogger("other").info("chatter")
progress.write("50 %")
progress.flush()
raise ValueError("the reason")
"""


def test_log_and_terminal_hold_everything_and_only_the_terminal_the_bar(tmp_path):
    log = tmp_path / "job.log"
    done = subprocess.run(
        [sys.executable, "-c", JOB, ROOT / "workflow/scripts", log], capture_output=True, text=True
    )
    assert done.returncode == 1
    text = log.read_text()
    for part in ("printed", "from a library", "from a child", "told", "ValueError: the reason"):
        assert part in text
        assert part in done.stderr
    assert "chatter" not in done.stderr
    assert "50 %" in done.stderr
    assert "50 %" not in text
    assert text.index("printed") < text.index("from a library") < text.index("the reason")
