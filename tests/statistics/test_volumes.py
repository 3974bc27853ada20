"""Planned volumes: worked by hand, on real data, against naive sums, and by whom they are seen."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.exchange.deals import import_deals
from models.exchange.demo import fill_demo
from models.exchange.history import ImportOptions, import_history
from models.people.setup import set_exchange_rate, set_target
from models.people.views import acting, find_employee, find_holder
from models.pipeline import commands, setup
from models.pipeline.facts import find_type
from models.pipeline.views import types
from models.session import Session
from models.statistics.arrays import history
from models.statistics.figures import Stays, figures, gather
from models.statistics.reps import reps
from models.statistics.rules.chains import win_probabilities
from models.statistics.standing import exits_of
from models.statistics.volumes import volumes
from models.storage.store import open_store
from models.values.errors import NotFound, Refused, Usage
from models.values.money import Money
from tests.statistics.pipeline_example import DAY, company, empty, worked

EUR = "EUR"


def sums(moneys):
    return {money.currency: money.amount for money in moneys}


def told(lines):
    return {one.key: (sums(one.planned), sums(one.weighted), sums(one.won), sums(one.target)) for one in lines}


def test_the_worked_example_weighs_by_observed_win_probabilities(session):
    made = worked(session, lambda number: {"amount": number * 1_000, "expected": date(2026, 10, number)})
    report = volumes(made.at, made.type_id)
    assert [(one.stage, one.deals, sums(one.amounts)) for one in report.stages] == [
        ("A", 1, {EUR: 4_000}), ("B", 0, {}), ("C", 1, {EUR: 3_000}),
    ]  # fmt: skip
    assert [one.probability for one in report.stages] == [pytest.approx(2 / 3), pytest.approx(1), pytest.approx(1)]
    assert {one.source for one in report.stages} == {"observed"}
    assert [sums(one.weighted) for one in report.stages] == [{EUR: 2_667}, {}, {EUR: 3_000}]
    # 2,666.67 + 3,000 is rounded once.
    assert told(report.reps) == {"root": ({EUR: 7_000}, {EUR: 5_667}, {EUR: 1_000}, {})}
    assert told(report.months) == {"2026-09": ({}, {}, {EUR: 1_000}, {}), "2026-10": ({EUR: 7_000}, {EUR: 5_667}, {}, {})}
    document = report.as_json()
    assert document["forecast"] is None and document["stages"][0]["amounts"] == [{"amount": "40.00", "currency": EUR}]
    assert (document["without_amount"], document["without_date"], document["without_probability"]) == (0, 0, 0)


def test_a_deals_own_percentage_wins_then_what_was_observed_then_what_was_set(session):
    made = empty(session)
    a, b, c = made.stages
    setup.set_stage(made.at, b, probability=30)
    setup.set_stage(made.at, a, probability=99)
    for stage, own in ((a, None), (a, 10), (b, None), (b, 0), (c, None), (c, 50)):
        deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, stage_id=stage, amount=1_001).deal_id
        if own is not None:
            commands.set_deal(made.at, deal, probability=own)
    for outcome in (commands.win_deal, commands.lose_deal, commands.lose_deal):
        outcome(made.at, commands.new_deal(made.at, "Vega", type_id=made.type_id, stage_id=a).deal_id, reason="x")
    report = volumes(made.at, made.type_id)
    assert [(one.probability, one.source) for one in report.stages] == [
        (pytest.approx(1 / 3), "observed"), (0.3, "set"), (None, None),
    ]  # fmt: skip
    assert [sums(one.weighted) for one in report.stages] == [{EUR: 434}, {EUR: 300}, {EUR: 501}]
    assert (report.without_probability, sums(report.unweighted)) == (1, {EUR: 1_001})


def test_what_has_no_amount_or_no_date_is_counted_and_stands_apart(session):
    made = empty(session)
    setup.set_stage(made.at, made.stages[0], probability=50)
    for amount, day in ((500, None), (None, date(2026, 12, 31)), (None, None), (300, date(2026, 12, 1))):
        commands.new_deal(made.at, "Orion", type_id=made.type_id, amount=amount, expected=day)
    report = volumes(made.at, made.type_id)
    assert (report.without_amount, report.without_date) == (2, 2)
    assert told(report.months) == {"2026-12": ({EUR: 300}, {EUR: 150}, {}, {})}
    assert (sums(report.undated.planned), sums(report.undated.weighted)) == ({EUR: 500}, {EUR: 250})
    assert report.stages[0].deals == 4 and sums(report.total.planned) == {EUR: 800}


def test_held_deals_are_among_the_sums_with_their_number_beside(session):
    made = empty(session)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, amount=500).deal_id
    commands.hold_deal(made.at, deal, reason="later")
    [first, *_rest] = volumes(made.at, made.type_id).stages
    assert (first.deals, first.held, sums(first.amounts)) == (1, 1, {EUR: 500})


def test_currencies_never_mix_and_are_added_only_at_a_rate_of_the_company(session):
    made = empty(session)
    setup.set_stage(made.at, made.stages[0], probability=50)
    for amount, code in ((1_000, EUR), (3_000, "USD"), (5, "JPY")):
        commands.new_deal(made.at, "Orion", type_id=made.type_id, amount=amount, currency=code)
    report = volumes(made.at, made.type_id)
    assert sums(report.stages[0].amounts) == {EUR: 1_000, "USD": 3_000, "JPY": 5}
    assert sums(report.stages[0].weighted) == {EUR: 500, "USD": 1_500, "JPY": 3}  # 2.5 yen are 3
    assert report.converted is None
    with pytest.raises(Refused) as refusal:
        volumes(made.at, made.type_id, currency=EUR)
    assert refusal.value.code == "no_exchange_rate" and "JPY → EUR, USD → EUR" in refusal.value.message
    set_exchange_rate(made.at, "USD", EUR, date(2026, 9, 1), 9, 1)
    set_exchange_rate(made.at, "USD", EUR, date(2026, 9, 22), 2, 0)  # the day after
    set_exchange_rate(made.at, "JPY", EUR, date(2026, 9, 21), 6, 3)
    converted = volumes(made.at, made.type_id, currency=EUR).as_json()["converted"]
    assert converted["planned"] == {"amount": "37.03", "currency": EUR}  # 10 + 30 × 0.9 + 5 × 0.006
    assert [(one["from"], one["rate"], one["day"]) for one in converted["rates"]] == [
        ("JPY", "0.006", "2026-09-21"), ("USD", "0.9", "2026-09-01"),
    ]  # fmt: skip
    with pytest.raises(Refused):
        volumes(made.at, made.type_id, currency="USD")


def test_won_counts_on_the_companys_day_for_who_owned_the_deal_then(session):
    made = empty(session)
    company(made.at)
    deals = [
        commands.new_deal(made.at, "Orion", type_id=made.type_id, owner="anna", amount=amount).deal_id
        for amount in (100, 20, 3)
    ]  # fmt: skip
    made.clock[0] = made.on(9)  # 30 September
    commands.win_deal(made.at, deals[0])
    made.clock[0] = made.on(10)
    commands.win_deal(made.at, deals[1])
    commands.set_deal(made.at, deals[1], owner="boris")  # at the same instant, after it
    commands.lose_deal(made.at, deals[2], reason="x")
    made.clock[0] = made.on(11)
    commands.set_deal(made.at, deals[0], owner="boris")

    def won(**period):
        report = volumes(made.at, made.type_id, **period)
        return {one.key: sum(sums(one.won).values()) for one in (*report.months, *report.reps)}

    assert won() == {"2026-09": 100, "2026-10": 20, "anna": 120}
    assert won(first=date(2026, 9, 30), last=date(2026, 9, 30)) == {"2026-09": 100, "anna": 100}
    assert won(first=date(2026, 10, 1)) == {"2026-10": 20, "anna": 20}
    assert won(as_of=made.on(9) - 1) == {"anna": 0}
    assert won(rep_ids=[find_employee("boris").id]) == {}
    commands.reopen_deal(made.at, deals[1], reason="again")
    assert won()["anna"] == 100 and won(as_of=made.on(10.5))["anna"] == 120


def test_a_deals_own_percentage_is_that_of_the_instant(session):
    made = empty(session)
    deal = commands.new_deal(replace(made.at, now=lambda: made.on(1)), "Orion", type_id=made.type_id, amount=1000).deal_id
    made.clock[0] = made.on(8)
    for day, percent in ((2, 20), (4, 90), (6, None)):
        commands.set_deal(replace(made.at, now=lambda day=day: made.on(day)), deal, probability=percent)
    told = {day: sums(volumes(made.at, made.type_id, as_of=made.on(day)).total.weighted) for day in (1, 3, 5, 7)}
    assert told == {1: {}, 3: {EUR: 200}, 5: {EUR: 900}, 7: {}}


def test_targets_of_a_rep_of_a_team_and_of_all(session):
    made = empty(session)
    company(made.at)
    for holder, month, amount in (
        ("anna", 10, 100), ("anna", 11, 70), ("mark", 10, 10), ("North", 10, 500), ("boris", 10, 7), ("carl", 10, 1),
    ):  # fmt: skip
        set_target(made.at, find_holder(holder), date(2026, month, 1), Money(amount, EUR))
    set_target(made.at, find_holder("anna"), date(2026, 10, 1), Money(9, "USD"))

    def asked(by="root", **what):
        report = volumes(made.as_(by), made.type_id, **what)
        return {one.key: sums(one.target) for one in report.months}, {one.key: sums(one.target) for one in report.reps}

    everybody = {"2026-10": {EUR: 508, "USD": 9}, "2026-11": {EUR: 70}}
    of_reps = {"anna": {EUR: 170, "USD": 9}, "boris": {EUR: 7}, "carl": {EUR: 1}, "mark": {EUR: 10}}
    assert asked() == (everybody, of_reps) == asked("carl")
    north = find_holder("North").team_id
    team = {"2026-10": {EUR: 500, "USD": 9}, "2026-11": {EUR: 70}}
    assert asked(team_id=north) == (team, {one: of_reps[one] for one in ("anna", "mark")}) == asked("mark")
    anna = {"2026-10": {EUR: 100, "USD": 9}, "2026-11": {EUR: 70}}
    assert asked(rep_ids=[find_employee("anna").id]) == (anna, {"anna": of_reps["anna"]}) == asked("anna")
    assert asked(first=date(2026, 11, 30))[0] == {"2026-11": {EUR: 70}}
    assert asked(last=date(2026, 10, 31), rep_ids=[find_employee("boris").id])[0] == {"2026-10": {EUR: 7}}
    for stranger in ("anna", "mark"):
        assert asked(stranger, rep_ids=[find_employee("boris").id]) == ({}, {})
    assert asked("anna", team_id=north) == ({"2026-10": {EUR: 100, "USD": 9}, "2026-11": {EUR: 70}}, {"anna": of_reps["anna"]})


def test_each_sees_the_sums_of_the_deals_they_may_read(session):
    made = empty(session)
    company(made.at)
    for owner, amount in (("anna", 1), ("mark", 20), ("boris", 300), ("root", 4_000)):
        commands.new_deal(made.at, "Orion", type_id=made.type_id, owner=owner, amount=amount)
        commands.win_deal(
            made.at, commands.new_deal(made.at, "Vega", type_id=made.type_id, owner=owner, amount=amount).deal_id
        )
    for login, wanted in (("anna", 1), ("mark", 21), ("boris", 300), ("carl", 4_321), ("root", 4_321)):
        report = volumes(made.as_(login), made.type_id)
        assert sums(report.total.planned) == sums(report.total.won) == {EUR: wanted}, login
        # The chance of a stage is the type's, whosever deals one may read.
        assert report.stages[0].probability == 1


def test_what_cannot_be_asked_is_refused(session):
    made = empty(session)
    company(made.at)
    anna, north = find_employee("anna").id, find_holder("North").team_id
    for wrong, code in (
        ({"as_of": made.clock[0] + 1}, "in_future"),
        ({"first": date(2026, 2, 1), "last": date(2026, 1, 31)}, "bad_period"),
        ({"rep_ids": [anna], "team_id": north}, "one_of"),
    ):
        with pytest.raises(Usage) as refusal:
            volumes(made.at, made.type_id, **wrong)
        assert refusal.value.code == code
    with pytest.raises(NotFound):
        volumes(made.at, 99)
    with pytest.raises(Refused):
        volumes(made.at, made.type_id, currency="XXQ")


def test_a_type_without_stages_or_deals_has_empty_sums(session):
    report = volumes(session, setup.add_type(session, "Bare", mode="free"))
    assert (report.stages, report.months, report.reps, report.total.planned) == ((), (), (), ())


def test_types_add_up(session):
    made = empty(session)
    commands.new_deal(made.at, "Orion", type_id=made.type_id, amount=5)
    commands.new_deal(made.at, "Orion", type_id=types(made.at)[0].id, amount=6)
    report = volumes(made.at, None)
    assert report.type == "all" and sums(report.total.planned) == {EUR: 11} and len(report.stages) == 6


DEALS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["anna", "boris", "root"]), st.none() | st.integers(0, 10**9),
        st.sampled_from([EUR, "JPY", "KWD"]), st.none() | st.integers(0, 80), st.none() | st.integers(0, 100),
        st.sampled_from(["open", "open", "won", "lost", "moved"]),
    ),
    max_size=8,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(DEALS)
def test_sums_by_stage_by_rep_and_by_month_with_the_undated_are_the_same(session, drawn):
    class Over(Exception):
        pass

    def side(lines, name):
        found = defaultdict(int)
        for line in lines:
            for money in getattr(line, name):
                found[money.currency] += money.amount
        return {code: amount for code, amount in found.items() if amount}

    with pytest.raises(Over), session.writing():
        made = empty(session)
        company(made.at)
        for stage, owner, amount, code, days, own, fate in drawn:
            deal = commands.new_deal(
                made.at, "Orion", type_id=made.type_id, stage_id=made.stages[stage], owner=owner, amount=amount, currency=code,
                expected=None if days is None else date.fromordinal(date(2026, 9, 21).toordinal() + days),
            ).deal_id  # fmt: skip
            if own is not None:
                commands.set_deal(made.at, deal, probability=own)
            if fate == "won":
                commands.win_deal(made.at, deal)
            elif fate == "lost":
                commands.lose_deal(made.at, deal, reason="x")
            elif fate == "moved" and stage < 2:
                commands.move_deal(made.at, deal, made.stages[2])
        report = volumes(made.at, made.type_id)
        planned = side([report.total], "planned")
        assert planned == side(report.reps, "planned") == side([*report.months, report.undated], "planned")
        assert planned == {k: v for k, v in side(report.stages, "amounts").items() if v}
        lines = [*report.months, *report.reps, report.total, report.undated]
        for line in lines:
            most = sums(line.planned)
            assert all(0 <= money.amount <= most[money.currency] for money in line.weighted)
        assert side(report.months, "won") == side(report.reps, "won") == side([report.total], "won")
        assert volumes(made.at, made.type_id, as_of=made.clock[0]).as_json() == report.as_json()
        raise Over


def test_as_of_is_what_a_naive_model_saw_at_that_instant(session):
    rng, made = random.Random(11), empty(session)
    company(made.at)
    model, seen = {}, []
    for _step in range(150):
        made.clock[0] += rng.randint(0, 2) * DAY
        kind = rng.choice(["new", "move", "win", "lose", "reopen", "owner", "amount", "date"])
        number = rng.choice(list(model)) if model else None
        try:
            if kind == "new" or number is None:
                owner, amount = rng.choice(["anna", "boris"]), rng.choice([None, 7, 1_000])
                number = commands.new_deal(made.at, "Orion", type_id=made.type_id, owner=owner, amount=amount).deal_id
                model[number] = {"stage": 0, "owner": owner, "amount": amount, "date": None, "end": None}
            elif kind == "move":
                place = rng.randrange(3)
                commands.move_deal(made.at, number, made.stages[place])
                model[number]["stage"] = place
            elif kind in ("win", "lose"):
                (commands.win_deal if kind == "win" else commands.lose_deal)(made.at, number, reason="r")
                model[number]["end"] = (kind, model[number]["owner"])
            elif kind == "reopen":
                commands.reopen_deal(made.at, number, reason="r")
                model[number]["end"] = None
            elif kind == "owner":
                commands.set_deal(made.at, number, owner=(owner := rng.choice(["anna", "boris"])))
                model[number]["owner"] = owner
            elif kind == "amount":
                commands.set_deal(made.at, number, amount=(amount := rng.randrange(1_000)))
                model[number]["amount"] = amount
            else:
                day = date(2026, rng.randrange(1, 13), 1)
                commands.set_deal(made.at, number, expected_close=day)
                model[number]["date"] = day
        except Refused:
            continue
        seen.append((made.clock[0], {key: dict(deal) for key, deal in model.items()}))
    for instant, deals in dict(seen).items():
        report = volumes(made.at, made.type_id, as_of=instant)
        alive = [deal for deal in deals.values() if deal["end"] is None]
        for place, stage in enumerate(report.stages):
            here = [deal["amount"] or 0 for deal in alive if deal["stage"] == place]
            assert (stage.deals, sum(sums(stage.amounts).values())) == (len(here), sum(here))
        assert report.without_amount == sum(deal["amount"] is None for deal in alive)
        assert report.without_date == sum(deal["date"] is None for deal in alive)
        for rep in report.reps:
            mine = sum(deal["amount"] or 0 for deal in alive if deal["owner"] == rep.key)
            won = sum(deal["amount"] or 0 for deal in deals.values() if deal["end"] == ("win", rep.key))
            assert (sum(sums(rep.planned).values()), sum(sums(rep.won).values())) == (mine, won)
    now = volumes(made.at, made.type_id)
    assert replace(now, as_of=0) == replace(volumes(made.at, made.type_id, as_of=made.clock[0]), as_of=0)


def imported(session, data, name):
    folder = data / "pipelines"
    options = ImportOptions(
        create_stages=True, stages_file=folder / f"{name}.stages.txt", default_client="(none)", partial=True
    )
    import_history(session, folder / f"{name}.csv", options)
    return find_type(name)


@pytest.mark.parametrize("name", ["bpic2013_closed", "bpic2013_closed_cut", "receipt", "roadtraffic100", "running_example"])
def test_chances_are_those_of_the_truth_files(session, data, name):
    type_id = imported(session, data, name)
    wanted = json.loads((data / "pipelines" / f"{name}.expected.json").read_text())["transitions"]
    for stage in volumes(session, type_id).stages:
        truth = wanted.get(stage.stage, {}).get("win_probability")
        assert stage.probability == (None if truth is None else pytest.approx(truth, abs=1e-6)), stage.stage


def test_volumes_of_maven_are_the_sums_of_its_rows(session, data):
    type_id = imported(session, data, "maven_pipeline")
    won, open_of, months = defaultdict(int), defaultdict(int), defaultdict(int)
    with (data / "pipelines" / "maven_pipeline.csv").open() as file:
        last = {row["deal_id"]: row for row in csv.DictReader(file)}
    for row in last.values():
        amount = int(float(row["amount"] or 0) * 100)
        if row["outcome"] == "won":
            won[row["rep"]] += amount
            months[row["entered_at"][:7]] += amount
        elif row["outcome"] != "lost":
            open_of[row["rep"]] += amount
    report = volumes(session, type_id)
    assert {one.key: sum(sums(one.won).values()) for one in report.reps if one.won} == won
    assert {one.key: sum(sums(one.won).values()) for one in report.months} == months
    assert sum(sums(report.total.planned).values()) == sum(open_of.values())
    assert len(won) == 30 and sum(won.values()) == 1_000_553_400


def test_a_won_deal_of_a_snapshot_has_no_visit_and_counts_all_the_same(session, data):
    path = data / "maven" / "sales_pipeline.csv"
    import_deals(session, path, ImportOptions(create_stages=True, type_name="Maven", default_client="(none)"))
    with path.open() as file:
        rows = list(csv.DictReader(file))
    won = defaultdict(int)
    for row in rows:
        if row["deal_stage"] == "Won":
            won[row["close_date"][:7]] += int(row["close_value"]) * 100
    for as_of in (None, session.now()):
        report = volumes(session, find_type("Maven"), as_of=as_of)
        assert {one.key: sum(sums(one.won).values()) for one in report.months if one.won} == won
        assert sum(stage.deals for stage in report.stages) == sum(row["deal_stage"] in ("Engaging", "Prospecting") for row in rows)
    sold = reps(session, find_type("Maven")).together
    assert (sold.deals_won, sold.deals_lost) == (4238, 2473)


def test_the_board_weighs_by_the_same_chances(tmp_path):
    fill_demo(tmp_path / "demo.db", deals=200, seed=8, admin="root")
    store = open_store(tmp_path / "demo.db")
    session = Session(store, acting("root", ""))
    for line in types(session):
        stays = Stays()
        while gather(session, line.id, stays):
            pass
        told = {one.stage_id: one.probability for one in volumes(session, line.id).stages}
        assert {stage: chance for stage, chance in told.items() if chance is not None} == figures(session, line.id, stays).win
    store.close()


def test_the_exits_of_a_retyped_deal_count_as_such(session):
    made = empty(session)
    other = setup.add_type(made.at, "Other", mode="free")
    x = setup.add_stage(made.at, other, "X")
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, amount=5).deal_id
    made.clock[0] += DAY
    commands.retype_deal(made.at, deal, other, {made.stages[0]: x})
    known = history(made.at, made.type_id)
    exits = exits_of(known.as_of(made.clock[0]))
    assert exits == {made.stages[0]: {"retyped": 1}} and exits_of(known.as_of(made.clock[0] - 1)) == {}
    assert win_probabilities(exits, {}, made.stages)[made.stages[0]] is None
    assert sums(volumes(made.at, other).total.planned) == {EUR: 5} and volumes(made.at, made.type_id).total.planned == ()
    assert sums(volumes(made.at, made.type_id, as_of=made.clock[0] - 1).total.planned) == {EUR: 5}
