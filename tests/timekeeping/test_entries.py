"""Entries by hand: nothing overlaps, neighbours give room when asked, what is wrong is refused and nothing changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clients.commands import add_client
from models.journal.tables import Lock
from models.people import commands as people
from models.people.tables import Company
from models.people.views import acting
from models.storage.doctor import checks
from models.timekeeping import commands, rules, views
from models.timekeeping.rules.intervals import Interval, in_the_way, make_room
from models.timekeeping.tables import TimesheetWeek
from models.values.errors import NotFound, Refused
from models.values.instants import parse_instant

HOUR = 3600 * 1_000_000
TODAY = "2026-11-20"


def at(clock_time, zone="UTC", day=TODAY):
    return parse_instant(f"{day}T{clock_time:0>5}", zone)


@pytest.fixture
def noon(session):
    return replace(session, now=lambda: at("12:00"))


def add(session, start, end, **more):
    return commands.add_entry(session, start=at(start), end=at(end), **more)


def spans(session):
    rows = session.store.database.execute_sql(
        "SELECT id, started_at, ended_at FROM time_entry ORDER BY started_at, id"
    ).fetchall()
    day = at("00:00")
    return [(row[0], (row[1] - day) / HOUR, None if row[2] is None else (row[2] - day) / HOUR) for row in rows]


def dump(session):
    return list(session.store.database.connection().iterdump())


def sound(session):
    return [check.name for check in checks(session.store) if not check.ok] == []


def test_an_entry_that_would_overlap_names_those_in_its_way(noon):
    first = add(noon, "9:00", "10:00", note="first")
    second = add(noon, "10:00", "11:00")
    before = dump(noon)
    with pytest.raises(Refused) as refused:
        add(noon, "9:30", "10:30")
    assert refused.value.code == "overlaps" and [one["id"] for one in refused.value.details] == [first, second]
    assert dump(noon) == before


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        ("9:00", "9:30", [(2, 9, 9.5), (1, 9.5, 10)]),  # the beginning
        ("9:30", "10:30", [(1, 9, 9.5), (2, 9.5, 10.5)]),  # the end
        ("9:15", "9:45", [(1, 9, 9.25), (2, 9.25, 9.75), (3, 9.75, 10)]),  # a hole
        ("8:00", "11:00", [(2, 8, 11)]),  # all of it
        ("10:00", "11:00", [(1, 9, 10), (2, 10, 11)]),  # neighbours only touch
        ("9:30", "9:30", [(1, 9, 10), (2, 9.5, 9.5)]),  # 0 seconds overlap nothing
    ],
)
def test_neighbours_give_room_when_asked(noon, start, end, left):
    add(noon, "9:00", "10:00")
    add(noon, start, end, trim=True)
    assert [(span[1], span[2]) for span in spans(noon)] == [(one[1], one[2]) for one in left]
    assert sound(noon)


def test_what_runs_has_the_time_up_to_now_and_what_is_planned_ahead_is_in_nobodys_way(noon):
    commands.start_timer(noon, at=at("8:00"))
    add(noon, "13:00", "14:00")
    with pytest.raises(Refused, match="Another entry"):
        add(noon, "10:00", "11:00")
    add(noon, "10:00", "11:00", trim=True)
    assert [span[1:] for span in spans(noon)] == [(8, 10), (10, 11), (11, None), (13, 14)]
    assert sound(noon)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (at("10:00"), at("9:00"), "end_before_start"),
        (at("0:00"), at("0:00", day="2026-11-22"), "too_long"),
        (at("0:00", day="2027-12-01"), at("1:00", day="2027-12-01"), "too_far"),
        (-2 * HOUR, -HOUR, "too_far"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(noon, start, end, code):
    before = dump(noon)
    with pytest.raises(Refused) as refused:
        commands.add_entry(noon, start=start, end=end)
    assert refused.value.code == code and dump(noon) == before


def test_an_entry_may_lie_across_midnight_and_the_year(noon):
    made = commands.add_entry(noon, start=at("22:00", day="2025-12-31"), end=at("2:00", day="2026-01-01"))
    assert views.entry(noon, made).seconds == 4 * 3600


def test_hours_over_a_change_of_the_clock_are_counted_as_they_passed(session):
    berlin = replace(session, now=lambda: at("12:00"))
    start, end = at("01:30", "Europe/Berlin", "2026-10-25"), at("03:30", "Europe/Berlin", "2026-10-25")
    assert views.entry(berlin, commands.add_entry(berlin, start=start, end=end)).seconds == 3 * 3600


def test_a_split_leaves_no_second_out_and_a_merge_brings_them_back(noon):
    made = add(noon, "9:00", "11:00", note="whole")
    first, second = commands.split_entry(noon, made, at("10:15"))
    assert [span[1:] for span in spans(noon)] == [(9, 10.25), (10.25, 11)]
    assert commands.merge_entries(noon, [second, first]) == first
    assert [span[1:] for span in spans(noon)] == [(9, 11)] and views.entry(noon, first).note == "whole"


@pytest.mark.parametrize("where", ["9:00", "11:00", "8:00"])
def test_a_split_lies_within(noon, where):
    made = add(noon, "9:00", "11:00")
    with pytest.raises(Refused) as refused:
        commands.split_entry(noon, made, at(where))
    assert refused.value.code == "not_within"


def test_only_neighbours_that_touch_and_agree_are_merged(noon):
    first, gap = add(noon, "9:00", "10:00"), add(noon, "10:30", "11:00")
    other = add(noon, "11:00", "11:30", billable=False)
    for ids, code in (([first, gap], "not_touching"), ([gap, other], "not_alike"), ([first, first], "too_few")):
        with pytest.raises(Refused) as refused:
            commands.merge_entries(noon, ids)
        assert refused.value.code == code


def test_an_end_given_to_what_runs_stops_it(noon):
    running = commands.start_timer(noon, at=at("9:00"))
    commands.edit_entry(noon, running, end=at("10:00"))
    assert views.running(noon) is None and views.entry(noon, running).seconds == 3600


def test_what_runs_cannot_begin_later_than_now(noon):
    running = commands.start_timer(noon, at=at("9:00"))
    with pytest.raises(Refused) as refused:
        commands.edit_entry(noon, running, start=at("12:30"))
    assert refused.value.code == "in_future"


def test_several_change_together_or_none(noon):
    ids = [add(noon, "9:00", "10:00"), add(noon, "10:00", "11:00")]
    assert commands.change_entries(noon, ids, billable=False, note="x") == 2
    assert {(views.entry(noon, each).billable, views.entry(noon, each).note) for each in ids} == {(False, "x")}
    before = dump(noon)
    with pytest.raises(NotFound):
        commands.change_entries(noon, [*ids, 99], billable=True)
    assert dump(noon) == before


def test_a_duplicate_keeps_the_times_of_the_clock(noon):
    made = add(noon, "9:00", "10:30", note="again")
    copy = commands.duplicate_entry(noon, made, date(2026, 11, 19))
    assert views.entry(noon, copy).started_at == at("9:00", day="2026-11-19")
    assert (views.entry(noon, copy).seconds, views.entry(noon, copy).note) == (5400, "again")


def test_another_client_takes_away_a_deal_that_is_not_its(noon):
    from models.pipeline import commands as deals
    from models.pipeline.views import types

    other = add_client(noon, "Vega").id
    deal = deals.new_deal(noon, "Orion", type_id=types(noon)[0].id).deal_id
    made = add(noon, "9:00", "10:00", deal_id=deal)
    assert views.entry(noon, made).client == "Orion"
    commands.edit_entry(noon, made, client_id=other)
    found = views.entry(noon, made)
    assert (found.client, found.deal_id) == ("Vega", None)


@pytest.mark.parametrize("use", ["approval", "billing", "payroll"])
def test_what_is_locked_does_not_change(noon, use):
    made, neighbour = add(noon, "9:00", "10:00"), add(noon, "10:00", "11:00")
    Lock.create(subject="entry", subject_id=made, use=use, holder="x", at=1)
    before = dump(noon)
    for change in (
        lambda: commands.edit_entry(noon, made, note="y"),
        lambda: commands.delete_entries(noon, [neighbour, made]),
        lambda: commands.split_entry(noon, made, at("9:30")),
        lambda: commands.merge_entries(noon, [made, neighbour]),
        lambda: add(noon, "9:30", "9:45", trim=True),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == "locked" and dump(noon) == before


def test_nothing_goes_into_a_closed_time_or_an_approved_week(noon):
    made = add(noon, "9:00", "10:00")
    Company.update(locked_before=date(2026, 11, 20)).execute()
    with pytest.raises(Refused, match="closed"):
        commands.edit_entry(noon, made, start=at("23:00", day="2026-11-19"))
    with pytest.raises(Refused, match="closed"):
        commands.duplicate_entry(noon, made, date(2026, 11, 19))
    Company.update(locked_before=None).execute()
    TimesheetWeek.create(
        employee=noon.actor.id, monday=date(2026, 11, 9), state="approved", submitted_at=1, answered_at=2, answer=""
    )
    with pytest.raises(Refused, match="approved"):
        commands.duplicate_entry(noon, made, date(2026, 11, 15))
    assert len(spans(noon)) == 1


def test_whose_time_one_may_change(noon):
    for login, role, team in (("rep", "rep", "A"), ("boss", "manager", "A"), ("other", "manager", "B"), ("acc", "accountant", None)):
        people.add_employee(noon, login, name=login, role=role, team=team)
    who = {login: replace(noon, actor=acting(login, "")) for login in ("rep", "boss", "other", "acc")}
    made = add(who["rep"], "9:00", "10:00")
    before = dump(noon)
    with pytest.raises(NotFound):
        commands.edit_entry(who["other"], made, note="x")
    with pytest.raises(Refused) as refused:
        commands.edit_entry(who["acc"], made, note="x")
    assert refused.value.code == "not_permitted"
    with pytest.raises(NotFound):
        add(who["rep"], "10:00", "11:00", employee_id=who["boss"].actor.id)
    assert dump(noon) == before
    commands.edit_entry(who["boss"], made, note="seen")
    add(who["acc"], "9:00", "10:00")
    assert views.entry(noon, made).note == "seen"


INTERVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=8)


@given(INTERVALS, st.integers(0, 60), st.integers(1, 12))
def test_room_is_made_to_the_second_and_not_more(said, start, length):
    second = 1_000_000
    others, end, free = [], start + length, set(range(100))
    for number, (begin, size) in enumerate(said):
        if set(range(begin, begin + size)) <= free:
            free -= set(range(begin, begin + size))
            others.append(Interval(number, begin * second, (begin + size) * second))
    wanted = {moment: other.id for other in others for moment in range(other.start // second, other.end // second)}
    for moment in range(start, end):
        wanted.pop(moment, None)
    cuts = {cut.id: cut for cut in make_room(start * second, end * second, others, 0)}
    left = {}
    for other in others:
        parts = cuts[other.id].parts if other.id in cuts else ((other.start, other.end),)
        for first, last in parts:
            left |= dict.fromkeys(range(first // second, last // second), other.id)
    assert left == wanted
    assert {each.id for each in in_the_way(start * second, end * second, others, 0)} == set(cuts)


def test_the_longest_entry_has_a_day():
    assert rules.intervals.wrong_with(0, rules.intervals.LONGEST, 0) is None
    assert rules.intervals.wrong_with(0, rules.intervals.LONGEST + 1, 0) == "too_long"


def test_a_window_of_entries_looks_nothing_up_of_the_others(session):
    ask, asked = session.store.database.execute_sql, []
    session.store.database.execute_sql = lambda sql, values=None: asked.append((sql, values)) or ask(sql, values)
    views.entries(session)
    del session.store.database.execute_sql
    (sql, values) = next(one for one in asked if "FROM visit" in one[0])
    plan = ask(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    assert [step for _id, parent, _unused, step in plan if parent == 0 and step.startswith("SCAN")] == []
