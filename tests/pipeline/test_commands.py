"""Deals as people use them: history without gaps, undo as if it had not been, refusals that change nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, views
from models.storage.doctor import checks
from models.values.errors import ChangedMeanwhile, NotFound, Refused

SECOND = 1_000_000


class Clock:
    """A clock that goes when it is told."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock(session):
    return Clock(session.now())


@pytest.fixture
def at(session, clock):
    """The session on a clock of our own."""
    return replace(session, now=clock)


@pytest.fixture
def quick(at):
    """The ids of the stages of the default type."""
    return [stage.id for stage in views.stages(at, views.types(at)[0].id)]


def start(session, **more):
    return commands.new_deal(session, "Orion Legal", type_id=views.types(session)[0].id, **more).deal_id


def dump(session):
    return list(session.store.database.connection().iterdump())


def history(session, deal_id):
    return [(v.stage[:3], v.entered_as, v.left_as) for v in views.deal(session, deal_id).visits]


def test_visits_follow_one_another_without_gap(at, clock, quick):
    deal = start(at)
    for stage in (quick[2], quick[0], quick[1]):
        clock.at += 60 * SECOND
        commands.move_deal(at, deal, stage)
    clock.at += 60 * SECOND
    commands.win_deal(at, deal)
    visits = views.deal(at, deal).visits
    assert [v.left_at for v in visits[:-1]] == [v.entered_at for v in visits[1:]]
    assert [(v.entered_as, v.left_as) for v in visits] == [
        ("start", "skip"), ("skip", "return"), ("return", "advance"), ("advance", "won"),
    ]  # fmt: skip
    assert [v.seconds for v in visits] == [60, 60, 60, 60]
    assert views.deal(at, deal).outcome == "won"


def test_a_client_who_asks_for_an_invoice_at_once_starts_at_a_later_stage(at, quick):
    deal = start(at, stage_id=quick[2])
    assert history(at, deal) == [("Clo", "start", None)]


def test_how_a_visit_was_left_is_never_computed_again(at, clock, quick):
    from models.pipeline import setup

    deal = start(at)
    clock.at += SECOND
    commands.move_deal(at, deal, quick[2])
    setup.move_stage(at, quick[2], 1)
    assert history(at, deal)[0] == ("Ini", "start", "skip")


def test_a_hold_pauses_durations_and_lost_ends_it(at, clock, quick):
    deal = start(at)
    clock.at += 100 * SECOND
    commands.hold_deal(at, deal, reason="holidays")
    clock.at += 50 * SECOND
    with pytest.raises(Refused) as refusal:
        commands.move_deal(at, deal, quick[1])
    assert refusal.value.details[0]["code"] == "deal_on_hold"
    commands.lose_deal(at, deal, reason="no budget")
    [visit] = views.deal(at, deal).visits
    assert (visit.seconds, visit.wall_seconds) == (100, 150)
    assert views.deal(at, deal).held_at is None
    assert all(check.ok for check in checks(at.store))


def test_undo_restores_the_visit_as_if_the_move_had_not_been(at, clock, quick):
    deal = start(at)
    before = history(at, deal), views.deal(at, deal).visits
    clock.at += SECOND
    commands.move_deal(at, deal, quick[1])
    commands.undo(at, deal)
    assert (history(at, deal), views.deal(at, deal).visits[0].entered_at) == (
        before[0],
        before[1][0].entered_at,
    )
    assert views.deal(at, deal).stage_id == quick[0]
    commands.redo(at, deal)
    assert views.deal(at, deal).stage_id == quick[1]


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_undo_and_redo_walk_back_and_forth(at, clock, quick, steps):
    deal = start(at)
    trails = [views.deal(at, deal).trail]
    for number in range(steps):
        clock.at += SECOND
        commands.move_deal(at, deal, quick[(number + 1) % 3])
        trails.append(views.deal(at, deal).trail)
    for trail in trails[-2::-1]:
        commands.undo(at)
        assert views.deal(at, deal).trail == trail
    with pytest.raises(Refused, match="nothing to undo"):
        commands.undo(at)
    for trail in trails[1:]:
        commands.redo(at)
        assert views.deal(at, deal).trail == trail
    with pytest.raises(Refused, match="nothing to redo"):
        commands.redo(at)
    assert all(check.ok for check in checks(at.store))


def test_undo_covers_win_lose_hold_resume_reopen_and_set(at, clock, quick):
    deal = start(at, amount=100)
    steps = [
        lambda: commands.hold_deal(at, deal, reason="r"),
        lambda: commands.resume_deal(at, deal),
        lambda: commands.set_deal(at, deal, amount=500, title="New"),
        lambda: commands.lose_deal(at, deal, reason="r"),
        lambda: commands.reopen_deal(at, deal, reason="r"),
        lambda: commands.win_deal(at, deal),
    ]

    def as_seen(moment):
        return views.deal(replace(at, now=lambda: moment), deal)._replace(version=0)

    seen = []
    for step in steps:
        clock.at += SECOND
        seen.append((clock.at, as_seen(clock.at)))
        step()
    for moment, before in reversed(seen):
        commands.undo(at)
        assert as_seen(moment) == before
    assert all(check.ok for check in checks(at.store))


def test_a_step_is_taken_back_by_who_did_it_only(at, clock, quick):
    people.add_employee(at, "boss", name="Boss", role="admin")
    other = replace(at, actor=acting("boss", ""))
    deal = start(at)
    line = commands.move_deal(at, deal, quick[1]).line
    with pytest.raises(Refused):
        commands.undo(other, line=line)
    assert views.deal(at, deal).stage_id == quick[1]


def test_a_step_is_not_taken_back_after_a_change_of_another(at, clock, quick):
    people.add_employee(at, "boss", name="Boss", role="admin")
    other = replace(at, actor=acting("boss", ""))
    deal = start(at)
    commands.move_deal(at, deal, quick[1])
    commands.set_deal(other, deal, title="Mine")
    with pytest.raises(Refused) as refusal:
        commands.undo(at, deal)
    assert refusal.value.code == "changed_since"


def test_a_step_is_not_taken_back_after_30_days(at, clock, quick):
    deal = start(at)
    commands.move_deal(at, deal, quick[1])
    clock.at += 31 * 86_400 * SECOND
    with pytest.raises(Refused) as refusal:
        commands.undo(at, deal)
    assert refusal.value.code == "too_old"


def test_a_step_under_a_later_move_is_not_taken_back(at, clock, quick):
    deal = start(at)
    line = commands.move_deal(at, deal, quick[1]).line
    commands.move_deal(at, deal, quick[2])
    with pytest.raises(Refused) as refusal:
        commands.undo(at, line=line)
    assert refusal.value.code == "changed_since"


def test_the_second_of_two_who_move_a_deal_is_told(at, clock, quick):
    deal = start(at)
    seen = views.deal(at, deal).version
    commands.move_deal(at, deal, quick[1], version=seen)
    with pytest.raises(ChangedMeanwhile) as told:
        commands.move_deal(at, deal, quick[2], version=seen)
    assert "Demonstration" in told.value.message and views.deal(at, deal).stage_id == quick[1]


def test_a_refusal_leaves_the_store_as_it_was(at, clock, quick, make_type):
    strict = make_type("strict", ["One", "Two", "Three"])
    deal = commands.new_deal(at, "Sirius", type_id=strict).deal_id
    third = views.stages(at, strict)[2].id
    before = dump(at)
    for attempt in (
        lambda: commands.move_deal(at, deal, third),
        lambda: commands.win_deal(at, deal),
        lambda: commands.lose_deal(at, deal),
        lambda: commands.new_deal(at, "Sirius", type_id=strict, stage_id=third),
        lambda: commands.new_deal(at, "New client", type_id=strict, currency="XXQ"),
        lambda: commands.set_deal(at, deal, title="a\x1b[31m"),
    ):
        with pytest.raises(Refused):
            attempt()
    assert dump(at) == before


def test_what_is_forbidden_and_what_does_not_exist_are_told_alike(at, quick):
    people.add_employee(at, "rep", name="Rep", role="rep")
    rep = replace(at, actor=acting("rep", ""))
    deal = start(at)
    before = dump(at)
    told = []
    for number in (deal, 999):
        with pytest.raises(NotFound) as refusal:
            commands.move_deal(rep, number, quick[1])
        told.append(refusal.value.message.replace(str(number), "N"))
        with pytest.raises(NotFound):
            views.deal(rep, number)
    assert told[0] == told[1] and dump(at) == before


def test_an_accountant_reads_every_deal_and_moves_none(at, quick):
    people.add_employee(at, "acc", name="Acc", role="accountant")
    accountant = replace(at, actor=acting("acc", ""))
    deal = start(at)
    assert views.deal(accountant, deal).id == deal
    with pytest.raises(Refused) as refusal:
        commands.move_deal(accountant, deal, quick[1])
    assert [objection["code"] for objection in refusal.value.details] == ["no_authority"]


def test_a_clock_that_went_back_takes_the_later_instant_and_marks_it(at, clock, quick):
    deal = start(at)
    entered = clock.at
    clock.at -= 600 * SECOND
    commands.move_deal(at, deal, quick[1])
    assert views.deal(at, deal).visits[-1].entered_at == entered
    row = at.store.database.execute_sql("SELECT marks FROM visit ORDER BY id DESC LIMIT 1").fetchone()
    assert row == ("clock",)


def test_a_late_entry_keeps_both_instants(at, clock, quick):
    deal = start(at)
    happened = clock.at
    clock.at += 3600 * SECOND
    commands.move_deal(at, deal, quick[1], at=happened + SECOND)
    row = at.store.database.execute_sql(
        "SELECT entered_at, entered_recorded_at FROM visit ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert row == (happened + SECOND, clock.at)


@pytest.mark.parametrize("mode", ["strict", "semi-strict", "free"])
def test_what_the_card_says_and_what_a_move_does_agree(at, clock, make_type, mode):
    type_id = make_type(mode, ["One", "Two", "Three", "Four"], returns=True)
    stages = [stage.id for stage in views.stages(at, type_id)]
    for path in ([], [1], [1, 2], [1, 2, 3]):
        for target in stages:
            deal = commands.new_deal(at, "Vega", type_id=type_id).deal_id
            for place in path:
                clock.at += SECOND
                commands.move_deal(at, deal, stages[place])
            card = views.deal(at, deal)
            said = {stage_id: [] for stage_id, _name in card.allowed}
            said |= {r.stage_id: [o.code for o in r.objections] for r in card.refused}
            if target not in said:
                continue
            try:
                commands.move_deal(at, deal, target)
                found = []
            except Refused as refusal:
                found = [objection["code"] for objection in refusal.details]
            assert found == said[target]


def test_a_renamed_client_is_sorted_by_the_new_name(at):
    from models.clients import commands as clients

    deal = start(at, title="Audit")
    clients.set_client(at, views.deal(at, deal).client_id, name="Ёлка")
    row = at.store.database.execute_sql("SELECT title_key FROM deal").fetchone()
    assert row == ("елка audit",)
