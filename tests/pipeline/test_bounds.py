"""Where the engine's ways meet: what a step leaves behind for undo, requests that were overtaken, late entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.activities import commands as activities
from models.activities.views import activities as activities_of
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.storage.doctor import checks
from models.values.errors import ChangedMeanwhile, NotFound, Refused

SECOND = 1_000_000


@pytest.fixture
def clock():
    return [1_790_000_000 * SECOND]


@pytest.fixture
def at(session, clock):
    return replace(session, now=lambda: clock[0])


@pytest.fixture
def office(at):
    for login, role in (("anna", "rep"), ("max", "manager"), ("vera", "accountant")):
        people.add_employee(at, login, name=login.title(), role=role, team=None if role == "accountant" else "North")
    type_id = setup.add_type(at, "Offers", mode="free")
    return type_id, [setup.add_stage(at, type_id, name) for name in "ABC"]


@pytest.fixture
def person(at):
    return lambda login: replace(at, actor=acting(login, ""))


@pytest.fixture(autouse=True)
def sound(session):
    yield
    assert [check.name for check in checks(session.store) if not check.ok] == []


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def test_a_deal_is_taken_to_another_type_and_back_as_often_as_wanted(at, office):
    type_id, (a, b, _c) = office
    other = setup.add_type(at, "Other", mode="free")
    x = setup.add_stage(at, other, "X")
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    for _round in range(2):
        commands.retype_deal(at, deal, other, {a: x, b: x})
        commands.retype_deal(at, deal, type_id, {x: a})
    commands.undo(at)
    commands.undo(at)
    assert views.deal(at, deal).trail.count("A") == 2
    commands.redo(at)
    assert views.deal(at, deal).type == "Other"


def test_what_went_since_is_no_longer_brought_back(at, office):
    type_id, (a, b, c) = office
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    commands.move_deal(at, deal, b)
    commands.undo(at)
    setup.remove_stage(at, b)
    assert refused(commands.redo, at) == "changed_since"
    gone = commands.new_deal(at, "Orion", type_id=type_id, stage_id=c).deal_id
    commands.delete_deal(at, gone)
    setup.remove_stage(at, c)
    assert refused(commands.undo, at) == "changed_since"
    assert views.deal(at, deal).stage_id == a


def test_a_move_is_not_taken_back_under_what_was_done_at_the_stage(at, office, person):
    type_id, (_a, b, _c) = office
    setup.add_action(at, b, "Call", who="manager", due_after=86_400)
    anna = person("anna")
    deal = commands.new_deal(anna, "Orion", type_id=type_id).deal_id
    commands.move_deal(anna, deal, b)
    [planned] = activities_of(person("max"), deal_id=deal)
    activities.done_activity(person("max"), planned.id)
    assert refused(commands.undo, anna) == "changed_since"
    assert views.deal(anna, deal).stage_id == b


def test_an_older_change_under_a_newer_one_leaves_the_dated_terms_right(at, office, clock):
    from datetime import date

    type_id, _stages = office
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    clock[0] += SECOND
    first = commands.set_deal(at, deal, amount=500).line
    clock[0] += SECOND
    commands.set_deal(at, deal, expected_close=date(2027, 1, 1))
    clock[0] += SECOND
    try:
        commands.undo(at, line=first)
    except Refused as refusal:
        assert refusal.code == "changed_since"
    row = at.store.database.execute_sql(
        "SELECT deal.amount IS terms.amount FROM deal JOIN deal_terms AS terms ON terms.deal_id = deal.id"
        " WHERE deal.id = ? ORDER BY terms.id DESC LIMIT 1",
        (deal,),
    ).fetchone()
    assert row == (1,)


@pytest.fixture
def asked(at, office, person):
    """Anna asks Max to bring her deal to B, which only managers may."""
    type_id, (_a, b, _c) = office
    setup.set_authority(at, b, "enter", ["manager"])
    deal = commands.new_deal(person("anna"), "Orion", type_id=type_id).deal_id
    return deal, commands.request_move(person("anna"), deal, b)


def test_only_who_may_pass_answers_a_request_also_when_it_was_overtaken(at, office, person, asked):
    deal, request = asked
    commands.move_deal(person("max"), deal, office[1][1])
    for login in ("anna", "vera"):
        with pytest.raises(NotFound):
            commands.decline_request(person(login), request, reason="no")
    commands.win_deal(person("anna"), deal)
    for login in ("anna", "vera"):
        with pytest.raises(NotFound):
            commands.decline_request(person(login), request, reason="no")
    commands.decline_request(person("max"), request, reason="done already")


def test_a_request_for_a_stage_of_the_type_that_a_deal_had_is_needless(at, office, person, asked):
    deal, request = asked
    other = setup.add_type(at, "Other", mode="free")
    x = setup.add_stage(at, other, "X")
    commands.retype_deal(person("anna"), deal, other, {office[1][0]: x})
    for login in ("anna", "max"):
        assert views.open_requests(person(login)) == []
    with pytest.raises(NotFound):
        commands.accept_request(person("max"), request)
    commands.undo(person("anna"))
    assert [line.id for line in views.open_requests(person("max"))] == [request]


def test_an_undone_acceptance_opens_the_request_again(at, office, person, asked):
    deal, request = asked
    commands.accept_request(person("max"), request, answer="fine")
    commands.undo(person("max"))
    assert [line.id for line in views.open_requests(person("max"))] == [request]
    commands.redo(person("max"))
    assert views.open_requests(person("max")) == [] and views.deal(at, deal).stage == "B"


def test_a_late_step_does_not_lie_before_the_end_of_a_hold(at, office, clock):
    type_id, (_a, b, _c) = office
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    start = clock[0]
    clock[0] = start + 10 * SECOND
    commands.hold_deal(at, deal, reason="wait")
    clock[0] = start + 20 * SECOND
    commands.resume_deal(at, deal)
    clock[0] = start + 30 * SECOND
    with pytest.raises(Refused) as refusal:
        commands.move_deal(at, deal, b, at=start + 15 * SECOND)
    assert [one["code"] for one in refusal.value.details] == ["before_visit"]
    commands.move_deal(at, deal, b, at=start + 20 * SECOND)


def test_who_saw_a_deal_before_it_was_retyped_is_told_so(at, office):
    type_id, (a, b, _c) = office
    other = setup.add_type(at, "Other", mode="free")
    x = setup.add_stage(at, other, "X")
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    seen = views.deal(at, deal).version
    commands.retype_deal(at, deal, other, {a: x})
    with pytest.raises(ChangedMeanwhile):
        commands.move_deal(at, deal, b, version=seen)
    assert refused(commands.move_deal, at, deal, b) == "move_refused"


def test_what_a_disabled_employee_was_to_do_is_planned_for_the_owner(at, office, person):
    type_id, (_a, b, _c) = office
    setup.add_action(at, b, "Call", who="max", due_after=86_400)
    people.set_employee(at, "max", disabled=True)
    deal = commands.new_deal(person("anna"), "Orion", type_id=type_id, stage_id=b).deal_id
    assert [one.employee for one in activities_of(person("anna"), deal_id=deal)] == ["anna"]
