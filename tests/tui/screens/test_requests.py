"""Requests for a move on Today and on the client card, ticks and undo there, the checklist on the card."""

from __future__ import annotations

import pytest

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.session import Session
from tests.tui.board.conftest import Running, deals, press, running, shown  # noqa: F401  (fixtures)


@pytest.fixture
def asked(session: Session) -> int:
    """A deal of anna's, whose move to the second stage she asks for; max may answer."""
    people.add_employee(session, "anna", name="Anna Berg", role="rep", team="North")
    people.add_employee(session, "max", name="Max Weber", role="manager", team="North")
    setup.set_authority(session, 2, "enter", ["manager"])
    deal = commands.new_deal(session, "Orion Legal", type_id=1, title="Contract", amount=1_800_000, owner="anna").deal_id
    commands.request_move(as_person(session, "anna"), deal, 2, reason="The client signed")
    return deal


def as_person(session: Session, login: str) -> Session:
    return Session(session.store, acting(login, ""))


async def test_who_may_answer_sees_the_request_with_the_deals_facts(running, session, asked):  # noqa: F811
    async with running(login="max", size=(120, 36)) as pilot:
        await press(pilot, "1")
        text = shown(pilot)
        assert "1 asked for" in text.splitlines()[0]
        [line] = [line for line in text.splitlines() if "Orion Legal" in line and "→ Demonstration" in line]
        assert "anna" in line and "The client signed" in line and "?" in line
        await press(pilot, "r")
        text = shown(pilot)
        for words in ("anna asks: Orion Legal to Demonstration", "The client signed", "18,000.00", "Contract", "Anna Berg"):
            assert words in text
        await press(pilot, "escape", "enter")
        assert "Clients" in shown(pilot).splitlines()[0]


@pytest.mark.parametrize("key", ["r", "к"])
async def test_accepting_makes_the_move_with_a_word(running, session, asked, key):  # noqa: F811
    async with running(login="max") as pilot:
        await press(pilot, "1", key, "1", *"good", "enter")
        assert "accepted" in shown(pilot) and "→ Demonstration" not in shown(pilot)
    card = views.deal(session, asked)
    assert (card.stage, card.visits[-1].by, card.visits[-1].reason) == ("Demonstration", "max", "The client signed · good")


async def test_accepting_what_asks_for_more_shows_the_panel_and_goes_on(running, session, asked):  # noqa: F811
    setup.add_action(session, 1, "offer sent", required=True)
    async with running(login="max") as pilot:
        await press(pilot, "1", "r", "1", "enter")
        assert "The move asks for:" in shown(pilot) and "offer sent" in shown(pilot)
        await press(pilot, "1")
        assert "accepted" in shown(pilot)
    assert views.deal(session, asked).stage == "Demonstration"


async def test_declining_needs_a_word(running, session, asked):  # noqa: F811
    async with running(login="max") as pilot:
        await press(pilot, "1", "r", "2", "enter")
        assert "is needed" in shown(pilot)
        await press(pilot, *"too early", "enter")
        assert "declined" in shown(pilot)
    assert views.open_requests(as_person(session, "anna")) == [] and views.deal(session, asked).stage == "Initiating interest"


async def test_ones_own_request_waits_and_can_be_taken_back(running, session, asked):  # noqa: F811
    async with running(login="anna") as pilot:
        await press(pilot, "1")
        assert "you wait" in shown(pilot) and "asked for" not in shown(pilot).splitlines()[0]
        await press(pilot, "r")
        assert "Accept" not in shown(pilot)
        await press(pilot, "1")
        assert "taken back" in shown(pilot)
    assert views.open_requests(as_person(session, "anna")) == []


async def test_where_nothing_is_asked_r_says_so(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "1", "r")
        assert "No move is asked for here." in shown(pilot)


async def test_a_request_is_answered_on_the_client_card(running, session, asked):  # noqa: F811
    async with running(login="max") as pilot:
        await press(pilot, "3", "r", "1", "enter")
        assert "accepted" in shown(pilot)
    assert views.deal(session, asked).stage == "Demonstration"


@pytest.mark.parametrize("screen", ["1", "3"])
async def test_actions_are_ticked_on_today_and_on_the_card_and_undone_there(running, session, screen):  # noqa: F811
    setup.add_action(session, 1, "offer sent", required=True)
    deal = commands.new_deal(session, "Lyra", type_id=1).deal_id
    async with running() as pilot:
        await press(pilot, screen, "t", "1")
        assert "1 of 1 done" in shown(pilot)
        await press(pilot, "escape")
        assert views.deal(session, deal).stage_actions[0].done_by == "root"
        if screen == "3":
            assert "✓ offer sent" in shown(pilot)
        await press(pilot, "u")
        assert "taken back" in shown(pilot)
    assert views.deal(session, deal).stage_actions[0].done_at is None


async def test_the_card_shows_the_checklist_of_open_deals_and_the_cursor_passes_over_it(running, session):  # noqa: F811
    setup.add_action(session, 1, "offer sent", required=True)
    commands.new_deal(session, "Lyra", type_id=1, title="First")
    commands.new_deal(session, "Lyra", type_id=1, title="Second")
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "3", "enter", "home", "j")
        assert shown(pilot).count("☐ offer sent") == 2
        await press(pilot, "t", "1", "escape")
        assert shown(pilot).count("☐ offer sent") == 1 and shown(pilot).count("✓ offer sent") == 1


async def test_the_card_begins_at_its_top_and_shows_time_as_time(running, session):  # noqa: F811
    from models.timekeeping.commands import start_timer, stop_timer

    deal = commands.new_deal(session, "Lyra", type_id=1, title="First").deal_id
    start_timer(session, client_id=views.deal(session, deal).client_id, deal_id=deal, service_id=1)
    stop_timer(session)
    async with running() as pilot:
        await press(pilot, "3")
        lines = shown(pilot).splitlines()
        assert "Lyra" in lines[2][33:], "the card's first line is the client's name"
        assert any("Work · First" in line and "0:00:0" in line for line in lines)


async def test_a_deal_is_held_resumed_and_a_closed_one_opened_again_on_the_card(running, session):  # noqa: F811
    deal = commands.new_deal(session, "Lyra", type_id=1).deal_id
    async with running() as pilot:
        await press(pilot, "3", "z", *"waits", "enter")
        assert views.deal(session, deal).hold_reason == "waits"
        await press(pilot, "z")
        assert views.deal(session, deal).held_at is None
        await pilot.app.desk.do(commands.win_deal, deal)
        await pilot.pause(0.4)
        await press(pilot, "enter", "home", "z", *"came back", "enter")
    card = views.deal(session, deal)
    assert (card.outcome, card.visits[-1].entered_as) == ("open", "reopen")


async def test_steps_are_chosen_on_today_too(running, session, deals):  # noqa: F811
    commands.move_deal(session, deals[0], 2)
    async with running() as pilot:
        await press(pilot, "1", "Z", "1")
        assert "taken back: moved to Demonstration" in shown(pilot)
    assert views.deal(session, deals[0]).stage == "Initiating interest"
