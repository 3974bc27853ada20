"""The same number in two reports is the same, and a number of the screen is that of the deals it opens into."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.overview.board import Look, board_head, cards, detail
from models.overview.past import past_board, past_cards
from models.overview.today import today
from models.overview.weights import weighted
from models.people.commands import add_holiday, set_company, set_hours
from models.people.views import find_employee
from models.pipeline import commands, setup
from models.statistics.ageing import ageing
from models.statistics.arrays import history
from models.statistics.behind import closed_behind, deals_behind, open_behind
from models.statistics.durations import durations
from models.statistics.figures import Stays, figures, gather
from models.statistics.funnel import funnel, funnel_deals
from models.statistics.paths import paths
from models.statistics.reps import reps
from models.statistics.transitions import transitions
from models.statistics.views import clients_per_stage
from models.statistics.volumes import volumes
from models.values.errors import Refused
from tests.statistics.pipeline_example import SECOND, company, empty
from tui.statistics.behind import read_behind
from tui.statistics.filters import Filters, known
from tui.statistics.report import Asked
from tui.statistics.reports import report

HOUR = 3600 * SECOND
OWNERS = ("anna", "boris")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "new", "move", "move", "move", "win", "lose", "reopen", "hold", "resume", "owner", "retype", "bare"]),
        st.integers(0, 5), st.integers(0, 2), st.sampled_from(OWNERS), st.integers(0, 40),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


class Over(Exception):
    """Thrown to take back what a history wrote."""


def lived(made, other, steps):
    """A random history; gives the instants at which anything happened."""
    deals, instants = [], []
    for kind, number, place, owner, hours in steps:
        made.clock[0] += hours * HOUR
        try:
            if kind in ("new", "bare") or not deals:
                amount, day = (None, None) if kind == "bare" else (100 * number, date(2026, 10 + place, 1))
                said = {"owner": owner, "stage_id": made.stages[place], "amount": amount, "expected": day}
                deals.append(commands.new_deal(made.at, f"Client {number}", type_id=made.type_id, **said).deal_id)
            else:
                deal = deals[number % len(deals)]
                {
                    "move": lambda: commands.move_deal(made.at, deal, made.stages[place]),  # noqa: B023
                    "win": lambda: commands.win_deal(made.at, deal),  # noqa: B023
                    "lose": lambda: commands.lose_deal(made.at, deal, reason="x"),  # noqa: B023
                    "reopen": lambda: commands.reopen_deal(made.at, deal, reason="x"),  # noqa: B023
                    "hold": lambda: commands.hold_deal(made.at, deal, reason="x"),  # noqa: B023
                    "resume": lambda: commands.resume_deal(made.at, deal),  # noqa: B023
                    "owner": lambda: commands.set_deal(made.at, deal, owner=owner),  # noqa: B023
                    "retype": lambda: commands.retype_deal(made.at, deal, other[0], dict.fromkeys(made.stages, other[1])),  # noqa: B023
                }[kind]()
        except Refused:
            continue
        instants.append(made.clock[0])
    made.clock[0] += HOUR
    return instants


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(STEPS, st.integers(0, 30), st.sampled_from([None, *OWNERS]))
def test_reports_agree_and_so_does_what_is_behind_them(session, steps, moment, rep):
    with pytest.raises(Over), session.writing():
        made = empty(session)
        company(made.at)
        other = setup.add_type(made.at, "Other", mode="free")
        instants = lived(made, (other, setup.add_stage(made.at, other, "X")), steps)
        kept = history(made.at, made.type_id, deals=True)
        whose = None if rep is None else [find_employee(rep).id]
        for as_of in (None, instants[moment % len(instants)] if instants else made.clock[0]):
            what = {"rep_ids": whose, "as_of": as_of}
            same = {"history": kept, **what}
            clients = clients_per_stage(made.at, made.type_id, **what)
            assert clients == clients_per_stage(made.at, made.type_id, **same)
            planned, stays, gone = (one(made.at, made.type_id, **same) for one in (volumes, durations, transitions))
            aged = ageing(made.at, made.type_id, **same)
            assert planned == volumes(made.at, made.type_id, **what) and aged == ageing(made.at, made.type_id, **what)
            open_of = {stage.stage_id: stage.deals for stage in clients.stages}
            for stages, count in (
                (planned.stages, lambda one: one.deals), (aged.stages, lambda one: one.deals),
                (stays.stages, lambda one: one.account.there), (gone.stages, lambda one: one.open),
            ):  # fmt: skip
                assert {one.stage_id: count(one) for one in stages} == open_of
            if as_of is None and rep is None:
                stays_of = Stays()
                gather(made.at, made.type_id, stays_of)
                head = board_head(made.at, made.type_id)
                sums = weighted(made.at, head, "", figures(made.at, made.type_id, stays_of).win)
                assert {one.stage_id: one.weighted for one in planned.stages if one.weighted} == sums
            if rep is None:
                chances = {one.stage_id: one.win.chance for one in gone.stages if one.win.chance is not None}
                assert chances == {one.stage_id: one.probability for one in planned.stages if one.source == "observed"}
            for stage, count in open_of.items():
                assert len(open_behind(made.at, made.type_id, stage_id=stage, **same)) == count
                assert len(deals_behind(made.at, made.type_id, stage_id=stage, **same)) == count
            assert [stage.held for stage in planned.stages] == [stage.held for stage in clients.stages] == [one.held for one in aged.stages]
            for one in gone.stages:
                assert len(deals_behind(made.at, made.type_id, stage_id=one.stage_id, exits=True, **same)) == one.deals
            sold = reps(made.at, made.type_id, **same)
            assert sold == reps(made.at, made.type_id, **what)
            assert sold.together.deals == clients.deals and sold.together.clients == clients.clients
            assert sold.together.planned == planned.total.planned and sold.together.weighted == planned.total.weighted
            assert {one.rep: one.won for one in sold.reps if one.won} == {one.key: one.won for one in planned.reps if one.won}
            for line in sold.reps:
                assert len(open_behind(made.at, made.type_id, rep=line.rep, as_of=as_of)) == line.deals
                for outcome, count in (("won", line.deals_won), ("lost", line.deals_lost)):
                    assert len(closed_behind(made.at, made.type_id, outcome=outcome, rep=line.rep, as_of=as_of)) == count
            for days in ({}, {"first": date(2026, 9, 22)}, {"last": date(2026, 9, 23)}):
                came = funnel(made.at, made.type_id, **same, **days)
                assert came == funnel(made.at, made.type_id, **what, **days)
                assert len(funnel_deals(made.at, made.type_id, **same, **days)) == came.started
                assert len(funnel_deals(made.at, made.type_id, won=True, **same, **days)) == came.won
                for one in came.stages:
                    assert len(funnel_deals(made.at, made.type_id, stage_id=one.stage_id, **same, **days)) == one.actual
                ways = paths(made.at, made.type_id, **same, **days)
                assert ways == paths(made.at, made.type_id, **what, **days)
                assert (ways.deals, sum(path.won for path in ways.paths)) == (came.started, came.won)
        raise Over


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(STEPS, st.sampled_from(["calendar", "working"]))
def test_board_today_and_the_report_call_the_same_deals_late_on_the_clock_of_the_company(session, steps, clock):
    with pytest.raises(Over), session.writing():
        made = empty(session)
        company(made.at)
        set_hours(made.at, range(5), 9 * 3600, 17 * 3600)
        add_holiday(made.at, date(2026, 9, 24))
        set_company(made.at, clock=clock, timezone="Australia/Lord_Howe")
        for stage, norm in zip(made.stages, (86_400 + 7200, 10_800, 3 * 86_400), strict=True):
            setup.set_stage(made.at, stage, norm=norm)
        instants = lived(made, (made.type_id, made.stages[0]), steps)
        now = made.clock[0]
        late = {deal.deal_id: deal.seconds for deal in ageing(made.at, made.type_id).listed}
        head = board_head(made.at, made.type_id)
        on_board = {
            card.deal_id: card.lasted(now, head.clock)
            for column in head.columns for card in cards(made.at, column.stage_id)
            if not card.held and card.lasted(now, head.clock) > head.clock.norm(column.norm)
        }  # fmt: skip
        assert on_board == late
        shown = {owner: today(made.as_(owner), date(2026, 9, 22)).ageing for owner in OWNERS}
        assert {one.deal_id: one.age for found in shown.values() for one in found} == {deal: head.clock.days(age) for deal, age in late.items()}
        for column in head.columns:
            for card in cards(made.at, column.stage_id):
                told = detail(made.at, card.deal_id)
                assert told.long == (card.deal_id in late)
                assert told.age == head.clock.days(card.lasted(now, head.clock))
        for at in instants:
            then = past_board(made.at, Look(made.type_id), at)
            stood = {deal.deal_id: deal.seconds for deal in ageing(made.at, made.type_id, as_of=at).listed}
            assert stood == {
                card.deal_id: card.lasted(at, then.head.clock)
                for column in then.head.columns for card in past_cards(made.at, then, column.stage_id, 0)
                if not card.held and card.lasted(at, then.head.clock) > then.head.clock.norm(column.norm)
            }  # fmt: skip
        raise Over


def test_a_deal_on_hold_does_not_grow_older_on_the_board(session):
    made = empty(session)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id
    for step in (commands.hold_deal, commands.resume_deal, commands.hold_deal):
        made.clock[0] += HOUR
        step(made.at, deal, reason="x")
    at, made.clock[0] = made.clock[0], made.clock[0] + 9 * HOUR
    [card] = cards(made.at, made.stages[0])
    then = past_board(made.at, Look(made.type_id), at)
    [stood] = past_cards(made.at, then, made.stages[0], 0)
    assert card.lasted(made.clock[0]) == stood.lasted(at) == detail(made.at, deal).card.visits[0].seconds == 2 * 3600


def test_the_time_of_a_deal_is_the_same_in_every_report_to_the_second(session):
    made = empty(session)
    company(made.at)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, owner="anna").deal_id
    for stage in made.stages[1:]:
        made.clock[0] += 10 * SECOND + 700_000
        commands.move_deal(made.at, deal, stage)
    made.clock[0] += 10 * SECOND + 700_000
    commands.win_deal(made.at, deal)
    [path] = paths(made.at, made.type_id).paths
    [line] = reps(made.at, made.type_id).reps
    assert (path.median_seconds, line.median) == (32, 32)  # 32.1


def test_the_percentile_of_ageing_is_that_of_the_durations(session):
    made = empty(session)
    for number in range(25):
        deal = commands.new_deal(made.at, "Orion", type_id=made.type_id).deal_id
        made.clock[0] += number * HOUR + 700_000
        commands.move_deal(made.at, deal, made.stages[1])
    [aged, *_rest], [stays, *_others] = ageing(made.at, made.type_id).stages, durations(made.at, made.type_id).stages
    assert (aged.limit.seconds, aged.limit.source) == (stays.p80.value, "percentile")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(STEPS, st.sampled_from([None, *OWNERS]), st.booleans())
def test_a_number_of_the_screen_opens_into_so_many_deals(session, steps, rep, past):
    with pytest.raises(Over), session.writing():
        made = empty(session)
        company(made.at)
        other = setup.add_type(made.at, "Other", mode="free")
        instants = lived(made, (other, setup.add_stage(made.at, other, "X")), steps)
        as_of = instants[len(instants) // 2] if past and instants else None
        filters = Filters(made.type_id, "all", rep_id=None if rep is None else find_employee(rep).id, as_of=as_of)
        kept = {}
        for name, form in (("clients", 0), ("volumes", 0), ("volumes", 1), ("volumes", 2), ("funnel", 0), ("reps", 0), ("paths", 0)):
            asked = Asked(filters, known(made.at), form)
            found = report(name).read(made.at, asked, kept)
            for row in report(name).rows(found, asked):
                for number in row.numbers:
                    told = re.search(r" · (\d+)(?: deals?)?$", number.name)
                    count, _deals = read_behind(made.at, asked, number, kept)
                    assert told is None or int(told[1]) == count, (name, number)
        raise Over
