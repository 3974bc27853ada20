"""Random types, rules, steps, undos and edits on a real store, against a naive model written from semantics alone."""

from __future__ import annotations

import shutil
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import create_store
from models.values.errors import ChangedMeanwhile, NotFound, Refused, StepRefused

START = 1_790_000_000_000_000
ROLES = {"root": "admin", "anna": "rep", "max": "manager", "vera": "accountant"}
READS = {"root": {"root", "anna", "max"}, "vera": {"root", "anna", "max"}, "max": {"anna", "max"}, "anna": {"anna"}}
CHANGES = {**READS, "vera": set()}
PEOPLE = st.sampled_from(["root", "root", "anna", "anna", "max", "vera"])
REASON = st.sampled_from(["", "because", "because"])
PICK = st.integers(0, 20)


@dataclass
class Place:
    """A stage of the naive model; `made` counts clock steps."""

    id: int
    made: int
    archived: bool = False
    of_all: bool = False
    action: int | None = None
    asks_in: str | None = None
    asks_out: str | None = None
    bring: set[str] = field(default_factory=set)
    take: set[str] = field(default_factory=set)


@dataclass
class Naive:
    """A deal: its visits as [type, stage, how entered, how left], and what is filled and ticked."""

    owner: str
    known: int
    type: str
    visits: list[list]
    held: bool = False
    outcome: str = "open"
    ticked: bool = False
    filled: set[str] = field(default_factory=set)
    mapped: set[int] = field(default_factory=set)

    @property
    def stage(self) -> int:
        return self.visits[-1][1]

    def seen(self) -> set[int]:
        return {stage for of, stage, *_how in self.visits if of == self.type} | self.mapped


@dataclass
class Made:
    """A step that stands: who made it, its line, and the deal before it in the store and in the model."""

    line: int
    who: str
    kind: str
    rows: dict
    before: Naive


class Engine(RuleBasedStateMachine):
    @initialize(mode=st.sampled_from(["strict", "semi-strict", "free"]), returns=st.booleans(), count=st.integers(2, 4))
    def begin(self, mode: str, returns: bool, count: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.store = create_store(self.folder / "s.db")
        with self.store.writing():
            people.found_company(name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=START)
        self.steps = 0
        root = Session(self.store, acting("root", ""), lambda: START + self.steps * 1_000_000)
        for login in ("anna", "max", "vera"):
            people.add_employee(root, login, name=login, role=ROLES[login], team=None if login == "vera" else "North")
        self.sessions = {login: replace(root, actor=acting(login, "")) for login in ROLES}
        self.root = root
        self.mode, self.returns = mode, returns
        self.no: set[tuple[int, int]] = set()
        self.ok: set[tuple[int, int]] = set()
        self.types = {"T": setup.add_type(root, "T", mode=mode, returns=returns), "U": setup.add_type(root, "U", mode="free")}
        self.order = [Place(setup.add_stage(root, self.types["T"], f"S{number}"), 0) for number in range(count)]
        self.other = Place(setup.add_stage(root, self.types["U"], "Other"), 0)
        self.deals: dict[int, Naive] = {}
        self.made: dict[int, list[Made]] = {}
        self.names = count
        first = self.order[0]
        first.action = setup.add_action(root, first.id, "Call", required=True)
        self.steps += 1
        deal = commands.new_deal(self.sessions["anna"], "Orion", type_id=self.types["T"]).deal_id
        self.client_owner = "anna"
        self.deals[deal], self.made[deal] = Naive("anna", self.steps, "T", [["T", first.id, "start", None]]), []

    # What semantics says, in the plainest way.

    def active(self, type_name: str = "T") -> list[Place]:
        return [place for place in self.order if not place.archived] if type_name == "T" else [self.other]

    def place(self, stage: int) -> Place:
        return next(place for place in [*self.order, self.other] if place.id == stage)

    def passes(self, who: str, *sides: set[str]) -> set[str]:
        return {"no_authority"} if any(side and ROLES[who] not in side for side in sides) else set()

    def fields(self, deal_filled: set[str], *asked: str | None) -> set[str]:
        return {"fields_missing"} if any(one and one not in deal_filled for one in asked) else set()

    def mode_of(self, deal: Naive) -> str:
        return self.mode if deal.type == "T" else "free"

    def to_move(self, deal: Naive, who: str, target: Place, reason: str) -> set[str]:
        here = self.place(deal.stage)
        held = {"deal_on_hold"} if deal.held else set()
        barred = set() if deal.owner in CHANGES[who] else {"no_authority"}
        if target is here:
            return {"same_stage"} | held | barred
        wrong = set(held) | barred
        ids = [place.id for place in (self.order if deal.type == "T" else [self.other])]
        back = ids.index(target.id) < ids.index(here.id)
        if target.archived:
            wrong.add("stage_archived")
        if (here.id, target.id) in self.no:
            wrong.add("transition_forbidden")
        if self.mode == "strict":
            after = [place for place in self.order[ids.index(here.id) + 1 :] if not place.archived]
            if back and not self.returns:
                wrong.add("returns_not_allowed")
            elif back and not reason:
                wrong.add("reason_required")
            elif not back and (not after or after[0] is not target):
                wrong.add("not_next_stage")
        elif self.mode == "semi-strict" and back and target.id in deal.seen() and (here.id, target.id) not in self.ok and not reason:
            wrong.add("reason_required")
        wrong |= self.fields(deal.filled, target.asks_in)
        if not back:
            wrong |= self.fields(deal.filled, here.asks_out)
            if here.action and not deal.ticked:
                wrong.add("actions_missing")
        return wrong if barred else wrong | self.passes(who, here.take, target.bring)

    def to_other(self, deal: Naive, who: str, kind: str, reason: str) -> set[str]:
        here = self.place(deal.stage)
        wrong = set() if deal.owner in CHANGES[who] else {"no_authority"}
        if kind != "reopen" and kind != "resume" and kind != "win" and not reason or kind == "reopen" and not reason:
            wrong.add("reason_required")
        if kind in ("win", "hold") and deal.held:
            wrong.add("deal_on_hold")
        if kind == "resume" and not deal.held:
            wrong.add("not_on_hold")
        if kind == "win":
            active = self.active(deal.type)
            order = self.order if deal.type == "T" else [self.other]
            if self.mode_of(deal) == "strict" and any(not p.archived for p in order[order.index(here) + 1 :]):
                wrong.add("stages_missing")
            if self.mode_of(deal) == "semi-strict" and any(
                p.id not in deal.seen() and (p.of_all or p.made <= deal.known) for p in active
            ):
                wrong.add("stages_missing")
            wrong |= self.fields(deal.filled, here.asks_out)
            if here.action and not deal.ticked:
                wrong.add("actions_missing")
        if kind == "reopen":
            if deal.outcome == "open":
                wrong.add("deal_open")
            elif here.archived:
                wrong.add("stage_archived")
            elif "no_authority" not in wrong:
                wrong |= self.passes(who, here.bring)
        elif kind in ("win", "lose") and "no_authority" not in wrong:
            wrong |= self.passes(who, here.take)
        return wrong

    # Trying, and holding the answer against it.

    def rows(self, deal: int) -> dict:
        """All that the store keeps of a deal, but versions, the journal and requests."""
        ask = self.store.database.execute_sql
        found = {
            name: ask(f"SELECT * FROM {name} WHERE deal_id = {deal} ORDER BY id").fetchall()
            for name in ("visit", "hold", "deal_terms", "custom_value", "stage_map", "activity")
        }
        found["tick"] = ask(f"SELECT tick.* FROM tick JOIN visit ON visit.id = visit_id WHERE deal_id = {deal} ORDER BY tick.id").fetchall()
        cursor = ask(f"SELECT * FROM deal WHERE id = {deal}")
        columns = [column[0] for column in cursor.description]
        found["deal"] = [{**dict(zip(columns, row, strict=True)), "version": 0} for row in cursor.fetchall()]
        return found

    def attempt(self, deal: int, who: str, kind: str, wrong: set[str], step) -> bool:
        """Try a step; it is refused with exactly `wrong`, or noted as made."""
        self.steps += 1
        naive, before = self.deals[deal], self.rows(deal)
        if naive.owner not in READS[who]:
            with pytest.raises(NotFound):
                step()
        elif wrong:
            with pytest.raises(StepRefused) as refusal:
                step()
            assert {one.code for one in refusal.value.objections} == wrong
        else:
            done = step()
            if done.line:
                self.made[deal].append(Made(done.line, who, kind, before, deepcopy(naive)))
            else:
                assert self.rows(deal) == before  # a change of nothing is no step
            return True
        assert self.rows(deal) == before
        return False

    def pick(self, number: int) -> int:
        ids = sorted(self.deals)
        return ids[number % len(ids)]

    def arrive(self, deal: Naive, type_name: str, stage: int, how: str) -> None:
        deal.visits.append([type_name, stage, how, None])
        deal.ticked = False

    @rule(who=st.sampled_from(["root", "anna", "max"]), place=PICK, filled=st.sets(st.sampled_from(["amount", "source"])))
    def new(self, who: str, place: int, filled: set[str]) -> None:
        if len(self.deals) > 3:
            return
        self.steps += 1
        target = self.order[place % len(self.order)]
        wrong = set()
        if target.archived:
            wrong = {"stage_archived"}
        else:
            if self.mode == "strict" and target is not self.active()[0]:
                wrong.add("not_next_stage")
            wrong |= self.fields(filled, target.asks_in) | self.passes(who, target.bring)

        def start():
            return commands.new_deal(
                self.sessions[who], "Orion", type_id=self.types["T"], stage_id=target.id,
                amount=5 if "amount" in filled else None, source="fair" if "source" in filled else "",
            )  # fmt: skip

        if "Orion" in self.known_clients() and who not in ("root",) and self.client_owner != who:
            return  # another's client is another matter
        if wrong:
            with pytest.raises(StepRefused) as refusal:
                start()
            assert {one.code for one in refusal.value.objections} == wrong
        else:
            deal = start().deal_id
            self.client_owner = getattr(self, "client_owner", who)
            self.deals[deal] = Naive(who, self.steps, "T", [["T", target.id, "start", None]], filled=set(filled))
            self.made[deal] = []

    def known_clients(self) -> set[str]:
        return {row[0] for row in self.store.database.execute_sql("SELECT name FROM client")}

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=PEOPLE, place=PICK, reason=REASON)
    def move(self, number: int, who: str, place: int, reason: str) -> None:
        deal_id = self.pick(number)
        deal = self.deals[deal_id]
        places = self.order if deal.type == "T" else [self.other]
        target = places[place % len(places)]
        wrong = {"deal_closed"} if deal.outcome != "open" else self.to_move(deal, who, target, reason)
        if self.attempt(deal_id, who, "move", wrong, lambda: commands.move_deal(self.sessions[who], deal_id, target.id, reason=reason)):
            here = places.index(self.place(deal.stage))
            between = places[here + 1 : places.index(target)]
            how = "return" if places.index(target) < here else "skip" if any(not p.archived for p in between) else "advance"
            assert self.mode != "strict" or how != "skip"
            deal.visits[-1][3] = how
            self.arrive(deal, deal.type, target.id, how)

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=PEOPLE, kind=st.sampled_from(["win", "lose", "hold", "resume", "reopen"]), reason=REASON)
    def step(self, number: int, who: str, kind: str, reason: str) -> None:
        deal_id = self.pick(number)
        deal = self.deals[deal_id]
        closed = deal.outcome != "open" and kind != "reopen"
        wrong = {"deal_closed"} if closed else self.to_other(deal, who, kind, reason)
        command = getattr(commands, f"{kind}_deal")
        if not self.attempt(deal_id, who, kind, wrong, lambda: command(self.sessions[who], deal_id, reason=reason)):
            return
        if kind in ("win", "lose"):
            deal.outcome = deal.visits[-1][3] = {"win": "won", "lose": "lost"}[kind]
            deal.held = False
        elif kind == "reopen":
            deal.outcome = "open"
            self.arrive(deal, deal.type, deal.stage, "reopen")
        else:
            deal.held = kind == "hold"

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=PEOPLE)
    def tick(self, number: int, who: str) -> None:
        deal_id = self.pick(number)
        deal, action = self.deals[deal_id], self.place(self.deals[deal_id].stage).action
        if action is None or deal.ticked or deal.outcome != "open":
            return
        wrong = set() if deal.owner in CHANGES[who] else {"no_authority"}
        if self.attempt(deal_id, who, "tick", wrong, lambda: commands.tick_action(self.sessions[who], deal_id, action)):
            deal.ticked = True

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=PEOPLE, what=st.sampled_from(["amount", "source"]), fill=st.booleans())
    def set(self, number: int, who: str, what: str, fill: bool) -> None:
        deal_id = self.pick(number)
        deal = self.deals[deal_id]
        wrong = set() if deal.owner in CHANGES[who] else {"no_authority"}
        value = {("amount", True): 7, ("amount", False): None, ("source", True): "web", ("source", False): ""}[what, fill]
        if self.attempt(deal_id, who, "set", wrong, lambda: commands.set_deal(self.sessions[who], deal_id, **{what: value})):
            (deal.filled.add if fill else deal.filled.discard)(what)

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=PEOPLE, place=PICK, reason=REASON)
    def ask(self, number: int, who: str, place: int, reason: str) -> None:
        """A request, and its acceptance by each who may read the deal until one can."""
        deal_id = self.pick(number)
        deal = self.deals[deal_id]
        if deal.owner not in READS[who] or deal.outcome != "open" or deal.type != "T":
            return
        target = self.order[place % len(self.order)]
        self.steps += 1
        wrong = self.to_move(deal, who, target, reason)
        if wrong != {"no_authority"}:
            with pytest.raises(Refused) as refusal:
                commands.request_move(self.sessions[who], deal_id, target.id, reason=reason)
            assert refusal.value.code == ("move_refused" if wrong else "not_needed")
            return
        request = commands.request_move(self.sessions[who], deal_id, target.id, reason=reason)
        for other in ROLES:
            able = deal.owner in CHANGES[other] and not self.passes(other, self.place(deal.stage).take, target.bring)
            self.steps += 1
            if not able:
                with pytest.raises(NotFound):
                    commands.accept_request(self.sessions[other], request)
                continue
            before, naive = self.rows(deal_id), deepcopy(deal)
            done = commands.accept_request(self.sessions[other], request)
            self.made[deal_id].append(Made(done.line, other, "accept", before, naive))
            ids = [p.id for p in self.order]
            here, end = ids.index(deal.stage), ids.index(target.id)
            how = "return" if end < here else "skip" if any(not p.archived for p in self.order[here + 1 : end]) else "advance"
            deal.visits[-1][3] = how
            self.arrive(deal, "T", target.id, how)
            return

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=PEOPLE, place=PICK)
    def retype(self, number: int, who: str, place: int) -> None:
        deal_id = self.pick(number)
        deal = self.deals[deal_id]
        new = "U" if deal.type == "T" else "T"
        target = self.other if new == "U" else self.order[place % len(self.order)]
        wrong = {"deal_closed"}
        if deal.outcome == "open":
            wrong = set() if deal.owner in CHANGES[who] else {"no_authority"}
            wrong |= {"deal_on_hold"} if deal.held else set()
            if target.archived:
                wrong.add("stage_archived")
            else:
                if new == "T" and self.mode == "strict" and target is not self.active()[0]:
                    wrong.add("not_next_stage")  # from the first stage of U
                wrong |= self.fields(deal.filled, target.asks_in)
                if deal.owner in CHANGES[who]:
                    wrong |= self.passes(who, target.bring)

        def step():
            return commands.retype_deal(self.sessions[who], deal_id, self.types[new], {deal.stage: target.id})

        if self.attempt(deal_id, who, "retype", wrong, step):
            deal.visits[-1][3] = "retyped"
            deal.type = new
            deal.mapped.add(target.id)
            self.arrive(deal, new, target.id, "retyped")

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=st.sampled_from(["root", "anna", "max"]), again=st.booleans())
    def delete(self, number: int, who: str, again: bool) -> None:
        """Gone, and back with all that it had; sometimes gone for good."""
        deal_id = self.pick(number)
        if self.deals[deal_id].owner not in CHANGES[who]:
            return
        self.steps += 1
        before = self.rows(deal_id)
        commands.delete_deal(self.sessions[who], deal_id)
        assert not any(self.rows(deal_id).values())
        commands.undo(self.sessions[who], deal_id)
        assert self.rows(deal_id) == before
        commands.redo(self.sessions[who], deal_id)
        assert not any(self.rows(deal_id).values())
        if again:
            del self.deals[deal_id], self.made[deal_id]
            return
        commands.undo(self.sessions[who], deal_id)
        assert self.rows(deal_id) == before
        # Who else made steps before finds the deal changed by another since.
        self.made[deal_id] = [one for one in self.made[deal_id] if one.who == who]

    @precondition(lambda self: any(self.made.values()))
    @rule(number=PICK, which=st.integers(0, 3), who=PEOPLE, redo=st.booleans())
    def undo(self, number: int, which: int, who: str, redo: bool) -> None:
        ids = sorted(deal for deal, made in self.made.items() if made)
        deal_id = ids[number % len(ids)]
        made = self.made[deal_id]
        index = max(0, len(made) - 1 - which)
        chosen, later = made[index], made[index + 1 :]
        self.steps += 1
        session, now = self.sessions[chosen.who], self.rows(deal_id)
        if who != chosen.who:
            with pytest.raises(Refused):
                commands.undo(self.sessions[who], line=chosen.line)
            assert self.rows(deal_id) == now
            return
        if later:
            if all(one.kind == "set" and one.who == who for one in later):
                return  # two of one's own changes may stand apart
            with pytest.raises(Refused) as refusal:
                commands.undo(session, line=chosen.line)
            assert refusal.value.code == "changed_since" and self.rows(deal_id) == now
            return
        naive = self.deals[deal_id]
        if chosen.kind == "accept" and self.asked_again(deal_id):
            return
        commands.undo(session, line=chosen.line)
        assert self.rows(deal_id) == chosen.rows
        if redo:
            self.steps += 1
            again = commands.redo(session, deal_id)
            assert self.rows(deal_id) == now
            made[-1] = replace(chosen, line=again.line)
        else:
            made.pop()
            self.deals[deal_id] = replace(deepcopy(chosen.before), known=naive.known)

    def asked_again(self, deal: int) -> bool:
        query = "SELECT count(*) FROM move_request WHERE deal_id = ? AND state = 'open'"
        return bool(self.store.database.execute_sql(query, (deal,)).fetchone()[0])

    @precondition(lambda self: self.deals)
    @rule(number=PICK, who=st.sampled_from(["root", "anna"]))
    def move_what_was_seen_before_a_change(self, number: int, who: str) -> None:
        deal_id = self.pick(number)
        if self.deals[deal_id].owner not in READS[who]:
            return
        with pytest.raises(ChangedMeanwhile):
            commands.win_deal(self.sessions[who], deal_id, version=0)

    # What an administrator changes meanwhile.

    @rule(position=st.integers(1, 6), of_all=st.booleans())
    def add_stage(self, position: int, of_all: bool) -> None:
        if len(self.order) > 6:
            return
        self.steps += 1
        self.names += 1
        made = setup.add_stage(self.root, self.types["T"], f"S{self.names}", position=position, required_of_all=of_all)
        self.insert(Place(made, self.steps, of_all=of_all), position)

    @rule(number=PICK, position=st.integers(1, 6))
    def reorder(self, number: int, position: int) -> None:
        self.steps += 1
        place = self.order[number % len(self.order)]
        setup.move_stage(self.root, place.id, position)
        self.order.remove(place)
        self.insert(place, position)

    def near(self, number: int) -> Place:
        """A stage, mostly one at which a deal stands."""
        stages = [deal.stage for deal in self.deals.values() if deal.type == "T"]
        if stages and number % 3:
            return self.place(stages[number % len(stages)])
        return self.order[number % len(self.order)]

    def insert(self, place: Place, position: int) -> None:
        active = [one for one in self.order if not one.archived]
        at = self.order.index(active[position - 1]) if position <= len(active) else len(self.order)
        self.order.insert(at, place)

    @rule(number=PICK, remove=st.booleans())
    def take_out(self, number: int, remove: bool) -> None:
        self.steps += 1
        if len(self.active()) < 3:
            return
        place = self.active()[number % len(self.active())]
        in_use = any(deal.outcome == "open" and deal.stage == place.id for deal in self.deals.values())
        command = setup.remove_stage if remove else setup.archive_stage
        if in_use:
            with pytest.raises(Refused):
                command(self.root, place.id)
        elif not remove:
            command(self.root, place.id)
            place.archived = True
        # A stage that a redo, an undone deletion or a request still speaks of stays; seen from the store alone.
        elif not self.spoken_of(place.id):
            command(self.root, place.id)
            self.order.remove(place)
            self.no = {pair for pair in self.no if place.id not in pair}
            self.ok = {pair for pair in self.ok if place.id not in pair}
        else:
            with pytest.raises(Refused):
                command(self.root, place.id)

    def spoken_of(self, stage: int) -> bool:
        query = (
            "SELECT (SELECT count(*) FROM visit WHERE stage_id = :s) + (SELECT count(*) FROM move_request WHERE stage_id = :s)"
            " + (SELECT count(*) FROM stage_map WHERE :s IN (from_stage_id, to_stage_id))"
        )
        return bool(self.store.database.execute_sql(query, {"s": stage}).fetchone()[0])

    @rule(number=PICK)
    def rename(self, number: int) -> None:
        self.steps += 1
        self.names += 1
        setup.set_stage(self.root, self.order[number % len(self.order)].id, name=f"S{self.names}")

    @rule(mode=st.sampled_from(["strict", "semi-strict", "free"]), returns=st.booleans())
    def change_mode(self, mode: str, returns: bool) -> None:
        self.steps += 1
        setup.set_type(self.root, self.types["T"], mode=mode, returns=returns)
        self.mode, self.returns = mode, returns

    @rule(one=PICK, other=PICK, kind=st.sampled_from(["forbidden", "allowed", None]))
    def change_transition(self, one: int, other: int, kind: str | None) -> None:
        self.steps += 1
        start, end = self.order[one % len(self.order)].id, self.order[other % len(self.order)].id
        if start == end:
            return
        setup.set_transition(self.root, start, end, kind)
        pair, was = (start, end), (start, end) in self.no or (start, end) in self.ok
        self.no.discard(pair)
        self.ok.discard(pair)
        if kind == "forbidden":
            self.no.add(pair)
        # To allow takes a forbid back; an exception of its own it is in semi-strict, or where there was none to take back.
        elif kind == "allowed" and (self.mode == "semi-strict" or not was):
            self.ok.add(pair)

    @rule(number=PICK, roles=st.sets(st.sampled_from(["rep", "manager", "admin"]), max_size=2), bring=st.booleans())
    def change_authority(self, number: int, roles: set[str], bring: bool) -> None:
        self.steps += 1
        place = self.near(number)
        setup.set_authority(self.root, place.id, "enter" if bring else "leave", sorted(roles))
        setattr(place, "bring" if bring else "take", set(roles))

    @rule(number=PICK, what=st.sampled_from(["amount", "source", None]), entering=st.booleans())
    def change_fields(self, number: int, what: str | None, entering: bool) -> None:
        self.steps += 1
        place = self.near(number)
        setup.set_required_fields(self.root, place.id, "enter" if entering else "leave", [what] if what else [])
        setattr(place, "asks_in" if entering else "asks_out", what)

    @rule(number=PICK, planned=st.booleans())
    def change_action(self, number: int, planned: bool) -> None:
        self.steps += 1
        place = self.near(number)
        if place.action is None:
            place.action = setup.add_action(self.root, place.id, "Call", required=True, due_after=86_400 if planned else None)
            for deal in self.deals.values():
                deal.ticked = deal.ticked and deal.stage != place.id
            for one in (one for made in self.made.values() for one in made):
                one.before.ticked = one.before.ticked and one.before.stage != place.id
        else:
            setup.archive_action(self.root, place.action)
            place.action = None

    @invariant()
    def store_and_model_agree(self) -> None:
        if not hasattr(self, "deals"):
            return
        ask = self.store.database.execute_sql
        names = {number: name for name, number in self.types.items()}
        assert [row[0] for row in ask("SELECT id FROM deal ORDER BY id")] == sorted(self.deals)
        for deal_id, deal in self.deals.items():
            visits = ask(
                "SELECT deal_type_id, stage_id, entered_as, left_as, entered_at, left_at FROM visit WHERE deal_id = ? ORDER BY seq",
                (deal_id,),
            ).fetchall()
            assert [[names[row[0]], *row[1:4]] for row in visits] == deal.visits
            for before, after in zip(visits, visits[1:], strict=False):
                assert before[5] <= after[4] if before[3] in ("won", "lost") else before[5] == after[4]
            assert [row[5] is None for row in visits].count(True) == (deal.outcome == "open")
            row = ask("SELECT outcome, held_at IS NOT NULL, stage_id, deal_type_id FROM deal WHERE id = ?", (deal_id,)).fetchone()
            assert row == (deal.outcome, deal.held, deal.stage, self.types[deal.type])
        order = ask("SELECT id, archived_at IS NOT NULL FROM stage WHERE deal_type_id = ? ORDER BY position", (self.types["T"],))
        assert order.fetchall() == [(place.id, place.archived) for place in self.order]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            broken = [check for check in checks(self.store) if not check.ok]
            self.store.close()
            shutil.rmtree(self.folder)
            assert not broken


class LongEngine(Engine):
    pass


SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
Engine.TestCase.settings = settings(max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=SLOW)
LongEngine.TestCase.settings = settings(
    max_examples=600, stateful_step_count=60, deadline=None, derandomize=False, suppress_health_check=SLOW
)
TestEngineAgainstANaiveModel = Engine.TestCase


@pytest.mark.deep
@pytest.mark.timeout(3600)
class TestEngineAtLength(LongEngine.TestCase):
    pass
