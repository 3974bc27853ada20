"""The screen Time by keys: the day, the week with its cells, the month, and what is done with entries there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.people import commands as people
from models.timekeeping import commands, views
from models.timekeeping.tables import Rate
from models.timekeeping.views import timesheet
from models.values.dates import full_day
from models.values.instants import SECOND, day_start, local_day
from tests.tui.board.conftest import deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tui.widgets.footer import KeyLine

HOUR = 3600 * SECOND


@pytest.fixture
def yesterday(session):
    return local_day(session.now(), "UTC") - timedelta(days=1)


@pytest.fixture
def monday(session):
    day = local_day(session.now(), "UTC")
    return day - timedelta(days=day.weekday() + 7)


def add(session, day, begins, hours, **fields):
    start = day_start(day, "UTC") + int(begins * HOUR)
    return commands.add_entry(session, start=start, end=start + int(hours * HOUR), **fields)


def spans(session):
    rows = session.store.database.execute_sql("SELECT started_at, ended_at FROM time_entry ORDER BY started_at").fetchall()
    return [((row[0] // HOUR) % 24, (row[1] - row[0]) / HOUR) for row in rows]


async def typed(pilot, text):
    await press(pilot, *text)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_day_shows_its_entries_and_what_they_come_to(running, session, deals, yesterday, size):  # noqa: F811
    with session.store.writing():
        Rate.create(side="bill", from_day=date(2020, 1, 1), amount=100_00, currency="EUR", created_at=0)
    add(session, yesterday, 9, 1.5, deal_id=deals[0], service_id=1, note="draft")
    async with running(size=size) as pilot:
        await press(pilot, "4", "left")
        seen = shown(pilot)
        assert "09:00–10:30" in seen and "1:30:00" in seen and "Orion" in seen and "150.00" in seen
        assert "█" in seen.splitlines()[3]


async def test_an_entry_is_added_by_its_form_and_taken_back(running, session, deals, yesterday):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "4", "left", "a", "tab")
        await typed(pilot, "9:00")
        await press(pilot, "tab")
        await typed(pilot, "+1:30")
        await press(pilot, "enter")
        assert spans(session) == [(9, 1.5)]
        await press(pilot, "u")
        assert spans(session) == []
        await press(pilot, "U")
        assert spans(session) == [(9, 1.5)]


async def test_what_lies_in_the_way_is_told_and_gives_room_on_a_second_enter(running, session, deals, yesterday):  # noqa: F811
    add(session, yesterday, 9, 2, deal_id=deals[0])
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "4", "left", "a", "tab")
        await typed(pilot, "10:00")
        await press(pilot, "tab")
        await typed(pilot, "12:00")
        await press(pilot, "enter")
        assert "09:00–11:00 Orion" in shown(pilot) and spans(session) == [(9, 2)]
        await press(pilot, "enter")
        assert spans(session) == [(9, 1), (10, 2)]


@pytest.mark.parametrize("said", ["25:61", "9", "x"])
async def test_a_wrong_time_is_told_in_the_form_and_nothing_is_written(running, session, yesterday, said):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "4", "left", "a", "tab")
        await typed(pilot, said)
        await press(pilot, "tab")
        await typed(pilot, "12:00")
        await press(pilot, "enter")
        assert "9:30" in shown(pilot) and spans(session) == []


async def test_an_entry_is_split_and_its_parts_are_merged_again(running, session, yesterday):  # noqa: F811
    add(session, yesterday, 9, 2, service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "left", "p", "enter")
        assert spans(session) == [(9, 1), (10, 1)]
        await press(pilot, "home", "space", "space", "m")
        assert spans(session) == [(9, 2)]


async def test_marked_entries_change_together_and_are_deleted_together(running, session, yesterday):  # noqa: F811
    ids = add(session, yesterday, 9, 1, note="one"), add(session, yesterday, 10, 1, note="two")
    async with running() as pilot:
        await press(pilot, "4", "left", "space", "space", "e", "tab", "tab", "tab")
        await typed(pilot, "both")
        await press(pilot, "enter")
        assert [views.entry(session, each).note for each in ids] == ["both", "both"]
        await press(pilot, "home", "space", "space", "x", "2")
        assert len(spans(session)) == 2
        await press(pilot, "x", "1")
        assert spans(session) == []


async def test_a_cell_of_the_week_takes_a_duration(running, session, monday, deals):  # noqa: F811
    add(session, monday, 9, 1, deal_id=deals[0], service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "v", "left_square_bracket")
        assert "Mon" in shown(pilot) and "1:00" in shown(pilot)
        await press(pilot, "right", "enter")
        await typed(pilot, "1.5")
        await press(pilot, "enter")
        grid = timesheet.grid(session, [monday, monday + timedelta(days=1)], monday + timedelta(days=2))
        assert grid.totals == (3600, 5400)
        await press(pilot, "enter", "ctrl+u")
        await typed(pilot, "25:61")
        await press(pilot, "enter")
        assert "25:61" in shown(pilot)
        await press(pilot, "escape")
        assert timesheet.grid(session, [monday], monday + timedelta(days=7)).seconds == 9000


async def test_the_month_shows_its_weeks_and_opens_them(running, session, monday, deals):  # noqa: F811
    add(session, monday, 9, 2.5, deal_id=deals[0], service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "v", "v")
        if monday.month != local_day(session.now(), "UTC").month:
            await press(pilot, "left_square_bracket")
        assert "2:30" in shown(pilot)
        await press(pilot, "enter")
        assert "Mon" in shown(pilot)


async def test_a_manager_sees_the_teams_time_and_a_rep_only_the_own(running, session, yesterday):  # noqa: F811
    people.add_employee(session, "boss", name="Boss", role="manager", team="A")
    rep = people.add_employee(session, "rep", name="Rep", role="rep", team="A").id
    add(session, yesterday, 9, 1, employee_id=rep, note="theirs")
    async with running(login="boss") as pilot:
        await press(pilot, "4", "left", "y", "2")
        assert "theirs" in shown(pilot)
    async with running(login="rep") as pilot:
        await press(pilot, "4", "left", "y")
        assert "theirs" in shown(pilot) and "own time only" in shown(pilot)


async def test_the_russian_layout_does_the_same(running, session, yesterday):  # noqa: F811
    add(session, yesterday, 9, 2, service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "р", "з", "enter")
        assert spans(session) == [(9, 1), (10, 1)]


async def test_the_ladder_of_an_entry_is_shown(running, session, yesterday):  # noqa: F811
    with session.store.writing():
        Rate.create(side="bill", from_day=date(2020, 1, 1), amount=100_00, currency="EUR", created_at=0)
    add(session, yesterday, 9, 1, service_id=1)
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "4", "left", "r")
        assert "19" in shown(pilot) and "100.00" in shown(pilot)


async def test_a_week_is_handed_in_and_approved(running, session, monday, deals):  # noqa: F811
    people.set_company(session, weeks_approved=True)
    people.add_employee(session, "boss", name="Boss", role="manager", team="A")
    rep = people.add_employee(session, "rep", name="Rep", role="rep", team="A").id
    made = add(session, monday, 9, 1, employee_id=rep, deal_id=deals[0], service_id=1)
    async with running(login="rep") as pilot:
        await press(pilot, "4", "v", "left_square_bracket", "t", "1")
        assert "handed in" in shown(pilot)
    async with running(login="boss") as pilot:
        await press(pilot, "4", "v", "left_square_bracket", "y", "2", "t", "1")
        assert "approved" in shown(pilot)
        with pytest.raises(Exception, match="approved"):
            commands.edit_entry(session, made, note="x")
        await press(pilot, "t", "1", "enter")
        assert "Reason is needed" in shown(pilot)
        await press(pilot, *"two days are missing", "enter")
        assert "declined" in shown(pilot), "opened again it counts as declined"
    commands.edit_entry(session, made, note="x")


async def test_a_cell_that_is_left_as_it_stands_keeps_its_seconds(running, session, monday, deals):  # noqa: F811
    start = day_start(monday, "UTC") + 9 * HOUR
    commands.add_entry(session, start=start, end=start + HOUR + 45 * SECOND, deal_id=deals[0], service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "v", "left_square_bracket", "home", "enter")
        assert "Time  1:01" in shown(pilot), "as the cell shows it"
        await press(pilot, "enter")
    assert spans(session) == [(9, 1 + 45 / 3600)]


async def test_a_note_moves_no_entry_to_the_first_of_two_equal_hours(running, session):  # noqa: F811
    people.set_employee(session, "root", timezone="Europe/Berlin")
    start = day_start(date(2025, 10, 26), "UTC") + HOUR // 2  # 02:30, and at 01:45 UTC it is 02:45 again
    commands.add_entry(session, start=start, end=start + HOUR + HOUR // 4, service_id=1)
    async with running() as pilot:
        await press(pilot, "4")
        screen = pilot.app.screen
        screen.day = date(2025, 10, 26)
        await screen.read_safely()
        await press(pilot, "enter", *["tab"] * 6, *"noted", "enter")
        assert spans(session) == [(0, 1.25)] and "noted" in shown(pilot)
        await press(pilot, "enter", "tab", "tab", *["backspace"] * 5, *"+0:15", "enter")
        assert spans(session) == [(0, 0.25)], "how long it took is said without the clock"


async def test_how_long_an_entry_took_counts_from_its_seconds_on(running, session, yesterday):  # noqa: F811
    start = day_start(yesterday, "UTC") + 9 * HOUR + 25 * SECOND
    commands.add_entry(session, start=start, end=start + HOUR, service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "left", "enter", "tab", "tab", *["backspace"] * 5, *"+1:30", "enter")
    assert spans(session) == [(9, 1.5)]


async def test_an_entry_over_midnight_is_cut_where_the_form_proposes(running, session, yesterday):  # noqa: F811
    add(session, yesterday - timedelta(days=1), 23, 4, service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "left", "p", "enter")
    assert spans(session) == [(23, 2), (1, 2)]


async def test_an_administrator_approves_the_own_week_and_opens_it_again(running, session, monday, deals):  # noqa: F811
    people.set_company(session, weeks_approved=True)
    made = add(session, monday, 9, 1, deal_id=deals[0], service_id=1)
    async with running() as pilot:
        await press(pilot, "4", "v", "left_square_bracket", "t", "1", "t")
        seen = shown(pilot)
        assert "Take the week back" in seen and "Approve the week" in seen and "Decline it" in seen
        await press(pilot, "2")
        with pytest.raises(Exception, match="approved"):
            commands.edit_entry(session, made, note="x")
        await press(pilot, "t", "1", *"two days are missing", "enter")
        assert "open again" in shown(pilot)
    commands.edit_entry(session, made, note="x")


async def test_who_may_only_read_a_week_is_told_so(running, session, monday, deals):  # noqa: F811
    people.set_company(session, weeks_approved=True)
    people.add_employee(session, "carl", name="Carl", role="accountant")
    add(session, monday, 9, 1, deal_id=deals[0], service_id=1)
    commands.submit_week(session, monday)
    async with running(login="carl") as pilot:
        await press(pilot, "4", "v", "left_square_bracket", "y")
        await press(pilot, *"Root", "enter", "t")
        assert "You may read this week, not answer it." in shown(pilot)


@pytest.mark.parametrize("said", ["{day}", "{day} 9:00"])
async def test_an_entry_added_on_another_day_is_gone_to(running, session, yesterday, said):  # noqa: F811
    day = (yesterday - timedelta(days=9)).isoformat()
    field, start = (day, "9:00") if said == "{day}" else ("", f"{day} 09:00")
    async with running() as pilot:
        await press(pilot, "4", "a")
        if field:
            await press(pilot, *["backspace"] * 10, *field)
        await press(pilot, "tab", *start, "tab", *"+1:30", "enter")
        assert "09:00–10:30" in shown(pilot)
        await press(pilot, "e", *["backspace"] * 10, *yesterday.isoformat(), "enter")
        assert "09:00–10:30" in shown(pilot), "and where it went, too"
    assert spans(session) == [(9, 1.5)]


async def test_the_same_once_more_names_the_day(running, session, yesterday):  # noqa: F811
    add(session, yesterday, 9, 2, service_id=1, note="draft")
    day = yesterday - timedelta(days=3)
    async with running() as pilot:
        await press(pilot, "4", "left", "d", *["backspace"] * 10, *day.isoformat(), "enter")
        assert f"saved on {full_day(day)}" in shown(pilot) and "draft" in shown(pilot)


async def test_a_narrow_week_leaves_out_the_column_of_sums_and_wraps_no_line(running, session, deals, monday):  # noqa: F811
    add(session, monday, 9, 2, deal_id=deals[0], service_id=1)
    async with running(size=(60, 15)) as pilot:
        await press(pilot, "4", "v", "left", "left", "left", "left", "left", "left", "left")
        lines = shown(pilot).splitlines()
        assert "2:00:00" in lines[0] and "Sun" in lines[2] and lines[3].startswith(" Together") and "Orion" in lines[4]
    async with running() as pilot:
        await press(pilot, "4", "v")
        assert "Sum" in shown(pilot)


async def test_a_row_whose_name_is_cut_is_named_whole_above(running, session, deals, monday):  # noqa: F811
    service = commands.add_service(session, "Reading of contracts")
    add(session, monday, 9, 2, deal_id=deals[0], service_id=1, note="")
    add(session, monday, 12, 2, client_id=1, service_id=service)
    async with running() as pilot:
        await press(pilot, "4", "v", "[")
        heads = [shown(pilot).splitlines()[1]]
        await press(pilot, "down")
        heads.append(shown(pilot).splitlines()[1])
        assert sum("Orion Legal · Reading of contracts" in head for head in heads) == 1, heads


async def test_where_weeks_are_not_handed_in_that_is_told_at_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "4", "t")
        assert "This company does not hand in weeks" in shown(pilot) and "Hand in the week" not in shown(pilot)


async def test_whose_time_it_is_is_said_by_name(running, session, deals):  # noqa: F811
    people.add_employee(session, "aa", name="Anna Berg", role="rep")
    async with running() as pilot:
        await press(pilot, "4", "y", *"berg", "enter")
        assert shown(pilot).startswith(" Anna Berg · ")


@pytest.mark.parametrize("key", ["e", "p", "d", "x", "c", "i", "r", "space"])
async def test_a_key_for_an_entry_says_where_there_is_none(running, session, deals, key):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "4", key)
        assert "There is no entry here." in shown(pilot)
        await press(pilot, "v", key)
        assert "v shows those of a day" in shown(pilot)


async def test_a_message_longer_than_the_line_of_keys_is_read_whole(running, session, deals, yesterday):  # noqa: F811
    add(session, yesterday, 9, 1, deal_id=deals[0], service_id=1)
    add(session, yesterday, 11, 1, deal_id=deals[1], service_id=1)
    async with running(size=(60, 15)) as pilot:
        await press(pilot, "4", "left", "space", "space", "m")
        lines = shown(pilot).splitlines()
        assert "can be merged, all billable or none" in " ".join(" ".join(lines[-3:]).split()) and "Billable" in shown(pilot)
        await press(pilot, "left")
        pilot.app.screen.query_one(KeyLine).be_quiet()
        await settle(pilot)
        assert "? keys" in shown(pilot).splitlines()[-1] and "Billable" in shown(pilot).splitlines()[-2]


async def test_what_an_entry_comes_to_and_why_stands_above_the_ladder(running, session, deals, yesterday):  # noqa: F811
    with session.store.writing():
        Rate.create(side="bill", from_day=date(2020, 1, 1), amount=100_00, currency="EUR", created_at=0)
    add(session, yesterday, 9, 1.5, deal_id=deals[0], service_id=1)
    async with running(size=(60, 15)) as pilot:
        await press(pilot, "4", "left", "r")
        lines = shown(pilot).splitlines()
        assert any("Charge" in line and "150.00" in line for line in lines)
        assert any("An hour" in line and "100.00" in line and "the company" in line for line in lines)
