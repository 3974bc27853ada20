"""Clients per stage, by rep: now, and as of any past instant, against a naive count."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands as deals
from models.pipeline import setup
from models.pipeline.views import stages, types
from models.statistics.views import clients_per_stage
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import SECOND


def test_a_client_with_two_deals_at_a_stage_counts_once(session):
    type_id = types(session)[0].id
    for amount in (100, 250):
        deals.new_deal(session, "Orion", type_id=type_id, amount=amount)
    deals.new_deal(session, "Vega", type_id=type_id, amount=5, currency="USD")
    report = clients_per_stage(session, type_id).as_json()
    first = report["stages"][0]
    assert (first["deals"], first["clients"], first["held"]) == (3, 2, 0)
    assert first["amounts"] == [{"amount": "3.50", "currency": "EUR"}, {"amount": "0.05", "currency": "USD"}]
    assert [stage["deals"] for stage in report["stages"]] == [3, 0, 0]
    assert report["reps"] == [{"rep": "root", "deals": 3, "clients": 2}]


def test_the_future_is_refused(session):
    with pytest.raises(Usage):
        clients_per_stage(session, types(session)[0].id, as_of=session.now() + 10**9)


def test_as_of_is_what_a_naive_model_saw_at_that_instant(session):
    random.seed(7)
    clock = [session.now()]
    at = replace(session, now=lambda: clock[0])
    for login in ("anna", "boris"):
        people.add_employee(at, login, name=login, role="rep")
    type_id = types(at)[0].id
    stage_ids = [stage.id for stage in stages(at, type_id)]
    model, seen = {}, []
    for _step in range(120):
        clock[0] += random.randint(0, 2) * SECOND
        kind = random.choice(["new", "move", "win", "lose", "reopen", "hold", "resume", "owner", "amount"])
        deal_id = random.choice(list(model)) if model else None
        try:
            if kind == "new" or deal_id is None:
                client, owner = random.choice("ABC"), random.choice(["anna", "boris", "root"])
                made = deals.new_deal(at, client, type_id=type_id, owner=owner, amount=10)
                model[made.deal_id] = {"stage": 0, "owner": owner, "client": client, "amount": 10, "open": True, "held": 0}
            elif kind == "move":
                place = random.randrange(3)
                deals.move_deal(at, deal_id, stage_ids[place])
                model[deal_id]["stage"] = place
            elif kind in ("win", "lose"):
                (deals.win_deal if kind == "win" else deals.lose_deal)(at, deal_id, reason="r")
                model[deal_id].update(open=False, held=0)
            elif kind == "reopen":
                deals.reopen_deal(at, deal_id, reason="r")
                model[deal_id]["open"] = True
            elif kind in ("hold", "resume"):
                (deals.hold_deal if kind == "hold" else deals.resume_deal)(at, deal_id, reason="r")
                model[deal_id]["held"] = int(kind == "hold")
            elif kind == "owner":
                owner = random.choice(["anna", "boris"])
                deals.set_deal(at, deal_id, owner=owner)
                model[deal_id]["owner"] = owner
            else:
                amount = random.randrange(1000)
                deals.set_deal(at, deal_id, amount=amount)
                model[deal_id]["amount"] = amount
        except Refused:
            continue
        seen.append((clock[0], {key: dict(deal) for key, deal in model.items()}))
    last_of = dict(seen)
    for instant, snapshot in last_of.items():
        report = clients_per_stage(at, type_id, as_of=instant)
        opened = [deal for deal in snapshot.values() if deal["open"]]
        for place, stage in enumerate(report.stages):
            here = [deal for deal in opened if deal["stage"] == place]
            assert stage.deals == len(here)
            assert stage.held == sum(deal["held"] for deal in here)
            assert stage.clients == len({deal["client"] for deal in here})
            assert sum(money.amount for money in stage.amounts) == sum(deal["amount"] for deal in here)
            told = {rep.rep: rep.deals for rep in stage.reps}
            assert told == {
                owner: count
                for owner in ("anna", "boris", "root")
                if (count := sum(deal["owner"] == owner for deal in here))
            }
    latest = clients_per_stage(at, type_id)
    assert latest._replace(as_of=0) == clients_per_stage(at, type_id, as_of=clock[0])._replace(as_of=0)


def test_a_rep_counts_their_own_deals_only(session):
    people.add_employee(session, "anna", name="Anna", role="rep")
    type_id = types(session)[0].id
    deals.new_deal(session, "Orion", type_id=type_id, owner="anna")
    deals.new_deal(session, "Vega", type_id=type_id)
    anna = replace(session, actor=acting("anna", ""))
    assert clients_per_stage(anna, type_id).deals == 1
    assert clients_per_stage(session, type_id, rep_ids=[anna.actor.id]).deals == 1
    assert clients_per_stage(anna, type_id, rep_ids=[session.actor.id]).deals == 0
    with pytest.raises(NotFound):
        clients_per_stage(anna, 99)


def test_all_types_add_up_and_a_client_of_two_counts_once(session):
    other = setup.add_type(session, "Matters", mode="free")
    setup.add_stage(session, other, "Work")
    for type_id in (types(session)[0].id, other):
        deals.new_deal(session, "Orion", type_id=type_id)
    report = clients_per_stage(session, None)
    assert (report.type, report.deals, report.clients) == ("all", 2, 1)
    assert [stage.stage for stage in report.stages][-1] == "Work" and report.stages[-1].deals == 1
