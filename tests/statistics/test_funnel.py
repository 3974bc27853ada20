"""The funnel: worked by hand, its shares fall, and in semi-strict types it is coverage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.exchange.history import ImportOptions, import_history
from models.people.views import find_employee
from models.pipeline import commands, setup
from models.pipeline.facts import find_type
from models.statistics.funnel import funnel
from models.statistics.rules.shares import wilson
from models.values.errors import NotFound, Usage
from models.values.instants import day_start
from tests.statistics.pipeline_example import DAY, company, empty, worked


def told(report):
    return [(one.stage, one.actual, one.implied, one.open_before) for one in report.stages]


def test_the_worked_example(session):
    made = worked(session)
    report = funnel(made.at, made.type_id)
    assert (report.started, report.won, report.open) == (4, 1, 2)
    assert told(report) == [("A", 4, 4, 0), ("B", 2, 2, 1), ("C", 2, 2, 1)]
    document = report.as_json()
    assert document["stages"][1] == {
        "stage": "B", "actual": 2, "implied": 2, "open_before": 1, "share": 0.5, "share_implied": 0.5,
    }  # fmt: skip
    assert document["share"] == 0.25
    # On day 2 deal 3 has skipped B: it is implied there, not actual. Deal 1 enters B at that instant.
    assert told(funnel(made.at, made.type_id, as_of=made.on(2) - 1)) == [("A", 4, 4, 0), ("B", 0, 1, 3), ("C", 1, 1, 3)]
    # On day 4 it has gone back to B: it has reached C all the same. Deal 2 is lost at A.
    assert told(funnel(made.at, made.type_id, as_of=made.on(4))) == [("A", 4, 4, 0), ("B", 2, 2, 1), ("C", 1, 1, 2)]


def test_a_won_deal_has_reached_every_stage_and_a_lost_one_those_it_saw(session):
    made = empty(session)
    for place, outcome in ((0, commands.win_deal), (1, commands.lose_deal), (2, commands.lose_deal)):
        deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, stage_id=made.stages[place]).deal_id
        outcome(made.at, deal, reason="x")
    assert told(funnel(made.at, made.type_id)) == [("A", 1, 3, 0), ("B", 1, 3, 0), ("C", 1, 2, 0)]


def test_in_semi_strict_types_it_is_the_share_that_covered_each_stage(session):
    made = empty(session, "semi-strict")
    first, second, _third = (
        commands.new_deal(made.at, "Orion", type_id=made.type_id, stage_id=made.stages[place]).deal_id for place in (2, 0, 0)
    )
    for deal in (first, first, second):
        made.clock[0] += DAY
        commands.move_deal(made.at, deal, made.stages[1 if deal == second or made.clock[0] == made.on(1) else 0])
    commands.lose_deal(made.at, second, reason="x")
    commands.new_deal(made.at, "Orion", type_id=made.type_id, stage_id=made.stages[2])
    report = funnel(made.at, made.type_id)
    assert told(report) == [("A", 3, None, 1), ("B", 2, None, 2), ("C", 2, None, 1)]
    assert report.as_json()["stages"][1]["share_implied"] is None


def test_the_period_and_the_rep_choose_the_deals(session):
    made = empty(session)
    company(made.at)
    for day, owner in ((0, "anna"), (1, "anna"), (1, "boris")):
        made.clock[0] = made.on(day)
        commands.new_deal(made.at, "Orion", type_id=made.type_id, owner=owner)
    first = date(2026, 9, 21)
    made.clock[0] = day_start(date(2026, 9, 22), "UTC")
    commands.lose_deal(
        made.at, commands.new_deal(made.at, "Orion", type_id=made.type_id, owner="boris").deal_id, reason="x"
    )
    made.clock[0] = made.on(2)

    def started(by="root", **what):
        return funnel(made.as_(by), made.type_id, **what).started

    assert started() == 4 and started(last=first) == 1 and started(first=date(2026, 9, 22), last=date(2026, 9, 22)) == 3
    anna, boris = (find_employee(login).id for login in ("anna", "boris"))
    assert (started(rep_ids=[anna]), started(rep_ids=[boris])) == (2, 2)
    assert [started(login) for login in ("anna", "boris", "mark", "carl")] == [2, 2, 2, 4]
    assert started("anna", rep_ids=[boris]) == started("mark", rep_ids=[boris]) == 0
    for wrong in ({"as_of": made.clock[0] + 1}, {"first": date(2026, 9, 22), "last": first}):
        with pytest.raises(Usage):
            started(**wrong)
    with pytest.raises(NotFound):
        funnel(made.at, 99)


def test_without_deals_there_are_no_shares_and_an_archived_stage_stays_where_deals_were(session):
    made = empty(session)
    document = funnel(made.at, made.type_id).as_json()
    assert document["started"] == 0 and document["share"] is None and document["stages"][0]["share"] is None
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, stage_id=made.stages[1]).deal_id
    commands.move_deal(made.at, deal, made.stages[2])
    setup.archive_stage(made.at, made.stages[1])
    assert told(funnel(made.at, made.type_id)) == [("A", 0, 1, 0), ("B", 1, 1, 0), ("C", 1, 1, 0)]
    setup.archive_stage(made.at, made.stages[0])
    assert [one.stage for one in funnel(made.at, made.type_id).stages] == ["B", "C"]
    bare = setup.add_type(made.at, "Bare", mode="free")
    assert funnel(made.at, bare).stages == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.lists(st.integers(0, 2), min_size=1, max_size=4), st.sampled_from(["open", "won", "lost"])), max_size=6))
def test_implied_falls_from_stage_to_stage_and_each_deal_is_somewhere(session, ways):
    class Over(Exception):
        pass

    with pytest.raises(Over), session.writing():
        made = empty(session)
        for way, outcome in ways:
            deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, stage_id=made.stages[way[0]]).deal_id
            for before, place in zip(way, way[1:], strict=False):
                if place != before:
                    commands.move_deal(made.at, deal, made.stages[place])
            if outcome != "open":
                (commands.win_deal if outcome == "won" else commands.lose_deal)(made.at, deal, reason="x")
        report = funnel(made.at, made.type_id)
        implied = [one.implied for one in report.stages]
        assert report.started == len(ways) and implied == sorted(implied, reverse=True)
        for place, one in enumerate(report.stages):
            assert one.actual == sum(place in way for way, _outcome in ways)
            assert one.implied == sum(max(way) >= place or outcome == "won" for way, outcome in ways)
            assert one.open_before == sum(max(way) < place and outcome == "open" for way, outcome in ways)
            assert report.won <= one.implied and one.actual <= one.implied
        assert replace(funnel(made.at, made.type_id, as_of=made.clock[0]), as_of=0) == replace(report, as_of=0)
        raise Over


def test_the_running_example_by_hand(session, data):
    folder = data / "pipelines"
    options = ImportOptions(create_stages=True, stages_file=folder / "running_example.stages.txt", default_client="Log")
    import_history(session, folder / "running_example.csv", options)
    report = funnel(session, find_type("running_example"))
    # Cases and what they saw, by the log: all six register, check and decide; five casually, two thoroughly, two again.
    assert {one.stage: one.actual for one in report.stages} == {
        "register request": 6, "examine casually": 4, "examine thoroughly": 3, "check ticket": 6, "decide": 6,
        "reinitiate request": 2,
    }  # fmt: skip
    assert (report.started, report.won) == (6, 3)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # statsmodels.stats.proportion.proportion_confint(…, method="wilson")
    [(1, 3, 0.06149194472039624, 0.7923403991979523), (0, 5, 0.0, 0.4344824647893302), (5, 5, 0.5655175352106698, 1.0), (50, 100, 0.40383153, 0.59616847)],
)
def test_wilsons_interval(count, of, low, high):
    assert wilson(count, of) == (pytest.approx(low, abs=1e-8), pytest.approx(high, abs=1e-8))
    assert wilson(0, 0) is None
