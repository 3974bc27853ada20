"""The judge, case by case: every mode, every kind of step, every objection. What is expected was written down from the
sentences of semantics §2 and §3, by hand.

A line is `type · deal · step · objections`. The stages are A B C D, with X archived between B and C.

- type: the mode, `+returns`; `no:BC` forbids B to C, `ok:CA` frees it; `do:B` B has a required action; `in:C` C asks for
  the amount to enter, `out:B` B for the source to leave; `bring:C`, `take:B` need a manager; `new:C` C was added later.
- deal: its stage, then the others it has visited; `held`, `won`, `lost`, `gone` (closed, at no known stage), `done` (all
  actions), `full` (all fields), `stale` (seen in an earlier version); `-` for none.
- step: its kind and target, `why` gives a reason; `early` is before the visit, `past` after, `ahead` in the future;
  `boss` acts as a manager, `reader` may not change the deal; `from:2` is the number of the stage that a retype leaves.
"""

from __future__ import annotations

import pytest

from models.pipeline import rules
from models.pipeline.rules import (
    ActionFacts,
    Attempt,
    Authority,
    DealFacts,
    FieldFacts,
    PersonFacts,
    StageFacts,
    TypeFacts,
)

NOW, ENTERED = 1_000, 500
PLACES = {"A": 1, "B": 2, "X": 3, "C": 4, "D": 5}
SHORT = {
    "next": "not_next_stage", "returns": "returns_not_allowed", "reason": "reason_required", "stages": "stages_missing",
    "actions": "actions_missing", "fields": "fields_missing", "authority": "no_authority", "forbidden": "transition_forbidden",
    "archived": "stage_archived", "same": "same_stage", "closed": "deal_closed", "held": "deal_on_hold",
    "changed": "changed_meanwhile", "open": "deal_open", "running": "not_on_hold", "unknown": "stage_unknown",
    "future": "in_future", "before": "before_visit",
}  # fmt: skip

TABLE = """
# A new deal starts at stage 1 in strict, at any in the others.
strict · - · start A ·
strict · - · start B · next
strict · - · start C · next
strict · - · start D · next
strict · - · start ·
strict +returns · - · start B · next
strict · - · start X · archived
semi-strict · - · start A ·
semi-strict · - · start B ·
semi-strict · - · start D ·
semi-strict · - · start X · archived
free · - · start A ·
free · - · start C ·
free · - · start D ·
free · - · start X · archived
free no:AB · - · start B ·
strict in:A · - · start A · fields
strict in:A · - full · start A ·
free in:C · - · start A ·
free in:C · - · start C · fields
semi-strict out:A · - · start A ·
free do:A · - · start A ·
free bring:C · - · start C · authority
free bring:C · - · start C boss ·
free take:C · - · start C ·
free bring:C in:C · - · start C · fields authority
strict bring:B in:B · - · start B · next fields authority
free · - · start A past ·
free · - · start A early ·
free · - · start A ahead · future
strict · - · start C ahead · next future
# Forward: in strict to the next active stage only.
strict · A · move B ·
strict · A · move C · next
strict · A · move D · next
strict · A · move D why · next
strict · B A · move C ·
strict · B A · move D · next
strict · C AB · move D ·
strict +returns · A · move C why · next
semi-strict · A · move B ·
semi-strict · A · move C ·
semi-strict · A · move D ·
semi-strict · A BCD · move D ·
semi-strict · B ACD · move C ·
free · A · move B ·
free · A · move C ·
free · A · move D ·
# The administrator too skips nothing in strict.
strict · A · move C boss why · next
strict ok:AC · A · move C · next
strict ok:AC · A · move C why · next
# Back: in strict where the type allows it, with a reason.
strict · B A · move A · returns
strict · B A · move A why · returns
strict · D ABC · move B why · returns
strict +returns · B A · move A · reason
strict +returns · B A · move A why ·
strict +returns · D ABC · move A why ·
strict +returns · D ABC · move B · reason
# After a return every stage is passed again.
strict +returns · A BCD · move B ·
strict +returns · A BCD · move C · next
strict +returns · A BCD · move D · next
strict ok:BA · B A · move A why · returns
strict +returns ok:BA · B A · move A · reason
# Back: in semi-strict to a visited stage with a reason, to another without.
semi-strict · B A · move A · reason
semi-strict · B A · move A why ·
semi-strict · B · move A ·
semi-strict · D AC · move C · reason
semi-strict · D AC · move B ·
semi-strict · D AC · move B why ·
semi-strict ok:BA · B A · move A ·
semi-strict ok:CA · B A · move A · reason
free · B A · move A ·
free · D ABC · move A ·
free · D · move B ·
# A move to where the deal is, and to what is archived.
strict · A · move A · same
semi-strict · A · move A why · same
free · B A · move B · same
free do:B take:B · B A · move B · same
free · B A · move X · archived
semi-strict · B A · move X · archived
strict · B A · move X · archived next
strict · D ABC · move X why · archived returns
strict +returns · D ABC · move X · archived reason
semi-strict · D ABX · move X · archived reason
# From an archived stage a deal goes on to the next active one.
strict · X AB · move C ·
strict · X AB · move D · next
free · X AB · move A ·
# A forbidden transition is refused in every mode.
strict no:AB · A · move B · forbidden
strict no:AC · A · move C · forbidden next
strict +returns no:BA · B A · move A why · forbidden
strict +returns no:BA · B A · move A · forbidden reason
strict no:BA · B A · move A · forbidden returns
semi-strict no:AB · A · move B · forbidden
semi-strict no:BA · B A · move A · forbidden reason
semi-strict no:BA · B · move A · forbidden
free no:AB · A · move B · forbidden
free no:AB · A · move B boss why · forbidden
free no:AB · A · move C ·
free no:AB · B A · move A ·
# Required actions are asked for going on and on winning, not going back.
strict do:A · A · move B · actions
strict do:A · A done · move B ·
strict do:B · A · move B ·
semi-strict do:A · A · move C · actions
semi-strict do:B · B A · move A why ·
free do:A · A · move D · actions
free do:B · B A · move A ·
strict do:A · A · move C · next actions
free do:B · B · win · actions
free do:B · B done · win ·
free do:A · B A · win ·
strict do:D · D ABC · win · actions
semi-strict do:A · A · win · stages actions
free do:B · B · lose why ·
free do:B · B · hold why ·
# Fields: to enter in every direction, to leave going on.
free in:C · B · move C · fields
free in:C · B full · move C ·
free in:A · B A · move A · fields
free out:B · B · move C · fields
free out:B · B full · move C ·
free out:B · B · move A ·
free out:B in:A · B · move A · fields
free in:C · A · move B ·
free in:B · B · move C ·
semi-strict in:A · B A · move A · reason fields
strict in:C out:A · A · move C · next fields
strict out:D · D ABC · win · fields
strict out:D · D ABC full · win ·
free in:B · B · win ·
free out:B · B · lose why ·
# Authority: who may bring in, who may take out; in every direction.
free bring:C · B · move C · authority
free bring:C · B · move C boss ·
free take:B · B · move C · authority
free take:B · B · move C boss ·
free take:B · B · move A · authority
free bring:A · B A · move A · authority
free take:B bring:C · B · move C · authority
free take:C bring:B · B · move C ·
strict take:A · A · move B · authority
strict take:A · A · move C · next authority
semi-strict bring:A · B A · move A · reason authority
free take:B · B · win · authority
free take:B · B · win boss ·
free bring:B · B · win ·
free take:B · B · lose why · authority
free take:B · B · lose · reason authority
free take:B · B · lose boss why ·
free take:B bring:B · B · hold why ·
free take:B bring:B · B held · resume ·
# Who may not change a deal may do nothing with it.
free · A · move B reader · authority
free · A · win reader · authority
free · A · lose why reader · authority
free · A · hold why reader · authority
free · A held · resume reader · authority
free · A lost · reopen why reader · authority
free · A · retype B from:1 reader · authority
strict · A · move C reader · next authority
free take:A · A · move B reader · authority
# Won: in strict from the last stage, in semi-strict after all active ones, in free from any.
strict · A · win · stages
strict · C AB · win · stages
strict · D ABC · win ·
strict · D · win ·
semi-strict · A · win · stages
semi-strict · D ABC · win ·
semi-strict · A BCD · win ·
semi-strict · D AB · win · stages
semi-strict · D ABC · win why ·
free · A · win ·
free · D · win ·
semi-strict new:C · D AB · win ·
semi-strict new:C · D A · win · stages
strict new:C · B A · win · stages
semi-strict · D AB · win boss why · stages
# Lost and hold any time, with a reason.
strict · A · lose · reason
strict · A · lose why ·
semi-strict · B A · lose · reason
semi-strict · B A · lose why ·
free · C · lose · reason
free · C · lose why ·
strict · A · hold · reason
strict · A · hold why ·
semi-strict · B · hold · reason
semi-strict · B · hold why ·
free · D · hold · reason
free · D · hold why ·
# A held deal refuses moves and won; lost ends the hold.
strict · A held · move B · held
semi-strict · B A held · move A · held reason
free · A held · move D · held
free · A held · move A · held same
strict · D ABC held · win · held
semi-strict · A held · win · held stages
free · A held · win · held
strict · A held · lose why ·
free · A held · lose · reason
free · A held · hold why · held
free · A held · hold · held reason
free · A held · resume ·
strict · A held · resume why ·
semi-strict · A held · resume ·
free · A · resume · running
strict · A · resume · running
free · A held · retype B from:1 · held
strict · A held · move C · held next
# A closed deal has one objection only.
strict · D ABC won · move A · closed
strict · A lost · move C why · closed
semi-strict · A lost · win · closed
free · A won · win · closed
free · A won · lose · closed
free · A lost · hold · closed
free · A lost · resume · closed
free no:AB do:A in:B bring:B · A lost · move B · closed
free · A lost · move B reader · closed
free · A won · retype B from:1 · closed
free · A lost · lose ahead · closed
# Reopening needs a reason, at the stage that was left.
strict · D ABC won · reopen · reason
strict · D ABC won · reopen why ·
semi-strict · B lost · reopen · reason
semi-strict · B lost · reopen why ·
free · A lost · reopen · reason
free · A lost · reopen why ·
free · A · reopen why · open
free · A · reopen · open reason
free · X AB lost · reopen why · archived
free · X AB lost · reopen · archived reason
free · - gone · reopen why · unknown
free bring:B · B lost · reopen why · authority
free bring:B · B lost · reopen why boss ·
free take:B · B lost · reopen why ·
free do:B in:B out:B · B lost · reopen why ·
# A retype is a start in the new type; in strict it reaches as far as the deal has come.
strict · A · retype A from:1 ·
strict · A · retype B from:1 · next
strict · B · retype B from:2 ·
strict · B · retype A from:2 ·
strict · B · retype C from:2 · next
strict · B · retype C from:3 ·
semi-strict · A · retype D from:1 ·
free · A · retype D from:1 ·
free · A · retype X from:1 · archived
strict · A · retype X from:4 · archived
free in:B · A · retype B from:1 · fields
free bring:B · A · retype B from:1 · authority
free bring:B · A · retype B from:1 boss ·
free do:A out:A take:A no:AB · A · retype B from:1 ·
strict in:C bring:C · A · retype C from:2 · next fields authority
# Who saw an older version is told; the others stand beside it, but at a closed deal it stands alone.
strict · A stale · move B · changed
free · A stale · win · changed
free · A stale · lose · changed reason
free · A stale · hold why · changed
free · A held stale · resume · changed
free · A lost stale · reopen why · changed
free · A stale · retype B from:1 · changed
strict · A stale · move C · changed next
free · A won stale · move B · changed
free · A held stale · move A · changed held same
# A late entry lies between the present visit's beginning and now.
strict · A · move B past ·
free · A · move B past ·
free · A · move B early · before
free · A · win past ·
free · A · win early · before
free · A · lose why early · before
free · A · lose why ahead · future
free · A · hold why past ·
free · A · hold why early · before
free · A held · resume past ·
free · A held · resume early · before
free · A lost · reopen why past ·
free · A lost · reopen why early · before
semi-strict · A · move B ahead · future
strict · A · move C early · next before
free · A stale · move B ahead · changed future
# All at once.
strict no:AC do:A in:C out:A bring:C take:A · A held stale · move C early · changed held forbidden next actions fields authority before
strict no:BA in:A bring:A · B A held stale · move A ahead · changed held forbidden returns fields authority future
strict +returns no:BA in:A bring:A · B A held · move A · held forbidden reason fields authority
semi-strict no:BA in:A take:B · B A held stale · move A early · changed held forbidden reason fields authority before
semi-strict do:A out:A take:A · A held stale · win ahead · changed held stages actions fields authority future
strict do:A out:A take:A · A held · win early · held stages actions fields authority before
free no:AD do:A in:D bring:D · A held stale · move D ahead · changed held forbidden actions fields authority future
free take:A · A stale · lose early · changed reason authority before
strict in:C no:BX · B A held stale · move X ahead · changed held archived forbidden next future
"""
ROWS = [tuple(part.strip() for part in line.split("·")) for line in TABLE.splitlines() if line and not line.startswith("#")]


def the_type(said: str) -> TypeFacts:
    mode, *rules_of = said.split()
    known = {kind: [one.partition(":")[2] for one in rules_of if one.startswith(kind + ":")] for kind in ("no", "ok", "do", "in", "out", "bring", "take", "new")}
    managers = Authority(roles=frozenset({"manager"}))
    stages = tuple(
        StageFacts(
            place, name,
            archived=name == "X",
            required_from=ENTERED if name in known["new"] else 0,
            actions=(ActionFacts(place * 10, "Optional", False), *([ActionFacts(place, "Call", True)] if name in known["do"] else [])),
            enter_fields=(FieldFacts("amount", "amount"),) if name in known["in"] else (),
            leave_fields=(FieldFacts("source", "source"),) if name in known["out"] else (),
            enter=managers if name in known["bring"] else Authority(),
            leave=managers if name in known["take"] else Authority(),
        )
        for name, place in PLACES.items()
    )  # fmt: skip

    def pairs(kind: str) -> frozenset[tuple[int, int]]:
        return frozenset((PLACES[one[0]], PLACES[one[1]]) for one in known[kind])

    return TypeFacts(1, "Sales", mode, "+returns" in rules_of, stages, pairs("no"), pairs("ok"))


def the_deal(said: str) -> DealFacts | None:
    stage, *words = said.split()
    if stage == "-" and "gone" not in words:
        return None
    outcome = "won" if "won" in words else "lost" if {"lost", "gone"} & {*words} else "open"
    seen = {stage, *"".join(word for word in words if word.isupper())} - {"-"}
    return DealFacts(
        1, "Deal", 2 if "stale" in words else 1, outcome, PLACES.get(stage), "held" in words, 100, ENTERED,
        frozenset(PLACES[one] for one in seen),
        closed_at=None if outcome == "open" else ENTERED + 50,
        held_at=ENTERED + 50 if "held" in words else None,
        ticked=frozenset(PLACES.values()) if "done" in words else frozenset(),
        filled=frozenset({"amount", "source"}) if "full" in words else frozenset(),
    )  # fmt: skip


def the_attempt(said: str, deal: str) -> Attempt:
    kind, *words = said.split()
    [target] = [PLACES[word] for word in words if word in PLACES] or [None]
    [number] = [int(word[5:]) for word in words if word.startswith("from:")] or [0]
    at = [instant for word, instant in (("early", ENTERED - 1), ("past", NOW - 1), ("ahead", NOW + 1)) if word in words]
    return Attempt(
        kind, target, "because" if "why" in words else "", at[0] if at else None, 1,
        may="reader" not in words, actor_id=7, role="manager" if "boss" in words else "rep",
        people=(PersonFacts(8, "max", "Max", "manager"),), number=number,
        filled=frozenset({"amount", "source"}) if "full" in deal.split() else frozenset(),
    )  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " · ".join(row))
def test_the_judge_says_what_semantics_says(row):
    type_text, deal_text, step_text, expected = row
    found = rules.judge(the_deal(deal_text), the_type(type_text), the_attempt(step_text, deal_text), NOW)
    assert sorted(one.code for one in found) == sorted(SHORT[word] for word in expected.split())


def test_every_mode_step_and_objection_is_in_the_table():
    assert len(ROWS) >= 150 and len(set(ROWS)) == len(ROWS)
    modes = {row[0].split()[0] for row in ROWS}
    steps = {row[2].split()[0] for row in ROWS}
    told = {word for row in ROWS for word in row[3].split()}
    assert modes == set(rules.MODES) and told == set(SHORT)
    assert steps == {"start", "move", "win", "lose", "hold", "resume", "reopen", "retype"}
    assert {(mode, step) for mode in modes for step in steps} == {(row[0].split()[0], row[2].split()[0]) for row in ROWS}


def test_each_objection_has_words_and_what_can_be_lifted_says_how():
    for type_text, deal_text, step_text, _expected in ROWS:
        for one in rules.judge(the_deal(deal_text), the_type(type_text), the_attempt(step_text, deal_text), NOW):
            assert one.message.endswith(".") and "{" not in one.message + one.lift
            if one.code not in ("stage_archived", "same_stage", "deal_open", "not_on_hold", "stage_unknown", "in_future", "before_visit"):
                assert one.lift, one.code
            if one.code in ("stages_missing", "actions_missing", "fields_missing", "no_authority"):
                assert one.items and all(item.name in one.lift for item in one.items)
