"""The screen Statistics by keys: every report, its forms, the filters, the deals behind a number, reading aside."""

from __future__ import annotations

import csv
import io
import threading
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.people import commands as people
from models.people.views import workplace
from models.pipeline import commands, setup
from models.statistics import paths as path_reports
from models.storage.doctor import checks
from models.timekeeping import commands as time
from models.values.instants import DAY, MINUTE
from models.values.language import use_language
from tests.tui.board.conftest import deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tui.statistics import screen as statistics_screen
from tui.statistics.export import Sheet, as_csv, as_svg, as_text
from tui.statistics.filters import Filters
from tui.statistics.reports import PLACES
from tui.statistics.screen import StatisticsScreen

HOUR = 60 * MINUTE


def screen(pilot) -> StatisticsScreen:
    return next(one for one in pilot.app.screen_stack if isinstance(one, StatisticsScreen))


async def read(pilot) -> None:
    """Until the report under the cursor is there."""
    await settle(pilot)
    for _try in range(1000):
        reading = screen(pilot)._reading
        if reading is not None and reading.is_finished:
            break
        await pilot.pause(0.02)
    await settle(pilot)


def to(report: str) -> list[str]:
    return ["5", *["j"] * list(PLACES).index(report)]


@pytest.fixture
def sold(session, deals):  # noqa: F811
    """Of the seven deals one is won, one lost, and an hour was worked on the first."""
    commands.win_deal(session, deals[6])
    commands.lose_deal(session, deals[5], reason="price")
    at = session.now() - DAY
    time.add_entry(session, deal_id=deals[0], start=at, end=at + HOUR)
    return deals


@pytest.mark.parametrize(("size", "language"), [((80, 24), "en"), ((60, 15), "ru"), ((160, 48), "en")])
async def test_every_report_shows_figures_and_stays_within_the_screen(running, session, sold, size, language):  # noqa: F811
    use_language(language)
    async with running(size=size) as pilot:
        await press(pilot, "5")
        for _report in PLACES:
            await read(pilot)
            found = shown(pilot)
            assert all(len(line) <= size[0] for line in found.splitlines())
            assert screen(pilot).table.items or screen(pilot).list.item in ("ageing", "forecast"), screen(pilot).list.item
            await press(pilot, "enter", "v", "j", "escape", "j")
    use_language("en")


async def test_clients_are_drawn_as_bars_by_rep_and_as_a_matrix_and_the_type_can_be_changed(running, deals, make_type):  # noqa: F811
    make_type("strict", ["Alpha", "Beta"])
    async with running() as pilot:
        await press(pilot, "5")
        await read(pilot)
        assert "█ root" in shown(pilot) and "█ 6" in shown(pilot)
        await press(pilot, "y", "2")
        await read(pilot)
        assert "strict type" in shown(pilot) and "No open deals yet" in shown(pilot)


async def test_the_durations_draw_the_curve_of_the_stage_under_the_cursor_and_its_accounting(running, sold):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("durations"))
        await read(pilot)
        assert "Initiating interest: share still there" in shown(pilot)
        assert "carried in 0 + entered 7 = advance 1 + lost 1 + still there 5" in shown(pilot)
        await press(pilot, "enter", "j")
        await settle(pilot)
        assert "carried in 0 + entered 1 = won 1 + still there 0" in shown(pilot)


async def test_a_number_opens_into_its_deals_and_these_into_the_clients_card(running, sold):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("durations"))
        await read(pilot)
        await press(pilot, "enter", "enter")
        assert "visits 7" in shown(pilot) and "completed 2" in shown(pilot) and "open 5" in shown(pilot)
        await press(pilot, "2")
        await settle(pilot)
        assert "2 deals" in shown(pilot) and "Polaris" in shown(pilot) and "Tau" in shown(pilot) and "Rigel" not in shown(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        assert pilot.app.screen.where == "clients" and pilot.app.screen.found.item.name == "Polaris"


@pytest.mark.parametrize(
    ("report", "keys", "wanted"),
    [
        ("clients", ["enter", "enter"], ["Orion Legal", "6 deals"]),
        ("transitions", ["enter", "j", "enter"], ["Polaris", "1 deal"]),
        ("funnel", ["enter", "end", "enter"], ["Polaris", "1 deal"]),
        ("reps", ["enter", "enter", "2"], ["Polaris", "1 deal"]),
        ("paths", ["enter", "enter"], ["Orion Legal", "5 deals"]),
    ],
)
async def test_the_numbers_of_each_report_open_into_the_deals_that_they_count(running, session, sold, report, keys, wanted):  # noqa: F811
    commands.reopen_deal(session, sold[5], reason="called back")
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to(report))
        await read(pilot)
        await press(pilot, *keys)
        await settle(pilot)
        for words in wanted:
            assert words in shown(pilot)


async def test_the_forecast_stands_by_month_and_is_replayed_over_past_months(running, session):  # noqa: F811
    now = session.now()
    for number in range(12):  # two in three are won, 20 to 31 days after they began; four began five days ago
        begun = now - (100 - number) * DAY
        made = commands.new_deal(session, f"Client {number}", type_id=1, amount=100_00, at=begun).deal_id
        end = commands.win_deal if number % 3 else commands.lose_deal
        end(session, made, at=begun + (20 + number) * DAY, **({} if number % 3 else {"reason": "price"}))
    for number in range(4):
        commands.new_deal(session, f"New {number}", type_id=1, amount=100_00, at=now - 5 * DAY)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("forecast"))
        await read(pilot)
        assert "P10" in shown(pilot) and "New deals are not invented" in shown(pilot)
        await press(pilot, "v")
        await read(pilot)
        assert "months ahead" in shown(pilot)


async def test_filters_are_shared_by_all_reports_and_remembered(running, session, sold):  # noqa: F811
    people.add_employee(session, "rita", name="Rita", role="rep")
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("funnel"))
        await read(pilot)
        assert "last 12 months · all reps" in shown(pilot)
        await press(pilot, "f", "right", "tab", "tab", "tab", "right", "enter")
        await read(pilot)
        assert "all time · Rita" in shown(pilot) and "Nothing in this period" in shown(pilot)
        await press(pilot, "j", "j")
        await read(pilot)
        assert screen(pilot).list.item == "reps" and "Rita" in shown(pilot).splitlines()[0]
        pilot.app.keep_workplace()
    kept = workplace(session.actor.id)["statistics"]
    assert kept["report"] == "reps" and kept["period"] == "all" and kept["rep"] is not None


async def test_days_of_ones_own_are_told_and_a_reversed_period_is_refused_in_the_form(running, sold):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("funnel"), "f", "tab", *"2026-03-01", "tab", *"2026-01-01", "enter")
        assert "ends before it begins" in shown(pilot)
        await press(pilot, *["backspace"] * 10, *"2026-03-31", "enter")
        await read(pilot)
        assert "1 Mar – 31 Mar" in shown(pilot)


async def test_a_past_instant_is_shown_and_a_future_one_is_refused(running, session, deals):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "5", "f", "tab", "tab", "tab", "tab", *"2999-01-01", "enter")
        assert "What is counted" in shown(pilot)
        await press(pilot, *["backspace"] * 10, *"-18d", "enter")
        await read(pilot)
        assert "as of" in shown(pilot).splitlines()[0] and "█ 3" in shown(pilot)


async def test_the_clock_is_switched_by_a_key(running, session, sold):  # noqa: F811
    people.set_hours(session, range(7), 0, 86_400)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("durations"), "w")
        await read(pilot)
        assert "working clock" in shown(pilot).splitlines()[0]
        await press(pilot, "w")
        await read(pilot)
        assert "working clock" not in shown(pilot).splitlines()[0]


async def test_a_working_clock_without_working_hours_is_told_of(running, sold):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("durations"), "w")
        await read(pilot)
        assert "no working hours" in shown(pilot)


async def test_a_report_that_takes_long_blocks_no_key_says_so_and_can_be_left(running, sold, monkeypatch):  # noqa: F811
    going = threading.Event()
    true = path_reports.paths

    def slow(*args, **said):
        going.wait(10)
        return true(*args, **said)

    monkeypatch.setattr(path_reports, "paths", slow)
    async with running() as pilot:
        await press(pilot, *to("paths"))
        await pilot.pause(0.6)
        assert "Reading the history" in shown(pilot)
        await press(pilot, "2")
        assert "Initiating interest" in shown(pilot), "the board comes while the report is still read"
        await press(pilot, "5", "escape")
        assert "Left off. enter reads it again." in shown(pilot)
        going.set()
        await press(pilot, "enter")
        await read(pilot)
        assert "ways" in shown(pilot) and "Left off" not in shown(pilot)


async def test_a_report_that_is_left_off_leaves_none_of_the_former_under_its_name(running, sold, monkeypatch):  # noqa: F811
    going = threading.Event()
    monkeypatch.setattr(path_reports, "paths", lambda *_asked, **_said: going.wait(10))
    monkeypatch.setattr(statistics_screen, "SIGN_AFTER", 60)
    async with running() as pilot:
        await press(pilot, *to("reps"))
        await read(pilot)
        await press(pilot, "j")
        for _try in range(100):
            await settle(pilot)
            if screen(pilot)._begun == "paths":
                break
        await press(pilot, "escape")
        await settle(pilot)
        assert "Left off" in shown(pilot) and not screen(pilot).table.items
        going.set()


async def test_a_mistake_in_a_report_ends_the_program_and_leaves_no_other_report_under_its_name(running, sold, monkeypatch):  # noqa: F811
    def broken(*_asked, **_said):
        raise ZeroDivisionError

    monkeypatch.setattr(path_reports, "paths", broken)
    with pytest.raises(ZeroDivisionError):
        async with running() as pilot:
            await press(pilot, *to("paths"))
            await read(pilot)


async def test_the_table_waits_for_nothing_that_draws_the_chart_and_no_key_does(running, sold, monkeypatch):  # noqa: F811
    going = threading.Event()
    monkeypatch.setattr(statistics_screen, "_fetch_charts", lambda _session: going.wait(10))
    async with running() as pilot:
        await press(pilot, "5", "enter", "j")
        assert "on hold" in shown(pilot) and screen(pilot).table.at == 1
        assert "┤" not in shown(pilot)
        going.set()
        await read(pilot)
        assert "┤" in shown(pilot)


async def test_the_history_is_kept_under_a_dialog_and_forgotten_after_the_screen_was_left(running, sold, monkeypatch):  # noqa: F811
    monkeypatch.setattr(statistics_screen, "KEPT_SECONDS", 0.1)
    async with running() as pilot:
        await press(pilot, *to("durations"))
        await read(pilot)
        await press(pilot, "f")
        await pilot.pause(0.3)
        assert screen(pilot)._kept
        await press(pilot, "escape")
        here = screen(pilot)
        await press(pilot, "2")
        await pilot.pause(0.5)
        assert not here._kept


async def test_a_rep_sees_their_own_figures_alone_and_no_margin(running, session, sold):  # noqa: F811
    people.add_employee(session, "rita", name="Rita", role="rep")
    async with running(login="rita", size=(120, 36)) as pilot:
        await press(pilot, "5")
        await read(pilot)
        assert "No open deals yet" in shown(pilot)
        await press(pilot, *["j"] * list(PLACES).index("margin"))
        await read(pilot)
        assert "for accountants and administrators" in shown(pilot)


async def test_an_empty_store_a_type_without_stages_and_two_hundred_stages_are_shown(running, session):  # noqa: F811
    setup.add_type(session, "Bare", mode="free")
    many = setup.add_type(session, "Many", mode="free")
    for number in range(200):
        setup.add_stage(session, many, f"Stage {number + 1}")
    commands.new_deal(session, "Orion", type_id=many)
    async with running() as pilot:
        await press(pilot, "5")
        for choice in ("1", "2", "3"):
            await press(pilot, "y", choice)
            await press(pilot, "home")
            for _report in PLACES:
                await read(pilot)
                await press(pilot, "j")
        assert pilot.app.is_running
    assert all(check.ok for check in checks(session.store))


async def test_what_is_shown_is_copied_as_text_and_as_csv(running, sold):  # noqa: F811
    async with running() as pilot:
        await press(pilot, *to("durations"))
        await read(pilot)
        await press(pilot, "E")
        assert "Save as" not in shown(pilot), "no folder is configured"
        await press(pilot, "2")
        assert pilot.app.clipboard.splitlines()[1].startswith("Initiating interest,7,5,")
        await press(pilot, "E", "1")
        assert "Duration of each stage" in pilot.app.clipboard and "share still there" in pilot.app.clipboard


async def test_copied_figures_have_no_shade_and_money_stands_in_full(running, sold, monkeypatch):  # noqa: F811
    copied = []
    async with running(size=(80, 24)) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await press(pilot, "5")
        await read(pilot)
        assert "█" in shown(pilot) and "k €" in shown(pilot).replace("\xa0", " ")
        await press(pilot, "E", "2")
        await settle(pilot)
    assert "█" not in copied[0] and ".00\xa0€" in copied[0] and "k\xa0€" not in copied[0]


async def test_inside_a_report_the_last_line_gives_its_keys_the_room(running, sold):  # noqa: F811
    async with running(size=(80, 24)) as pilot:
        await press(pilot, "5")
        await read(pilot)
        foot = shown(pilot).splitlines()[-1]
        assert " 1 Today " in foot and "f filter" in foot and "v form" not in foot
        await press(pilot, "enter")
        foot = shown(pilot).splitlines()[-1]
        assert foot.startswith(" 1 2 3 4 5 Statistics 7 ") and all(key in foot for key in ("f filter", "v form", "c compare", "? keys"))
        await press(pilot, "escape")
        assert " 1 Today " in shown(pilot).splitlines()[-1]


async def test_a_title_without_room_gives_way_to_what_is_counted(running, sold):  # noqa: F811
    for size, title in (((120, 36), "Open deals that stand still · no next step"), ((60, 20), "Ageing · no next step")):
        async with running(size=size) as pilot:
            await press(pilot, *to("ageing"))
            await read(pilot)
            await press(pilot, "v", "v")
            head = shown(pilot).splitlines()[0]
            assert head.startswith(f" {title} ") and "all reps" in head


async def test_columns_that_have_no_room_are_told_of(running, sold):  # noqa: F811
    for size, told in (((80, 24), True), ((200, 40), False)):
        async with running(size=size) as pilot:
            await press(pilot, *to("reps"))
            await read(pilot)
            left = 14 - len(screen(pilot)._columns)
            head = shown(pilot).splitlines()[0]
            assert (left > 0) == told and (f"all reps · +{left} columns" in head) == told


async def test_a_long_title_gives_room_to_the_number_of_columns_left_out(running, sold):  # noqa: F811
    async with running(size=(80, 24)) as pilot:
        await press(pilot, *to("durations"))
        await read(pilot)
        assert shown(pilot).splitlines()[0].startswith(" Durations   Quick Sales ▾ · last 12 months · all reps · +")


async def test_the_last_line_names_another_form_only_where_there_is_one(running, sold):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        for key, told in (("5", True), ("j", False), ("j", True)):  # clients, durations, transitions
            await press(pilot, key)
            await read(pilot)
            assert ("v form" in shown(pilot).splitlines()[-1]) == told


async def test_what_is_shown_is_saved_in_the_configured_folder_and_never_over_another(running, sold, tmp_path):  # noqa: F811
    folder = tmp_path / "out"
    async with running(size=(160, 48)) as pilot:
        pilot.app.exports = str(folder)
        await press(pilot, *to("durations"))
        await read(pilot)
        for choice in ("3", "3", "4", "5", "6"):
            await press(pilot, "E", choice)
            await settle(pilot)
        assert "saved:" in shown(pilot)
        (tmp_path / "file").write_text("")
        pilot.app.exports = str(tmp_path / "file")
        await press(pilot, "E", "3")
        await settle(pilot)
        assert "file cannot be" in shown(pilot)
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".csv", ".svg", ".txt", ".xlsx"]


@given(st.lists(st.text(max_size=12), min_size=2, max_size=2))
def test_an_exported_cell_is_no_formula_and_steers_no_terminal(cells):
    sheet = Sheet("Title", ["a", "b"], [cells], [], "")
    (_heads, row) = csv.reader(io.StringIO(as_csv(sheet)))
    assert not any(cell[:1] in ("=", "+", "-", "@") for cell in row)
    assert "\x1b" not in as_text(sheet) and "\u202e" not in as_text(sheet)
    ElementTree.fromstring(as_svg(sheet._replace(title=cells[0], chart=cells)))


def test_the_periods_are_whole_days_both_ends_included():
    today = date(2026, 2, 28)
    days = {period: Filters(1, period).days(today) for period in ("year_back", "month", "quarter", "year", "last_month", "last_quarter", "last_year", "all")}
    assert days == {
        "year_back": (date(2025, 3, 1), None), "month": (date(2026, 2, 1), None), "quarter": (date(2026, 1, 1), None),
        "year": (date(2026, 1, 1), None), "last_month": (date(2026, 1, 1), date(2026, 1, 31)),
        "last_quarter": (date(2025, 10, 1), date(2025, 12, 31)), "last_year": (date(2025, 1, 1), date(2025, 12, 31)), "all": (None, None),
    }  # fmt: skip
    assert Filters(1, "year_back").days(date(2028, 2, 29))[0] == date(2027, 3, 1)
