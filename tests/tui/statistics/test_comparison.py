"""The screen Statistics: another rep or other days beside what is shown, by keys."""

from __future__ import annotations

from datetime import date

import pytest

from models.people import commands as people
from models.pipeline import commands
from models.values.instants import DAY, local_day
from models.values.language import use_language
from tests.tui.board.conftest import deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tests.tui.statistics.test_statistics import read, screen, to


@pytest.fixture
def two_reps(session):
    """Of anna's twelve deals ten are won, of boris's twelve two; a day at the first stage each."""
    for login, wins in (("anna", 10), ("boris", 2)):
        people.add_employee(session, login, name=login.title(), role="rep")
        for number in range(12):
            at = session.now() - 20 * DAY
            deal = commands.new_deal(session, f"Client {number}", type_id=1, amount=100_00, owner=login, at=at).deal_id
            commands.move_deal(session, deal, 2, at=at + DAY)
            if number < wins:
                commands.win_deal(session, deal)
            else:
                commands.lose_deal(session, deal, reason="price")


async def test_c_asks_for_two_reps_and_shows_where_they_differ(running, session, two_reps):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c")
        assert "Compare" in shown(pilot) and "another rep" in shown(pilot) and "the period before" in shown(pilot)
        await press(pilot, "1")
        assert "Whom?" in shown(pilot)
        await press(pilot, "1")
        assert "Anna with whom?" in shown(pilot)
        await press(pilot, "1")
        await read(pilot)
        text = shown(pilot)
        assert "Comparison" in text and "all reps" not in text
        line = next(line for line in text.splitlines() if "won of closed" in line).replace("\xa0", " ")
        assert "83 % of 12" in line and "17 % of 12" in line and "! +67 pp" in line and "+27 to +84" in line
        [same] = [line for line in text.splitlines() if "median stay" in line and "1 d" in line]
        assert "!" not in same


@pytest.mark.parametrize("key", ["c", "escape", "с"])
async def test_c_again_or_esc_goes_back_to_the_report(running, session, two_reps, key):  # noqa: F811
    async with running() as pilot:
        await press(pilot, *to("reps"), "c", "1", "1", "1")
        await read(pilot)
        assert screen(pilot)._found[0].name == "compare"
        await press(pilot, key)
        await read(pilot)
        assert screen(pilot)._found[0].name == "reps" and "Comparison" not in shown(pilot)
        assert screen(pilot).focused is screen(pilot).list


@pytest.mark.parametrize(("before", "after"), [((80, 24), (160, 48)), ((120, 36), (160, 48)), ((160, 48), (80, 24))])
async def test_a_terminal_of_another_size_leaves_the_comparison_as_it_is(running, session, two_reps, before, after):  # noqa: F811
    async with running(size=before) as pilot:
        await press(pilot, *to("reps"), "c", "1", "1", "1")
        for size in (after, before, after):
            await pilot.resize_terminal(*size)
            await read(pilot)
        assert screen(pilot)._found[0].name == "compare" and "Comparison" in shown(pilot)
        await press(pilot, "c")
        await read(pilot)
        assert screen(pilot)._found[0].name == "reps" and screen(pilot).focused is screen(pilot).list


async def test_esc_in_the_question_leaves_the_report_as_it_is(running, session, two_reps):  # noqa: F811
    async with running() as pilot:
        await press(pilot, *to("reps"), "c", "escape")
        assert screen(pilot)._against is None and screen(pilot)._found[0].name == "reps"


async def test_a_period_stands_beside_the_one_before_and_days_of_ones_own(running, session, two_reps):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c", "2")
        await read(pilot)
        text = shown(pilot)
        assert "this period" in text and "before" in text and "all reps" in text and "won of closed" in text
        one, other = screen(pilot)._found[2].sides
        assert (other.last - other.first) == (one.last - one.first) and (one.first - other.last).days == 1
        await press(pilot, "c", "c", "4", *"2025-01-01", "tab", *"2024-12-31", "enter")
        assert "ends before it begins" in shown(pilot)
        await press(pilot, *["backspace"] * 10, *"2025-01-31", "enter")
        await read(pilot)
        assert screen(pilot)._found[2].sides[1].days == (date(2025, 1, 1), date(2025, 1, 31))
        assert "1 Jan 2025 – 31 Jan 2025" in shown(pilot)


async def test_days_that_overlap_are_refused_in_words(running, session, two_reps):  # noqa: F811
    today = local_day(session.now(), "UTC").isoformat()
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c", "4", *today, "tab", *today, "enter")
        await read(pilot)
        assert "The periods overlap" in shown(pilot)
        await press(pilot, "escape")
        await read(pilot)
        assert screen(pilot)._found[0].name == "reps"


async def test_a_number_opens_into_the_deals_of_one_side(running, session, two_reps):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c", "1", "1", "1")
        await read(pilot)
        table = screen(pilot).table
        place = next(at for at, row in enumerate(table.items) if row.cells[0] == "won of closed")
        table.go(place)
        await press(pilot, "enter")
        assert "Anna · won of closed · 10" in shown(pilot) and "Boris · won of closed · 2" in shown(pilot)
        await press(pilot, "2")
        assert "2 deals" in shown(pilot) and "boris" in shown(pilot) and "anna" not in shown(pilot)


async def test_filters_and_clock_hold_for_both_sides(running, session, two_reps):  # noqa: F811
    people.set_hours(session, range(5), 9 * 3600, 17 * 3600)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c", "1", "1", "1")
        await read(pilot)
        await press(pilot, "w")
        await read(pilot)
        assert screen(pilot)._found[2].clock == "working" and "working clock" in shown(pilot)


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (160, 48)])
@pytest.mark.parametrize("language", ["en", "ru"])
async def test_the_comparison_stays_within_the_screen(running, session, two_reps, size, language):  # noqa: F811
    use_language(language)
    try:
        async with running(size=size) as pilot:
            await press(pilot, *to("durations"), "c", "1", "1", "1")
            await read(pilot)
            lines = shown(pilot).splitlines()
            assert len(lines) <= size[1] and all(len(line) <= size[0] for line in lines)
            assert screen(pilot)._found[0].name == "compare"
    finally:
        use_language("en")


async def test_a_rep_alone_is_offered_no_other(running, session, two_reps):  # noqa: F811
    async with running(login="anna", size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c")
        assert "another rep" not in shown(pilot) and "the period before" in shown(pilot)


async def test_of_more_differences_than_have_room_those_about_the_cursor_are_drawn(running, session, two_reps):  # noqa: F811
    async with running(size=(80, 18)) as pilot:
        await press(pilot, *to("reps"), "c", "1", "1", "1")
        await read(pilot)
        assert "won of closed  " in shown(pilot).splitlines()[-7] and "more lines: move in the table" in shown(pilot)
        await press(pilot, "end")
        await settle(pilot)
        assert "Demonstration: leads to won" in shown(pilot) and "more lines: move in the table" in shown(pilot)
