"""Random types, moves, closings, holds, undos and redos against a naive model of a deal's history."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import create_store
from models.values.errors import Refused

START = 1_790_000_000_000_000
NAMES = ["Lead", "Offer", "Terms", "Paid"]


@dataclass(frozen=True)
class Naive:
    """A deal as a list of (stage, entered_as, left_as) and whether it waits."""

    visits: tuple[tuple[int, str, str | None], ...]
    held: bool = False
    outcome: str = "open"

    @property
    def stage(self) -> int:
        return self.visits[-1][0]

    def left(self, how: str) -> tuple[tuple[int, str, str | None], ...]:
        stage, entered, _open = self.visits[-1]
        return (*self.visits[:-1], (stage, entered, how))


@dataclass
class History:
    now: Naive
    past: list[Naive] = field(default_factory=list)
    ahead: list[Naive] = field(default_factory=list)

    def step(self, after: Naive) -> None:
        self.past.append(self.now)
        self.now, self.ahead = after, []


class Deals(RuleBasedStateMachine):
    @initialize(
        mode=st.sampled_from(["strict", "semi-strict", "free"]), returns=st.booleans(), count=st.integers(2, 4)
    )
    def begin(self, mode: str, returns: bool, count: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        store = create_store(self.folder / "s.db")
        with store.writing():
            people.found_company(
                name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=START
            )
        self.clock = START
        self.session = Session(store, acting("root", ""), lambda: self.clock)
        self.mode, self.returns, self.count = mode, returns, count
        self.type = setup.add_type(self.session, "T", mode=mode, returns=returns)
        self.stages = [setup.add_stage(self.session, self.type, name) for name in NAMES[:count]]
        self.deal = commands.new_deal(self.session, "Client", type_id=self.type).deal_id
        self.history = History(Naive(((0, "start", None),)))

    def attempt(self, fine: bool, step, after: Naive | None) -> None:
        self.clock += 1_000_000
        try:
            step()
        except Refused:
            assert not fine
        else:
            assert fine and after is not None
            self.history.step(after)

    @rule(place=st.integers(0, 3), reason=st.sampled_from(["", "because"]))
    def move(self, place: int, reason: str) -> None:
        target = place % self.count
        now = self.history.now
        visited = {stage for stage, _entered, _left in now.visits}
        back = target < now.stage
        fine = now.outcome == "open" and not now.held and target != now.stage
        if self.mode == "strict":
            fine = fine and (target == now.stage + 1 or (back and self.returns and bool(reason)))
        if self.mode == "semi-strict" and back and target in visited:
            fine = fine and bool(reason)
        how = "return" if back else "advance" if target == now.stage + 1 else "skip"
        after = Naive((*now.left(how), (target, how, None)))
        self.attempt(
            fine, lambda: commands.move_deal(self.session, self.deal, self.stages[target], reason=reason), after
        )

    @rule()
    def win(self) -> None:
        now = self.history.now
        fine = now.outcome == "open" and not now.held
        if self.mode == "strict":
            fine = fine and now.stage == self.count - 1
        if self.mode == "semi-strict":
            fine = fine and {stage for stage, _e, _l in now.visits} == set(range(self.count))
        self.attempt(fine, lambda: commands.win_deal(self.session, self.deal), Naive(now.left("won"), False, "won"))

    @rule(reason=st.sampled_from(["", "because"]))
    def lose(self, reason: str) -> None:
        now = self.history.now
        self.attempt(
            now.outcome == "open" and bool(reason),
            lambda: commands.lose_deal(self.session, self.deal, reason=reason),
            Naive(now.left("lost"), False, "lost"),
        )

    @rule()
    def hold(self) -> None:
        now = self.history.now
        self.attempt(
            now.outcome == "open" and not now.held,
            lambda: commands.hold_deal(self.session, self.deal, reason="wait"),
            replace(now, held=True),
        )

    @rule()
    def resume(self) -> None:
        now = self.history.now
        self.attempt(
            now.held, lambda: commands.resume_deal(self.session, self.deal), replace(now, held=False)
        )

    @precondition(lambda self: self.history.now.outcome != "open")
    @rule()
    def reopen(self) -> None:
        now = self.history.now
        self.attempt(
            True,
            lambda: commands.reopen_deal(self.session, self.deal, reason="again"),
            Naive((*now.visits, (now.stage, "reopen", None))),
        )

    @rule()
    def undo(self) -> None:
        self.clock += 1_000_000
        history = self.history
        try:
            commands.undo(self.session, self.deal)
        except Refused:
            assert not history.past
        else:
            history.ahead.append(history.now)
            history.now = history.past.pop()

    @rule()
    def redo(self) -> None:
        self.clock += 1_000_000
        history = self.history
        try:
            commands.redo(self.session, self.deal)
        except Refused:
            assert not history.ahead
        else:
            history.past.append(history.now)
            history.now = history.ahead.pop()

    @invariant()
    def store_and_model_agree(self) -> None:
        if not hasattr(self, "history"):
            return
        card = views.deal(self.session, self.deal)
        told = tuple((NAMES.index(v.stage), v.entered_as, v.left_as) for v in card.visits)
        assert (told, card.held_at is not None, card.outcome) == (
            self.history.now.visits, self.history.now.held, self.history.now.outcome,
        )  # fmt: skip

    def teardown(self) -> None:
        if hasattr(self, "session"):
            broken = [check for check in checks(self.session.store) if not check.ok]
            self.session.store.close()
            shutil.rmtree(self.folder)
            assert not broken


Deals.TestCase.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
TestDealsAgainstANaiveModel = Deals.TestCase
