"""How long the stage engine takes: judging a step, the what-if over many deals, setting up a large type.

Run as `python -m bench.stages [--deals N]`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, facts, rules, setup
from models.pipeline.rules import (
    ActionFacts,
    Attempt,
    Authority,
    DealFacts,
    FieldFacts,
    PersonFacts,
    StageFacts,
    TypeFacts,
)
from models.pipeline.what_if import what_if
from models.session import Session
from models.storage.store import create_store
from models.values import instants

DAY = 86_400_000_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=int, default=100_000)
    count = parser.parse_args().deals
    print(f"judge a step, 30 stages with 10 rules each: {judging() * 1e6:.0f} µs")
    with tempfile.TemporaryDirectory() as folder:
        session = _session(Path(folder))
        type_id, took = _timed(lambda: large_type(session))
        print(f"set up a type of 200 stages, each by a command: {took:.2f} s")
        deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
        second = facts.type_facts(type_id).stages[1].id
        _moved, took = _timed(lambda: commands.move_deal(session, deal, second))
        print(f"move a deal in it: {took * 1000:.1f} ms")
        _placed, took = _timed(lambda: setup.move_stage(session, second, 200))
        print(f"bring its second stage to the end: {took * 1000:.0f} ms")
        type_id, visits = many_deals(session, count)
        for mode, returns in (("strict", False), ("strict", True), ("semi-strict", False)):
            found, took = _timed(partial(what_if, session, type_id, mode=mode, returns=returns))
            said = f"{mode}{', returns' if returns else ''}"
            print(f"what-if {said}: {found.open} open deals, {visits} visits, {len(found.breaking)} break it: {took:.2f} s")


def judging() -> float:
    """Median seconds of judging a move with an objection of nearly every kind."""
    people = [PersonFacts(number, f"p{number}", f"P {number}", "manager") for number in range(5)]
    only = Authority(frozenset({"manager"}), frozenset({1, 2, 3}))
    stages = tuple(
        StageFacts(
            number, f"Stage {number}",
            actions=tuple(ActionFacts(number * 10 + one, f"Action {one}", True) for one in range(4)),
            enter_fields=(FieldFacts("amount", "amount"), FieldFacts("custom:1", "Contract")),
            leave_fields=(FieldFacts("source", "source"), FieldFacts("custom:2", "Site")),
            enter=only, leave=only,
        )
        for number in range(1, 31)
    )  # fmt: skip
    deal_type = TypeFacts(1, "Type", "strict", False, stages, frozenset({(1, 20)}))
    deal = DealFacts(1, "", 1, "open", 1, True, 0, 0, frozenset({1}))
    attempt = Attempt("move", 20, actor_id=9, role="rep", people=people)
    times = []
    for _round in range(2000):
        start = time.perf_counter()
        found = rules.judge(deal, deal_type, attempt, 1)
        times.append(time.perf_counter() - start)
    assert len(found) == 6
    return statistics.median(times)


def large_type(session: Session) -> int:
    type_id = setup.add_type(session, "Large", mode="free")
    for number in range(200):
        setup.add_stage(session, type_id, f"Stage {number}")
    return type_id


def many_deals(session: Session, count: int) -> tuple[int, int]:
    """Open deals with five visits each on random ways through seven stages; returns the type and how many visits."""
    type_id = setup.add_type(session, "Many", mode="free")
    stages = [setup.add_stage(session, type_id, name) for name in "ABCDEFG"]
    rng, now, owner = random.Random(1), session.now(), session.actor.id
    client = commands.new_deal(session, "Vega", type_id=type_id).deal_id  # makes the client
    live = session.store.database
    [client] = live.execute_sql("SELECT client_id FROM deal WHERE id = ?", (client,)).fetchone()
    first = commands.free_deal_id()
    deals, visits = [], []
    for deal in range(first, first + count):
        at, place = now - 90 * DAY, rng.choice((0, 0, 0, 1, 2))
        started = at
        for seq in range(1, 6):
            how = "start"
            if seq > 1:
                further = [one for one in range(len(stages)) if one != place]
                to = place + 1 if place + 1 < len(stages) and rng.random() < 0.7 else rng.choice(further)
                how = "return" if to < place else "advance" if to == place + 1 else "skip"
                place, at = to, at + DAY
            left = None if seq == 5 else at + DAY
            visits.append([deal, seq, type_id, stages[place], at, how, owner, at, rng.choice(("", "because")), left])
        for one, after in zip(visits[-5:], visits[-4:], strict=False):
            one.append(after[5])
        visits[-1].append(None)
        deals.append((deal, client, type_id, stages[place], owner, "vega", "EUR", started, at, now))
    with session.store.writing():
        connection = live.connection()
        connection.executemany(
            "INSERT INTO deal (id, client_id, deal_type_id, stage_id, owner_id, title, title_key, outcome, currency,"
            " source, started_at, entered_at, close_reason, version, created_at)"
            " VALUES (?, ?, ?, ?, ?, '', ?, 'open', ?, '', ?, ?, '', 1, ?)",
            deals,
        )
        connection.executemany(
            "INSERT INTO visit (deal_id, seq, deal_type_id, stage_id, entered_at, entered_as, entered_by_id,"
            " entered_recorded_at, entered_reason, left_at, left_as, begin_unknown, left_reason, marks)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '')",
            visits,
        )
    return type_id, len(visits)


def _session(folder: Path) -> Session:
    store = create_store(folder / "bench.db")
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=instants.now()
        )
    return Session(store, acting("root", ""))


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


if __name__ == "__main__":
    main()
