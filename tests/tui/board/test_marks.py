"""Marked deals and the commands that take them along together; the last move again; ticks; the list of steps."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.session import Session
from models.values import text
from tests.tui.board.conftest import Running, board, press, shown, stage_of
from tui.widgets import words


async def test_space_marks_the_card_and_counts_in_the_head(running: Running, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "space", "j", "space")
        assert "2 marked" in shown(pilot).splitlines()[0]
        assert "◆Orion Legal" in shown(pilot) and "◆Vega Windows" in shown(pilot)
        await press(pilot, "space")
        assert "◆Vega Windows" not in shown(pilot) and "1 marked" in shown(pilot)
        await press(pilot, "escape")
        assert "◆" not in shown(pilot) and not board(pilot).columns.marked


async def test_a_move_takes_all_marked_and_one_undo_brings_them_back(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "space", "j", "space", "L")
        assert "2 deals: → Demonstration" in shown(pilot) and "◆" not in shown(pilot)
        assert [stage_of(session, deal) for deal in deals[:3]] == ["Demonstration", "Demonstration", "Initiating interest"]
        await press(pilot, "u")
        assert "2 deals: taken back" in shown(pilot)
        assert [stage_of(session, deal) for deal in deals[:2]] == ["Initiating interest"] * 2
        await press(pilot, "U")
        assert "2 deals: made again" in shown(pilot)
    assert [stage_of(session, deal) for deal in deals[:2]] == ["Demonstration"] * 2


async def test_what_could_not_come_along_stays_marked_is_listed_and_follows_when_lifted(running: Running, session: Session, deals: list[int]) -> None:
    commands.hold_deal(session, deals[0], reason="budget")
    async with running() as pilot:
        await press(pilot, "space", "j", "space", "m", "3")
        text = shown(pilot)
        assert "1 deal stays where it is:" in text and "Orion Legal" in text and "on hold" in text
        assert stage_of(session, deals[1]) == "Closing the deal"
        await press(pilot, "1")
        assert "resume it" in shown(pilot)
        await press(pilot, "escape", "escape")
        assert list(board(pilot).columns.marked) == [deals[0]] and "◆Orion Legal" in shown(pilot)
        await press(pilot, "m", "3", "1", "1")
        assert not board(pilot).columns.marked
    assert [stage_of(session, deal) for deal in deals[:2]] == ["Closing the deal"] * 2


async def test_marked_deals_are_lost_with_one_reason_and_esc_loses_none(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_reason(session, "Too dear")
    async with running() as pilot:
        await press(pilot, "space", "j", "space", "x", "escape")
        assert len(board(pilot).columns.marked) == 2
        await press(pilot, "x", "1")
    lost = [views.deal(session, deal) for deal in deals[:3]]
    assert [(deal.outcome, deal.close_reason) for deal in lost] == [("lost", "Too dear"), ("lost", "Too dear"), ("open", "")]


async def test_marked_deals_are_held_and_resumed_and_won(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "space", "j", "space", "z", *"waits", "enter")
        assert all(views.deal(session, deal).hold_reason == "waits" for deal in deals[:2])
        await press(pilot, "home", "space", "j", "space", "z")
        assert all(views.deal(session, deal).held_at is None for deal in deals[:2])
        await press(pilot, "home", "space", "j", "space", "w")
    assert [views.deal(session, deal).outcome for deal in deals[:3]] == ["won", "won", "open"]


async def test_a_return_that_needs_a_reason_asks_once_for_all_marked(running: Running, session: Session, make_type) -> None:
    type_id = make_type("semi-strict", ["Alpha", "Beta"])
    alpha, beta = (stage.id for stage in views.stages(session, type_id))
    made = [commands.new_deal(session, f"Client {number}", type_id=type_id).deal_id for number in range(2)]
    for deal in made:
        commands.move_deal(session, deal, beta)
    async with running() as pilot:
        await press(pilot, "y", "2", "l", "space", "j", "space", "H", *"once more", "enter")
        assert "2 deals" in shown(pilot)
    assert [views.deal(session, deal).visits[-1].reason for deal in made] == ["once more"] * 2 and alpha


async def test_marks_at_several_stages_are_moved_by_the_picker_alone(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "space", "l", "space", "L")
        assert "several stages" in shown(pilot)
        await press(pilot, "m", "3")
    assert stage_of(session, deals[0]) == stage_of(session, deals[-1]) == "Closing the deal"


@pytest.mark.parametrize("key", ["g", "п"])
async def test_the_last_move_is_made_again_with_another_deal(running: Running, session: Session, deals: list[int], key: str) -> None:
    async with running() as pilot:
        await press(pilot, key)
        assert "No deal was moved yet." in shown(pilot)
        await press(pilot, "m", "2", "h", "h", "home", key)
    assert [stage_of(session, deal) for deal in deals[:2]] == ["Closing the deal"] * 2


async def test_a_move_in_another_type_is_not_made_again(running: Running, session: Session, deals: list[int], make_type) -> None:
    type_id = make_type("free", ["Alpha", "Beta"])
    other = commands.new_deal(session, "Lyra", type_id=type_id).deal_id
    async with running() as pilot:
        await press(pilot, "L", "y", "2", "g")
        assert "another deal type" in shown(pilot)
    assert stage_of(session, other) == "Alpha"


@pytest.mark.parametrize("key", ["t", "е"])
async def test_actions_are_ticked_and_unticked_with_who_when_and_guidance(running: Running, session: Session, deals: list[int], key: str) -> None:
    setup.add_action(session, 1, "offer sent", required=True, guidance="With the price list.")
    setup.add_action(session, 1, "asked for the budget")
    async with running() as pilot:
        await press(pilot, "j", "k")
        assert "0/2 ☐ offer sent (t)" in shown(pilot)
        await press(pilot, key)
        text = shown(pilot)
        assert "0 of 2 done" in text and "With the price list." in text and "may be left out" in text
        await press(pilot, "1", "2")
        assert "2 of 2 done" in shown(pilot) and "✓ offer sent" in shown(pilot) and "root" in shown(pilot)
        await press(pilot, "2", "escape")
        assert "1/2 ☐ asked for the budget (t)" in shown(pilot)
    assert [line.done_by for line in views.deal(session, deals[0]).stage_actions] == ["root", None]


async def test_who_may_not_tick_is_told_and_a_stage_without_actions_says_so(running: Running, session: Session, deals: list[int]) -> None:
    people.add_employee(session, "max", name="Max Weber", role="manager")
    async with running() as pilot:
        await press(pilot, "t")
        assert "asks for no actions" in shown(pilot)
        await board(pilot).desk.do(setup.add_action, 1, "boss called", who="max")
        await press(pilot, "t", "1")
        assert "You may not tick" in shown(pilot)
    assert views.deal(session, deals[0]).stage_actions[0].done_at is None


async def test_the_wide_pane_lists_the_checklist_and_who_asks_for_what(running: Running, session: Session) -> None:
    people.add_employee(session, "anna", name="Anna Berg", role="rep", team="North")
    setup.add_action(session, 1, "offer sent", required=True)
    setup.add_action(session, 1, "budget known")
    setup.set_authority(session, 2, "enter", ["admin"])
    deal = commands.new_deal(session, "Orion", type_id=1, owner="anna").deal_id
    anna = Session(session.store, acting("anna", ""))
    commands.tick_action(anna, deal, views.deal(session, deal).stage_actions[0].id)
    commands.request_move(anna, deal, 2, reason="signed")
    async with running(size=(120, 36)) as pilot:
        lines = [line[78:] for line in shown(pilot).splitlines()]
        assert any("✓ offer sent" in line and "anna" in line for line in lines)
        assert any("☐ budget known" in line for line in lines)
        assert any("? anna: → Demonstration" in line for line in lines) and any("signed" in line for line in lines)
    async with running() as pilot:
        assert "1/2 ☐ budget known (t)" in shown(pilot) and "? anna: → Demonstration" in shown(pilot)


async def test_signs_have_stand_ins_from_ascii(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_action(session, 1, "offer sent", required=True)
    words.use_ascii(True)
    try:
        async with running() as pilot:
            await press(pilot, "space", "t", "1")
            assert "v offer sent" in shown(pilot) and "#Orion Legal" in shown(pilot)
            await press(pilot, "escape", "escape", "left_square_bracket")
            assert re.search("-O-+ today", shown(pilot))
            assert not set(shown(pilot)) & set("◆☐✓●─")
    finally:
        words.use_ascii(False)


def test_no_sign_that_screens_draw_asks_for_a_closer_look() -> None:
    assert not [sign for sign in words.ASCII if text.unusual().search(sign)]


@pytest.mark.parametrize("key", ["Z", "Я", "ctrl+u"])
async def test_any_of_ones_own_steps_is_chosen_and_taken_back(running: Running, session: Session, deals: list[int], key: str) -> None:
    commands.move_deal(session, deals[0], 3)
    commands.lose_deal(session, deals[1], reason="too dear")
    async with running() as pilot:
        await press(pilot, key)
        text = shown(pilot)
        assert text.index("lost (too dear)") < text.index("moved to Closing the deal")
        [line] = [line for line in text.splitlines() if "moved to Closing" in line]
        assert "Orion Legal" in line
        await press(pilot, "2")
        assert "taken back: moved to Closing the deal" in shown(pilot)
    assert stage_of(session, deals[0]) == "Initiating interest" and views.deal(session, deals[1]).outcome == "lost"


async def test_a_step_on_which_another_built_is_refused_with_the_reason(running: Running, session: Session, deals: list[int]) -> None:
    people.add_employee(session, "max", name="Max Weber", role="admin")
    commands.move_deal(session, deals[0], 2)
    commands.set_deal(Session(session.store, acting("max", "")), deals[0], amount=7)
    async with running() as pilot:
        await press(pilot, "Z", "1")
        assert "Max Weber changed the deal since" in shown(pilot)
    assert stage_of(session, deals[0]) == "Demonstration"


async def test_a_marked_deal_that_somebody_moved_meanwhile_is_told_of_and_the_others_go_on(running: Running, session: Session, deals: list[int]) -> None:
    people.add_employee(session, "maria", name="Maria Klein", role="admin")
    async with running() as pilot:
        await press(pilot, "space", "j", "space")
        await board(pilot).desk.do(lambda mine: commands.move_deal(replace(mine, actor=acting("maria", "")), deals[0], 3))
        await press(pilot, "m", "2")
        text = shown(pilot)
        assert "1 deal stays where it is:" in text and "Maria Klein" in text and "Closing the deal" in text
        assert [stage_of(session, deal) for deal in deals[:2]] == ["Closing the deal", "Demonstration"]
        await press(pilot, "escape")
        assert "1 deal: → Demonstration · 1 deal stays where it is" in shown(pilot)
        assert list(board(pilot).columns.marked) == [deals[0]]
        await press(pilot, "m", "2")
        assert "1 deal: → Demonstration" in shown(pilot), "it was told, so the next command takes it along"
    assert stage_of(session, deals[0]) == "Demonstration"


@pytest.mark.parametrize("key", ["L", "m"])
async def test_marked_deals_are_moved_also_where_the_cursor_is_on_none(running, session, deals, key):
    async with running() as pilot:
        await press(pilot, "space", "right", "right", key, *(["2"] if key == "m" else []))
    assert stage_of(session, deals[0]) == "Demonstration"
