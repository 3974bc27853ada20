"""Paths: worked by hand, on real data, and against a naive count as of any instant."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cli.main import run
from models.exchange.history import ImportOptions, import_history
from models.people import commands as people
from models.people.views import acting, find_employee
from models.pipeline import commands, setup
from models.pipeline.facts import find_type
from models.statistics.paths import median, paths
from models.values.errors import Usage

SECOND = 1_000_000
DAY = 86_400 * SECOND
START = 1_790_000_000 * SECOND


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
    type_id, (a, b, c) = abc
    deals = [commands.new_deal(at, "Orion", type_id=type_id).deal_id for _each in range(4)]
    steps = [
        (1, 2, c), (2, 0, b), (3, 2, b), (3, 0, "-"), (4, 1, "lost"), (5, 0, c), (6, 2, c), (9, 0, "won"),
    ]  # fmt: skip
    for day, number, what in steps:
        clock[0] = START + day * DAY
        if what == "won":
            commands.win_deal(at, deals[number])
        elif what == "lost":
            commands.lose_deal(at, deals[number], reason="price")
        elif what != "-":
            commands.move_deal(at, deals[number], what)
    clock[0] = START + 10 * DAY
    return deals


def told(report):
    return [("".join(p.stages), p.deals, p.won, p.median_seconds and p.median_seconds / 86_400) for p in report.paths]


def test_the_example_of_semantics(at, abc, worked):
    report = paths(at, abc[0])
    # A: one lost after 4 days, one open at day 10. Of two, one ended: half survives at 4.
    assert told(report) == [("A", 2, 0, 4), ("ABC", 1, 1, 9), ("ACBC", 1, 0, None)]
    # Strict refuses the skip and the return of deal 3 alone; it has come back to B for the first time: semi-strict not.
    assert (report.strict, report.semi_strict, report.deals) == (1, 0, 4)


def test_as_of_knows_only_what_had_happened(at, abc, worked):
    def then(days):
        return told(paths(at, abc[0], as_of=START + days * DAY))

    assert then(0) == [("A", 4, 0, None)]
    assert then(1) == [("A", 3, 0, None), ("AC", 1, 0, None)]
    assert then(4) == [("A", 2, 0, 4), ("AB", 1, 0, None), ("ACB", 1, 0, None)]
    assert paths(at, abc[0], as_of=START).strict == 0 and paths(at, abc[0], as_of=START + DAY).strict == 1
    with pytest.raises(Usage):
        paths(at, abc[0], as_of=START + 11 * DAY)


def test_a_win_before_all_stages_breaks_both_modes(at, abc, clock):
    deal = commands.new_deal(at, "Orion", type_id=abc[0]).deal_id
    commands.win_deal(at, deal)
    assert (paths(at, abc[0]).strict, paths(at, abc[0]).semi_strict) == (1, 1)


def test_holds_and_the_time_a_deal_was_closed_do_not_count(at, abc, clock):
    type_id, (_a, b, _c) = abc
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    for hours, step in (
        (10, lambda: commands.hold_deal(at, deal, reason="wait")), (30, lambda: commands.resume_deal(at, deal)),
        (31, lambda: commands.move_deal(at, deal, b)), (33, lambda: commands.lose_deal(at, deal, reason="price")),
        (93, lambda: commands.reopen_deal(at, deal, reason="again")), (97, lambda: commands.win_deal(at, deal)),
    ):  # fmt: skip
        clock[0] = START + hours * 3600 * SECOND
        step()
    [path] = paths(at, type_id).paths
    assert (path.stages, path.won, path.median_seconds) == (("A", "B", "B"), 1, (11 + 2 + 4) * 3600)
    [held] = paths(at, type_id, as_of=START + 20 * 3600 * SECOND).paths
    assert held.median_seconds is None


def test_an_undone_move_leaves_no_trace(at, abc):
    deal = commands.new_deal(at, "Orion", type_id=abc[0]).deal_id
    commands.move_deal(at, deal, abc[1][2])
    commands.undo(at)
    assert told(paths(at, abc[0])) == [("A", 1, 0, None)] and paths(at, abc[0]).strict == 0


def test_the_period_is_days_of_the_company_both_included(session, at, abc, clock):
    people.set_company(session, timezone="Asia/Tokyo")
    clock[0] = int(datetime(2026, 9, 30, 14, 59, 59, tzinfo=UTC).timestamp()) * SECOND
    commands.new_deal(at, "Orion", type_id=abc[0])  # 23:59:59 of the 30th in Tokyo
    clock[0] += SECOND
    commands.new_deal(at, "Orion", type_id=abc[0])
    commands.new_deal(at, "Orion", type_id=abc[0])

    def count(since, until):
        return paths(at, abc[0], first=since and date(2026, *since), last=until and date(2026, *until)).deals

    assert count((9, 30), (9, 30)) == 1 and count((10, 1), (10, 1)) == 2
    assert count((9, 30), (10, 1)) == count(None, None) == 3
    assert count(None, (9, 30)) == 1 and count((10, 1), None) == 2
    with pytest.raises(Usage):
        count((10, 1), (9, 30))


def test_deals_are_those_of_the_rep_at_the_instant_and_of_whom_the_actor_may_read(at, abc, clock):
    for login in ("anna", "boris"):
        people.add_employee(at, login, name=login.title(), role="rep")
    anna, boris = (find_employee(login).id for login in ("anna", "boris"))
    deal = commands.new_deal(at, "Orion", type_id=abc[0], owner="anna").deal_id
    clock[0] += DAY
    commands.set_deal(at, deal, owner="boris")
    assert [paths(at, abc[0], rep_ids=[one]).deals for one in (anna, boris)] == [0, 1]
    assert [paths(at, abc[0], rep_ids=[one], as_of=START).deals for one in (anna, boris)] == [1, 0]
    rep = replace(at, actor=acting("anna", ""))
    assert paths(rep, abc[0]).deals == 0 and paths(rep, abc[0]).paths == ()


def test_a_retyped_deal_is_counted_in_the_type_it_has_then(at, abc, clock):
    type_id, (a, b, _c) = abc
    other = setup.add_type(at, "Old", mode="free")
    x = setup.add_stage(at, other, "X")
    deal = commands.new_deal(at, "Orion", type_id=other).deal_id
    clock[0] += DAY
    commands.retype_deal(at, deal, type_id, {x: b})
    clock[0] += DAY
    commands.lose_deal(at, deal, reason="price")
    assert told(paths(at, type_id)) == [("B", 1, 0, 1)] and told(paths(at, other)) == []
    assert told(paths(at, other, as_of=START)) == [("X", 1, 0, None)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], None),
        ([(5, False)], None),
        ([(5, True)], 5),
        ([(1, True), (3, True)], 1),
        ([(1, True), (2, True), (4, True)], 2),
        ([(1, True), (2, True), (4, True), (10, False)], 2),
        ([(1, False), (2, True), (4, True)], 2),
        ([(1, True), (2, False), (3, False), (4, False)], None),
        ([(2, False), (2, True)], 2),
    ],
)
def test_the_median_is_kaplan_meiers(times, expected):
    assert median(times) == expected


def test_against_a_naive_count(at, abc, clock):
    rng, (type_id, stages) = random.Random(3), abc
    ways, seen = {}, []
    for _step in range(80):
        clock[0] += rng.randint(0, 2) * SECOND
        if not ways or rng.random() < 0.3:
            place = rng.randrange(3)
            deal = commands.new_deal(at, "Orion", type_id=type_id, stage_id=stages[place]).deal_id
            ways[deal] = "ABC"[place]
        else:
            deal = rng.choice(list(ways))
            place = rng.choice([one for one in range(3) if "ABC"[one] != ways[deal][-1]])
            commands.move_deal(at, deal, stages[place])
            ways[deal] += "ABC"[place]
        seen.append((clock[0], dict(ways)))
    last_at = dict(seen)
    for moment, known in last_at.items():
        report = paths(at, type_id, as_of=moment)
        naive = {way: list(known.values()).count(way) for way in known.values()}
        assert {"".join(p.stages): p.deals for p in report.paths} == naive
        assert [p.deals for p in report.paths] == sorted(naive.values(), reverse=True)
        strict = sum(not "ABC".startswith(way) for way in known.values())
        again = sum(any(b <= a and b in way[:n] for n, (a, b) in enumerate(zip(way, way[1:], strict=False), 1)) for way in known.values())
        assert (report.strict, report.semi_strict) == (strict, again)


@pytest.fixture
def running(session, data):
    """The running example of process mining, six cases: stages in the order of its list."""
    folder = data / "pipelines"
    options = ImportOptions(create_stages=True, stages_file=folder / "running_example.stages.txt", default_client="Log")
    result = import_history(session, folder / "running_example.csv", options)
    assert not result.rejected
    return find_type("running_example")


def test_the_running_example_by_hand(session, running):
    report = paths(session, running)
    short = {
        "register request": "r", "examine casually": "c", "examine thoroughly": "t", "check ticket": "k", "decide": "d",
        "reinitiate request": "i",
    }  # fmt: skip
    found = {"".join(short[stage] for stage in path.stages): (path.deals, path.won, path.median_seconds) for path in report.paths}
    days, hour = 86_400, 3600
    assert found == {
        "rtkd": (1, 0, 8 * days + 3 * hour + 22 * 60),
        "rkcd": (1, 1, 9 * days + 33 * 60),
        "rckditkd": (1, 1, 15 * days + 20 * hour + 13 * 60),
        "rktd": (1, 0, 6 * days + 42 * 60),
        "rckdikcdickd": (1, 0, 18 * days + 5 * hour + 54 * 60),
        "rckd": (1, 1, 9 * days + 20 * hour + 45 * 60),
    }
    # None goes stage by stage. Semi-strict: one goes back to what it had visited, two are won without all stages.
    assert (report.strict, report.semi_strict) == (6, 3)


def test_the_command_prints_the_contracts_json_and_the_other_formats(session, running, capsys):
    def program(*words):
        capsys.readouterr()
        status = run(["--db", str(session.store.path), "--as", "root", "report", "paths", *words])
        return status, capsys.readouterr().out

    def told(*words):
        status, out = program("--type", "running_example", *words)
        assert status == 0
        return out

    document = json.loads(told("--json"))
    assert list(document) == ["paths", "violations"] and document["violations"] == {"strict": 6, "semi-strict": 3}
    assert [list(path) for path in document["paths"]] == [["stages", "deals", "won", "median_seconds"]] * 6
    assert told("--from", "2011-01-01", "--format", "csv").count("\n") == 4
    assert "register request → check ticket" in told()
    assert "1 RegCExamine cD  register request" in told("--format", "chart")
    for refused in (["--as-of", "2199-01-01T00:00:00Z"], ["--from", "2011-01-02", "--to", "2011-01-01"], ["--type", "all"]):
        assert program(*refused)[0] == 2
    assert program("--type", "nothing")[0] not in (0, 2)


def test_the_median_is_on_the_clock_that_was_asked_for_the_companys_without(at, abc, clock):
    type_id, _stages = abc
    people.set_hours(at, range(5), 9 * 3600, 18 * 3600)
    clock[0] = int(datetime(2026, 9, 25, 12, tzinfo=UTC).timestamp()) * 1_000_000  # Friday
    deal = commands.new_deal(at, "Orion", type_id=type_id).deal_id
    clock[0] += 3 * 86_400_000_000  # Monday at the same hour
    commands.lose_deal(at, deal, reason="price")
    told = {one: paths(at, type_id, clock=one).paths[0].median_seconds for one in ("calendar", "working", None)}
    assert told == {"calendar": 3 * 86_400, "working": 9 * 3600, None: 3 * 86_400}
    people.set_company(at, clock="working")
    report = paths(at, type_id)
    assert (report.paths[0].median_seconds, report.clock, report.day) == (9 * 3600, "working", 9 * 3600)
