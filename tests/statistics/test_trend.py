"""Each month of the trend has the figures that the reports of that month have; who sees what; bad input."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.pipeline import commands, setup
from models.statistics.durations import durations
from models.statistics.funnel import funnel
from models.statistics.reps import reps
from models.statistics.trend import trend
from models.statistics.views import clients_per_stage
from models.values.errors import Usage
from models.values.instants import DAY, day_end, day_start
from tests.statistics.pipeline_example import company, empty, worked
from tests.statistics.test_comparison import rep, sold  # noqa: F401  (fixture)


def days_of(month):
    return month, (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@pytest.mark.parametrize("login", [None, "anna"])
def test_every_month_has_the_figures_of_its_reports(sold, login):  # noqa: F811
    whose = None if login is None else rep(login)
    ids = None if whose is None else [whose]
    found = trend(sold.at, sold.type_id, rep_ids=ids)
    assert [month.month for month in found.months][0] == date(2026, 9, 1) and len(found.months) >= 3
    for month in found.months:
        first, last = days_of(month.month)
        line = reps(sold.at, sold.type_id, first=first, last=last, rep_ids=ids).together
        assert (month.won, month.lost, month.share) == (line.deals_won, line.deals_lost, line.share)
        assert (month.low, month.high) == pytest.approx((line.low, line.high)) if month.won + month.lost else month.low is None
        assert month.amounts == line.won
        assert month.started == funnel(sold.at, sold.type_id, first=first, last=last, rep_ids=ids).started
        end = min(day_end(last, "UTC") - 1, sold.clock[0])
        assert month.open == clients_per_stage(sold.at, sold.type_id, as_of=end, rep_ids=ids).deals
        stages = durations(sold.at, sold.type_id, first=first, last=last, rep_ids=ids).stages
        assert [(one.stage, one.median, one.visits, one.completed) for one in month.medians] == [
            (stage.stage, stage.median.value, stage.visits, stage.completed) for stage in stages
        ]
    assert [month.partial for month in found.months] == [False] * (len(found.months) - 1) + [True]


def test_as_of_knows_no_more_than_had_happened(sold):  # noqa: F811
    at = day_start(date(2026, 10, 15), "UTC")
    found = trend(sold.at, sold.type_id, as_of=at)
    assert [month.month for month in found.months] == [date(2026, 9, 1), date(2026, 10, 1)]
    assert found.months[1].open == clients_per_stage(sold.at, sold.type_id, as_of=at).deals
    line = reps(sold.at, sold.type_id, first=date(2026, 10, 1), last=date(2026, 10, 31), as_of=at).together
    assert (found.months[1].won, found.months[1].lost) == (line.deals_won, line.deals_lost)


def test_a_period_cuts_its_months_and_marks_them(sold):  # noqa: F811
    first, last = date(2026, 10, 10), date(2026, 11, 5)
    found = trend(sold.at, sold.type_id, first=first, last=last)
    october, november = found.months
    assert october.partial and november.partial
    line = reps(sold.at, sold.type_id, first=first, last=date(2026, 10, 31)).together
    assert (october.won, october.lost) == (line.deals_won, line.deals_lost)
    assert november.open == clients_per_stage(sold.at, sold.type_id, as_of=day_end(last, "UTC") - 1).deals


def test_open_deals_are_their_owners_of_that_time(session):
    company(session)
    made = empty(session)
    deal = commands.new_deal(made.at, "Orion", type_id=made.type_id, owner="anna").deal_id
    made.clock[0] = day_start(date(2026, 10, 20), "UTC")
    commands.set_deal(made.at, deal, owner="boris")
    made.clock[0] = day_start(date(2026, 11, 3), "UTC")
    counts = {login: [month.open for month in trend(made.at, made.type_id, rep_ids=[rep(login)], first=date(2026, 9, 1)).months] for login in ("anna", "boris")}
    assert counts == {"anna": [1, 0, 0], "boris": [0, 1, 1]}


def test_a_reopened_deal_is_won_no_more_and_open_again(session):
    made = worked(session)
    assert [month.won for month in trend(made.at, made.type_id).months] == [1, 0]
    made.clock[0] = made.on(11)
    commands.reopen_deal(made.at, made.deals[0], reason="called back")
    found = trend(made.at, made.type_id).months
    assert [month.won for month in found] == [0, 0]
    assert found[-1].open == 3


def test_a_rep_sees_their_own_deals_alone(sold):  # noqa: F811
    own = trend(sold.as_("anna"), sold.type_id)
    assert own.months == trend(sold.at, sold.type_id, rep_ids=[rep("anna")]).months
    other = trend(sold.as_("anna"), sold.type_id, rep_ids=[rep("boris")])
    assert other.months == ()


def test_nothing_known_is_no_month(session, make_type):
    made = empty(session)
    assert trend(made.at, made.type_id).months == ()
    assert trend(made.at, make_type("free", [])).as_json()["months"] == []


def test_bad_input_is_refused(sold):  # noqa: F811
    for said, code in (
        ({"as_of": sold.clock[0] + DAY}, "in_future"), ({"first": date(2026, 2, 2), "last": date(2026, 2, 1)}, "bad_period"),
        ({"clock": "lunar"}, "bad_clock"),
    ):  # fmt: skip
        with pytest.raises(Usage) as refused:
            trend(sold.at, sold.type_id, **said)
        assert refused.value.code == code


@pytest.mark.parametrize("measure", ["started", "won", "lost", "open", "medians"])
def test_a_retyped_deal_counts_for_each_type_as_the_reports_of_that_type_count_it(session, measure):
    """Three deals of the old type; one became of the new type on day 20 and was won there on day 50, one is lost, one open."""
    company(session)
    made = empty(session)
    other = setup.add_type(made.at, "Services", mode="free")
    stage = setup.add_stage(made.at, other, "Begun")
    deals = [commands.new_deal(made.at, f"Client {number}", type_id=made.type_id, amount=100_00, owner="anna").deal_id for number in range(3)]
    made.clock[0] = made.on(20)
    commands.retype_deal(made.at, deals[0], other, dict.fromkeys(made.stages, stage))
    made.clock[0] = made.on(30)
    commands.lose_deal(made.at, deals[1], reason="price")
    made.clock[0] = made.on(50)
    commands.win_deal(made.at, deals[0])
    made.clock[0] = made.on(60)
    for type_id in (made.type_id, other):
        for month in trend(made.at, type_id).months:
            first, last = days_of(month.month)
            end = min(day_end(last, "UTC") - 1, made.clock[0])
            line = reps(made.at, type_id, first=first, last=last).together
            told = {
                "started": (month.started, funnel(made.at, type_id, first=first, last=last).started),
                "won": ((month.won, month.amounts), (line.deals_won, line.won)),
                "lost": (month.lost, line.deals_lost),
                "open": (month.open, clients_per_stage(made.at, type_id, as_of=end).deals),
                "medians": (
                    [(one.visits, one.completed) for one in month.medians],
                    [(one.visits, one.completed) for one in durations(made.at, type_id, first=first, last=last).stages],
                ),
            }[measure]
            assert told[0] == told[1], (type_id, month.month)
    old, new = (trend(made.at, type_id).months for type_id in (made.type_id, other))
    expected = {
        "won": (0, 1), "lost": (1, 0), "open": (1, 0),
    }  # fmt: skip
    if measure == "open":
        assert (old[-1].open, new[-1].open) == expected["open"]
    elif measure in expected:
        assert tuple(sum(getattr(month, measure) for month in months) for months in (old, new)) == expected[measure]
