"""Planned volumes on the screen, by keys: the forecast joins when it is drawn; a team as the filter; teams side by side."""

from __future__ import annotations

import asyncio
import threading

import pytest

from models.people import commands as people
from models.people.setup.targets import set_targets
from models.people.views import find_holder
from models.pipeline import commands
from models.statistics import forecast as forecasts
from models.values.instants import DAY, local_day
from models.values.money import Money
from tests.tui.board.conftest import press, running, settle, shown  # noqa: F401  (fixtures)
from tests.tui.statistics.test_statistics import read, screen, to


@pytest.fixture
def history(session):
    """North's anna has won two in three of her deals, 20 to 31 days after they began; four of boris's in South began five days
    ago. The root has no team."""
    now = session.now()
    for login, team in (("anna", "North"), ("boris", "South")):
        people.add_employee(session, login, name=login.title(), role="rep", team=team)
    for number in range(12):
        begun = now - (100 - number) * DAY
        made = commands.new_deal(session, f"Client {number}", type_id=1, amount=100_00, owner="anna", at=begun).deal_id
        end = commands.win_deal if number % 3 else commands.lose_deal
        end(session, made, at=begun + (20 + number) * DAY, **({} if number % 3 else {"reason": "price"}))
    for number in range(4):
        commands.new_deal(session, f"New {number}", type_id=1, amount=100_00, owner="boris", at=now - 5 * DAY)


async def test_the_volumes_stand_before_the_forecast_and_keys_work_meanwhile(running, history, monkeypatch):  # noqa: F811
    going, real = threading.Event(), forecasts.forecast

    def slow(*args, **said):
        assert going.wait(60)
        return real(*args, **said)

    monkeypatch.setattr(forecasts, "forecast", slow)
    async with running(size=(160, 48)) as pilot:
        await press(pilot, *to("volumes"))
        try:
            for _try in range(100):
                await settle(pilot)
                if "█ won" in shown(pilot):
                    break
            assert "P10–P50–P90" not in shown(pilot)
            await press(pilot, "enter", "v")
            assert "Planned volumes · stages" in shown(pilot)
            await press(pilot, "v", "v")
        finally:
            going.set()
        await read(pilot)
        assert "P10–P50–P90" in shown(pilot) and "where the month ends" in shown(pilot)


async def test_who_does_not_wait_for_the_forecast_keeps_the_volumes(running, history, monkeypatch):  # noqa: F811
    going, begun = threading.Event(), threading.Event()
    monkeypatch.setattr(forecasts, "forecast", lambda *_asked, **_said: begun.set() or going.wait(60))
    async with running(size=(160, 48)) as pilot:
        try:
            await press(pilot, *to("volumes"))
            await asyncio.to_thread(begun.wait, 60)
            await settle(pilot)
            before = shown(pilot)
            assert "planned" in before
            await press(pilot, "escape")
            assert shown(pilot) == before
        finally:
            going.set()


async def test_the_table_of_months_begins_with_the_coming_ones_in_sight(running, session, history):  # noqa: F811
    today = local_day(session.now(), "UTC").replace(day=1)
    set_targets(session, find_holder("anna"), today.replace(year=today.year - 1), 18, Money(500_00, "EUR"))
    async with running(size=(80, 18)) as pilot:
        await press(pilot, *to("volumes"))
        await read(pilot)
        table = screen(pilot).table
        assert table.item.key == today.isoformat()[:7] and table.at - table.top == 2 < table.size.height - 1


async def test_a_team_is_a_filter_and_is_remembered(running, history):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "f", "tab", "tab", "tab", "tab", "right", "enter")
        await read(pilot)
        assert "team North" in shown(pilot).splitlines()[0]
        assert {row.cells[0] for row in screen(pilot).table.items} == {"anna", "all"}
        assert screen(pilot).workplace()["team"] == screen(pilot).filters.team_id is not None
        await press(pilot, "f", "tab", "tab", "tab", "right", "enter")  # a rep instead: what was chosen last is meant
        await read(pilot)
        assert screen(pilot).filters.team_id is None and screen(pilot).filters.rep_id is not None


async def test_numbers_of_a_team_open_into_its_deals_alone(running, history):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("clients"), "f", "tab", "tab", "tab", "tab", "right", "right", "enter")
        await read(pilot)
        assert "team South" in shown(pilot).splitlines()[0]
        await press(pilot, "enter", "enter")
        await settle(pilot)
        assert "4 deals" in shown(pilot) and "New 0" in shown(pilot)


async def test_two_teams_stand_beside_each_other(running, history):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "c")
        assert "another team" in shown(pilot)
        await press(pilot, "2", "1", "1")
        await read(pilot)
        head = next(line for line in shown(pilot).splitlines() if "difference" in line)
        assert "North" in head and "South" in head and "all reps" not in shown(pilot)
        assert [side.team_id is not None for side in screen(pilot)._found[2].sides] == [True, True]


async def test_a_rep_of_ones_own_is_offered_no_team(running, history):  # noqa: F811
    async with running(login="anna", size=(120, 36)) as pilot:
        await press(pilot, *to("reps"), "f")
        assert "Clock" in shown(pilot) and "Team" not in shown(pilot)
