"""Many processes start, switch and stop for the same ten employees, and are killed at any moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import time

import pytest

from models.people import commands as people
from models.storage.doctor import checks

LOGINS = [f"e{number}" for number in range(10)]
WORKER = textwrap.dedent("""
    import random
    import sys
    import time
    from pathlib import Path
    from models.people.views import acting
    from models.session import Session
    from models.storage.store import open_store
    from models.timekeeping import commands
    from models.values.errors import Refused
    path, seed, said, logins = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], "a", buffering=1), sys.argv[4:]
    store = open_store(Path(path))
    sessions = [Session(store, acting(login, "")) for login in logins]
    rng = random.Random(seed)
    while True:
        session, kind = rng.choice(sessions), rng.random()
        try:
            if kind < 0.4:
                said.write(f"began {commands.start_timer(session, note=str(seed))} {session.actor.id}\\n")
            elif kind < 0.6:
                said.write(f"began {commands.continue_entry(session)} {session.actor.id}\\n")
            elif kind < 0.7:
                commands.still_there(session)
            else:
                ended = commands.stop_timer(session)
                said.write(f"ended {ended.id} {ended.ended_at}\\n")
        except Refused as refusal:
            said.write(f"refused {refusal.code}\\n")
        time.sleep(0.002)  # as people do: a loop without a pause starves the others
""")


def storm(session, tmp_path, workers, rounds, wanted):
    for login in LOGINS:
        people.add_employee(session, login, name=login, role="rep")
    rng = random.Random(7)
    acknowledged = set()
    for number in range(rounds):
        running = []
        try:
            for seed in range(workers):
                said = tmp_path / f"said-{number}-{seed}"
                argv = [sys.executable, "-c", WORKER, str(session.store.path), str(number * 100 + seed), str(said), *LOGINS]
                running.append((said, subprocess.Popen(argv, cwd=os.getcwd(), stderr=subprocess.PIPE, text=True)))
            limit = time.monotonic() + 120
            waiting = list(running)
            while waiting:
                assert time.monotonic() < limit
                assert all(process.poll() is None for _said, process in waiting), [p.stderr.read() for _s, p in waiting if p.poll()]
                ready = [one for one in waiting if one[0].exists() and one[0].read_text().count("\n") >= wanted]
                if ready:  # one after another, while the others go on
                    killed = rng.choice(ready)
                    killed[1].kill()
                    waiting.remove(killed)
                time.sleep(rng.random() / 50)
        finally:
            for _said, process in running:
                process.kill()
        for said, process in running:
            _out, trouble = process.communicate()
            assert trouble == ""
            acknowledged |= {tuple(line.split(maxsplit=1)) for line in said.read_text().split("\n")[:-1]}
    rows = session.store.database.execute_sql("SELECT id, ended_at, started_at, employee_id FROM time_entry").fetchall()
    kept, ended = {f"{row[0]} {row[3]}" for row in rows}, {f"{row[0]} {row[1]}" for row in rows if row[1] is not None}
    told = {what: {one for kind, one in acknowledged if kind == what} for what in ("began", "ended", "refused")}
    assert told["began"] and told["began"] <= kept
    assert told["ended"] and told["ended"] <= ended
    assert told["refused"] <= {"nothing_runs", "nothing_to_continue"}
    assert [check.name for check in checks(session.store) if not check.ok] == []


@pytest.mark.storm
def test_what_was_acknowledged_in_a_storm_is_there(session, tmp_path):
    storm(session, tmp_path, workers=6, rounds=1, wanted=10)


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_twenty_processes_for_ten_employees(session, tmp_path):
    storm(session, tmp_path, workers=20, rounds=4, wanted=15)
