"""Which open deals would break a stricter mode: worked by hand, and held against what the commands then refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup
from models.pipeline.what_if import what_if
from models.values.errors import NotFound, Refused

SECOND = 1_000_000


class Clock:
    at = 1_790_000_000 * SECOND

    def __call__(self):
        self.at += SECOND
        return self.at


@pytest.fixture
def at(session):
    return replace(session, now=Clock())


@pytest.fixture
def free(at):
    type_id = setup.add_type(at, "Offers", mode="free")
    return type_id, [setup.add_stage(at, type_id, name) for name in "ABCD"]


def walked(at, type_id, stages, way, **start):
    """A deal that starts at the first letter of `way` and moves to the next ones; a `!` before one gives a reason."""
    place = {"A": 0, "B": 1, "C": 2, "D": 3}
    deal = commands.new_deal(at, "Orion", type_id=type_id, stage_id=stages[place[way[0]]], **start).deal_id
    reason = ""
    for letter in way[1:]:
        if letter == "!":
            reason = "because"
            continue
        if letter == "w":
            commands.win_deal(at, deal)
        elif letter == "r":
            commands.reopen_deal(at, deal, reason="again")
        else:
            commands.move_deal(at, deal, stages[place[letter]], reason=reason)
        reason = ""
    return deal


@pytest.mark.parametrize(
    ("way", "strict", "strict_with_returns", "semi_strict"),
    [
        ("A", 0, 0, 0),
        ("ABCD", 0, 0, 0),
        ("B", 1, 1, 0),
        ("AC", 1, 1, 0),
        ("AD", 1, 1, 0),
        ("CB", 2, 2, 0),  # the start, and a return (with returns: its reason)
        ("C!B", 2, 1, 0),
        ("ABA", 1, 1, 1),
        ("AB!A", 1, 0, 0),
        ("AB!ABC", 1, 0, 0),
        ("AB!AC", 2, 1, 0),
        ("CBC", 2, 2, 0),  # forward to a visited stage is no return
        ("CBCB", 3, 3, 1),
        ("ABwr", 1, 1, 1),  # won before C and D were passed
        ("ABCDwr", 0, 0, 0),
        ("DCBAwr", 5, 5, 0),  # start, three returns, won from A
    ],
)
def test_a_way_breaks_a_mode_as_often_as_the_mode_would_have_refused_it(at, free, way, strict, strict_with_returns, semi_strict):
    type_id, stages = free
    deal = walked(at, type_id, stages, way)
    for mode, returns, expected in (
        ("strict", False, strict), ("strict", True, strict_with_returns), ("semi-strict", False, semi_strict), ("free", False, 0),
    ):  # fmt: skip
        found = what_if(at, type_id, mode=mode, returns=returns)
        assert [(one.deal_id, len(one.violations)) for one in found.breaking] == ([(deal, expected)] if expected else [])
        assert found.open == 1


def test_it_says_in_words_what_broke_and_where(at, free):
    type_id, stages = free
    walked(at, type_id, stages, "BAwr", title="Audit")
    [one] = what_if(at, type_id, mode="strict").breaking
    assert (one.client, one.title, one.stage) == ("Orion", "Audit", "A")
    assert one.violations == (
        "Start at B: Offers is passed stage by stage.",
        "B → A: Offers allows no return.",
        "Won from A: Offers is won after these stages: B, C, D.",
    )


def test_closed_deals_and_those_of_others_are_not_told(at, free):
    type_id, stages = free
    people.add_employee(at, "rep", name="Rep", role="rep")
    rep = replace(at, actor=acting("rep", ""))
    walked(at, type_id, stages, "ACw")
    walked(at, type_id, stages, "AC")
    mine = walked(rep, type_id, stages, "BD")
    assert what_if(at, type_id, mode="strict").open == 2
    found = what_if(rep, type_id, mode="strict")
    assert (found.open, [one.deal_id for one in found.breaking]) == (1, [mine])


def test_what_was_undone_broke_nothing(at, free):
    type_id, stages = free
    walked(at, type_id, stages, "AC")
    commands.undo(at)
    assert what_if(at, type_id, mode="strict").breaking == ()


def test_a_stage_that_is_archived_is_passed_over(at, free):
    type_id, stages = free
    walked(at, type_id, stages, "ABC")
    setup.archive_stage(at, stages[1])
    assert what_if(at, type_id, mode="strict").breaking == ()
    walked(at, type_id, stages, "AD")
    assert len(what_if(at, type_id, mode="strict").breaking) == 1


def test_a_win_counts_only_stages_that_were_required_then(at, free):
    type_id, stages = free
    walked(at, type_id, stages, "ABCDwr")
    added = setup.add_stage(at, type_id, "E")
    assert what_if(at, type_id, mode="semi-strict").breaking == ()
    setup.set_stage(at, added, required_of_all=True)
    assert len(what_if(at, type_id, mode="semi-strict").breaking) == 1


def test_a_retype_reaches_as_far_as_the_deal_had_come(at, free):
    type_id, stages = free
    other = setup.add_type(at, "Old", mode="free")
    old = [setup.add_stage(at, other, name) for name in "XYZ"]
    deals = []
    for target in (1, 2):
        deal = commands.new_deal(at, "Orion", type_id=other, stage_id=old[1]).deal_id
        commands.retype_deal(at, deal, type_id, {old[1]: stages[target]})
        deals.append(deal)
    assert [one.deal_id for one in what_if(at, type_id, mode="strict").breaking] == [deals[1]]


def test_actions_fields_and_authority_are_no_matter_of_the_mode(at, free):
    type_id, stages = free
    walked(at, type_id, stages, "AB")
    setup.add_action(at, stages[0], "Call", required=True)
    setup.set_required_fields(at, stages[1], "enter", ["amount"])
    assert what_if(at, type_id, mode="strict").breaking == ()


def test_a_mode_or_type_that_is_not_there_is_refused(at, free):
    with pytest.raises(Refused):
        what_if(at, free[0], mode="harsh")
    with pytest.raises(NotFound):
        what_if(at, 999, mode="strict")
