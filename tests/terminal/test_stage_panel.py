"""A whole path in a pseudo-terminal: a move is refused, every objection is lifted on the spot, the move goes on."""

from __future__ import annotations

from models.clients.views import card as client_card
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.session import Session
from models.storage.doctor import checks
from tests.terminal.driver import stagewatch


def test_a_refused_move_is_lifted_item_by_item_and_goes_on_by_itself(session: Session) -> None:
    deal = commands.new_deal(session, "Orion Legal", type_id=1).deal_id
    for text in ("offer sent", "demo held"):
        setup.add_action(session, 1, text, required=True)
    setup.add_field(session, 1, "Colour", kind="choice", choices=["red", "blue"])
    setup.set_required_fields(session, 2, "enter", ["amount", "contact", "Colour"])
    commands.hold_deal(session, deal, reason="budget")
    program = stagewatch(session.store.path)
    program.wait("Orion Legal")
    program.rest()
    program.type("L")
    program.wait("Demonstration asks for:")
    for words in ("the deal is on hold", "offer sent", "demo held", "field amount", "field contact", "field Colour"):
        program.wait(words)
    program.type("1")
    program.rest()
    assert "the deal is on hold" not in program.text()
    for gone in ("offer sent", "demo held"):
        program.type("\r")
        program.rest()
        assert f"“{gone}”" not in program.text()
    for said in ("12 400", "Vera Lind"):
        program.type("1")
        program.rest()
        program.type(f"{said}\r")
        program.rest()
    assert views.deal(session, deal).stage == "Initiating interest"
    program.type("1")
    program.wait("blue")
    program.type("2")
    program.wait("→ Demonstration")
    program.type("q")
    assert program.end() == 0
    card = views.deal(session, deal)
    assert card.amount is not None
    assert (card.stage, card.amount.amount, card.fields[0].text, card.held_at) == ("Demonstration", 1_240_000, "blue", None)
    assert [contact.name for contact in client_card(session, card.client_id).contacts] == ["Vera Lind"]
    assert [check.name for check in checks(session.store) if not check.ok] == []


def test_a_move_that_one_may_not_make_is_asked_for_and_accepted_by_another(session: Session) -> None:
    people.add_employee(session, "anna", name="Anna Berg", role="rep", team="North")
    people.add_employee(session, "max", name="Max Weber", role="manager", team="North")
    setup.set_authority(session, 2, "enter", ["manager"])
    deal = commands.new_deal(session, "Orion Legal", type_id=1, owner="anna").deal_id
    hers = stagewatch(session.store.path, "--as", "anna")
    hers.wait("Orion Legal")
    hers.rest()
    hers.type("L")
    hers.wait("asks for:")
    hers.type("1")
    hers.wait("Why")
    hers.type("signed\r")
    hers.wait("Max Weber sees it on Today")
    his = stagewatch(session.store.path, "--as", "max")
    his.wait("Orion Legal")
    his.rest()
    his.type("1")
    his.wait("Asked for")
    his.type("r")
    his.wait("Accept")
    his.rest()
    his.type("1")
    his.wait("A word to anna")
    his.type("fine\r")
    his.wait("accepted")
    hers.wait("Trail ID")
    for program in (hers, his):
        program.type("q")
        assert program.end() == 0
    card = views.deal(Session(session.store, acting("anna", "")), deal)
    assert (card.stage, card.visits[-1].by, card.visits[-1].reason) == ("Demonstration", "max", "signed · fine")
