"""A refused step: what it lists, how each objection is lifted, and that the step then goes on by itself."""

from __future__ import annotations

from datetime import date

import pytest

from models.clients.views import card as client_card
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.session import Session
from tests.tui.board.conftest import Running, board, press, shown, stage_of

FIRST, SECOND, THIRD = 1, 2, 3


@pytest.fixture
def rep_deal(session: Session) -> int:
    """A deal of the rep anna at the first stage; max is her manager."""
    people.add_employee(session, "anna", name="Anna Berg", role="rep", team="North")
    people.add_employee(session, "max", name="Max Weber", role="manager", team="North")
    return commands.new_deal(session, "Orion Legal", type_id=1, owner="anna").deal_id


def as_person(session: Session, login: str) -> Session:
    return Session(session.store, acting(login, ""))


async def test_every_objection_stands_there_item_by_item_with_what_lifts_it(running: Running, session: Session, rep_deal: int) -> None:
    setup.add_action(session, FIRST, "offer sent", required=True, guidance="With the price list.")
    setup.add_action(session, FIRST, "boss called", required=True, who="max")
    setup.set_required_fields(session, SECOND, "enter", ["expected", "amount"])
    setup.set_authority(session, SECOND, "enter", ["manager"])
    async with running(login="anna") as pilot:
        await press(pilot, "L")
        text = shown(pilot)
        assert "Orion Legal stays at Initiating interest. Demonstration asks for:" in text
        lines = [line for line in text.splitlines() if line.strip()[:1].isdigit() or line.strip().startswith("▸")]
        for number, *words in (
            (1, "offer sent", "the owner", "tick it"),
            (2, "boss called", "Max Weber", "ask Max Weber"),
            (3, "expected close", "empty", "fill it"),
            (4, "amount", "empty", "fill it"),
            (5, "authority", "rep", "ask Max Weber"),
        ):
            assert all(word in lines[number - 1] for word in (str(number), *words)), (number, text)
        assert "With the price list." in text
        assert all(len(line.rstrip()) <= 80 for line in text.splitlines())


async def test_lifting_the_last_objection_makes_the_move(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_action(session, FIRST, "offer sent", required=True)
    setup.set_required_fields(session, SECOND, "enter", ["expected", "contact"])
    async with running() as pilot:
        await press(pilot, "L", "1")
        assert "offer sent" not in shown(pilot)
        await press(pilot, "1", *"2027-03-01", "enter")
        assert stage_of(session, deals[0]) == "Initiating interest"
        await press(pilot, "enter", *"Vera Lind", "enter")
        assert board(pilot).columns.column == 1 and "→ Demonstration" in shown(pilot)
    card = views.deal(session, deals[0])
    assert (card.stage, card.expected_close) == ("Demonstration", date(2027, 3, 1))
    assert [contact.name for contact in client_card(session, card.client_id).contacts] == ["Vera Lind"]


FIELDS = {
    "amount": "12 400,50", "source": "a fair", "title": "Contract", "probability": "40%", "expected": "+14",
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
async def test_each_field_of_a_deal_is_filled_in_the_panel(running: Running, session: Session, deals: list[int], field: str) -> None:
    setup.set_required_fields(session, SECOND, "enter", [field])
    if field == "amount":
        commands.set_deal(session, deals[0], amount=None)
    async with running() as pilot:
        await press(pilot, "L", "1", *FIELDS[field], "enter")
    card = views.deal(session, deals[0])
    assert card.stage == "Demonstration"
    assert {"amount": card.amount and card.amount.amount == 1_240_050, "source": card.source, "title": card.title,
            "probability": card.probability == 40, "expected": card.expected_close}[field]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", (*"17/3", "enter"), "17/3"), ("number", (*"3,5", "enter"), "3.5"), ("money", (*"100", "enter"), "10000 EUR"),
        ("date", (*"2027-01-02", "enter"), "2027-01-02"), ("date", (*"2.1.2027", "enter"), "2027-01-02"), ("choice", ("2",), "blue"), ("yes/no", ("1",), "yes"),
    ],
)  # fmt: skip
async def test_custom_fields_are_filled_by_their_kind(running: Running, session: Session, deals: list[int], kind: str, typed: tuple[str, ...], stored: str) -> None:
    setup.add_field(session, 1, "Colour", kind=kind, choices=["red", "blue"] if kind == "choice" else [])
    setup.set_required_fields(session, SECOND, "enter", ["Colour"])
    async with running() as pilot:
        await press(pilot, "L", "1", *typed)
    card = views.deal(session, deals[0])
    assert (card.stage, card.fields[0].value) == ("Demonstration", stored)


async def test_a_bad_value_is_told_in_the_form_and_changes_nothing(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_required_fields(session, SECOND, "enter", ["probability"])
    async with running() as pilot:
        await press(pilot, "L", "1", *"140", "enter")
        assert "no percentage" in shown(pilot)
        await press(pilot, "escape")
        assert "field probability" in shown(pilot)
        await press(pilot, "1")
        assert "140" in shown(pilot), "what was typed is still there"
        await press(pilot, "backspace", "enter")
    assert (stage_of(session, deals[0]), views.deal(session, deals[0]).probability) == ("Demonstration", 14)


async def test_esc_leaves_the_deal_where_it_is_and_keeps_what_was_lifted(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_action(session, FIRST, "offer sent", required=True)
    setup.set_required_fields(session, SECOND, "enter", ["source"])
    async with running() as pilot:
        await press(pilot, "L", "1", "escape")
        assert "1/1 ✓" in shown(pilot)
    card = views.deal(session, deals[0])
    assert card.stage == "Initiating interest" and card.stage_actions[0].done_by == "root"


async def test_authority_is_asked_for_with_a_word_once_nothing_else_is_missing(running: Running, session: Session, rep_deal: int) -> None:
    setup.set_authority(session, SECOND, "enter", ["manager"])
    setup.set_required_fields(session, SECOND, "enter", ["source"])
    async with running(login="anna") as pilot:
        await press(pilot, "L", "2")
        assert "First what else is missing" in shown(pilot)
        await press(pilot, "1", *"fair", "enter", "1", *"signed", "enter")
        assert "asked for" in shown(pilot)
    [request] = views.open_requests(as_person(session, "max"))
    assert (request.deal_id, request.stage_id, request.reason, request.may) == (rep_deal, SECOND, "signed", True)
    assert stage_of(session, rep_deal) == "Initiating interest"


async def test_a_held_deal_is_resumed_and_moves(running: Running, session: Session, deals: list[int]) -> None:
    commands.hold_deal(session, deals[0], reason="budget")
    async with running() as pilot:
        await press(pilot, "L")
        assert "budget" in shown(pilot) and "resume it" in shown(pilot)
        await press(pilot, "1")
    card = views.deal(session, deals[0])
    assert (card.stage, card.held_at) == ("Demonstration", None)


async def test_a_deal_goes_to_the_stage_that_comes_first_which_may_ask_in_turn(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_type(session, 1, mode="strict")
    setup.add_action(session, FIRST, "offer sent", required=True)
    async with running() as pilot:
        await press(pilot, "m", "2")
        assert "stage Demonstration" in shown(pilot) and "comes first" in shown(pilot)
        await press(pilot, "1")
        assert "Demonstration asks for:" in shown(pilot)
        await press(pilot, "1")
        assert board(pilot).columns.column == 2
    assert [visit.stage for visit in views.deal(session, deals[0]).visits] == ["Initiating interest", "Demonstration", "Closing the deal"]


async def test_stages_missing_for_a_win_are_gone_through_until_it_is_won(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_type(session, 1, mode="semi-strict")
    fresh = commands.new_deal(session, "Lyra", type_id=1).deal_id  # the others are older than the type's stages
    async with running() as pilot:
        await press(pilot, "slash", *"lyra", "enter", "w")
        assert "To be won it needs:" in shown(pilot)
        await press(pilot, "1", "1")
    assert views.deal(session, fresh).outcome == "won"


async def test_a_closed_deal_is_reopened_with_a_reason(running: Running, session: Session, deals: list[int]) -> None:
    commands.lose_deal(session, deals[0], reason="too dear")
    async with running() as pilot:
        screen = board(pilot)
        from tui.widgets.refusal import carry_through, step

        await screen._ask(carry_through(screen, step("win", deals[0], "Orion", None)))
        await pilot.pause(0.6)
        assert "too dear" in shown(pilot) and "reopen it" in shown(pilot)
        await press(pilot, "1", *"back again", "enter")
    card = views.deal(session, deals[0])
    assert card.outcome == "won" and [visit.entered_as for visit in card.visits] == ["start", "reopen"]


async def test_losing_asks_for_the_reason_and_for_all_else(running: Running, session: Session, rep_deal: int) -> None:
    setup.set_authority(session, FIRST, "leave", ["manager"])
    async with running(login="anna") as pilot:
        await press(pilot, "x")
        assert "To be lost it needs:" in shown(pilot) and "a reason" in shown(pilot)
        await press(pilot, "1", *"too dear", "enter")
        assert "a reason" not in shown(pilot) and "ask Max Weber" in shown(pilot)
        await press(pilot, "1")
        assert "speak to Max Weber" in shown(pilot)
    assert views.deal(session, rep_deal).outcome == "open"


async def test_what_nothing_lifts_is_said_and_stays(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_transition(session, FIRST, SECOND, "forbidden")
    async with running() as pilot:
        await press(pilot, "L", "1")
        assert "forbids this transition" in shown(pilot) and "take another way" in shown(pilot)
        await press(pilot, "escape")
    assert stage_of(session, deals[0]) == "Initiating interest"


async def test_a_retype_is_carried_through_alike(running: Running, session: Session, deals: list[int], make_type) -> None:
    other = make_type("strict", ["Alpha", "Beta"])
    alpha = views.stages(session, other)[0].id
    setup.set_required_fields(session, alpha, "enter", ["source"])
    async with running() as pilot:
        from tui.widgets.refusal import Try, carry_through

        def act(session: Session, **said):
            return commands.retype_deal(session, deals[0], other, {FIRST: alpha}, **said)

        screen = board(pilot)
        await screen._ask(carry_through(screen, Try("retype", deals[0], "Orion", act, version=views.deal(session, deals[0]).version)))
        await pilot.pause(0.6)
        assert "stays as it is" in shown(pilot)
        await press(pilot, "1", *"fair", "enter")
    assert views.deal(session, deals[0]).type == "strict type"


async def test_anothers_change_meanwhile_is_told_and_nothing_overwritten(running: Running, session: Session, deals: list[int]) -> None:
    setup.set_required_fields(session, SECOND, "enter", ["source", "title"])
    async with running() as pilot:
        await press(pilot, "L", "1", *"fair", "enter")
        await board(pilot).desk.do(commands.set_deal, deals[0], probability=5)
        await press(pilot, "1", *"x", "enter")
        assert "changed the deal meanwhile" in shown(pilot)
        await press(pilot, "escape", "escape")
    card = views.deal(session, deals[0])
    assert (card.stage, card.title, card.probability) == ("Initiating interest", "", 5)


async def test_a_loss_takes_a_reason_of_the_companys_list_or_another(running: Running, session: Session, deals: list[int]) -> None:
    for name in ("Too dear", "Chose another"):
        setup.add_reason(session, name)
    async with running() as pilot:
        await press(pilot, "x", "2")
        await press(pilot, "home", "x", *"moved away", "enter")
    assert [views.deal(session, deal).close_reason for deal in deals[:2]] == ["Chose another", "moved away"]


async def test_a_reason_that_was_left_stands_there_again(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "z", *"waits for May", "escape")
        await press(pilot, "z")
        assert "waits for May" in shown(pilot)
        await press(pilot, "enter")
    assert views.deal(session, deals[0]).hold_reason == "waits for May"


async def test_the_picker_greys_what_is_refused_and_tells_every_objection(running: Running, session: Session, deals: list[int]) -> None:
    setup.add_action(session, FIRST, "offer sent", required=True)
    setup.set_required_fields(session, THIRD, "enter", ["source"])
    async with running() as pilot:
        await press(pilot, "m", "down")
        text = shown(pilot)
        [line] = [line for line in text.splitlines() if "2  Closing the deal" in line]
        assert line.rstrip().endswith("+1") and "asks for these actions first" in line
        assert "These fields are to be filled: source." in text
        await press(pilot, *"clos", "enter")
        assert "Closing the deal asks for:" in shown(pilot)
        await press(pilot, "1", "1", *"fair", "enter")
    assert stage_of(session, deals[0]) == "Closing the deal"
