"""Two sides of a store beside each other: the same figures as the reports of each side, who may ask, what is refused."""

from __future__ import annotations

import random
from datetime import date

import pytest

from models.people.views import find_employee
from models.pipeline import commands
from models.statistics.comparison import RESAMPLED, Side, compare, period_before, year_before
from models.statistics.durations import durations
from models.statistics.reps import reps
from models.statistics.rules.comparing import NOWHERE, newcombe
from models.statistics.transitions import transitions
from models.statistics.volumes import volumes
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import day_end
from tests.statistics.pipeline_example import DAY, Example, company, empty

SEPTEMBER, OCTOBER = (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture
def sold(session) -> Example:
    """A hundred deals of anna and boris that start from 21 September on, one a day and more, and go at random ways."""
    company(session)
    made = empty(session)
    chance = random.Random(5)
    steps: list[tuple[int, int, object]] = []
    for number in range(100):
        owner = ("anna", "boris")[number % 2]
        begun = number // 2
        made.clock[0] = max(made.clock[0], made.on(begun))
        amount = 100_00 * (number % 7) or None
        made.deals.append(commands.new_deal(made.at, f"Client {number}", type_id=made.type_id, amount=amount, owner=owner, at=made.on(begun)).deal_id)
        day, stage = begun, 0
        for _step in range(6):
            day += chance.randint(1, 6)
            drawn = chance.random()
            if drawn < (0.15 if owner == "anna" else 0.05):
                steps.append((day, number, "won"))
                break
            if drawn < 0.3:
                steps.append((day, number, "lost"))
                break
            stage = (stage + chance.choice((1, 1, 2))) % 3
            steps.append((day, number, made.stages[stage]))
    for day, number, what in sorted(steps, key=lambda step: step[:2]):
        made.clock[0] = max(made.clock[0], made.on(day))
        deal = made.deals[number]
        if what == "won":
            commands.win_deal(made.at, deal)
        elif what == "lost":
            commands.lose_deal(made.at, deal, reason="price")
        else:
            commands.move_deal(made.at, deal, what, reason="so")
    made.clock[0] += DAY
    return made


def rep(login: str) -> int:
    return find_employee(login).id


def by_key(found):
    return {(one.name, one.stage, one.to, one.currency): one for one in found.measures}


def test_each_side_has_the_figures_of_its_own_reports(sold):
    sides = Side(rep("anna")), Side(rep("boris"))
    told = by_key(compare(sold.at, sold.type_id, *sides))
    for which, side in enumerate(sides):
        def of(*key, which=which):
            one = told[key]
            return (one.first, one.second)[which]

        for stage in durations(sold.at, sold.type_id, rep_ids=[side.rep_id]).stages:
            median = of("median", stage.stage, None, None)
            assert (median.value, median.count, median.of) == (stage.median.value, stage.completed, stage.visits)
        for stage in transitions(sold.at, sold.type_id, rep_ids=[side.rep_id]).stages:
            chance = of("win", stage.stage, None, None)
            assert chance.value == pytest.approx(stage.win.chance) and (chance.of, chance.deals) == (stage.exits, stage.deals)
            for way in stage.ways:
                share = of("exits", stage.stage, way.to, None)
                assert (share.count, share.of, share.value) == (way.count, stage.exits, way.share)
        line = reps(sold.at, sold.type_id, rep_ids=[side.rep_id]).together
        closed = of("won_share", None, None, None)
        assert (closed.count, closed.of, closed.value) == (line.deals_won, line.deals_won + line.deals_lost, line.share)
        assert of("open", None, None, None).value == line.deals
        assert [of("planned", None, None, "EUR").value] == [money.amount for money in line.planned]
        assert [of("won_amount", None, None, "EUR").value] == [money.amount for money in line.won]


def test_two_periods_have_the_figures_of_each_and_what_was_planned_at_the_end_of_each(sold):
    found = compare(sold.at, sold.type_id, Side(None, *OCTOBER), Side(None, *SEPTEMBER))
    told = by_key(found)
    zone = "UTC"
    for side, name in ((OCTOBER, "first"), (SEPTEMBER, "second")):
        said = {"first": side[0], "last": side[1]}
        for stage in transitions(sold.at, sold.type_id, **said).stages:
            for way in stage.ways:
                if way.count:
                    assert getattr(told["exits", stage.stage, way.to, None], name).count == way.count
        end = day_end(side[1], zone) - 1
        planned = volumes(sold.at, sold.type_id, as_of=end).total.planned
        assert getattr(told["planned", None, None, "EUR"], name).value == planned[0].amount
        line = reps(sold.at, sold.type_id, first=side[0], last=side[1]).together
        assert getattr(told["won_share", None, None, None], name).count == line.deals_won
        assert found.planned_at[name == "second"] == end


def test_intervals_are_newcombes_or_resampled_and_sums_have_none(sold):
    for one in compare(sold.at, sold.type_id, Side(rep("anna")), Side(rep("boris"))).measures:
        if one.name in ("exits", "won_share"):
            assert one.limits == newcombe(one.first.count, one.first.of, one.second.count, one.second.of)
        elif one.name in ("open", "planned", "won_amount"):
            assert one.method is None and one.limits == NOWHERE and not one.differs and not one.few
        else:
            assert one.method == RESAMPLED and one.limits.low <= one.difference <= one.limits.high


def test_turned_round_every_difference_turns_its_sign(sold):
    one, other = (by_key(compare(sold.at, sold.type_id, *sides)) for sides in ((Side(rep("anna")), Side(rep("boris"))), (Side(rep("boris")), Side(rep("anna")))))
    assert one.keys() == other.keys()
    for key, measure in one.items():
        assert measure.difference == pytest.approx(-other[key].difference)
        assert measure.few == other[key].few


def test_differs_is_said_only_where_the_interval_leaves_out_nought_and_there_is_enough(session):
    company(session)
    made = empty(session)

    def close(login, won, lost):
        for number in range(won + lost):
            deal = commands.new_deal(made.at, f"{login} {number}", type_id=made.type_id, owner=login).deal_id
            commands.win_deal(made.at, deal) if number < won else commands.lose_deal(made.at, deal, reason="price")

    def share():
        return by_key(compare(made.at, made.type_id, Side(rep("anna")), Side(rep("boris"))))["won_share", None, None, None]

    close("anna", 4, 0)
    close("boris", 0, 4)
    assert share().limits.low > 0 and share().few and not share().told and not share().differs
    close("anna", 1, 0)
    close("boris", 0, 1)
    assert share().told and share().few and share().differs
    close("anna", 0, 5)
    close("boris", 5, 0)
    assert not share().few and share().difference == 0 and not share().differs


def test_the_median_of_few_stays_is_no_difference(session):
    company(session)
    made = empty(session)
    for login, days in (("anna", 1), ("boris", 9)):
        for number in range(4):
            made.clock[0] = made.on(10 * number)
            deal = commands.new_deal(made.at, f"{login} {number}", type_id=made.type_id, owner=login).deal_id
            made.clock[0] = made.on(10 * number + days)
            commands.win_deal(made.at, deal)
    made.clock[0] = made.on(60)
    one = by_key(compare(made.at, made.type_id, Side(rep("anna")), Side(rep("boris"))))["median", "A", None, None]
    assert one.difference == -8 * 86_400 and one.limits.high < 0 and not one.told and not one.differs


def test_the_json_names_both_sides_and_every_measure(sold):
    found = compare(sold.at, sold.type_id, Side(rep("anna"), *OCTOBER), Side(rep("boris"), *OCTOBER)).as_json()
    assert (found["resamples"], found["seed"], found["clock"]) == (1_000, 1, "calendar")
    assert [side["rep"] for side in found["sides"]] == ["anna", "boris"]
    assert [side["from"] for side in found["sides"]] == ["2026-10-01", "2026-10-01"]
    assert len({side["planned_as_of"] for side in found["sides"]}) == 1
    for one in found["measures"]:
        assert set(one) == {
            "measure", "stage", "to", "currency", "first", "second", "difference", "low", "high", "method", "few", "differs",
        }  # fmt: skip
        assert set(one["first"]) == {"value", "count", "of", "deals"}
    money = next(one for one in found["measures"] if one["measure"] == "planned")
    assert set(money["difference"]) == {"amount", "currency"} and money["low"] is None and money["method"] is None


@pytest.mark.parametrize("login", ["anna", "mark"])
def test_who_may_not_see_a_rep_is_told_that_there_is_none(sold, login):
    with pytest.raises(NotFound) as refused:
        compare(sold.as_(login), sold.type_id, Side(rep("anna")), Side(rep("boris")))
    with pytest.raises(NotFound) as missing:
        compare(sold.as_(login), sold.type_id, Side(rep("anna")), Side(999))
    assert str(refused.value) == str(missing.value)


def test_a_rep_compares_periods_of_their_own_deals_alone(sold):
    own = compare(sold.as_("anna"), sold.type_id, Side(None, *OCTOBER), Side(None, *SEPTEMBER))
    asked = compare(sold.at, sold.type_id, Side(rep("anna"), *OCTOBER), Side(rep("anna"), *SEPTEMBER))
    assert [one.as_json() for one in own.measures] == [one.as_json() for one in asked.measures]


def test_what_cannot_be_compared_is_refused(sold):
    anna, boris = rep("anna"), rep("boris")

    def code(*sides, **asked):
        with pytest.raises((Usage, Refused)) as refused:
            compare(sold.at, sold.type_id, *sides, **asked)
        return refused.value.code

    assert code(Side(anna), Side(anna)) == "same_sides"
    assert code(Side(anna), Side(None)) == "sides_overlap"
    assert code(Side(None, date(2026, 9, 1), date(2026, 10, 1)), Side(None, *OCTOBER)) == "sides_overlap"
    assert code(Side(None, date(2026, 9, 1)), Side(None, *OCTOBER)) == "sides_overlap"
    assert code(Side(anna, *OCTOBER[::-1]), Side(boris, *OCTOBER[::-1])) == "bad_period"
    assert code(Side(anna), Side(boris), as_of=sold.clock[0] + DAY) == "in_future"
    assert code(Side(anna), Side(boris), clock="lunar") == "bad_clock"
    assert code(Side(anna), Side(boris), clock="working") == "no_hours"
    assert compare(sold.at, sold.type_id, Side(anna, *OCTOBER), Side(boris, *SEPTEMBER)).measures


def test_an_empty_type_and_one_without_stages_have_nothing_that_differs(session, make_type):
    company(session)
    made = empty(session)
    bare = make_type("free", [])
    for type_id in (made.type_id, bare):
        found = compare(made.at, type_id, Side(rep("anna")), Side(rep("boris")))
        assert not any(one.differs for one in found.measures)
        assert by_key(found)["won_share", None, None, None].first.value is None


def test_periods_before_are_as_long_and_whole_months_stay_whole():
    assert period_before(date(2026, 1, 10), date(2026, 1, 19)) == (date(2025, 12, 31), date(2026, 1, 9))
    assert period_before(date(2026, 1, 1), date(2026, 3, 31)) == (date(2025, 10, 1), date(2025, 12, 31))
    assert period_before(date(2026, 3, 1), date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert period_before(date(2025, 1, 1), date(2025, 12, 31)) == (date(2024, 1, 1), date(2024, 12, 31))
    assert year_before(date(2026, 1, 10), date(2026, 2, 3)) == (date(2025, 1, 10), date(2025, 2, 3))
    assert year_before(date(2025, 2, 1), date(2025, 2, 28)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert year_before(date(2024, 2, 29), date(2024, 3, 5)) == (date(2023, 2, 28), date(2023, 3, 5))
