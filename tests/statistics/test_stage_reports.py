"""The reports durations and transitions: the worked example, every filter against a naive count, what is refused."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cli.main import run
from models.people import commands as people
from models.people.rules import readable
from models.people.views import acting, find_employee
from models.pipeline import commands, setup
from models.pipeline.rules import seconds_without_holds
from models.statistics import figures
from models.statistics.arrays import history
from models.statistics.durations import durations
from models.statistics.rules.chains import win_probabilities
from models.statistics.rules.survival import quantile, survival_curve
from models.statistics.transitions import transitions
from models.storage.database import database
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import SECOND, day_end, day_start

HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
START = int(datetime(2026, 9, 21, 8, tzinfo=UTC).timestamp()) * SECOND  # a Monday


@pytest.fixture
def clock():
    return [START]


@pytest.fixture
def at(session, clock):
    return replace(session, now=lambda: clock[0])


@pytest.fixture
def abc(at):
    type_id = setup.add_type(at, "Offers", mode="free")
    return type_id, [setup.add_stage(at, type_id, name) for name in "ABC"]


@pytest.fixture
def worked(at, clock, abc):
    """The example of semantics §4: four deals, as of day 10."""
    type_id, (_a, b, c) = abc
    deals = [commands.new_deal(at, "Orion", type_id=type_id).deal_id for _each in range(4)]
    for day, number, what in (
        (1, 2, c), (2, 0, b), (3, 2, b), (4, 1, "lost"), (5, 0, c), (6, 2, c), (9, 0, "won"),
    ):  # fmt: skip
        clock[0] = START + day * DAY
        if what == "won":
            commands.win_deal(at, deals[number])
        elif what == "lost":
            commands.lose_deal(at, deals[number], reason="price")
        else:
            commands.move_deal(at, deals[number], what)
    clock[0] = START + 10 * DAY
    return deals


def by_stage(report):
    document = report.as_json()
    return {stage.get("stage", stage.get("from")): stage for stage in document["stages"]}


def days(seconds):
    return None if seconds is None else seconds / 86_400


def test_durations_of_the_example(at, abc, worked):
    found = by_stage(durations(at, abc[0]))
    a = found["A"]
    assert [a[key] for key in ("visits", "completed", "open")] == [4, 3, 1]
    assert days(a["mean"]) == pytest.approx(7 / 3, abs=1e-5) and days(a["median"]) == 2
    assert (a["p80"], a["p90"], days(a["per_deal_median"])) == (None, None, 2)
    # S is 3/4, 1/2, 1/4 at 1, 2, 4; the lower band is at 0.5 or less from the first on, the upper never.
    assert (days(a["median_low"]), a["median_high"], days(a["p80_low"]), a["p80_high"]) == (1, None, 1, None)
    assert a["accounting"] == {
        "carried_in": 0, "entered": 4, "advance": 1, "skip": 1, "return": 0, "won": 0, "lost": 1, "retyped": 0, "there": 1,
    }  # fmt: skip
    # C: 4 (won), 2 (back to B), 4 open; deal 3 was there for 2 and is again.
    c = found["C"]
    assert (days(c["median"]), days(c["per_deal_median"]), c["open"]) == (4, 4, 1)
    assert durations(at, abc[0]).as_json()["clock"] == "calendar"


def test_transitions_of_the_example(at, abc, worked):
    found = by_stage(transitions(at, abc[0]))
    ways = {stage: {way["to"]: (way["as"], way["count"], way["share"]) for way in found[stage]["to"]} for stage in found}
    third = pytest.approx(1 / 3)
    assert ways["A"] == {"B": ("advance", 1, third), "C": ("skip", 1, third), "lost": ("lost", 1, third)}
    assert ways["B"] == {"C": ("advance", 2, 1.0)} and ways["C"] == {"B": ("return", 1, 0.5), "won": ("won", 1, 0.5)}
    assert [found[stage]["win_probability"] for stage in "ABC"] == [pytest.approx(2 / 3), pytest.approx(1), pytest.approx(1)]
    a = found["A"]
    assert [a[key] for key in ("exits", "open", "deals", "repeated", "few", "win_n", "win_set")] == [3, 1, 3, 0, True, 3, None]
    assert found["B"]["repeated"] == found["C"]["repeated"] == 0 and found["C"]["open"] == 1
    # By 7 days: B after 2, C after 1, lost after 4: 1/4 each; three quarters have gone by 10, where observation ends.
    for way in a["to"]:
        assert way["incidence"]["7"] == way["incidence"]["365"] == way["incidence"]["last"] == pytest.approx(1 / 4)
        assert way["beyond"] == ["30", "90", "180", "365"]
    assert 0 <= a["win_low"] <= 2 / 3 <= a["win_high"] <= 1


def test_as_of_sees_no_more_than_had_happened(at, abc, worked):
    found = by_stage(durations(at, abc[0], as_of=START + 2 * DAY))
    assert [found["A"][key] for key in ("visits", "completed", "open")] == [4, 2, 2]
    went = by_stage(transitions(at, abc[0], as_of=START + 2 * DAY))
    assert {way["to"]: way["count"] for way in went["A"]["to"]} == {"B": 1, "C": 1}
    assert went["C"]["open"] == 1 and went["C"]["win_probability"] is None
    with pytest.raises(Usage, match="past"):
        durations(at, abc[0], as_of=START + 11 * DAY)


def test_what_was_read_once_answers_for_any_instant_as_if_read_anew(at, abc, worked, clock):
    known = history(at, abc[0])
    for moment in range(11):
        asked = {"as_of": START + moment * DAY}
        assert durations(at, abc[0], history=known, **asked) == durations(at, abc[0], **asked)
        assert transitions(at, abc[0], history=known, **asked) == transitions(at, abc[0], **asked)
    commands.win_deal(at, worked[3])
    assert by_stage(durations(at, abc[0], history=known))["A"]["open"] == 1
    assert by_stage(durations(at, abc[0]))["A"]["open"] == 0


def test_the_period_chooses_visits_entered_and_exits_made_in_whole_days_of_the_company(session, at, abc, clock):
    people.set_company(session, timezone="Asia/Tokyo")
    type_id, (_a, b, _c) = abc
    clock[0] = int(datetime(2026, 9, 30, 14, 59, 59, tzinfo=UTC).timestamp()) * SECOND
    first = commands.new_deal(at, "Orion", type_id=type_id).deal_id  # 23:59:59 of the 30th in Tokyo
    clock[0] += SECOND
    commands.new_deal(at, "Orion", type_id=type_id)
    clock[0] += DAY
    commands.move_deal(at, first, b)  # on 2 October

    def found(since, until):
        asked = {"first": date(2026, *since), "last": date(2026, *until)}
        stage = by_stage(durations(at, type_id, **asked))["A"]
        went = by_stage(transitions(at, type_id, **asked))["A"]
        account = stage["accounting"]
        return stage["visits"], stage["completed"], went["exits"], account["carried_in"], account["advance"], account["there"]

    # Followed until now: the visit of 30 September has ended, on 2 October.
    assert found((9, 30), (9, 30)) == (1, 1, 0, 0, 0, 1)
    assert found((10, 1), (10, 1)) == (1, 0, 0, 1, 0, 2)
    assert found((10, 2), (10, 2)) == (0, 0, 1, 2, 1, 1)
    assert found((9, 30), (10, 2)) == (2, 1, 1, 0, 1, 1)
    assert found((10, 3), (12, 31)) == (0, 0, 0, 1, 0, 1)
    with pytest.raises(Usage, match="ends before"):
        found((10, 2), (10, 1))
    # A target reached only by visits entered in the period, whose exits came later, is told with its incidence.
    [way] = by_stage(transitions(at, type_id, first=date(2026, 9, 30), last=date(2026, 9, 30)))["A"]["to"]
    assert (way["to"], way["as"], way["count"], way["share"], way["incidence"]["last"]) == ("B", "advance", 0, None, 1.0)
    # One that only visits entered before it took in the period has an exit and no incidence: nothing was followed.
    [way] = by_stage(transitions(at, type_id, first=date(2026, 10, 2), last=date(2026, 10, 2)))["A"]["to"]
    assert (way["count"], set(way["incidence"].values()), way["beyond"]) == (1, {None}, [])


def test_the_rep_of_a_visit_is_the_owner_just_before_it_ended(at, abc, clock):
    type_id, (_a, b, c) = abc
    for login in ("anna", "boris", "carla"):
        people.add_employee(at, login, name=login.title(), role="rep")
    anna, boris, carla = (find_employee(login).id for login in ("anna", "boris", "carla"))
    deal = commands.new_deal(at, "Orion", type_id=type_id, owner="anna").deal_id
    clock[0] += DAY
    commands.move_deal(at, deal, b)
    commands.set_deal(at, deal, owner="boris")  # at the instant at which the visit at A ended
    clock[0] += DAY
    commands.set_deal(at, deal, owner="carla")
    clock[0] += DAY
    commands.move_deal(at, deal, c)

    def visits(rep, **asked):
        return {stage: told["visits"] for stage, told in by_stage(durations(at, type_id, rep_ids=[rep], **asked)).items()}

    assert visits(anna) == {"A": 1, "B": 0, "C": 0}
    assert visits(boris) == {"A": 0, "B": 0, "C": 0}
    assert visits(carla) == {"A": 0, "B": 1, "C": 1}
    assert visits(boris, as_of=START + DAY) == {"A": 0, "B": 1, "C": 0}
    assert visits(anna, as_of=START) == {"A": 1, "B": 0, "C": 0}
    both = by_stage(durations(at, type_id, rep_ids=[anna, carla]))
    assert [both[stage]["visits"] for stage in "ABC"] == [1, 1, 1]
    assert visits(0) == {"A": 0, "B": 0, "C": 0}


def test_nobody_sees_visits_of_reps_whose_deals_are_not_theirs_to_read(at, abc, clock):
    type_id = abc[0]
    for login, team in (("anna", "North"), ("boris", "North"), ("carla", "South")):
        people.add_employee(at, login, name=login.title(), role="rep", team=team)
        commands.new_deal(at, "Orion", type_id=type_id, owner=login)
    people.add_employee(at, "mara", name="Mara", role="manager", team="North")
    carla = find_employee("carla").id

    def seen(login, **asked):
        return by_stage(durations(replace(at, actor=acting(login, "")), type_id, **asked))["A"]["visits"]

    assert (seen("root"), seen("anna"), seen("mara")) == (3, 1, 2)
    assert seen("anna", rep_ids=[carla]) == seen("mara", rep_ids=[carla]) == 0 and seen("root", rep_ids=[carla]) == 1
    assert by_stage(transitions(replace(at, actor=acting("anna", "")), type_id, rep_ids=[carla]))["A"]["open"] == 0


def test_holds_do_not_count_on_either_clock(session, at, abc, clock):
    type_id, (_a, b, _c) = abc
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    people.add_holidays(session, {date(2026, 9, 23): "Founding"})
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id  # Monday 8:00
    clock[0] = START + 8 * HOUR  # Monday 16:00
    commands.hold_deal(at, deal, reason="wait")
    clock[0] = START + 27 * HOUR  # Tuesday 11:00
    commands.resume_deal(at, deal)
    clock[0] = START + 73 * HOUR  # Thursday 9:00, Wednesday was a holiday
    commands.move_deal(at, deal, b)
    calendar, working = (by_stage(durations(at, type_id, clock=one))["A"] for one in ("calendar", "working"))
    assert calendar["mean"] == (73 - 19) * 3600
    # Monday 9–16 and Tuesday 11–18.
    assert working["mean"] == (7 + 7) * 3600
    people.set_company(session, clock="working")
    assert durations(at, type_id).clock == "working" and by_stage(durations(at, type_id))["A"]["mean"] == 14 * 3600
    # 14 hours are within 7 working days of 9 hours, and beyond the last observation.
    [way] = by_stage(transitions(at, type_id))["A"]["to"]
    assert way["incidence"]["7"] == 1.0 and way["beyond"] == ["7", "30", "90", "180", "365"]
    # As of an instant within the hold it has lasted until the hold began.
    clock[0] = START + 100 * HOUR
    known = history(at, type_id)
    held = known.as_of(START + 20 * HOUR)
    assert held.lasted("calendar").tolist() == [8 * HOUR] and held.lasted("working").tolist() == [7 * HOUR]


def test_holds_that_overlap_leave_no_less_than_nothing(at, abc, clock):
    deal = commands.new_deal(at, "Orion", type_id=abc[0]).deal_id
    clock[0] += DAY
    commands.move_deal(at, deal, abc[1][1])
    for _twice in range(2):
        database.execute_sql(
            "INSERT INTO hold (deal_id, started_at, ended_at, reason, started_by_id, ended_by_id) VALUES (?, ?, ?, '', 1, 1)",
            (deal, START, START + DAY),
        )
    assert by_stage(durations(at, abc[0]))["A"]["mean"] == 0


def test_days_of_incidences_are_those_of_the_clock(session, at, abc, clock):
    type_id, (_a, b, _c) = abc
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id  # Monday 8:00
    clock[0] = START + 7 * DAY
    later = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    commands.move_deal(at, deal, b)
    [way] = by_stage(transitions(at, type_id))["A"]["to"]
    # Seven days, or five working days: within 7 of either, and exactly 7 is not beyond.
    assert (way["incidence"]["7"], way["beyond"]) == (1.0, ["30", "90", "180", "365"])
    [way] = by_stage(transitions(at, type_id, clock="working"))["A"]["to"]
    assert (way["incidence"]["7"], way["beyond"]) == (1.0, ["7", "30", "90", "180", "365"])
    clock[0] = START + 17 * DAY  # Thursday 8:00, eight working days after it came
    commands.move_deal(at, later, b)
    asked = {"first": date(2026, 9, 28), "clock": "working"}
    [way] = by_stage(transitions(at, type_id, **asked))["A"]["to"]
    assert (way["incidence"]["7"], way["incidence"]["30"], way["beyond"]) == (0.0, 1.0, ["30", "90", "180", "365"])


def test_ten_exits_are_not_few(at, abc, clock):
    type_id, (_a, b, _c) = abc
    for _each in range(10):
        commands.move_deal(at, commands.new_deal(at, "Orion", type_id=type_id).deal_id, b)
    assert by_stage(transitions(at, type_id))["A"]["few"] is False
    commands.undo(at)
    assert by_stage(transitions(at, type_id))["A"]["few"] is True


def test_a_deal_with_a_visit_of_unknown_beginning_has_no_known_time_at_the_stage(at, abc, clock):
    type_id, (a, b, _c) = abc
    first, second = (commands.new_deal(at, "Orion", type_id=type_id).deal_id for _each in range(2))
    database.execute_sql("UPDATE visit SET begin_unknown = 1 WHERE deal_id = ?", (first,))
    for day, deal, stage in ((1, first, b), (2, first, a), (3, first, b), (3, second, b)):
        clock[0] = START + day * DAY
        commands.move_deal(at, deal, stage)
    found = by_stage(durations(at, type_id))["A"]
    assert (found["visits"], found["median"], found["per_deal_median"]) == (2, 86_400, 3 * 86_400)


def test_the_working_clock_needs_working_hours(at, abc):
    with pytest.raises(Refused, match="working hours"):
        durations(at, abc[0], clock="working")
    with pytest.raises(Usage):
        durations(at, abc[0], clock="sundial")
    with pytest.raises(NotFound):
        durations(at, 99)


def test_undone_moves_leave_no_trace(at, abc, clock):
    type_id, (_a, b, _c) = abc
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    before = durations(at, type_id)
    clock[0] += DAY
    commands.move_deal(at, deal, b)
    commands.undo(at)
    after = by_stage(durations(at, type_id, as_of=START))
    assert after == by_stage(before) and by_stage(durations(at, type_id))["A"]["open"] == 1
    assert by_stage(transitions(at, type_id))["A"]["exits"] == 0


def test_a_visit_of_unknown_beginning_counts_in_exits_and_is_carried_in_but_has_no_duration(at, abc, clock):
    type_id, (a, b, _c) = abc
    first, second = (commands.new_deal(at, "Orion", type_id=type_id).deal_id for _each in range(2))
    database.execute_sql("UPDATE visit SET begin_unknown = 1 WHERE deal_id = ?", (first,))
    clock[0] += 2 * DAY
    for deal in (first, second):
        commands.move_deal(at, deal, b)
    for deal in (first, second):
        commands.move_deal(at, deal, a)
    clock[0] += DAY
    found, went = by_stage(durations(at, type_id))["A"], by_stage(transitions(at, type_id))["A"]
    assert (found["visits"], found["completed"], found["open"], found["mean"]) == (3, 1, 2, 2 * 86_400)
    # The whole time of the first deal at A is not known.
    assert found["per_deal_median"] is None
    assert (went["exits"], went["open"], went["to"][0]["incidence"]["last"]) == (2, 2, 1.0)
    account = found["accounting"]
    assert (account["carried_in"], account["entered"], account["advance"], account["there"]) == (1, 3, 2, 2)


def test_a_reopened_win_stays_the_exit_it_was_and_is_told(at, abc, clock):
    type_id, (_a, b, c) = abc
    for number in range(4):
        deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
        clock[0] += DAY
        commands.win_deal(at, deal)
        if number == 0:
            clock[0] += DAY
            commands.reopen_deal(at, deal, reason="again")
            clock[0] += DAY
            commands.lose_deal(at, deal, reason="price")
    found = by_stage(transitions(at, type_id))["A"]
    assert {way["to"]: way["count"] for way in found["to"]} == {"won": 4, "lost": 1}
    assert (found["win_probability"], found["win_reopened"], found["deals"], found["repeated"]) == (pytest.approx(0.8), 0.25, 4, 1)
    assert found["win_low"] < 0.8 < found["win_high"] == 1
    # As of the first win it had not been reopened.
    assert by_stage(transitions(at, type_id, as_of=START + DAY))["A"]["win_reopened"] == 0
    # Two visits, a day each.
    assert by_stage(durations(at, type_id))["A"]["per_deal_median"] == 86_400


def test_deals_that_went_to_another_type_are_an_exit_of_their_own(at, abc, clock):
    type_id, (a, _b, _c) = abc
    other = setup.add_type(at, "New", mode="free")
    x = setup.add_stage(at, other, "X")
    deals = [commands.new_deal(at, "Orion", type_id=type_id).deal_id for _each in range(2)]
    clock[0] += DAY
    commands.retype_deal(at, deals[0], other, {a: x})
    commands.win_deal(at, deals[1])
    found = by_stage(transitions(at, type_id))["A"]
    assert {way["to"]: (way["as"], way["share"]) for way in found["to"]} == {"won": ("won", 0.5), "retyped": ("retyped", 0.5)}
    assert found["win_probability"] == 0.5
    assert by_stage(durations(at, type_id))["A"]["accounting"]["retyped"] == 1
    assert by_stage(durations(at, other))["X"]["open"] == 1


def test_a_stage_without_exits_counts_its_set_percentage_and_that_is_marked(at, abc, clock):
    type_id, (a, b, c) = abc
    for stage in (a, b):
        setup.set_stage(at, stage, probability=60)
    for number in range(4):
        deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
        clock[0] += DAY
        commands.move_deal(at, deal, b if number else c)
    found = by_stage(transitions(at, type_id))
    assert found["A"]["win_probability"] == pytest.approx(0.75 * 0.6) and found["A"]["win_counts_set"] == ["B"]
    assert (found["B"]["win_probability"], found["B"]["win_set"], found["B"]["win_low"], found["B"]["win_counts_set"]) == (None, 0.6, None, [])
    assert found["A"]["win_low"] < 0.45 < found["A"]["win_high"]
    # A has exits: what they say counts, not its percentage, also where deals come back to it.
    commands.move_deal(at, deal, a)
    assert by_stage(transitions(at, type_id))["B"]["win_counts_set"] == []


def test_a_loop_that_nothing_leaves_has_no_win_probability(at, abc, clock):
    type_id, (a, b, _c) = abc
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    for _round in range(3):
        for stage in (b, a):
            clock[0] += DAY
            commands.move_deal(at, deal, stage)
    found = by_stage(transitions(at, type_id))
    assert [found[stage]["win_probability"] for stage in "ABC"] == [None] * 3 and found["A"]["win_low"] is None
    assert (found["A"]["exits"], found["A"]["deals"], found["A"]["repeated"]) == (3, 1, 1)


def test_a_type_without_deals_lists_its_active_stages_and_one_without_stages_none(at, abc):
    for report in (durations, transitions):
        assert list(by_stage(report(at, abc[0]))) == ["A", "B", "C"]
    empty = by_stage(durations(at, abc[0]))["A"]
    assert (empty["visits"], empty["mean"], empty["median"], empty["per_deal_median"]) == (0, None, None, None)
    bare = setup.add_type(at, "Bare", mode="free")
    assert durations(at, bare).stages == transitions(at, bare).stages == ()
    setup.archive_stage(at, abc[1][2])
    assert list(by_stage(durations(at, abc[0]))) == ["A", "B"] == list(by_stage(transitions(at, abc[0])))


def test_an_archived_stage_stands_where_it_had_visits(at, abc, worked, clock):
    type_id, (_a, b, c) = abc
    commands.move_deal(at, worked[2], b)
    setup.archive_stage(at, c)
    assert list(by_stage(durations(at, type_id))) == ["A", "B", "C"] == list(by_stage(transitions(at, type_id)))


def test_zero_stays_all_lost_one_deal(at, abc):
    type_id, (_a, b, _c) = abc
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    commands.move_deal(at, deal, b)
    commands.lose_deal(at, deal, reason="price")
    found, went = by_stage(durations(at, type_id)), by_stage(transitions(at, type_id))
    assert [found[stage][key] for stage in "AB" for key in ("mean", "median", "median_low", "p90")] == [0, 0, None, 0] * 2
    assert [went[stage][key] for stage in "AB" for key in ("win_probability", "win_low", "win_high")] == [0.0] * 6
    assert went["A"]["to"][0]["incidence"] == dict.fromkeys(("7", "30", "90", "180", "365", "last"), 1.0)


# Against a naive count


@pytest.fixture(params=[11, 12])
def random_store(request, at, abc, clock):
    """400 steps with deals of two reps and the administrator, some at one instant; the type."""
    rng, (type_id, stages) = random.Random(request.param), abc
    people.set_hours(at, range(5), 9 * 3600, 17 * 3600)
    for login in ("anna", "boris"):
        people.add_employee(at, login, name=login, role="rep")
    deals = []
    for _step in range(400):
        clock[0] += rng.choice([0, 0, 5, 17, 30]) * HOUR
        what = rng.choice(["new", "new", "move", "move", "move", "win", "lose", "reopen", "hold", "resume", "owner"])
        if what == "new" or not deals:
            owner = rng.choice(["anna", "boris", "root"])
            deals.append(commands.new_deal(at, "Orion", type_id=type_id, stage_id=rng.choice(stages), owner=owner).deal_id)
            continue
        deal = rng.choice(deals)
        try:
            if what == "move":
                commands.move_deal(at, deal, rng.choice(stages))
            elif what == "win":
                commands.win_deal(at, deal)
            elif what == "owner":
                commands.set_deal(at, deal, owner=rng.choice(["anna", "boris"]))
            else:
                step = {
                    "lose": commands.lose_deal, "reopen": commands.reopen_deal, "hold": commands.hold_deal,
                }.get(what)  # fmt: skip
                step(at, deal, reason="x") if step else commands.resume_deal(at, deal)
        except Refused:
            continue
    database.execute_sql("UPDATE visit SET begin_unknown = 1 WHERE id % 9 = 0")
    return type_id


def naive_visits(type_id, at):
    """Each visit as of an instant: stage, entered, left or None, how it ended, unknown, target, rep, seconds, deal."""
    rows = database.execute_sql(
        "SELECT deal_id, seq, stage.name, entered_at, left_at, left_as, begin_unknown FROM visit"
        " JOIN stage ON stage.id = stage_id WHERE visit.deal_type_id = ? ORDER BY deal_id, seq", (type_id,)
    ).fetchall()  # fmt: skip
    following = {(row[0], row[1]): row[2] for row in rows}
    found = []
    for deal, seq, stage, entered, left, how, unknown in rows:
        if entered > at:
            continue
        if left is not None and left > at:
            left = how = None
        terms = database.execute_sql(
            "SELECT owner_id FROM deal_terms WHERE deal_id = ? AND at < ? ORDER BY at DESC, id DESC LIMIT 1",
            (deal, at + 1 if left is None else left),
        ).fetchone() or database.execute_sql(
            "SELECT owner_id FROM deal_terms WHERE deal_id = ? ORDER BY at, id LIMIT 1", (deal,)
        ).fetchone()  # fmt: skip
        holds = database.execute_sql("SELECT started_at, ended_at FROM hold WHERE deal_id = ?", (deal,)).fetchall()
        seconds = seconds_without_holds(entered, at if left is None else left, holds)
        target = None if how is None else how if how in ("won", "lost") else following[deal, seq + 1]
        found.append((stage, entered, left, how, unknown, target, terms[0], seconds, deal))
    return found


def test_every_filter_against_a_naive_count(at, random_store, clock):
    type_id, end = random_store, clock[0]
    known = history(at, type_id)
    reps = {login: find_employee(login).id for login in ("anna", "boris", "root")}
    first, last = date(2026, 9, 23), date(2026, 10, 8)
    rng, asked_of = random.Random(4), 0
    for rep in (None, "anna", "boris"):
        for since, until in ((None, None), (first, None), (None, last), (first, last), (first, first)):
            for as_of in (end, START + rng.randrange(end - START), START + 10 * DAY):
                visits = [one for one in naive_visits(type_id, as_of) if rep is None or one[6] == reps[rep]]
                begin = day_start(since, "UTC") if since else 0
                limit = day_end(until, "UTC") if until else 2**62
                asked = {
                    "rep_ids": None if rep is None else [reps[rep]], "first": since, "last": until, "as_of": as_of,
                    "history": known,
                }  # fmt: skip
                lasted = by_stage(durations(at, type_id, **asked))
                went = by_stage(transitions(at, type_id, **asked, intervals=False))
                exits = {}
                for place, stage in enumerate("ABC"):
                    here = [one for one in visits if one[0] == stage]
                    entered = [one for one in here if begin <= one[1] < limit and not one[4]]
                    done = [one[7] for one in entered if one[2] is not None]
                    found = lasted[stage]
                    assert (found["visits"], found["completed"]) == (len(entered), len(done))
                    assert found["mean"] == (None if not done else int(sum(done) / len(done) + 0.5))
                    curve = survival_curve(done, [one[7] for one in entered if one[2] is None])
                    assert [found[key] for key in ("median", "p80", "p90")] == [quantile(curve, p) for p in (0.5, 0.8, 0.9)]
                    account = found["accounting"]
                    assert account["carried_in"] + account["entered"] == sum(account.values()) - account["carried_in"] - account["entered"]
                    assert account["entered"] == len(entered)
                    made = [one for one in here if one[2] is not None and begin <= one[2] < limit]
                    for how in ("advance", "skip", "return", "won", "lost"):
                        assert account[how] == sum(one[3] == how for one in made)
                    told = went[stage]
                    assert (told["exits"], told["deals"]) == (len(made), len({one[8] for one in made}))
                    assert told["open"] == sum(one[2] is None for one in here)
                    counts = {}
                    for one in made:
                        counts[one[5]] = counts.get(one[5], 0) + 1
                    assert {way["to"]: way["count"] for way in told["to"] if way["count"]} == counts
                    exits[place] = {"ABC".index(to) if to in "ABC" else to: count for to, count in counts.items()}
                    asked_of += len(entered)
                chances = win_probabilities(exits, {}, range(3))
                for place, stage in enumerate("ABC"):
                    expected = chances[place]
                    assert went[stage]["win_probability"] == (None if expected is None else pytest.approx(expected, abs=1e-9))
    assert asked_of > 500


def test_the_board_and_the_report_agree_on_win_probabilities_and_long_stays(at, random_store, clock):
    clock[0] += HOUR
    for deal, in database.execute_sql("SELECT id FROM deal WHERE outcome = 'open' AND id % 4 > 0").fetchall():
        commands.lose_deal(at, deal, reason="x")  # so that four fifths of the stays have ended
    stays = figures.Stays()
    while figures.gather(at, random_store, stays):
        pass
    board = figures.figures(at, random_store, stays)
    report = transitions(at, random_store)
    assert board.win == {one.stage_id: pytest.approx(one.win.chance, abs=1e-9) for one in report.stages}
    lasted = {one.stage_id: one for one in durations(at, random_store).stages}
    assert board.long_after and all(lasted[stage].p80.value == seconds for stage, seconds in board.long_after.items())


def test_the_reps_together_are_everybody(at, random_store):
    whole = durations(at, random_store)
    parts = [durations(at, random_store, rep_ids=[find_employee(one).id]) for one in ("anna", "boris", "root")]
    assert readable(at.actor) is None
    for place, stage in enumerate(whole.stages):
        assert stage.account == tuple(map(sum, zip(*(part.stages[place].account for part in parts), strict=True)))


# The command line


def test_the_commands_print_the_contracts_json_and_the_other_formats(session, at, abc, worked, capsys):
    def program(*words):
        capsys.readouterr()
        status = run(["--db", str(session.store.path), "--as", "root", "report", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    def told(*words):
        status, out, err = program(*words, "--type", "Offers", "--as-of", "2026-10-01T08:00:00Z")
        assert status == 0, err
        return out

    lasted, went = json.loads(told("durations", "--json")), json.loads(told("transitions", "--format", "json"))
    assert lasted == durations(at, abc[0]).as_json() and went == transitions(at, abc[0]).as_json()
    assert list(lasted) == ["type", "clock", "stages"]
    assert list(lasted["stages"][0]) == [
        "stage", "visits", "completed", "open", "mean", "median", "median_low", "median_high", "p80", "p80_low",
        "p80_high", "p90", "p90_low", "p90_high", "per_deal_median", "accounting",
    ]  # fmt: skip
    assert list(lasted["stages"][0]["accounting"]) == [
        "carried_in", "entered", "advance", "skip", "return", "won", "lost", "retyped", "there",
    ]  # fmt: skip
    wanted = {
        "from", "exits", "open", "deals", "repeated", "few", "to", "win_probability", "win_n", "win_low", "win_high", "win_set",
    }  # fmt: skip
    assert wanted <= set(went["stages"][0]) and (went["resamples"], went["seed"]) == (1000, 1)
    assert list(went["stages"][0]["to"][0]) == ["to", "as", "count", "share", "low", "high", "incidence", "beyond"]
    # Three exits: counts only on the screen, shares in the JSON.
    text = told("transitions")
    assert "33" not in text and "fewer than 10" in text and "skip" in text
    rows = list(csv.DictReader(io.StringIO(told("transitions", "--format", "csv"))))
    assert [row["to"] for row in rows] == ["B", "C", "lost", "C", "B", "won"] and float(rows[0]["share"]) == pytest.approx(1 / 3)
    rows = list(csv.DictReader(io.StringIO(told("durations", "--format", "csv"))))
    assert (rows[0]["median"], rows[0]["p80"], rows[0]["there"]) == ("172800", "", "1")
    assert "Carried in" in told("durations") and "2 d" in told("durations")
    assert "median 2 d" in told("durations", "--format", "chart") and "(1)" in told("transitions", "--format", "chart")
    assert json.loads(told("durations", "--json", "--rep", "root", "--from", "2026-09-22"))["stages"][0]["visits"] == 0
    for report in ("durations", "transitions"):
        for refused in (
            ["--as-of", "2199-01-01T00:00:00Z"], ["--from", "2011-01-02", "--to", "2011-01-01"], ["--type", "all"],
            ["--clock", "sand"], ["--from", "yesterday"],
        ):  # fmt: skip
            status, out, err = program(report, *refused)
            assert (status, out) == (2, "") and "Traceback" not in err and err
        assert program(report, "--type", "nothing")[0] == program(report, "--rep", "nobody")[0] == 1
        status, out, _err = program(report, "--type", "Offers", "--clock", "working", "--json")
        assert status == 1 and json.loads(out)["error"]["code"] == "no_hours"


def test_a_hostile_stage_name_reaches_no_terminal_and_no_spreadsheet(session, at, abc, worked, capsys):
    database.execute_sql("UPDATE stage SET name = ? WHERE id = ?", ("=cmd|' /C calc'!A0\u202e", abc[1][1]))
    for words in (["durations"], ["transitions"], ["durations", "--format", "csv"], ["transitions", "--format", "csv"],
                  ["durations", "--format", "chart"], ["transitions", "--format", "chart"]):  # fmt: skip
        capsys.readouterr()
        assert run(["--db", str(session.store.path), "--as", "root", "report", *words, "--type", "Offers", "--as-of", "2026-10-01T08:00:00Z"]) == 0
        out = capsys.readouterr().out
        assert "\u202e" not in out and "cmd" in out
        assert "csv" not in words or ("\n=cmd" not in out and ",=cmd" not in out)


def test_days_of_a_period_at_the_ends_of_the_calendar(at, abc, worked):
    whole = durations(at, abc[0], first=date(1900, 1, 1), last=date(2199, 12, 31))
    assert whole == durations(at, abc[0])
    assert durations(at, abc[0], first=date(2026, 9, 21) + timedelta(days=400)).stages[0].account.there == 1
