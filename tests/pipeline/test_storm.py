"""Many processes move the same deals while two administrators change the stages under them, and some are killed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

from models.pipeline import commands, setup, views
from models.storage.doctor import checks

MOVER = textwrap.dedent("""
    import random
    import sys
    import time
    from pathlib import Path
    from models.people.views import acting
    from models.pipeline import commands, views
    from models.session import Session
    from models.storage.store import open_store
    from models.values.errors import ChangedMeanwhile, NotFound, Refused
    path, seed, said, deals = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], "a", buffering=1), sys.argv[4:]
    session = Session(open_store(Path(path)), acting(None, ""))
    rng = random.Random(seed)
    while True:
        deal = int(rng.choice(deals))
        card = views.deal(session, deal)
        stages = [stage.id for stage in views.stages(session, card.type_id) if stage.id != card.stage_id]
        try:
            kind = rng.random()
            if kind < 0.7:
                done = commands.move_deal(session, deal, rng.choice(stages), reason="storm", version=card.version)
            elif kind < 0.8:
                done = commands.lose_deal(session, deal, reason="storm")
            elif kind < 0.9:
                done = commands.reopen_deal(session, deal, reason="storm")
            else:
                done = commands.undo(session, deal)
            said.write(f"{done.line} {deal}\\n")
        except (Refused, ChangedMeanwhile) as refusal:
            said.write(f"refused {refusal.code}\\n")
        time.sleep(0.002)  # as people do: a loop without a pause starves the others
""")
ADMINISTRATOR = textwrap.dedent("""
    import random
    import sys
    import time
    from pathlib import Path
    from models.people.views import acting
    from models.pipeline import setup, views
    from models.session import Session
    from models.storage.store import open_store
    from models.values.errors import ChangedMeanwhile, NotFound, Refused
    path, seed, said, type_id = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], "a", buffering=1), int(sys.argv[4])
    session = Session(open_store(Path(path)), acting(None, ""))
    rng = random.Random(seed)
    for number in range(1_000_000):
        active = [stage for stage in views.stages(session, type_id) if not stage.archived]
        stage = rng.choice(active)
        kind = rng.randrange(5)
        try:
            if kind == 0 or len(active) < 4:
                setup.add_stage(session, type_id, f"S{seed}-{number}", position=rng.randint(1, 5))
            elif kind == 1:
                setup.move_stage(session, stage.id, rng.randint(1, 6), version=views.type_card(session, type_id).version)
            elif kind == 2:
                setup.archive_stage(session, stage.id)
            elif kind == 3:
                setup.archive_stage(session, stage.id, move_to=rng.choice(active).id, reason="storm")
            else:
                setup.remove_stage(session, stage.id)
            said.write("done\\n")
        except (Refused, ChangedMeanwhile, NotFound) as refusal:
            said.write(f"refused {refusal.code}\\n")
        time.sleep(0.005)
""")


def storm(session, tmp_path, movers, rounds, wanted):
    type_id = setup.add_type(session, "Storm", mode="free")
    for name in "ABCDEF":
        setup.add_stage(session, type_id, name)
    deals = [str(commands.new_deal(session, f"Client {one}", type_id=type_id).deal_id) for one in range(5)]
    acknowledged = set()
    for number in range(rounds):
        running = []
        try:
            for seed in range(movers + 2):
                said = tmp_path / f"said-{number}-{seed}"
                work, more = (MOVER, deals) if seed >= 2 else (ADMINISTRATOR, [str(type_id)])
                argv = [sys.executable, "-c", work, str(session.store.path), str(number * 100 + seed), str(said), *more]
                running.append((said, subprocess.Popen(argv, cwd=os.getcwd(), stderr=subprocess.PIPE, text=True)))
            limit = time.monotonic() + 120
            while not all(said.exists() and said.read_text().count("\n") >= wanted for said, _process in running):
                assert time.monotonic() < limit
                assert all(process.poll() is None for _said, process in running), [p.stderr.read() for _s, p in running if p.poll()]
                time.sleep(0.05)
        finally:
            for _said, process in running:
                process.kill()
        for said, process in running:
            _out, trouble = process.communicate()
            assert trouble == ""
            acknowledged |= {line.split()[0] for line in said.read_text().split("\n")[:-1] if line[0].isdigit()}
    kept = {str(row[0]) for row in session.store.database.execute_sql("SELECT id FROM journal WHERE subject = 'deal'")}
    assert acknowledged and acknowledged <= kept
    assert [check.name for check in checks(session.store) if not check.ok] == []
    for deal in deals:
        card = views.deal(session, int(deal))
        assert [visit.left_at is None for visit in card.visits].count(True) == (card.outcome == "open")


@pytest.mark.storm
def test_moves_in_a_storm_of_changes_are_kept_or_refused(session, tmp_path):
    storm(session, tmp_path, movers=4, rounds=1, wanted=8)


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_twenty_movers_and_two_administrators(session, tmp_path):
    storm(session, tmp_path, movers=20, rounds=4, wanted=10)
