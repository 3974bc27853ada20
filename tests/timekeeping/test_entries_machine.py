"""Several employees enter, mend and take back time around clock changes: held against a naive model of intervals."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.clients.commands import add_client
from models.people import commands as people
from models.people.views import acting
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import create_store
from models.timekeeping import commands
from models.timekeeping.views import timesheet
from models.values.errors import Refused

NOW = 1_795_521_600  # 2026-11-24T12:00Z; all here is past by then
HOUR, QUARTER = 3600, 900
DAYS = 7

# Whose clock changes on the third day of the week that is looked at, and by how much that day differs from 24 hours.
PLACES = {
    "anna": ("Europe/Berlin", date(2026, 10, 23), HOUR),
    "ben": ("America/New_York", date(2026, 3, 6), -HOUR),
    "cleo": ("Asia/Kathmandu", date(1985, 12, 30), -900),
    "dan": ("Australia/Lord_Howe", date(2026, 4, 3), 1800),
    "eva": ("Europe/Moscow", date(2014, 10, 24), HOUR),
    "fred": ("Europe/Moscow", date(2011, 3, 25), -HOUR),
}
whoever = st.integers(0, 1)
offsets = st.one_of(st.integers(46, 62).map(lambda hours: hours * HOUR), st.integers(0, 96 * HOUR))
lengths = st.one_of(st.sampled_from([0, QUARTER, HOUR, 2 * HOUR, 8 * HOUR]), st.integers(-HOUR, 25 * HOUR))
kinds = st.sampled_from([(True, 1, True), (True, 1, False), (True, 2, True), (False, None, True)])
which = st.integers(0, 50)


def local_date(second, zone):
    return datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone)).date()


class Timesheets(RuleBasedStateMachine):
    """The model keeps the entries (start, end, kind) of each employee in seconds, and as many states to go back to."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = create_store(Path(self.folder.name) / "stagewatch.db")
        self.entries = {name: [] for name in PLACES}
        self.done = {name: [] for name in PLACES}
        self.undone = {name: [] for name in PLACES}
        self.dates = {}
        self.names, self.people = [], {}
        self.last = []

    @initialize(names=st.permutations(sorted(PLACES)))
    def company(self, names):
        self.names = names[:2]
        with self.store.writing():
            people.found_company(
                name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=0
            )
        clock = lambda: NOW * 1_000_000 + 7  # noqa: E731
        root = Session(self.store, acting("root", ""), clock)
        for name in ("Work", "Travel"):
            commands.add_service(root, name)
        self.clients, self.begins = {}, {}
        for name in self.names:
            zone, first, _change = PLACES[name]
            people.add_employee(root, name, name=name, role="rep")
            people.set_employee(root, name, timezone=zone)
            self.people[name] = Session(self.store, acting(name, ""), clock)
            self.clients[name] = add_client(self.people[name], f"Client of {name}").id
            self.begins[name] = int(datetime.combine(first, time(0), ZoneInfo(zone)).timestamp())

    def teardown(self):
        assert [check.name for check in checks(self.store) if not check.ok] == []
        self.store.close()
        self.folder.cleanup()

    # What the model knows.

    def fields(self, name, kind):
        return {"client_id": self.clients[name] if kind[0] else None, "service_id": kind[1], "billable": kind[2]}

    def rows(self, name):
        found = self.store.database.execute_sql(
            "SELECT id, started_at, ended_at, client_id, service_id, billable FROM time_entry WHERE employee_id = ?",
            (self.people[name].actor.id,),
        ).fetchall()
        return {
            row[0]: (row[1] // 1_000_000, row[2] // 1_000_000, (row[3] is not None, row[4], bool(row[5]))) for row in found
        }

    def pick(self, name, number):
        """An entry of the model and an id that it has in the store."""
        entry = self.entries[name][number % len(self.entries[name])]
        return entry, min(each for each, row in self.rows(name).items() if row == entry)

    def wrong(self, start, end):
        if end < start:
            return "end_before_start"
        return "too_long" if end - start > 24 * HOUR else None

    def free(self, others, start, end):
        return not any(max(start, other[0]) < min(end, other[1]) for other in others)

    def without(self, others, start, end):
        """What is left of the others outside [start, end)."""
        left = []
        for other in others:
            if self.free([other], start, end):
                left.append(other)
                continue
            left += [part for part in ((other[0], start, other[2]), (end, other[1], other[2])) if part[0] < part[1]]
        return left

    def lines(self):
        return self.store.database.execute_sql("SELECT count(*) FROM journal").fetchone()[0]

    def does(self, name, command, wanted):
        """Do it in both: `wanted` is the code of a refusal, or the entries there are then."""
        before = self.lines()
        self.last = [name]
        try:
            command(self.people[name])
        except Refused as refusal:
            assert refusal.code == wanted and self.lines() == before
            return
        assert not isinstance(wanted, str), wanted
        if self.lines() == before:  # a change of nothing is no step
            assert Counter(wanted) == Counter(self.entries[name])
            return
        assert self.lines() == before + 1
        self.done[name].append(self.entries[name])
        self.undone[name] = []
        self.entries[name] = list(wanted)

    def put(self, name, others, start, end, kind, trim):
        """What there would be with [start, end) besides the others, or why that is refused."""
        if self.wrong(start, end):
            return self.wrong(start, end)
        if not self.free(others, start, end) and not trim:
            return "overlaps"
        return [*self.without(others, start, end), (start, end, kind)]

    # What people do.

    @rule(who=whoever, offset=offsets, length=lengths, kind=kinds, trim=st.booleans())
    def add(self, who, offset, length, kind, trim):
        self.put_in_both(self.names[who], offset, length, kind, trim)

    def put_in_both(self, name, offset, length, kind, trim):
        start = self.begins[name] + offset
        wanted = self.put(name, self.entries[name], start, start + length, kind, trim)
        self.does(
            name,
            lambda session: commands.add_entry(
                session, start=start * 1_000_000 + 1, end=(start + length) * 1_000_000, trim=trim, **self.fields(name, kind)
            ),
            wanted,
        )

    @rule(who=whoever, offset=offsets, sizes=st.lists(st.sampled_from([0, QUARTER, HOUR]), min_size=2, max_size=5), kind=kinds)
    def add_one_after_the_other(self, who, offset, sizes, kind):
        for size in sizes:
            self.put_in_both(self.names[who], offset, size, kind, True)
            offset += size

    @precondition(lambda self: all(self.entries[name] for name in self.names))
    @rule(who=whoever, number=which, earlier=st.integers(-7200, 7200), later=st.integers(-7200, 7200), kind=kinds, trim=st.booleans())
    def edit(self, who, number, earlier, later, kind, trim):
        name = self.names[who]
        entry, entry_id = self.pick(name, number)
        start, end = entry[0] + earlier, entry[1] + later
        others = list(self.entries[name])
        others.remove(entry)
        self.does(
            name,
            lambda session: commands.edit_entry(
                session, entry_id, start=start * 1_000_000, end=end * 1_000_000, trim=trim, **self.fields(name, kind)
            ),
            self.put(name, others, start, end, kind, trim),
        )

    @precondition(lambda self: all(self.entries[name] for name in self.names))
    @rule(who=whoever, numbers=st.lists(which, min_size=2, max_size=4), service=st.sampled_from([None, 1, 2]), billable=st.booleans())
    def change_several(self, who, numbers, service, billable):
        name = self.names[who]
        picked = dict(reversed(self.pick(name, number)) for number in numbers)
        others = list((Counter(self.entries[name]) - Counter(picked.values())).elements())
        changed = [(start, end, (kind[0], service, billable)) for start, end, kind in picked.values()]
        self.does(
            name,
            lambda session: commands.change_entries(session, list(picked), service_id=service, billable=billable),
            [*others, *changed],
        )

    @precondition(lambda self: all(self.entries[name] for name in self.names))
    @rule(who=whoever, number=which, share=st.floats(-0.1, 1.1))
    def split(self, who, number, share):
        name = self.names[who]
        (start, end, kind), entry_id = self.pick(name, number)
        at = start + int((end - start) * share)
        others = list(self.entries[name])
        others.remove((start, end, kind))
        wanted = [*others, (start, at, kind), (at, end, kind)] if start < at < end else "not_within"
        self.does(name, lambda session: commands.split_entry(session, entry_id, at * 1_000_000), wanted)

    @precondition(lambda self: all(self.entries[name] for name in self.names))
    @rule(who=whoever, number=which, count=st.sampled_from([1, 2, 2, 2, 3]), alike=st.booleans())
    def merge(self, who, number, count, alike):
        name = self.names[who]
        ordered = sorted(self.rows(name).items(), key=lambda item: (item[1][0], item[1][1], item[0]))
        if alike:  # from two neighbours on that could be one, where there are any
            pairs = [place for place, (one, two) in enumerate(zip(ordered, ordered[1:], strict=False)) if one[1][1:] == (two[1][0], two[1][2])]
            number = pairs[number % len(pairs)] if pairs else number
        first = number % len(ordered)
        chosen = ordered[first : first + count]
        rows = [row for _id, row in chosen]
        wanted = [row for each, row in ordered if each not in dict(chosen)]
        wanted.append((rows[0][0], rows[-1][1], rows[0][2]))
        if len(rows) < 2:
            wanted = "too_few"
        elif len({row[2] for row in rows}) > 1:
            wanted = "not_alike"
        elif any(before[1] != after[0] for before, after in zip(rows, rows[1:], strict=False)):
            wanted = "not_touching"
        elif rows[-1][1] - rows[0][0] > 24 * HOUR:
            wanted = "too_long"
        self.does(name, lambda session: commands.merge_entries(session, [each for each, _row in reversed(chosen)]), wanted)

    @precondition(lambda self: all(self.entries[name] for name in self.names))
    @rule(who=whoever, numbers=st.lists(which, min_size=1, max_size=3))
    def delete(self, who, numbers):
        name = self.names[who]
        picked = dict(reversed(self.pick(name, number)) for number in numbers)
        left = list((Counter(self.entries[name]) - Counter(picked.values())).elements())
        self.does(name, lambda session: commands.delete_entries(session, list(picked)), left)

    @precondition(lambda self: all(self.entries[name] for name in self.names))
    @rule(who=whoever, number=which, days=st.integers(0, 4))
    def duplicate(self, who, number, days):
        name = self.names[who]
        zone, first, _change = PLACES[name]
        (start, end, kind), entry_id = self.pick(name, number)
        day = first + timedelta(days=days)
        clock_time = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(zone)).time()
        again = int(datetime.combine(day, clock_time, ZoneInfo(zone)).timestamp())
        wanted = self.put(name, self.entries[name], again, again + end - start, kind, False)
        self.does(name, lambda session: commands.duplicate_entry(session, entry_id, day), wanted)

    @rule(who=whoever, days=st.integers(0, 4), seconds=st.one_of(st.integers(0, 8 * HOUR), st.integers(0, 26 * HOUR)), kind=kinds)
    def type_into_a_cell(self, who, days, seconds, kind):
        name = self.names[who]
        zone, first, _change = PLACES[name]
        day = first + timedelta(days=days)
        begins, ends, morning = (
            int(datetime.combine(each, clock_time, ZoneInfo(zone)).timestamp())
            for each, clock_time in ((day, time(0)), (day + timedelta(days=1), time(0)), (day, time(9)))
        )
        self.does(
            name,
            lambda session: commands.set_cell(
                session, day=day, seconds=seconds, deal_id=None, **self.fields(name, kind)
            ),
            self.cell(name, seconds, kind, begins, ends, morning),
        )

    def cell(self, name, seconds, kind, begins, ends, morning):
        if seconds > ends - begins:
            return "bad_duration"
        there = [one for one in self.entries[name] if max(one[0], begins) < min(one[1], ends)]
        own = sorted(one for one in there if one[2] == kind)
        if any(one[0] < begins or one[1] > ends for one in own):
            return "crosses_midnight"
        more = seconds - sum(one[1] - one[0] for one in own)
        if more > 0:
            for since in (morning, begins):
                fits = [
                    start
                    for start in sorted({since, *(one[1] for one in there if one[1] > since)})
                    if start + more <= ends and self.free(there, start, start + more)
                ]
                if fits:
                    return [*self.entries[name], (fits[0], fits[0] + more, kind)] if more <= 24 * HOUR else "too_long"
            return "no_room"
        left = Counter(self.entries[name])
        for start, end, _kind in reversed(own):
            cut = min(-more, end - start)
            more += cut
            left[start, end, kind] -= 1
            left[start, end - cut, kind] += end - cut > start
        return list(left.elements())

    @precondition(lambda self: any(self.done.values()))
    @rule(who=whoever, steps=st.lists(st.booleans(), min_size=1, max_size=5))
    def take_back(self, who, steps):
        name = self.names[who]
        for back in steps:
            if back:
                self.step_in_both(name, commands.undo_time, self.done, self.undone, "nothing_to_undo")
            else:
                self.step_in_both(name, commands.redo_time, self.undone, self.done, "nothing_to_redo")

    def step_in_both(self, name, command, source, goal, code):
        try:
            command(self.people[name])
        except Refused as refusal:
            assert refusal.code == code and not source[name]
            return
        self.last = [name]
        goal[name].append(self.entries[name])
        self.entries[name] = source[name].pop()

    @invariant()
    def the_store_holds_what_the_model_holds(self):
        for name in self.people:
            rows = list(self.rows(name).values())
            assert Counter(rows) == Counter(self.entries[name])
            whole = sorted(row for row in rows if row[1] > row[0])
            assert all(before[1] <= after[0] for before, after in zip(whole, whole[1:], strict=False))

    @invariant()
    def the_days_add_up(self):
        for name in self.last:
            entries = self.entries[name]
            zone, first, _change = PLACES[name]
            wanted = Counter()
            for start, end, _kind in entries:
                for slot in range(start // QUARTER, -(-end // QUARTER)):
                    if (zone, slot) not in self.dates:
                        self.dates[zone, slot] = local_date(slot * QUARTER, zone)
                    wanted[self.dates[zone, slot]] += min(end, (slot + 1) * QUARTER) - max(start, slot * QUARTER)
            assert sum(wanted.values()) == sum(end - start for start, end, _kind in entries)
            begins = first - timedelta(days=3)
            days = [begins + timedelta(days=each) for each in range(DAYS + 5)]
            grid = timesheet.grid(self.people[name], days, begins + timedelta(days=DAYS + 5))
            assert grid.totals == tuple(wanted[day] for day in days)
            assert grid.seconds == sum(wanted.values()) == sum(row.seconds for row in grid.rows)


def test_the_third_day_is_the_one_on_which_the_clock_changes():
    for zone, first, change in PLACES.values():
        begins, ends = (
            datetime.combine(first + timedelta(days=each), time(0), ZoneInfo(zone)).timestamp() for each in (2, 3)
        )
        assert ends - begins == 24 * HOUR + change


TestTimesheets = Timesheets.TestCase
TestTimesheets.settings = settings(settings.default, max_examples=25, stateful_step_count=40)
