"""A real sshd on a loopback port, with the forced command that docs for administrators would give it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.session import Session
from tests.terminal.driver import PATIENCE, Terminal

SYSTEM = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
# AcceptEnv is wider than advised (COLORTERM): clearing the environment is the forced command's own work.
CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
DisableForwarding yes
PermitUserRC no
AcceptEnv *
ClientAliveInterval 15
ClientAliveCountMax 3
"""


@dataclass(frozen=True)
class Server:
    """Who knows how to get in."""

    folder: Path
    port: int
    store: Path

    def command(self, *words: str) -> list[str]:
        """The ssh command with these words after the options: more options, the host, what to run."""
        said = {
            "Port": self.port, "IdentityFile": self.folder / "client", "UserKnownHostsFile": self.folder / "known_hosts",
            "GlobalKnownHostsFile": "none", "IdentitiesOnly": "yes", "IdentityAgent": "none", "BatchMode": "yes",
            "LogLevel": "ERROR", "User": getpass.getuser(),
        }  # fmt: skip
        options = [part for name, value in said.items() for part in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "none", *options, *words]

    def board(self, *words: str) -> Terminal:
        return Terminal(self.command("-tt", "127.0.0.1", *words))

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    def running(self) -> list[int]:
        """The processes that have this store open as the forced command starts them."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if os.fsencode(self.store) in words:
                found.append(int(entry.name))
        return found

    def gone(self) -> bool:
        """Whether no session is left within the time that one waits for a program."""
        end = time.monotonic() + PATIENCE
        while self.running():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True


@pytest.fixture
def server(session: Session, tmp_path: Path) -> Iterator[Server]:
    """sshd with one key, whose line in authorized_keys opens the session's store as `root` and nothing else."""
    sshd = shutil.which("sshd", path=SYSTEM)
    if sshd is None or shutil.which("ssh") is None:
        pytest.skip("no OpenSSH server and client here (Debian: apt install openssh-server)")
    if os.geteuid() != 0:
        pytest.skip("an sshd that opens terminals has to be started by root")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd locks itself in; its service makes it at boot
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = session.store.path
    launch = (
        f'exec env -i HOME={folder} LANG=C.UTF-8 TERM=\\"$TERM\\" SSH_CONNECTION=\\"$SSH_CONNECTION\\"'
        f" {sys.executable} -I -m cli --db {store} --as root"
    )
    key = (folder / "client.pub").read_text()
    (folder / "authorized_keys").write_text(f'restrict,pty,command="{launch}" {key}')
    host = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host}\n")
    (folder / "sshd_config").write_text(CONFIG.format(port=port, folder=folder))
    with (folder / "log").open("w") as log:
        daemon = subprocess.Popen([sshd, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log, stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while socket.socket().connect_ex(("127.0.0.1", port)):
            told = (folder / "log").read_text()
            assert daemon.poll() is None and time.monotonic() < end, f"sshd did not start:\n{told}"
            time.sleep(0.05)
        yield Server(folder, port, store)
    finally:
        daemon.terminate()
        daemon.wait(10)
