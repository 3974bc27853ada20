"""What stages ask for, through the commands: actions, authority, fields, requests, retypes, several deals at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.activities import commands as activities
from models.activities.views import activities as activities_of
from models.clients import commands as clients
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.storage.doctor import checks
from models.timekeeping.commands import set_budget
from models.values.errors import ChangedMeanwhile, NotFound, Refused, StepRefused


@pytest.fixture
def office(session):
    """A free type A, B, C; `anna` (rep) and `max` (manager) of one team beside the administrator."""
    for login, role in (("anna", "rep"), ("max", "manager"), ("vera", "accountant")):
        people.add_employee(session, login, name=login.title(), role=role, team=None if role == "accountant" else "North")
    type_id = setup.add_type(session, "Offers", mode="free")
    stages = [setup.add_stage(session, type_id, name) for name in "ABC"]

    def person(login):
        return replace(session, actor=acting(login, ""))

    return session, person, type_id, stages


def codes(refusal):
    return [objection["code"] for objection in refusal.value.details]


def refused(call, *args, **kwargs):
    with pytest.raises(StepRefused) as refusal:
        call(*args, **kwargs)
    return codes(refusal)


def sound(session):
    return [check.name for check in checks(session.store) if not check.ok] == []


def test_a_required_action_is_ticked_before_a_deal_goes_on_but_not_before_it_goes_back(office):
    session, _person, type_id, (a, b, c) = office
    offer = setup.add_action(session, b, "Send the offer", required=True)
    setup.add_action(session, b, "Call the boss")
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b).deal_id
    assert refused(commands.move_deal, session, deal, c) == ["actions_missing"]
    assert refused(commands.win_deal, session, deal) == ["actions_missing"]
    commands.move_deal(session, deal, a)
    commands.move_deal(session, deal, b)
    commands.tick_action(session, deal, offer)
    commands.move_deal(session, deal, c)
    assert sound(session)


def test_every_visit_has_its_own_ticks(office):
    session, _person, type_id, (a, b, c) = office
    offer = setup.add_action(session, b, "Send the offer", required=True)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b).deal_id
    commands.tick_action(session, deal, offer)
    commands.move_deal(session, deal, a)
    commands.move_deal(session, deal, b)
    assert refused(commands.move_deal, session, deal, c) == ["actions_missing"]


def test_a_tick_says_who_and_when_and_is_undone(office):
    session, _person, type_id, (_a, b, _c) = office
    offer = setup.add_action(session, b, "Send the offer", required=True, guidance="With the price list.")
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b).deal_id
    commands.tick_action(session, deal, offer)
    [line] = views.deal(session, deal).stage_actions
    assert (line.done_by, line.guidance, line.done_at is not None) == ("root", "With the price list.", True)
    with pytest.raises(Refused, match="done already"):
        commands.tick_action(session, deal, offer)
    commands.undo(session)
    assert views.deal(session, deal).stage_actions[0].done_at is None
    commands.redo(session)
    commands.untick_action(session, deal, offer)
    assert views.deal(session, deal).stage_actions[0].done_at is None


@pytest.mark.parametrize(("who", "able", "unable"), [("vera", "vera", "anna"), ("accountant", "vera", "root"), (None, "anna", "vera")])
def test_an_action_is_ticked_by_whom_it_names(office, who, able, unable):
    session, person, type_id, (_a, b, _c) = office
    action = setup.add_action(session, b, "Check the payment", who=who)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    assert refused(commands.tick_action, person(unable), deal, action) == ["no_authority"]
    commands.tick_action(person(able), deal, action)


def test_entering_a_stage_plans_what_it_asks_for_and_undo_takes_it_away(office):
    session, _person, type_id, (a, b, _c) = office
    setup.add_action(session, b, "Call about the offer", kind="call", due_after=2 * 86_400)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a).deal_id
    commands.move_deal(session, deal, b)
    [planned] = activities_of(session, deal_id=deal)
    assert (planned.kind, planned.text, planned.has_time) == ("call", "Call about the offer", False)
    assert views.deal(session, deal).next_due_at == planned.due_at
    commands.undo(session)
    assert activities_of(session, deal_id=deal) == [] and views.deal(session, deal).next_due_at is None
    commands.redo(session)
    assert len(activities_of(session, deal_id=deal)) == 1 and sound(session)


def test_what_was_worked_on_stays_when_the_step_that_planned_it_is_undone(office):
    session, _person, type_id, (a, b, _c) = office
    setup.add_action(session, b, "Call", due_after=86_400)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a).deal_id
    commands.move_deal(session, deal, b)
    [planned] = activities_of(session, deal_id=deal)
    activities.postpone_activity(session, planned.id, planned.due_at + 86_400_000_000)
    commands.undo(session)
    assert [one.id for one in activities_of(session, deal_id=deal)] == [planned.id]
    assert views.deal(session, deal).next_due_at == planned.due_at + 86_400_000_000 and sound(session)


def test_the_activity_and_the_action_are_done_together(office):
    session, _person, type_id, (_a, b, _c) = office
    first = setup.add_action(session, b, "Call", due_after=0)
    second = setup.add_action(session, b, "Write", due_after=0)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b).deal_id
    call, write = activities_of(session, deal_id=deal)
    activities.done_activity(session, call.id)
    commands.tick_action(session, deal, second)
    assert [line.done_by for line in views.deal(session, deal).stage_actions] == ["root", "root"]
    assert all(one.done_at is not None for one in activities_of(session, deal_id=deal))
    assert views.deal(session, deal).next_due_at is None and first != second and write.id != call.id


@pytest.mark.parametrize("field", ["amount", "expected", "contact", "source", "title", "probability", "Contract no"])
@pytest.mark.parametrize("moment", ["enter", "leave"])
def test_a_field_that_a_stage_asks_for_is_filled_before_a_deal_passes(office, field, moment):
    session, _person, type_id, (_a, b, c) = office
    setup.add_field(session, type_id, "Contract no", kind="text")
    setup.set_required_fields(session, c if moment == "enter" else b, moment, [field])
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b).deal_id
    assert refused(commands.move_deal, session, deal, c) == ["fields_missing"]
    if field == "contact":
        from models.clients.commands import add_contact

        add_contact(session, views.deal(session, deal).client_id, name="Vera")
    elif field == "Contract no":
        commands.set_deal(session, deal, custom={"contract NO": "17/3"})
    else:
        value = {"amount": 5, "expected": __import__("datetime").date(2027, 1, 1), "probability": 10}.get(field, "text")
        commands.set_deal(session, deal, **{"expected_close" if field == "expected" else field: value})
    commands.move_deal(session, deal, c)


def test_a_start_is_judged_by_the_fields_and_authority_of_its_stage(office):
    session, person, type_id, (_a, b, _c) = office
    setup.set_required_fields(session, b, "enter", ["amount"])
    setup.set_authority(session, b, "enter", ["manager"])
    assert refused(commands.new_deal, person("anna"), "Orion", type_id=type_id, stage_id=b) == [
        "fields_missing", "no_authority",
    ]  # fmt: skip
    commands.new_deal(person("max"), "Orion", type_id=type_id, stage_id=b, amount=100)


def test_no_role_is_exempt_from_a_stages_authority(office):
    session, person, type_id, (_a, b, c) = office
    setup.set_authority(session, c, "enter", ["manager"])
    setup.set_authority(session, b, "leave", ["rep"])
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    assert refused(commands.move_deal, session, deal, c) == ["no_authority"]
    assert refused(commands.move_deal, person("anna"), deal, c) == ["no_authority"]
    assert refused(commands.lose_deal, session, deal, reason="x") == ["no_authority"]
    setup.set_authority(session, b, "leave", [])
    with pytest.raises(StepRefused) as refusal:
        commands.move_deal(person("anna"), deal, c)
    assert [item.key for item in refusal.value.objections[0].items] == ["max"]
    commands.move_deal(person("max"), deal, c)


def test_a_move_that_one_may_not_make_is_asked_for_and_accepted(office):
    session, person, type_id, (_a, b, c) = office
    setup.set_authority(session, c, "enter", ["manager"])
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    number = commands.request_move(person("anna"), deal, c, reason="The client signed")
    assert [line.id for line in views.open_requests(person("max"))] == [number]
    with pytest.raises(NotFound):
        commands.accept_request(person("anna"), number)
    commands.accept_request(person("max"), number)
    card = views.deal(person("anna"), deal)
    assert (card.stage, card.visits[-1].by, card.visits[-1].reason) == ("C", "max", "The client signed")
    assert views.open_requests(person("max")) == [] == views.open_requests(person("anna")) and sound(session)


def test_a_request_is_declined_with_a_word_and_may_be_asked_again(office):
    session, person, type_id, (_a, b, c) = office
    setup.set_authority(session, c, "enter", ["manager"])
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    first = commands.request_move(person("anna"), deal, c)
    with pytest.raises(Refused, match="why"):
        commands.decline_request(person("max"), first, reason=" ")
    commands.decline_request(person("max"), first, reason="Too early")
    second = commands.request_move(person("anna"), deal, c)
    third = commands.request_move(person("anna"), deal, c)
    assert [line.id for line in views.open_requests(person("max"))] == [third] != [second]
    commands.withdraw_request(person("anna"), third)
    assert views.open_requests(person("max")) == []


def test_an_accepted_request_is_judged_like_any_move(office):
    session, person, type_id, (_a, b, c) = office
    setup.set_authority(session, c, "enter", ["manager"])
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    number = commands.request_move(person("anna"), deal, c)
    setup.add_action(session, b, "Send", required=True)
    assert refused(commands.accept_request, person("max"), number) == ["actions_missing"]
    assert [line.id for line in views.open_requests(person("max"))] == [number]


def test_only_what_authority_alone_bars_can_be_asked_for(office):
    session, person, type_id, (_a, b, c) = office
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    with pytest.raises(Refused, match="yourself"):
        commands.request_move(person("anna"), deal, c)
    setup.set_authority(session, c, "enter", ["manager"])
    setup.set_required_fields(session, c, "enter", ["amount"])
    assert refused(commands.request_move, person("anna"), deal, c) == ["fields_missing"]


def test_several_deals_move_each_judged_alone_and_one_undo_takes_them_back(office):
    session, _person, type_id, (a, b, _c) = office
    deals = [commands.new_deal(session, f"Client {n}", type_id=type_id, stage_id=a).deal_id for n in range(4)]
    commands.hold_deal(session, deals[1], reason="waits")
    commands.move_deal(session, deals[3], b)
    several = commands.step_deals(session, deals, "move", stage_id=b)
    assert [done.deal_id for done in several.done] == [deals[0], deals[2]]
    assert [(left.deal_id, left.objections[0].code) for left in several.left] == [
        (deals[1], "deal_on_hold"), (deals[3], "same_stage"),
    ]  # fmt: skip
    assert commands.undo(session).together == 2
    assert [views.deal(session, deal).stage for deal in deals] == ["A", "A", "A", "B"]
    assert commands.redo(session).together == 2
    assert [views.deal(session, deal).stage for deal in deals] == ["B", "A", "B", "B"] and sound(session)


def test_a_stage_is_archived_with_the_move_of_its_deals_or_not_at_all(office):
    session, _person, type_id, (a, b, _c) = office
    deals = [commands.new_deal(session, f"Client {n}", type_id=type_id, stage_id=a).deal_id for n in range(3)]
    commands.hold_deal(session, deals[0], reason="waits")
    with pytest.raises(Refused) as refusal:
        setup.archive_stage(session, a, move_to=b)
    assert [one["id"] for one in refusal.value.details] == [deals[0]]
    assert [views.deal(session, deal).stage for deal in deals] == ["A", "A", "A"]
    commands.resume_deal(session, deals[0])
    assert len(setup.archive_stage(session, a, move_to=b).done) == 3
    assert {views.deal(session, deal).stage for deal in deals} == {"B"} and sound(session)


def test_a_deal_is_taken_to_another_type_with_its_history_and_mapped_stages_count(office):
    session, _person, type_id, (a, b, _c) = office
    setup.add_field(session, type_id, "Contract no", kind="text")
    other = setup.add_type(session, "Matters", mode="semi-strict")
    x, y = (setup.add_stage(session, other, name) for name in "XY")
    setup.add_field(session, other, "contract NO", kind="text")
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a, custom={"Contract no": "7"}).deal_id
    commands.move_deal(session, deal, b)
    with pytest.raises(Refused, match="present stage"):
        commands.retype_deal(session, deal, other, {a: x})
    commands.retype_deal(session, deal, other, {a: x, b: y})
    card = views.deal(session, deal)
    assert [(v.stage, v.entered_as, v.left_as) for v in card.visits] == [
        ("A", "start", "advance"), ("B", "advance", "retyped"), ("Y", "retyped", None),
    ]  # fmt: skip
    assert (card.type, card.covered, card.fields[0].text) == ("Matters", (2, 2), "7")
    commands.win_deal(session, deal)
    commands.undo(session)
    commands.undo(session)
    assert views.deal(session, deal).type == "Offers" and sound(session)


def test_only_visited_stages_count_through_the_map_and_a_way_there_and_back_twice_is_fine(office):
    session, _person, type_id, (a, b, _c) = office
    other = setup.add_type(session, "Matters", mode="semi-strict")
    x, y = (setup.add_stage(session, other, name) for name in "XY")
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a).deal_id
    commands.retype_deal(session, deal, other, {a: x, b: y})
    assert views.deal(session, deal).covered == (1, 2)
    for _time in range(2):
        commands.retype_deal(session, deal, type_id, {x: a})
        commands.retype_deal(session, deal, other, {a: x})
    assert views.deal(session, deal).covered == (1, 2) and sound(session)


def test_a_request_leaves_the_version_that_others_saw(office):
    session, person, type_id, (_a, b, c) = office
    setup.set_authority(session, c, "enter", ["manager"])
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b, owner="anna").deal_id
    seen = views.deal(session, deal).version
    commands.decline_request(person("max"), commands.request_move(person("anna"), deal, c), reason="no")
    commands.move_deal(person("max"), deal, c, version=seen)


def test_a_retype_to_a_strict_type_reaches_as_far_as_the_deal_has_come(office):
    session, _person, type_id, (a, b, _c) = office
    strict = setup.add_type(session, "Strict", mode="strict")
    x, y, z = (setup.add_stage(session, strict, name) for name in "XYZ")
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=b).deal_id
    assert refused(commands.retype_deal, session, deal, strict, {b: z}) == ["not_next_stage"]
    commands.retype_deal(session, deal, strict, {b: y})
    assert views.deal(session, deal).stage == "Y" and x != y


def test_a_deleted_deal_comes_back_whole_and_its_number_is_never_given_again(office):
    session, _person, type_id, (a, b, _c) = office
    setup.add_action(session, a, "Call", due_after=0)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a, title="Big").deal_id
    commands.move_deal(session, deal, b)
    before = views.deal(session, deal)
    commands.delete_deal(session, deal)
    with pytest.raises(NotFound):
        views.deal(session, deal)
    assert commands.new_deal(session, "Vega", type_id=type_id).deal_id == deal + 1
    commands.undo(session, deal)
    after = views.deal(session, deal)
    assert (after.visits[0], after.title, after.version) == (before.visits[0], "Big", before.version)
    assert len(activities_of(session, deal_id=deal)) == 1 and sound(session)


def test_a_deleted_deal_is_brought_back_by_who_may_still_change_it(office):
    session, person, type_id, _stages = office
    deal = commands.new_deal(person("anna"), "Orion", type_id=type_id).deal_id
    commands.delete_deal(person("max"), deal)
    people.set_employee(session, "anna", team="South")
    with pytest.raises(Refused) as refusal:
        commands.undo(person("max"), deal)
    assert refusal.value.code == "not_yours"
    people.set_employee(session, "anna", team="North")
    assert commands.undo(person("max"), deal).deal_id == deal


def test_a_deal_with_time_is_not_deleted_but_merged(office):
    from models.timekeeping.commands import start_timer, stop_timer
    from models.timekeeping.views import entries

    session, _person, type_id, (a, _b, _c) = office
    keep = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a).deal_id
    other = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a, title="Twin", amount=700).deal_id
    start_timer(session, deal_id=other)
    stop_timer(session)
    with pytest.raises(Refused, match="Time was spent"):
        commands.delete_deal(session, other)
    commands.merge_deals(session, keep, other)
    card = views.deal(session, keep)
    assert (card.title, card.amount.amount, [e.deal_id for e in entries(session)]) == ("Twin", 700, [keep])
    assert sound(session)


def test_lost_deals_keep_the_listed_reason(office):
    session, _person, type_id, _stages = office
    reason = setup.add_reason(session, "Too expensive")
    deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
    commands.lose_deal(session, deal, reason="too EXPENSIVE")
    row = session.store.database.execute_sql("SELECT loss_reason_id FROM deal WHERE id = ?", (deal,)).fetchone()
    assert row == (reason,)
    commands.reopen_deal(session, deal, reason="new budget")
    row = session.store.database.execute_sql("SELECT loss_reason_id FROM deal WHERE id = ?", (deal,)).fetchone()
    assert row == (None,)


@pytest.mark.parametrize(
    ("kind", "typed", "text"),
    [
        ("text", " so  so ", "so so"), ("number", "1,5", "1.5"), ("money", "1 234,50", "1,234.50\u00a0€"),
        ("money", "10 USD", "10.00\u00a0$"), ("choice", "RED", "red"), ("yes/no", "Y", "yes"),
    ],
)  # fmt: skip
def test_a_custom_value_is_kept_by_its_kind(office, kind, typed, text):
    session, _person, type_id, _stages = office
    setup.add_field(session, type_id, "Extra", kind=kind, choices=["red", "blue"] if kind == "choice" else ())
    deal = commands.new_deal(session, "Orion", type_id=type_id, custom={"extra": typed}).deal_id
    assert views.deal(session, deal).fields[0].text == text
    commands.set_deal(session, deal, custom={"Extra": ""})
    assert views.deal(session, deal).fields[0].value is None


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("number", "1e9"), ("number", "٣"), ("money", "-5"), ("money", "1 XXX"), ("date", "2026-02-30"),
     ("choice", "green"), ("yes/no", "perhaps"), ("text", "a\x1bb")],
)  # fmt: skip
def test_a_custom_value_of_another_kind_is_refused(office, kind, typed):
    session, _person, type_id, _stages = office
    setup.add_field(session, type_id, "Extra", kind=kind, choices=["red", "blue"] if kind == "choice" else ())
    deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
    with pytest.raises(Exception) as error:
        commands.set_deal(session, deal, custom={"Extra": typed})
    assert error.value.code in ("bad_value", "bad_amount", "bad_currency", "bad_date", "bad_text")


def test_a_change_on_an_older_state_of_a_type_is_told(office):
    session, _person, type_id, (a, _b, _c) = office
    seen = views.type_card(session, type_id).version
    setup.move_stage(session, a, 3, version=seen)
    with pytest.raises(ChangedMeanwhile):
        setup.move_stage(session, a, 1, version=seen)
    assert [stage.name for stage in views.type_card(session, type_id).stages] == ["B", "C", "A"]


@pytest.mark.parametrize("name", ["a", " A ", "А", "а"])  # the last two are Cyrillic
def test_names_that_cannot_be_told_apart_are_refused(office, name):
    session, _person, type_id, _stages = office
    with pytest.raises(Refused) as refusal:
        setup.add_stage(session, type_id, name)
    assert refusal.value.code == "exists"


def test_a_stage_removed_meanwhile_refuses_the_move_in_words(office):
    session, _person, type_id, (a, b, _c) = office
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a).deal_id
    setup.remove_stage(session, b)
    assert refused(commands.move_deal, session, deal, b) == ["unknown_stage"]


def test_a_used_stage_names_the_deals_that_hold_it(office):
    session, _person, type_id, (a, b, _c) = office
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=a, title="Big").deal_id
    commands.move_deal(session, deal, b)
    for stage, code in ((a, "stage_has_history"), (b, "stage_in_use")):
        with pytest.raises(Refused) as refusal:
            setup.remove_stage(session, stage)
        assert (refusal.value.code, refusal.value.details) == (code, [{"id": deal, "title": "Big"}])


def test_a_type_that_cannot_be_won_says_why(office):
    session, _person, _type_id, _stages = office
    strict = setup.add_type(session, "Strict", mode="strict")
    x, y, _z = (setup.add_stage(session, strict, name) for name in "XYZ")
    assert views.type_card(session, strict).warnings == ()
    setup.set_transition(session, x, y, "forbidden")
    [told] = views.type_card(session, strict).warnings
    assert "X" in told and "Y" in told
    semi = setup.add_type(session, "Semi", mode="semi-strict")
    p, q, r = (setup.add_stage(session, semi, name) for name in "PQR")
    for one, other in ((p, q), (q, p), (p, r), (r, q)):
        setup.set_transition(session, one, other, "forbidden")
    assert views.type_card(session, semi).warnings == ()  # Q, R, P is a way through all
    setup.set_transition(session, q, r, "forbidden")
    assert len(views.type_card(session, semi).warnings) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stage SET name = 'Z' WHERE id = {b}", "DELETE FROM stage WHERE id = {c}",
        "UPDATE stage_action SET required = 0", "DELETE FROM stage_authority", "DELETE FROM stage_field",
        "DELETE FROM transition", "UPDATE custom_field SET name = 'Other'", "UPDATE deal_type SET mode = 'strict'",
    ],
)  # fmt: skip
def test_what_is_known_of_a_type_is_read_anew_after_any_change_of_anybody(office, change):
    import sqlite3

    from models.pipeline.facts import type_facts

    session, _person, type_id, (a, b, c) = office
    setup.add_field(session, type_id, "Extra", kind="text")
    setup.add_action(session, a, "Call", required=True)
    setup.set_authority(session, a, "enter", ["manager"])
    setup.set_required_fields(session, a, "enter", ["Extra"])
    setup.set_transition(session, a, b, "forbidden")
    before = type_facts(type_id)
    assert type_facts(type_id) is before
    other = sqlite3.connect(session.store.path)
    with other:
        other.execute("PRAGMA foreign_keys = ON")
        other.execute(change.format(b=b, c=c))
    other.close()
    assert type_facts(type_id) != before


def test_what_a_refused_change_of_a_type_looked_like_is_not_kept(office):
    from models.pipeline.facts import type_facts

    session, _person, type_id, (a, _b, _c) = office
    before = type_facts(type_id)
    with pytest.raises(RuntimeError), session.writing():
        session.store.database.execute_sql("UPDATE stage SET name = 'Z' WHERE id = ?", (a,))
        assert type_facts(type_id) != before
        raise RuntimeError
    setup.set_stage(session, a, name="Y")
    assert type_facts(type_id).stage(a).name == "Y"


def test_a_change_of_nothing_is_no_step_and_leaves_the_version(office):
    session, _person, type_id, _stages = office
    deal = commands.new_deal(session, "Orion", type_id=type_id, title="Big", amount=700).deal_id
    seen, steps = views.deal(session, deal).version, len(commands.undoable(session))
    commands.set_deal(session, deal, title="Big", amount=700)
    assert (views.deal(session, deal).version, len(commands.undoable(session))) == (seen, steps)
    commands.set_deal(session, deal, title="Small")
    assert (views.deal(session, deal).version, len(commands.undoable(session))) == (seen + 1, steps + 1)


def test_an_archived_type_takes_no_deal_and_keeps_its_history(office):
    session, _person, type_id, stages = office
    deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
    for number, code in ((1, "type_is_default"), (type_id, "type_in_use")):
        with pytest.raises(Refused) as refusal:
            setup.archive_type(session, number)
        assert refusal.value.code == code
    assert refusal.value.details == [{"id": deal, "title": ""}], "the open deals are named"
    commands.win_deal(session, deal)
    other = commands.new_deal(session, "Vega", type_id=1).deal_id
    setup.archive_type(session, type_id)
    assert [(line.name, line.archived) for line in views.types(session)] == [("Quick Sales", False), ("Offers", True)]
    assert refused(commands.new_deal, session, "Tau", type_id=type_id) == ["type_archived"]
    assert refused(commands.reopen_deal, session, deal, reason="x") == ["type_archived"]
    assert refused(commands.retype_deal, session, other, type_id, {1: stages[0]}) == ["type_archived"]
    with pytest.raises(Refused, match="archived"):
        setup.set_type(session, type_id, is_default=True)
    assert [visit.stage for visit in views.deal(session, deal).visits] == ["A"] and sound(session)
    setup.restore_type(session, type_id)
    commands.reopen_deal(session, deal, reason="x")
    with pytest.raises(Refused, match="in use"):
        setup.restore_type(session, type_id)


def test_a_restored_stage_is_at_its_old_place_and_asks_as_before(office):
    session, _person, type_id, stages = office
    setup.add_action(session, stages[1], "Sign", required=True)
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=stages[1]).deal_id
    setup.archive_stage(session, stages[1], move_to=stages[0])
    setup.restore_stage(session, stages[1])
    card = views.type_card(session, type_id)
    assert [(stage.name, stage.archived) for stage in card.stages] == [("A", False), ("B", False), ("C", False)]
    assert card.stages[1].actions[0].text == "Sign"
    commands.move_deal(session, deal, stages[1])
    with pytest.raises(Refused) as refusal:
        setup.restore_stage(session, stages[1])
    assert refusal.value.code == "not_archived"


def test_a_stage_whose_name_was_given_away_is_not_restored(office):
    session, _person, type_id, stages = office
    deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=stages[1]).deal_id
    setup.archive_stage(session, stages[1], move_to=stages[0])
    setup.add_stage(session, type_id, "B")
    with pytest.raises(Refused) as refusal:
        setup.restore_stage(session, stages[1])
    assert refusal.value.code == "exists" and views.deal(session, deal).stage == "A"


def test_a_restored_stage_of_a_semi_strict_type_is_required_of_new_deals_only(office):
    session, _person, type_id, stages = office
    setup.set_type(session, type_id, mode="semi-strict")
    been = commands.new_deal(session, "Orion", type_id=type_id, stage_id=stages[1]).deal_id
    setup.archive_stage(session, stages[1], move_to=stages[0])
    meanwhile = commands.new_deal(session, "Vega", type_id=type_id, stage_id=stages[0]).deal_id
    setup.restore_stage(session, stages[1])
    after = commands.new_deal(session, "Tau", type_id=type_id, stage_id=stages[0]).deal_id
    for deal in (been, meanwhile, after):
        commands.move_deal(session, deal, stages[2])
    commands.win_deal(session, meanwhile)
    commands.win_deal(session, been)
    assert refused(commands.win_deal, session, after) == ["stages_missing"]


def test_a_renamed_reason_keeps_its_deals_and_their_words(office):
    session, _person, type_id, _stages = office
    made = setup.add_reason(session, "Too dear")
    setup.add_reason(session, "Moved away")
    deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
    commands.lose_deal(session, deal, reason="too dear")
    setup.rename_reason(session, made, "Price")
    assert [one.name for one in views.reasons(session)] == ["Price", "Moved away"]
    held = session.store.database.execute_sql("SELECT loss_reason_id, close_reason FROM deal WHERE id = ?", (deal,)).fetchone()
    assert held == (made, "too dear")
    for name, code in (("moved away", "exists"), ("", "empty")):
        with pytest.raises(Refused) as refusal:
            setup.rename_reason(session, made, name)
        assert refusal.value.code == code


def test_who_is_no_administrator_restores_and_renames_nothing(office):
    _session, person, type_id, stages = office
    for command, *said in (
        (setup.archive_type, type_id), (setup.restore_type, type_id), (setup.restore_stage, stages[0]), (setup.rename_reason, 1, "x"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            command(person("anna"), *said)


def test_an_accountant_is_told_what_they_may_only_read(office):
    session, person, type_id, _stages = office
    deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
    planned = activities.add_activity(session, deal_id=deal, kind="call", text="x", due_at=session.now())
    vera, anna = person("vera"), person("anna")
    for command, said in (
        (clients.set_client, (1,)), (clients.add_contact, (1, "Anna")),
        (activities.done_activity, (planned,)), (activities.postpone_activity, (planned, session.now())),
        (set_budget, ()), (set_budget, (deal,)),
    ):  # fmt: skip
        more = {"seconds": 60, **({"deal_id": said[0]} if said else {"client_id": 1})} if command is set_budget else {}
        arguments = () if command is set_budget else said
        with pytest.raises(Refused) as refusal:
            command(vera, *arguments, **more)
        assert refusal.value.code == "not_permitted", command
        with pytest.raises(NotFound):
            command(anna, *arguments, **more)


def test_an_accountant_has_deals_clients_and_activities_of_their_own_and_moves_none(office):
    session, person, type_id, stages = office
    vera = person("vera")
    deal = commands.new_deal(vera, "Tau", type_id=type_id).deal_id
    commands.set_deal(vera, deal, amount=100)
    clients.set_client(vera, views.deal(vera, deal).client_id, city="Kiel")
    planned = activities.add_activity(vera, deal_id=deal, kind="call", text="x", due_at=session.now())
    activities.done_activity(vera, planned)
    for step in (
        lambda: commands.move_deal(vera, deal, stages[1]), lambda: commands.win_deal(vera, deal),
        lambda: commands.lose_deal(vera, deal, reason="price"),
    ):  # fmt: skip
        with pytest.raises(StepRefused) as refusal:
            step()
        assert "no_authority" in [objection.code for objection in refusal.value.objections]
    assert views.deal(vera, deal).allowed == ()
    commands.lose_deal(session, deal, reason="price")
    with pytest.raises(StepRefused):
        commands.reopen_deal(vera, deal, reason="again")
