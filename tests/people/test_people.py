"""Who acts, who may, and who stays administrator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.clients import commands as clients
from models.clients import views as client_views
from models.people import commands, rules, views
from models.people.rules import Actor
from models.pipeline import commands as deals
from models.pipeline import views as deal_views
from models.values.errors import NotFound, Refused, Usage


def an_actor(role, team=(1,), team_read=False):
    return Actor(1, "a", "A", role, "en", "UTC", frozenset(team), team_read)


# role, whether the company lets teams read, whose things may be read, whose changed; None is everybody's
SCOPES = [
    ("rep", False, {1}, {1}),
    ("rep", True, {1, 2}, {1}),
    ("manager", False, {1, 2}, {1, 2}),
    ("accountant", False, None, {1}),
    ("admin", False, None, None),
]


@pytest.mark.parametrize(("role", "team_read", "reads", "writes"), SCOPES)
def test_a_role_reaches_its_own_its_teams_or_everything(role, team_read, reads, writes):
    actor = an_actor(role, (1, 2), team_read)
    assert rules.readable(actor) == reads
    assert rules.writable(actor) == writes


def test_the_only_employee_acts_without_saying_so(session):
    assert views.acting(None, "somebody else").login == "root"


def test_among_several_the_unix_user_acts_or_says_who(session):
    commands.add_employee(session, "anna", name="Anna", role="rep")
    assert views.acting(None, "anna").login == "anna"
    with pytest.raises(Usage):
        views.acting(None, "nobody")
    with pytest.raises(Usage):
        views.acting("nobody", "anna")


def test_who_is_disabled_or_came_with_an_import_does_not_act(session):
    commands.add_employee(session, "anna", name="Anna", role="rep")
    commands.set_employee(session, "anna", disabled=True)
    with pytest.raises(Usage):
        views.acting("anna", "")


def test_somebody_stays_administrator(session):
    for change in ({"role": "rep"}, {"disabled": True}, {"can_login": False}):
        with pytest.raises(Refused) as refusal:
            commands.set_employee(session, "root", **change)
        assert refusal.value.code == "last_admin"
    assert views.find_employee("root").role == "admin"


def test_only_an_administrator_sets_up(session):
    commands.add_employee(session, "anna", name="Anna", role="manager")
    anna = replace(session, actor=views.acting("anna", ""))
    with pytest.raises(NotFound):
        commands.add_employee(anna, "eve", name="Eve", role="admin")
    with pytest.raises(NotFound):
        commands.set_company(anna, name="Mine")


def test_a_manager_sees_the_teams_deals_and_not_those_of_another(session):
    for login, role, team in (("max", "manager", "North"), ("nina", "rep", "North"), ("sam", "rep", "South")):
        commands.add_employee(session, login, name=login, role=role, team=team)
    type_id = deal_views.types(session)[0].id
    for owner in ("nina", "sam"):
        deals.new_deal(session, f"Client of {owner}", type_id=type_id, owner=owner)
    seen = {}
    for login in ("max", "nina", "sam", "root"):
        acting = replace(session, actor=views.acting(login, ""))
        seen[login] = {deal.owner for deal in deal_views.deals(acting)}
    assert seen == {"max": {"nina"}, "nina": {"nina"}, "sam": {"sam"}, "root": {"nina", "sam"}}


def test_a_client_is_seen_by_its_owner_and_by_whoever_has_a_deal_with_it(session):
    for login in ("nina", "sam"):
        commands.add_employee(session, login, name=login, role="rep")
    type_id = deal_views.types(session)[0].id
    deals.new_deal(session, "Orion", type_id=type_id, owner="nina")
    nina, sam = (replace(session, actor=views.acting(login, "")) for login in ("nina", "sam"))
    assert [line.name for line in client_views.clients(nina)] == ["Orion"]
    assert client_views.clients(sam) == [] and client_views.count(sam) == 0
    with pytest.raises(NotFound):
        client_views.find_client(sam, "Orion")
    with pytest.raises(NotFound):
        clients.set_client(nina.__class__(nina.store, sam.actor), 1, city="Riga")


def test_search_as_you_type_ignores_case_in_cyrillic_and_knows_no_query_syntax(session):
    for name in ("Ёлка и Ко", "Вега 100%", "Sirius_GmbH"):
        clients.add_client(session, name)
    found = lambda text: [line.name for line in client_views.clients(session, text)]  # noqa: E731
    assert found("елка") == found("ЁЛКА ко") == ["Ёлка и Ко"]
    assert found("%") == ["Вега 100%"] and found("s_g") == ["Sirius_GmbH"] and found("_") == ["Sirius_GmbH"]
    assert found("' OR 1=1 --") == [] and found('"') == []


def test_names_with_markup_and_direction_marks_are_kept_and_controls_refused(session):
    naughty = "[@click=app.quit]X[/] \u202egnp.exe"
    assert clients.add_client(session, naughty).name == naughty
    for bad in ("a\x1b]52;c;x\x07", "a\x00b", "x" * 10_000, "a\x9bm"):
        with pytest.raises(Refused) as refusal:
            clients.add_client(session, bad)
        assert refusal.value.code == "bad_text"


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "manager"}, {"can_login": False}])
def test_an_open_session_writes_nothing_once_its_employee_was_disabled_or_given_another_role(session, change):


    commands.add_employee(session, "anna", name="Anna", role="rep")
    hers = replace(session, actor=views.acting("anna", ""))
    clients.add_client(hers, "Orion")
    commands.set_employee(session, "anna", **change)
    with pytest.raises(Refused) as refusal:
        clients.add_client(hers, "Vega")
    assert refusal.value.code == "not_any_more"


def test_a_manager_writes_no_more_for_who_left_the_team(session):
    for login, role in (("anna", "rep"), ("max", "manager")):
        commands.add_employee(session, login, name=login.title(), role=role, team="North")
    his = replace(session, actor=views.acting("max", ""))
    deal = deals.new_deal(his, "Orion", type_id=deal_views.types(session)[0].id, owner="anna").deal_id
    commands.add_employee(session, "boris", name="Boris", role="rep", team="North")  # who came is no matter
    deals.set_deal(his, deal, title="Big")
    commands.set_employee(session, "anna", team="South")
    with pytest.raises(Refused) as refusal:
        deals.set_deal(his, deal, title="Bigger")
    assert refusal.value.code == "not_any_more"
