"""The judge: every mode, every kind of step, every objection, from the sentences of the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pipeline import rules
from models.pipeline.rules import Attempt, DealFacts, LastChange, PersonFacts, StageFacts, TypeFacts

A, B, C, D = 1, 2, 3, 4
NOW = 1_000


def a_type(mode, returns=False, forbidden=(), allowed=(), archived=(), late=()):
    stages = tuple(
        StageFacts(number, name, number in archived, 500 if number in late else 0)
        for number, name in ((A, "A"), (B, "B"), (C, "C"), (D, "D"))
    )
    return TypeFacts(1, "Sales", mode, returns, stages, frozenset(forbidden), frozenset(allowed))


def a_deal(stage=A, visited=(), outcome="open", held=False, version=1, entered=100, **more):
    return DealFacts(
        1, "Deal", version, outcome, stage, held, 100, entered, frozenset({stage, *visited}), **more
    )


def codes(deal, deal_type, attempt):
    return [objection.code for objection in rules.judge(deal, deal_type, attempt, NOW)]


STARTS = [
    ("strict", A, []), ("strict", B, ["not_next_stage"]), ("strict", D, ["not_next_stage"]), ("strict", None, []),
    ("semi-strict", A, []), ("semi-strict", C, []), ("semi-strict", D, []),
    ("free", A, []), ("free", D, []), ("free", None, []),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "stage", "expected"), STARTS)
def test_a_new_deal_starts_where_the_mode_lets_it(mode, stage, expected):
    assert codes(None, a_type(mode), Attempt("start", stage)) == expected


def test_no_deal_starts_at_an_archived_stage():
    assert codes(None, a_type("free", archived={B}), Attempt("start", B)) == ["stage_archived"]


# mode, returns allowed, from, visited before, to, reason given, objections
MOVES = [
    ("strict", False, A, (), B, "", []),
    ("strict", False, A, (), C, "", ["not_next_stage"]),
    ("strict", True, A, (), D, "because", ["not_next_stage"]),
    ("strict", False, C, (A, B), B, "", ["returns_not_allowed"]),
    ("strict", False, C, (A, B), B, "because", ["returns_not_allowed"]),
    ("strict", True, C, (A, B), B, "", ["reason_required"]),
    ("strict", True, C, (A, B), B, "because", []),
    ("strict", True, D, (A, B, C), A, "because", []),
    ("strict", True, A, (B, C, D), B, "", []),
    ("strict", True, A, (B, C, D), C, "because", ["not_next_stage"]),
    ("strict", True, B, (A,), B, "", ["same_stage"]),
    ("semi-strict", False, A, (), B, "", []),
    ("semi-strict", False, A, (), D, "", []),
    ("semi-strict", False, B, (C,), C, "", []),
    ("semi-strict", False, C, (), A, "", []),
    ("semi-strict", False, C, (A,), B, "", []),
    ("semi-strict", False, C, (A,), A, "", ["reason_required"]),
    ("semi-strict", False, C, (A,), A, "because", []),
    ("semi-strict", False, C, (A,), C, "because", ["same_stage"]),
    ("free", False, A, (), D, "", []),
    ("free", False, D, (A, B), A, "", []),
    ("free", False, D, (), B, "", []),
    ("free", False, D, (), D, "", ["same_stage"]),
]


@pytest.mark.parametrize(("mode", "returns", "start", "visited", "to", "reason", "expected"), MOVES)
def test_a_move_is_judged_by_the_mode(mode, returns, start, visited, to, reason, expected):
    assert codes(a_deal(start, visited), a_type(mode, returns), Attempt("move", to, reason)) == expected


@pytest.mark.parametrize("mode", rules.MODES)
def test_a_forbidden_transition_is_refused_in_every_mode(mode):
    assert "transition_forbidden" in codes(
        a_deal(A), a_type(mode, forbidden={(A, B)}), Attempt("move", B, "because")
    )


def test_an_allowed_back_move_needs_no_reason_in_semi_strict():
    deal, attempt = a_deal(C, (A,)), Attempt("move", A)
    assert codes(deal, a_type("semi-strict"), attempt) == ["reason_required"]
    assert codes(deal, a_type("semi-strict", allowed={(C, A)}), attempt) == []


def test_nothing_allows_a_skip_in_strict():
    assert codes(a_deal(A), a_type("strict", allowed={(A, C)}), Attempt("move", C, "x")) == ["not_next_stage"]


def test_an_archived_stage_between_is_no_skip():
    deal_type = a_type("strict", archived={B})
    assert codes(a_deal(A), deal_type, Attempt("move", C)) == []
    assert rules.way(deal_type, A, C) == "advance"
    assert rules.way(a_type("strict"), A, C) == "skip"


@pytest.mark.parametrize("mode", rules.MODES)
def test_nothing_moves_to_an_archived_stage(mode):
    assert "stage_archived" in codes(a_deal(A), a_type(mode, archived={B}), Attempt("move", B, "because"))


WINS = [
    ("strict", A, (), False), ("strict", C, (A, B), False), ("strict", D, (A, B, C), True),
    ("semi-strict", D, (A, B), False), ("semi-strict", D, (A, B, C), True), ("semi-strict", B, (A, C, D), True),
    ("free", A, (), True), ("free", C, (), True),
]  # fmt: skip


@pytest.mark.parametrize(("mode", "stage", "visited", "fine"), WINS)
def test_won_asks_for_the_stages_of_the_mode(mode, stage, visited, fine):
    assert codes(a_deal(stage, visited), a_type(mode), Attempt("win")) == ([] if fine else ["stages_missing"])


def test_the_missing_stages_are_named():
    [objection] = rules.judge(a_deal(D, (A,)), a_type("semi-strict"), Attempt("win"), NOW)
    assert "B, C" in objection.message


def test_a_stage_added_later_is_required_of_new_deals_only():
    assert codes(a_deal(D, (A, B)), a_type("semi-strict", late={C}), Attempt("win")) == []
    young = DealFacts(1, "Deal", 1, "open", D, False, 600, 600, frozenset({A, B, D}))
    assert codes(young, a_type("semi-strict", late={C}), Attempt("win")) == ["stages_missing"]


@pytest.mark.parametrize("mode", rules.MODES)
@pytest.mark.parametrize("kind", ["lose", "hold"])
def test_lost_and_hold_are_open_any_time_with_a_reason(mode, kind):
    assert codes(a_deal(B), a_type(mode), Attempt(kind)) == ["reason_required"]
    assert codes(a_deal(B), a_type(mode), Attempt(kind, reason="because")) == []


def test_a_held_deal_refuses_moves_and_won_but_not_lost():
    held, free = a_deal(A, held=True), a_type("free")
    assert codes(held, free, Attempt("move", B)) == ["deal_on_hold"]
    assert codes(held, free, Attempt("win")) == ["deal_on_hold"]
    assert codes(held, free, Attempt("hold", reason="again")) == ["deal_on_hold"]
    assert codes(held, free, Attempt("lose", reason="because")) == []
    assert codes(held, free, Attempt("resume")) == []
    assert codes(a_deal(A), free, Attempt("resume")) == ["not_on_hold"]


@pytest.mark.parametrize("kind", ["move", "win", "lose", "hold", "resume"])
@pytest.mark.parametrize("mode", rules.MODES)
def test_a_closed_deal_has_one_objection_only(mode, kind):
    closed = a_deal(A, outcome="won", closed_at=200)
    assert codes(closed, a_type(mode), Attempt(kind, D, may=False, at=NOW + 5)) == ["deal_closed"]


def test_reopening_needs_a_closed_deal_a_reason_and_a_stage_in_use():
    closed = a_deal(B, outcome="lost", closed_at=200)
    assert codes(closed, a_type("strict"), Attempt("reopen", reason="because")) == []
    assert codes(closed, a_type("strict"), Attempt("reopen")) == ["reason_required"]
    assert codes(closed, a_type("strict", archived={B}), Attempt("reopen", reason="x")) == ["stage_archived"]
    assert codes(a_deal(B), a_type("strict"), Attempt("reopen", reason="x")) == ["deal_open"]


def test_every_objection_is_told_at_once():
    found = codes(
        a_deal(C, (A, B), held=True, version=2),
        a_type("strict", returns=True, forbidden={(C, B)}),
        Attempt("move", B, at=NOW + 1, version=1, may=False),
    )
    assert found == [
        "changed_meanwhile", "no_authority", "deal_on_hold", "transition_forbidden", "reason_required", "in_future",
    ]  # fmt: skip


def test_who_saw_an_older_version_is_told_who_when_and_what():
    deal = a_deal(A, version=3, last_change=LastChange("Maria", "14:05", "Demonstration"))
    [objection] = rules.judge(deal, a_type("free"), Attempt("move", B, version=2), NOW)
    assert all(word in objection.message for word in ("Maria", "14:05", "Demonstration"))


@pytest.mark.parametrize(
    ("at", "expected"), [(99, ["before_visit"]), (100, []), (NOW, []), (NOW + 1, ["in_future"])]
)
def test_a_late_entry_lies_between_the_visits_begin_and_now(at, expected):
    assert codes(a_deal(A), a_type("free"), Attempt("move", B, at=at)) == expected


def test_no_authority_names_who_may():
    attempt = Attempt("move", B, may=False, people=[PersonFacts(7, "anna", "Anna", "rep")])
    [objection] = rules.judge(a_deal(A), a_type("free"), attempt, NOW)
    assert objection.code == "no_authority" and "Anna" in objection.lift


def test_a_trail_shows_going_back_and_forth():
    names = ["Инициирование интереса", "Демонстрация", "Заключение сделки"]
    stages = [names[0], names[1], names[0], names[1], names[2]]
    assert rules.trail(stages, names) == "ИДИДЗ"


def test_abbreviations_are_the_shortest_that_no_other_name_begins_with():
    assert rules.abbreviations(["Offer", "Order", "Payment"]) == {
        "Offer": "Of",
        "Order": "Or",
        "Payment": "P",
    }


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8, unique=True))
def test_every_stage_has_an_abbreviation(names):
    assert set(rules.abbreviations(names)) == set(names)


def test_durations_count_without_holds():
    second = 1_000_000
    holds = [(10 * second, 20 * second), (90 * second, None)]
    assert rules.seconds_without_holds(0, 100 * second, holds) == 80
    assert rules.seconds_without_holds(12 * second, 18 * second, holds) == 0
