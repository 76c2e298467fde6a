"""A Slurm cluster of one node on the loopback interface, all of it in one folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

# The node claims more than the machine may have, so that every job of the workflow fits, and GPUs
# that are none: enough to see where Slurm puts a job.
CONFIG = """
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/finished.txt
ReturnToService=2
KillWait=2
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=64000 Gres=gpu:2
PartitionName=cpu Nodes={host} Default=YES
PartitionName=gpu Nodes={host}
"""
NO_ACCOUNTING = "AccountingStorageType=accounting_storage/none\n"
PACKAGES = {"munged": "munge", "slurmctld": "slurm-wlm", "slurmd": "slurm-wlm"}


def install(packages=PACKAGES):
    """Install what is missing from Debian's packages, without its own services started."""
    missing = {package for program, package in packages.items() if not shutil.which(program)}
    if missing:
        quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "check": True}
        subprocess.run(["apt-get", "-qq", "update"], **quiet)
        command = ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *missing]
        subprocess.run(command, stdout=subprocess.DEVNULL, **quiet)


@contextlib.contextmanager
def one_node(folder, accounting=None):
    """Run the cluster as long as the context lasts; yields the environment of its commands.

    It keeps accounts where the module `accounting` is given.
    """
    folder.chmod(0o755)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o600)
    host = socket.gethostname().split(".")[0]
    text = CONFIG.format(host=host, folder=folder, ports=free_ports(2))
    accounts = accounting.configure(folder) if accounting else NO_ACCOUNTING
    (folder / "slurm.conf").write_text(text + accounts)
    (folder / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")
    environment = os.environ | {
        "SLURM_CONF": str(folder / "slurm.conf"),
        "PATH": f"{srun_with_config(folder)}:{os.environ['PATH']}",
    }
    munged = ["munged", "--foreground", "--force", f"--key-file={folder}/munge.key"]
    munged += [f"--{name}-file={folder}/munge.{name}" for name in ("log", "pid", "seed")]
    munged += [f"--socket={folder}/munge.socket"]
    with contextlib.ExitStack() as running:
        running.enter_context(daemon(munged, folder, environment))
        wait_until((folder / "munge.socket").exists, 30, folder)
        if accounting:
            running.enter_context(accounting.running(folder, environment))
        for command in (["slurmctld", "-D", "-c"], ["slurmd", "-D"]):
            running.enter_context(daemon(command, folder, environment))
        wait_until(lambda: "idle" in said(["sinfo", "-h", "-o", "%T"], environment), 60, folder)
        yield environment
        subprocess.run(["scancel", "--full", "--user=root"], env=environment, check=False)


def srun_with_config(folder):
    """Folder with an srun of our own, since the plugin takes SLURM_CONF away from the real one."""
    script = folder / "bin/srun"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {shutil.which("srun")} "$@"\n'
    )
    script.chmod(0o755)
    return script.parent


@contextlib.contextmanager
def daemon(command, folder, environment):
    with open(folder / f"{command[0]}.log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def free_ports(n):
    """Ports of the loopback interface that nobody listens on."""
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def said(command, environment):
    """What a command printed, whether it failed or not."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def wait_until(true, seconds, folder):
    """Wait for something to become true; at the end of patience, tell what the daemons say."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            logs = [f"{log.name}:\n{log.read_text()[-2000:]}" for log in folder.glob("*.log")]
            raise TimeoutError("\n".join([f"not within {seconds} s", *logs]))
        time.sleep(0.2)


def processes_of(folder):
    """Command lines of this cluster's daemons and jobs, and of what these started."""
    mine = str(folder).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(process.name) != os.getpid() and (
                b"SLURM_CONF=" + mine in (process / "environ").read_bytes()
            ):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
