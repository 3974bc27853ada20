"""Several employees start, switch, stop, go on, recover and are cut off while the clock jumps: held against a naive model."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models.people import commands as people
from models.people.views import acting
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import create_store, open_store
from models.timekeeping import commands
from models.values.errors import Refused
from models.values.instants import SECOND

BEGIN = 1_790_000_000 * SECOND
LIMIT = 1800
NAMES = ("anna", "ben", "cleo")
whoever = st.sampled_from(NAMES)


class Stopwatches(RuleBasedStateMachine):
    """The model keeps a list of [start, end] of each employee (whole seconds, end None while it runs), and when each
    was last there."""

    def __init__(self):
        super().__init__()
        self.now = BEGIN
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "stagewatch.db"
        self.store = create_store(self.path)
        self.people = {}
        self.entries = {name: [] for name in NAMES}
        self.line = dict.fromkeys(NAMES, 0)
        self.beaten = dict.fromkeys(NAMES)

    @initialize()
    def company(self):
        with self.store.writing():
            people.found_company(
                name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=self.now
            )
        root = Session(self.store, acting("root", ""), lambda: self.now)
        for name in NAMES:
            people.add_employee(root, name, name=name, role="rep")
        self.open()

    def open(self):
        self.people = {name: Session(self.store, acting(name, ""), lambda: self.now, LIMIT) for name in NAMES}

    def teardown(self):
        assert [check.name for check in checks(self.store) if not check.ok] == []
        self.store.close()
        self.folder.cleanup()

    # What the model knows.

    def running(self, name):
        return next((one for one in self.entries[name] if one[1] is None), None)

    def second(self):
        return self.now // SECOND

    def forgotten(self, name):
        entry = self.running(name)
        return entry is not None and self.now - self.sign(name, entry) > LIMIT * SECOND

    def sign(self, name, entry):
        return max(entry[0] * SECOND, self.line[name], self.beaten[name] or 0)

    def beats(self, name):
        if self.beaten[name] is None or abs(self.now - self.beaten[name]) >= 60 * SECOND:
            self.beaten[name] = self.now

    def begin(self, name, at=None):
        """Where the model would begin an entry; None where another lies in the way."""
        entry = self.running(name)
        ended = [one for one in self.entries[name] if one[1] is not None]
        if at is None:
            return max([self.second(), *(one[1] for one in ended), *([entry[0]] if entry else [])])
        if entry is not None and at < entry[0]:
            return None
        if any(one[1] > at and one[1] > one[0] for one in ended):
            return None
        return at

    def start_in_both(self, name, command, at=None):
        start, gone = self.begin(name, at), self.forgotten(name)
        try:
            command(*([] if at is None else [at * SECOND]))
        except Refused as refusal:
            assert refusal.code == "timer_forgotten" if gone else start is None and refusal.code in ("overlaps", "before_start")
            return
        assert not gone and start is not None
        entry = self.running(name)
        if entry is not None:
            entry[1] = start
        self.entries[name].append([start, None])
        self.line[name] = self.now

    # What people do.

    @rule(name=whoever)
    def start(self, name):
        self.start_in_both(name, lambda: commands.start_timer(self.people[name]))

    @rule(name=whoever, ago=st.integers(0, 4000))
    def start_late(self, name, ago):
        self.start_in_both(name, lambda at: commands.switch_timer(self.people[name], at=at), self.second() - ago)

    @rule(name=whoever)
    def go_on(self, name):
        if self.entries[name]:
            self.start_in_both(name, lambda: commands.continue_entry(self.people[name]))

    @rule(name=whoever)
    def stop(self, name):
        entry = self.running(name)
        try:
            commands.stop_timer(self.people[name])
        except Refused as refusal:
            assert entry is None and refusal.code == "nothing_runs"
            return
        entry[1] = max(entry[0], self.second())
        self.line[name] = self.now

    @rule(name=whoever, answer=st.sampled_from(["keep", "trim", "end", "discard"]), share=st.floats(0, 1))
    def recover(self, name, answer, share):
        entry, gone = self.running(name), self.forgotten(name)
        end = None
        if answer == "end":
            first = entry[0] if entry else self.second()
            end = first + int(max(0, self.second() - first) * share)
        try:
            commands.recover_timer(self.people[name], answer, None if end is None else end * SECOND)
        except Refused as refusal:
            assert not gone and refusal.code == ("nothing_runs" if entry is None else "not_forgotten")
            return
        assert gone
        if answer == "discard":
            self.entries[name].remove(entry)
        elif answer == "trim":
            entry[1] = self.sign(name, entry) // SECOND
        elif answer == "end":
            entry[1] = end
        else:
            self.beats(name)
        self.line[name] = self.now

    @rule(name=whoever)
    def beat(self, name):
        runs, gone = self.running(name) is not None, self.forgotten(name)
        assert commands.still_there(self.people[name]) != gone
        if runs and not gone:
            self.beats(name)
        row = self.store.database.execute_sql(
            "SELECT at FROM sign_of_life WHERE employee_id = ?", (self.people[name].actor.id,)
        ).fetchone()
        assert (None if row is None else row[0]) == self.beaten[name]

    @rule()
    def kill(self):
        """The process is gone, without a word; another opens the store."""
        self.store.close()
        self.store = open_store(self.path)
        self.open()

    @rule(seconds=st.integers(0, 3000), part=st.integers(0, SECOND - 1))
    def time_passes(self, seconds, part):
        self.now += seconds * SECOND + part

    @rule(seconds=st.integers(1, 2000))
    def clock_goes_back(self, seconds):
        self.now -= seconds * SECOND

    @invariant()
    def the_store_holds_what_the_model_holds(self):
        for name, session in self.people.items():
            kept = self.store.database.execute_sql(
                "SELECT started_at, ended_at FROM time_entry WHERE employee_id = ?", (session.actor.id,)
            ).fetchall()
            found = [[start // SECOND, None if end is None else end // SECOND] for start, end in kept]
            key = lambda one: (one[0], one[1] is None, one[1] or 0)  # noqa: E731
            assert sorted(found, key=key) == sorted(self.entries[name], key=key)
            assert sum(end is None for _start, end in found) <= 1
            whole = sorted([start, end] for start, end in found if end is not None and end > start)
            assert all(before[1] <= after[0] for before, after in zip(whole, whole[1:], strict=False))
            running = next((start for start, end in found if end is None), None)
            assert running is None or all(end <= running for _start, end in whole)


TestStopwatches = Stopwatches.TestCase
TestStopwatches.settings = settings(settings.default, max_examples=25, stateful_step_count=40)
