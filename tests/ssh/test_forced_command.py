"""Through a real sshd: the board is driven, a lost client leaves nothing behind, and nothing else can be run."""

from __future__ import annotations

import signal

from models.activities.views import activities
from models.pipeline import commands, views
from models.session import Session
from models.timekeeping.views import running
from tests.ssh.conftest import Server
from tests.terminal.driver import Terminal


def test_a_lost_client_ends_the_session_and_leaves_the_deal_where_it_was_put(server: Server, session: Session) -> None:
    deal = commands.new_deal(session, "Orion Legal", type_id=1).deal_id
    program = server.board()
    program.wait("Orion Legal")
    program.rest()
    assert server.running()
    program.type("L")
    program.wait("→ Demonstration")
    program.type("s")
    program.wait("timer runs")
    program.type("i")
    program.wait("Note on Orion Legal")
    program.type("half a wor")
    program.wait("half a wor")
    program.kill(signal.SIGKILL)

    assert server.gone()
    assert views.deal(session, deal).stage == "Demonstration"
    entry = running(session)
    assert entry is not None and entry.deal_id == deal
    again = server.board()
    again.wait("half a wor")
    again.rest()
    again.type("d\r")
    again.wait("saved")
    again.rest()
    again.type("q")
    again.wait("timer is running")
    again.type("1")
    assert again.end() == 0
    assert [one.text for one in activities(session)] == ["half a word"]
    assert server.gone()


def test_without_a_terminal_one_line_and_no_program_left(server: Server) -> None:
    called = server.call("-T", "127.0.0.1")
    assert called.returncode == 2 and called.stdout == ""
    [line] = called.stderr.splitlines()
    assert "ssh -t" in line
    assert server.gone()


def test_what_the_client_asks_to_run_is_not_run(server: Server, session: Session) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    escaped = server.folder / "escaped"
    program = server.board(f"touch {escaped}; rm -rf {server.store}")
    program.wait("Orion Legal")
    program.rest()
    program.type("q")
    assert program.end() == 0
    for asked in (f"touch {escaped}", f"stagewatch --db {escaped} init", f"$(touch {escaped})", f"; touch {escaped}", "/bin/sh -i"):
        called = server.call("-T", "127.0.0.1", asked)
        assert called.returncode == 2 and "ssh -t" in called.stderr and called.stdout == ""
    assert not escaped.exists() and server.store.exists()


def test_files_and_forwarding_are_refused(server: Server) -> None:
    for asked in (["-s", "127.0.0.1", "sftp"], ["-W", f"127.0.0.1:{server.port}", "127.0.0.1"]):
        called = server.call("-T", *asked)
        assert called.returncode != 0 and called.stdout == ""


def test_the_environment_of_the_client_changes_nothing(server: Server, session: Session) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    other = server.folder / "other.db"
    said = {"STAGEWATCH_DB": other, "STAGEWATCH_LANGUAGE": "ru", "PYTHONPATH": server.folder, "PYTHONINSPECT": "1"}
    sent = ["-o", "SetEnv=" + " ".join(f"{name}={value}" for name, value in said.items())]
    program = Terminal(server.command(*sent, "-tt", "127.0.0.1"))
    program.wait("Orion Legal")
    program.rest()
    program.type("q")
    assert program.end() == 0
    called = server.call(*sent, "-T", "127.0.0.1")
    assert called.returncode == 2 and "The screens need a terminal" in called.stderr
    assert not other.exists()
