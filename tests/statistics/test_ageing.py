"""Ageing, idle, no next step: each flag by itself, on the calendar and on the working clock; and what reps compare."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.activities import commands as activities
from models.exchange.history import ImportOptions, import_history
from models.people import commands as people
from models.people.setup import set_target
from models.people.views import find_employee, find_holder
from models.pipeline import commands, setup
from models.pipeline.facts import find_type
from models.statistics.ageing import ageing
from models.statistics.arrays import CALENDAR, WORKING, history
from models.statistics.reps import reps
from models.statistics.rules.clock import stretches, worked
from models.statistics.rules.estimates import reached, survival
from models.statistics.rules.survival import quantile, survival_curve
from models.timekeeping.commands import add_entry
from models.values.clock import normal_day
from models.values.errors import Refused, Usage
from models.values.instants import local_day
from models.values.money import Money
from tests.statistics.pipeline_example import DAY, SECOND, START, company, empty
from tests.statistics.pipeline_example import worked as worked_example

HOUR = 3600 * SECOND


def ages(report):
    return {one.deal_id: (one.stage, one.seconds / 86_400, one.limit.seconds, one.limit.source) for one in report.listed}


def test_a_deal_is_ageing_beyond_the_norm_of_its_stage_and_not_at_it(session):
    made = worked_example(session)
    a, _b, c = made.stages
    setup.set_stage(made.at, a, norm=10 * 86_400)
    setup.set_stage(made.at, c, norm=4 * 86_400 - 1)
    report = ageing(made.at, made.type_id)
    assert ages(report) == {made.deals[2]: ("C", 4, 4 * 86_400 - 1, "norm")}
    assert [(one.stage, one.deals, one.ageing, one.limit.source) for one in report.stages] == [
        ("A", 1, 0, "norm"), ("B", 0, 0, None), ("C", 1, 1, "norm"),
    ]  # fmt: skip
    made.clock[0] += SECOND
    assert list(ages(ageing(made.at, made.type_id))) == [made.deals[2], made.deals[3]]
    assert ages(ageing(made.at, made.type_id, as_of=made.on(10) - SECOND)) == {}


def test_time_on_hold_does_not_count_and_a_held_deal_never_ages(session):
    made = empty(session)
    setup.set_stage(made.at, made.stages[0], norm=86_400)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id
    made.clock[0] = made.on(0.5)
    commands.hold_deal(made.at, deal, reason="later")
    made.clock[0] = made.on(5)
    report = ageing(made.at, made.type_id)
    assert (report.held, report.counts["ageing"]) == (1, 0)
    commands.resume_deal(made.at, deal)
    made.clock[0] = made.on(5.5)
    assert ageing(made.at, made.type_id).counts["ageing"] == 0
    made.clock[0] += SECOND
    assert ages(ageing(made.at, made.type_id)) == {deal: ("A", 1 + 1 / 86_400, 86_400, "norm")}
    commands.hold_deal(made.at, deal, reason="later again")
    assert ageing(made.at, made.type_id).counts["ageing"] == 0


def test_without_a_norm_the_limit_is_the_time_in_which_four_of_five_end_where_twenty_did(session):
    made = empty(session)
    a, b, _c = made.stages
    deals = [commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id for _each in range(22)]
    for day, deal in enumerate(deals[:19], 1):
        made.clock[0] = made.on(day)
        commands.move_deal(made.at, deal, b)
    made.clock[0] = made.on(21)
    assert ageing(made.at, made.type_id).stages[0].limit == (limit := ageing(made.at, made.type_id).stages[0].limit)
    assert (limit.seconds, limit.source, limit.completed) == (None, None, 19)
    commands.move_deal(made.at, deals[19], b)
    report = ageing(made.at, made.type_id)
    # Of 22, two last: S falls to 0.2 where 18 have ended, on day 18.
    assert (report.stages[0].limit.seconds, report.stages[0].limit.source) == (18 * 86_400, "percentile")
    assert set(ages(report)) == {deals[20], deals[21]}
    session.store.database.execute_sql("UPDATE visit SET begin_unknown = 1 WHERE deal_id = ? AND seq = 1", (deals[0],))
    assert ageing(made.at, made.type_id).stages[0].limit.completed == 19
    session.store.database.execute_sql("UPDATE visit SET begin_unknown = 0")
    # All visits count, whoever looks and whatever is asked.
    company(made.at)
    commands.set_deal(made.at, deals[20], owner="anna")
    assert set(ages(ageing(made.as_("anna"), made.type_id))) == {deals[20]}
    assert ageing(made.at, made.type_id, first=date(2026, 9, 22)).deals == 0


def test_a_visit_whose_beginning_is_not_known_is_not_ageing(session):
    made = empty(session)
    setup.set_stage(made.at, made.stages[0], norm=1)
    commands.new_deal(made.at, "Orion", type_id=made.type_id)
    made.clock[0] = made.on(9)
    session.store.database.execute_sql("UPDATE visit SET begin_unknown = 1")
    report = ageing(made.at, made.type_id, flag="no_next_step")
    assert (report.deals, report.counts["ageing"], report.listed[0].seconds) == (1, 0, None)


def test_a_deal_is_idle_after_days_without_activity_note_move_or_entry(session):
    made = empty(session)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id

    def idle(**what):
        return ageing(made.at, made.type_id, flag="idle", **what).counts["idle"]

    made.clock[0] = made.on(14) - 1
    assert idle() == 0 and idle(idle_days=13) == 1
    made.clock[0] = made.on(14)
    assert idle() == 1
    for day, touch in (
        (20, lambda: commands.move_deal(made.at, deal, made.stages[1])),
        (40, lambda: activities.add_activity(made.at, deal_id=deal, kind="call", due_at=made.on(90), text="x")),
        (60, lambda: add_entry(made.at, deal_id=deal, start=made.on(59.5), end=made.on(60))),
    ):
        made.clock[0] = made.on(day)
        assert idle() == 1
        touch()
        assert idle() == 0 and idle(as_of=made.on(day) - DAY) == 1
        made.clock[0] = made.on(day + 14)
        [line] = ageing(made.at, made.type_id, flag="idle").listed
        assert line.touched_at == made.on(day)


def test_a_deal_without_an_open_activity_has_no_next_step(session):
    made = empty(session)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id
    made.clock[0] = made.on(1)
    planned = activities.add_activity(made.at, deal_id=deal, kind="call", due_at=made.on(9), text="x")
    made.clock[0] = made.on(2)
    bare = [ageing(made.at, made.type_id, as_of=made.on(day)).counts["no_next_step"] for day in (0, 1, 2)]
    assert bare == [1, 0, 0]
    activities.done_activity(made.at, planned)
    bare = [ageing(made.at, made.type_id, as_of=made.on(day)).counts["no_next_step"] for day in (0, 1.5, 2)]
    assert bare == [1, 0, 1]


def test_an_expected_close_that_was_put_off_is_counted(session):
    made = empty(session)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, expected=date(2026, 10, 1)).deal_id
    for month, day in ((10, 20), (10, 10), (12, 1)):
        commands.set_deal(made.at, deal, expected_close=date(2026, month, day))
    commands.set_deal(made.at, deal, amount=5)
    [line] = ageing(made.at, made.type_id, flag="no_next_step").listed
    assert (line.pushed, line.expected) == (2, "2026-12-01")


def test_on_the_working_clock_only_working_time_counts_and_a_day_of_a_norm_is_a_working_day(session):
    made = empty(session)  # begun on a Monday, 13:33:20
    with pytest.raises(Refused) as refusal:
        ageing(made.at, made.type_id, clock="working")
    assert refusal.value.code == "no_hours"
    people.set_hours(made.at, range(5), 9 * 3600, 18 * 3600)
    people.add_holiday(made.at, date(2026, 9, 22))
    setup.set_stage(made.at, made.stages[0], norm=86_400)
    commands.new_deal(made.at, "Orion", type_id=made.type_id)
    people.set_company(made.at, clock="working")
    monday = int(datetime(2026, 9, 21, 18, tzinfo=UTC).timestamp()) * SECOND - START
    for hours, wanted in ((0, monday), (24, monday), (24 + 24 - 9 + 1, monday + 1 * HOUR - 0)):
        made.clock[0] = START + monday + hours * HOUR
        [line] = ageing(made.at, made.type_id, flag="no_next_step").listed
        assert line.seconds == wanted // SECOND, hours
    # One working day of nine hours is reached on Wednesday: 4:26:40 on Monday and as much as is left.
    wednesday = int(datetime(2026, 9, 23, 9, tzinfo=UTC).timestamp()) * SECOND
    made.clock[0] = wednesday + 9 * HOUR - monday
    assert ageing(made.at, made.type_id).counts["ageing"] == 0
    made.clock[0] += SECOND
    report = ageing(made.at, made.type_id)
    assert (report.clock, report.counts["ageing"], report.stages[0].limit.seconds) == ("working", 1, 9 * 3600)
    assert ageing(made.at, made.type_id, clock="calendar").listed[0].seconds > 86_400


@given(st.integers(0, 400 * 86_400), st.integers(0, 400 * 86_400), st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]))
def test_the_working_clock_is_the_sum_of_its_days(one, other, zone):
    first, last = sorted((START + one * SECOND, START + other * SECOND))
    hours = {0: (9 * 3600, 18 * 3600), 1: (0, 86_400), 4: (3600, 4 * 3600), 6: (2 * 3600, 5 * 3600)}
    off = {date(2026, 10, 5), date(2027, 1, 1)}
    told = worked(np.array([first, last]), stretches(local_day(first, zone), local_day(last, zone), hours, off, zone))
    wanted, place = 0, ZoneInfo(zone)
    day = datetime.fromtimestamp(first // SECOND, place).date()
    while day <= datetime.fromtimestamp(last // SECOND, place).date():
        if day.weekday() in hours and day not in off:
            opens, closes = hours[day.weekday()]
            midnight = datetime(day.year, day.month, day.day, tzinfo=place)
            at = [midnight + timedelta(seconds=opens), midnight + timedelta(seconds=closes)]  # on the wall
            spans = [int(moment.astimezone(UTC).timestamp()) * SECOND for moment in at]
            wanted += max(0, min(last, spans[1]) - max(first, spans[0]))
        day += timedelta(days=1)
    assert told[1] - told[0] == wanted
    assert normal_day(hours) == 3 * 3600  # the most frequent length


@given(st.lists(st.integers(0, 30), max_size=40), st.lists(st.integers(0, 30), max_size=40), st.sampled_from([0.5, 0.8, 0.9]))
def test_the_percentile_is_the_curves(completed, lasting, p):
    lengths = np.array([*completed, *lasting], np.int64)
    told = reached(survival(lengths, np.arange(len(lengths)) < len(completed)), p)
    assert told == quantile(survival_curve(completed, lasting), p)


def test_lengths_of_visits_are_those_of_a_naive_count(session):
    rng, made = random.Random(5), empty(session)
    for _step in range(120):
        made.clock[0] += rng.randint(0, 3) * HOUR
        deals = made.deals
        try:
            kind = rng.choice(["new", "move", "hold", "resume", "lose", "reopen"])
            if kind == "new" or not deals:
                deals.append(commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id)
            elif kind == "move":
                commands.move_deal(made.at, rng.choice(deals), rng.choice(made.stages))
            else:
                step = {
                    "hold": commands.hold_deal, "resume": commands.resume_deal, "lose": commands.lose_deal,
                    "reopen": commands.reopen_deal,
                }[kind]  # fmt: skip
                step(made.at, rng.choice(deals), **({} if kind == "resume" else {"reason": "x"}))
        except Refused:
            continue
    from models.pipeline.views import deal as card

    visits = history(made.at, made.type_id).as_of(made.clock[0])
    told = {}
    for number, seconds in zip(visits.deal.tolist(), (visits.lasted(CALENDAR) // SECOND).tolist(), strict=True):
        told.setdefault(number, []).append(seconds)
    assert told == {number: [visit.seconds for visit in card(made.at, number).visits] for number in made.deals}
    people.set_hours(made.at, range(7), 0, 86_400)
    visits = history(made.at, made.type_id).as_of(made.clock[0])
    assert visits.lasted(WORKING).tolist() == visits.lasted(CALENDAR).tolist()


def test_the_bpic_percentiles_are_those_of_the_truth_file(session, data):
    import json

    folder = data / "pipelines"
    options = ImportOptions(
        create_stages=True, stages_file=folder / "bpic2013_closed_cut.stages.txt", default_client="(none)", partial=True
    )
    import_history(session, folder / "bpic2013_closed_cut.csv", options)
    truth = json.loads((folder / "bpic2013_closed_cut.expected.json").read_text())
    at = int(datetime.fromisoformat(truth["as_of"]).timestamp()) * SECOND
    report = ageing(session, find_type("bpic2013_closed_cut"), as_of=at)
    reached = 0
    for stage in report.stages:
        wanted = truth["durations"][stage.stage]
        assert (stage.deals, stage.limit.completed) == (truth["clients"].get(stage.stage, {"deals": 0})["deals"], wanted["completed"])
        if wanted["completed"] < 20 or wanted["p80"] is None:
            assert stage.limit.seconds is None
        else:
            reached += 1
            assert stage.limit.seconds == pytest.approx(wanted["p80"], abs=1)
    assert reached and report.counts["ageing"] > 0
    assert all(line.seconds > line.limit.seconds for line in report.listed)


def test_each_sees_their_own_deals_and_what_cannot_be_asked_is_refused(session):
    made = empty(session)
    company(made.at)
    for owner in ("anna", "boris", "mark"):
        commands.new_deal(made.at, f"Of {owner}", type_id=made.type_id, owner=owner)
    for login, wanted in (("anna", {"anna"}), ("mark", {"anna", "mark"}), ("carl", {"anna", "boris", "mark"})):
        report = ageing(made.as_(login), made.type_id, flag="no_next_step")
        assert {line.rep for line in report.listed} == wanted and report.deals == len(wanted)
        assert {line.rep for line in reps(made.as_(login), made.type_id).reps} == wanted
    boris = find_employee("boris").id
    assert ageing(made.as_("anna"), made.type_id, rep_ids=[boris]).deals == 0
    assert reps(made.as_("mark"), made.type_id, rep_ids=[boris]).reps == ()
    for report in (ageing, reps):
        for wrong in ({"as_of": made.clock[0] + 1}, {"first": date(2026, 9, 22), "last": date(2026, 9, 21)}):
            with pytest.raises(Usage):
                report(made.at, made.type_id, **wrong)


def test_what_reps_compare(session):
    made = empty(session)
    company(made.at)
    setup.set_stage(made.at, made.stages[0], probability=50, norm=5 * 86_400)
    set_target(made.at, find_holder("anna"), date(2026, 9, 1), Money(900, "EUR"))
    set_target(made.at, find_holder("North"), date(2026, 9, 1), Money(5_000, "EUR"))
    deals = [
        commands.new_deal(made.at, client, type_id=made.type_id, owner=owner, amount=100).deal_id
        for owner, client in (("anna", "Orion"),) * 6 + (("boris", "Orion"), ("boris", "Vega"))
    ]  # fmt: skip
    for day, deal, outcome in ((1, 0, "won"), (2, 1, "won"), (6, 2, "won"), (6, 3, "lost"), (12, 6, "lost")):
        made.clock[0] = made.on(day)
        (commands.win_deal if outcome == "won" else commands.lose_deal)(made.at, deals[deal], reason="x")
    commands.set_deal(made.at, deals[0], owner="boris")
    report = reps(made.at, made.type_id)
    anna, boris = report.reps
    assert (anna.rep, anna.deals, anna.clients, anna.deals_won, anna.deals_lost, anna.few) == ("anna", 2, 1, 3, 1, True)
    assert (anna.planned, anna.won, anna.target) == tuple((Money(n, "EUR"),) for n in (200, 300, 900))
    assert anna.weighted == (Money(120, "EUR"),)  # three of five exits were won, which comes before the set 50 %
    assert (anna.share, anna.median) == (0.75, 2 * 86_400)
    assert (anna.low, anna.high) == (pytest.approx(0.300641842582), pytest.approx(0.954412739))
    assert anna.flags == {"ageing": 2, "idle": 0, "no_next_step": 2}
    assert (boris.deals, boris.deals_won, boris.deals_lost, boris.share, boris.median, boris.won) == (1, 0, 1, 0.0, None, ())
    assert (report.together.deals_won, report.together.deals_lost, report.together.clients) == (3, 2, 2)
    assert report.together.target == (Money(5_000, "EUR"),)
    september = reps(made.at, made.type_id, first=date(2026, 9, 21), last=date(2026, 9, 22))
    assert {line.rep: (line.deals, line.deals_won, line.deals_lost) for line in september.reps} == {"anna": (2, 1, 0), "boris": (1, 0, 0)}
    then = reps(made.at, made.type_id, as_of=made.on(2))
    assert {line.rep: (line.deals, line.deals_won) for line in then.reps} == {"anna": (4, 2), "boris": (2, 0)}
    document = report.as_json()
    assert list(document) == ["as_of", "type", "from", "to", "clock", "reps", "together"]
    assert document["reps"][0]["median_seconds"] == 2 * 86_400 and document["together"]["rep"] is None
