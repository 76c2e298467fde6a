"""Slurm's accounting, in the cluster's folder: slurmdbd over a MariaDB on the loopback."""

import contextlib
import os
import subprocess
from functools import partial

from one_node import daemon, free_ports, wait_until

# mariadb-install-db calls my_print_defaults, which Debian ships with the client.
PACKAGES = {
    "slurmdbd": "slurmdbd",
    "mariadbd": "mariadb-server-core",
    "my_print_defaults": "mariadb-client-core",
}
ACCOUNT = "project"
SLURM = """
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={ports[0]}
AccountingStoragePass={folder}/munge.socket
"""
SLURMDBD = """
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={ports[0]}
SlurmUser=root
AuthInfo=socket={folder}/munge.socket
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={ports[1]}
StorageUser=slurm
StoragePass={password}
StorageLoc=slurm
"""
MARIADB = """
[mariadbd]
user=root
datadir={folder}/database
socket={folder}/mariadb.socket
pid-file={folder}/mariadb.pid
bind-address=127.0.0.1
port={ports[1]}
skip-name-resolve
init-file={folder}/first.sql
"""
FIRST_WORDS = """
CREATE DATABASE slurm;
CREATE USER slurm@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL ON slurm.* TO slurm@'127.0.0.1';
"""


def configure(folder):
    """Write the configuration of both daemons; returns the lines of slurm.conf that name them."""
    chosen = {"folder": folder, "ports": free_ports(2), "password": os.urandom(8).hex()}
    (folder / "slurmdbd.conf").touch(mode=0o600)
    for name, text in (
        ("slurmdbd.conf", SLURMDBD),
        ("mariadb.cnf", MARIADB),
        ("first.sql", FIRST_WORDS),
    ):
        (folder / name).write_text(text.format(**chosen))
    return SLURM.format(**chosen)


@contextlib.contextmanager
def running(folder, environment):
    """Keep accounts as long as the context lasts; slurm.conf is there, and munged runs."""
    options = f"--defaults-file={folder}/mariadb.cnf"
    install = ["mariadb-install-db", options, "--skip-test-db"]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    log = folder / "mariadbd.log"
    with daemon(["mariadbd", options], folder, environment):
        wait_until(lambda: "ready for connections" in log.read_text(), 60, folder)
        with daemon(["slurmdbd", "-D"], folder, environment):
            add = partial(succeeds, environment, "sacctmgr", "--immediate", "add")
            wait_until(partial(add, "cluster", "loopback"), 60, folder)
            assert add("account", ACCOUNT)
            assert add("user", "root", f"account={ACCOUNT}")
            yield


def succeeds(environment, *command):
    return not subprocess.run(command, env=environment, capture_output=True, check=False).returncode
