"""The worked example of the definitions, as a store: stages A, B, C; days; four deals, as of day 10."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup
from models.session import Session

SECOND = 1_000_000
DAY = 86_400 * SECOND
START = 1_790_000_000 * SECOND  # 21 September 2026, 13:33:20 in UTC


@dataclass(frozen=True)
class Example:
    """`at` is a session whose clock is `clock[0]`; `stages` are the ids of A, B and C."""

    at: Session
    clock: list[int]
    type_id: int
    stages: list[int]
    deals: list[int]

    def on(self, days: float) -> int:
        return START + int(days * DAY)

    def as_(self, login: str) -> Session:
        return replace(self.at, actor=acting(login, ""))


def company(session: Session) -> None:
    """anna and mark (manager) in North, boris in South, carl keeps the books."""
    for login, role, team in (("anna", "rep", "North"), ("mark", "manager", "North"), ("boris", "rep", "South")):
        people.add_employee(session, login, name=login.title(), role=role, team=team)
    people.add_employee(session, "carl", name="Carl", role="accountant")


def empty(session: Session, mode: str = "free") -> Example:
    clock = [START]
    at = replace(session, now=lambda: clock[0])
    type_id = setup.add_type(at, "Offers", mode=mode)
    return Example(at, clock, type_id, [setup.add_stage(at, type_id, name) for name in "ABC"], [])


def worked(session: Session, new: Callable[[int], dict[str, object]] = lambda _number: {}) -> Example:
    """Deal 1: A 0–2, B 2–5, C 5–9, won. 2: A 0–4, lost. 3: A 0–1, C 1–3, B 3–6, open since 6 at C. 4: A since 0. `new` gives
    what a deal starts with, by its number from 1."""
    made = empty(session)
    _a, b, c = made.stages
    deals = made.deals
    for number in range(1, 5):
        deals.append(commands.new_deal(made.at, f"Client {number}", type_id=made.type_id, **new(number)).deal_id)
    steps: list[tuple[int, int, object]] = [(1, 3, c), (2, 1, b), (3, 3, b), (4, 2, "lost"), (5, 1, c), (6, 3, c), (9, 1, "won")]
    for day, number, what in steps:
        made.clock[0] = made.on(day)
        if what == "won":
            commands.win_deal(made.at, deals[number - 1])
        elif what == "lost":
            commands.lose_deal(made.at, deals[number - 1], reason="price")
        else:
            commands.move_deal(made.at, deals[number - 1], what)
    made.clock[0] = made.on(10)
    return made
