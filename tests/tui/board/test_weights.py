"""The board tells what its columns are worth by the chance to win, and which stays are long, beside the keys."""

from __future__ import annotations

from models.people import commands as people
from models.pipeline import commands, setup
from models.session import Session
from models.values.instants import MINUTE
from tests.tui.board.conftest import Running, board, press, settle, shown


async def weighed(pilot) -> None:
    for _try in range(100):
        if board(pilot).columns.weights is not None:
            break
        await settle(pilot)


async def test_columns_tell_their_sums_weighted_by_the_chance_to_win(
    running: Running, session: Session, deals: list[int]
) -> None:
    setup.set_stage(session, 2, probability=50)  # nothing has left it yet, so the set percentage counts
    commands.set_deal(session, deals[0], probability=100)
    async with running() as pilot:
        await weighed(pilot)
        # The first stage: its one exit led to the second, so 50 %; deal 1 (1.00 of the 2.1k) is certain.
        assert "w 1.1k" in shown(pilot) and "w 350" in shown(pilot)
        assert "weighted 1.5k" in shown(pilot)
        await press(pilot, "L")
        assert "w 1.0k" in shown(pilot) and "w 450" in shown(pilot)


async def test_a_filter_narrows_the_weighted_sums_too(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_stage(session, 2, probability=50)
    async with running() as pilot:
        await weighed(pilot)
        await press(pilot, "slash", *"vega", "enter")
        assert "weighted 100" in shown(pilot)


async def test_a_stay_longer_than_four_of_five_is_late_where_no_norm_says_so(
    running: Running, session: Session, deals: list[int]
) -> None:
    day = 86_400_000_000
    for number in range(40):  # stays of an hour
        at = session.now() - 50 * day
        deal = commands.new_deal(session, f"Done {number}", type_id=1, at=at).deal_id
        commands.move_deal(session, deal, 2, at=at + day // 24)
        commands.win_deal(session, deal)
    async with running() as pilot:
        await weighed(pilot)
        columns = board(pilot).columns
        assert columns.long_after[1] == 3600 and columns.card is not None
        assert columns._flag(columns.card, session.now(), columns.long_after[1]) == ("!", True)


async def test_what_is_long_is_measured_anew_on_another_clock_of_the_company(
    running: Running, session: Session, deals: list[int]
) -> None:
    noon = 1_767_614_400_000_000  # 2026-01-05, a Monday, 12:00 UTC
    for number in range(40):  # stays of a day and a half, 15 of its 36 hours worked
        deal = commands.new_deal(session, f"Done {number}", type_id=1, at=noon).deal_id
        commands.move_deal(session, deal, 2, at=noon + 36 * 60 * MINUTE)
        commands.win_deal(session, deal)
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    async with running() as pilot:
        await weighed(pilot)
        columns = board(pilot).columns
        assert columns.long_after[1] == 36 * 3600
        await pilot.app.desk.do(people.set_company, clock="working")
        for _try in range(200):
            await settle(pilot)
            if columns.long_after[1] != 36 * 3600:
                break
            await pilot.pause(0.02)
        assert columns.long_after[1] == 15 * 3600


async def test_a_stay_is_counted_without_the_time_on_hold(running: Running, session: Session) -> None:
    day = 86_400_000_000
    setup.set_stage(session, 1, norm=3 * 86_400)
    deal = commands.new_deal(session, "Orion", type_id=1, at=session.now() - 5 * day).deal_id
    commands.hold_deal(session, deal, reason="waits", at=session.now() - 4 * day)
    commands.resume_deal(session, deal)
    async with running() as pilot:
        assert "   1 d" in shown(pilot) and "!" not in shown(pilot)
