"""The rows of a deal: terms, visits, holds, activities."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from models.exchange.demo import stages
from models.exchange.demo.hours import WORKDAY, Hours
from models.exchange.demo.lives import Life, Plan, Stay
from models.exchange.demo.people import Staff
from models.exchange.demo.rows import Rows
from models.exchange.demo.words import Words
from models.pipeline.commands import title_key
from models.values import instants
from models.values.instants import SECOND, Instant


def write_deal(
    rows: Rows, rng: Random, apart: Random, words: Words, hours: Hours, plan: Plan, life: Life,
    deal: int, client: int, client_name: str, colleagues: tuple[int, int], watch: tuple[int, str] | None,
    first_visit: int, staff: Staff, reasons: dict[str, int], requests: int,
) -> int:
    """Rows of one deal, which the first of the `colleagues` may hand over to the second; returns who owns it in the
    end. `watch` is who else has an activity on it, and due when."""
    owner = colleagues[0]
    start, final = life.stays[0].since, life.stays[-1]
    amount = _amount(rng, words, plan.size)
    wished = stages.wished_keys(plan, life) if requests + len(rows["move_request"]) < stages.REQUESTS else None
    asked = stages.asked_keys(plan, life) | (wished or set())
    unknown = amount is None
    if unknown and "amount" in asked:
        amount = round(words.scale * plan.size / words.unit) * words.unit
    expected = hours.day(start) + timedelta(days=rng.randrange(14, 75)) if rng.random() < 0.92 else None
    started_at = hours.instant(start)
    terms = [(deal, started_at, owner, amount, words.currency, _iso(expected))]
    changes = 0
    owners = []
    mover = owner
    for seq, stay in enumerate(life.stays, 1):
        since = hours.instant(stay.since)
        left = None if stay.until is None else hours.instant(stay.until)
        owners.append(owner)
        entered_by, left_by = mover, None
        if seq == 1:
            entered_by = _mover(plan, stay.stage, owner, staff)
        if left is not None:
            onto = life.stays[seq].stage if stay.left_as in ("advance", "skip", "return") else None
            left_by = mover = owner if onto is None else _mover(plan, onto, owner, staff)
        rows["visit"].append(
            (
                first_visit + seq - 1, deal, seq, plan.type_id, plan.stages[stay.stage], since, stay.how, entered_by,
                since, stay.reason, 0, left, stay.left_as, left_by, left, stay.left_reason, "",
            )
        )
        _write_done(rows, rng, words, hours, stay, deal, client, owner)
        if seq > 1 and rng.random() < 0.35:
            changes += 1
            if amount is not None and not unknown and rng.random() < 0.6:
                amount = max(words.unit, round(amount * rng.uniform(0.8, 1.25) / words.unit) * words.unit)
            if expected is not None:
                expected = max(expected, hours.day(stay.since) + timedelta(days=rng.randrange(5, 40)))
            if rng.random() < 0.15:
                owner = colleagues[1]
            terms.append((deal, since, owner, amount, words.currency, _iso(expected)))
    held_at = None
    for begun, ended, reason in life.holds:
        ended_at = None if ended is None else hours.instant(ended)
        rows["hold"].append((deal, hours.instant(begun), ended_at, reason, owner, None if ended is None else owner))
        held_at = hours.instant(begun) if ended is None else None
    due = _write_next(rows, rng, words, hours, final, deal, client, owner, watch) if life.outcome == "open" else None
    doers = {"accountant": staff.accountant, "manager": staff.managers[owner], "admin": staff.admin, "rep": owner}
    ticked = stages.ticks(apart, hours, plan, life, first_visit, owners, doers)
    rows["tick"] += ticked
    rows["custom_value"] += stages.custom_values(apart, words, hours, plan, life, deal, asked)
    if wished is not None:
        rows["move_request"].append(stages.request(apart, words, hours, plan, life, deal, owner))
    goods, detail = rng.choice(words.goods), rng.choice(words.details)
    title = f"{goods}, {detail}" if detail else goods
    percent = rng.randrange(5, 96, 5) if rng.random() < 0.08 else None
    rows["deal_terms"] += [(*known, None) for known in terms[:-1]] + [(*terms[-1], percent)]
    rows["deal"].append(
        (
            deal, client, plan.type_id, plan.stages[final.stage], owner, title, title_key(client_name, title),
            life.outcome, amount, words.currency, _iso(expected), percent, rng.choice(words.sources), started_at,
            hours.instant(final.since), None if final.until is None else hours.instant(final.until),
            final.left_reason, held_at, due, len(life.stays) + 2 * len(life.holds) + changes + len(ticked), started_at,
            reasons[final.left_reason] if life.outcome == "lost" else None,
        )
    )
    return owner


def _mover(plan: Plan, stage: int, owner: int, staff: Staff) -> int:
    """Who brings a deal of that owner to a stage: the owner, or the manager where the stage wants one."""
    return owner if plan.known.stages[stage].enter.covers(owner, "rep") else staff.managers[owner]


def _write_done(
    rows: Rows, rng: Random, words: Words, hours: Hours, stay: Stay, deal: int, client: int, owner: int
) -> None:
    """What was done and noted during a stay."""
    until = hours.length if stay.until is None else stay.until
    if until - stay.since < 60:
        return
    if rng.random() < 0.6:
        kind = rng.choice(tuple(words.plans))
        planned = hours.instant(rng.randrange(stay.since, until))
        done = min(planned + rng.randrange(-900, 1800) * SECOND, hours.instant(until - 1))
        done = max(done, hours.instant(stay.since))
        rows["activity"].append(
            (
                client, deal, owner, kind, rng.choice(words.plans[kind]), planned, 1, done, owner,
                rng.choice(words.results), hours.instant(stay.since),
            )
        )
    if rng.random() < 0.25:
        noted = hours.instant(rng.randrange(stay.since, until))
        rows["activity"].append((client, deal, owner, "note", rng.choice(words.notes), None, 0, noted, owner, "", noted))


def _write_next(
    rows: Rows, rng: Random, words: Words, hours: Hours, stay: Stay, deal: int, client: int, owner: int,
    watch: tuple[int, str] | None,
) -> Instant | None:
    """The next step of an open deal, where there is one; returns when the first thing is due."""
    planned = [watch] if watch else []
    chance = rng.random()
    if chance < 0.78:
        slot = "overdue" if chance < 0.2 else "today" if chance < 0.28 else "day" if chance < 0.34 else "coming"
        planned.append((owner, slot))
    made = hours.instant(stay.since)
    dues = []
    for employee, slot in planned:
        kind = rng.choice(tuple(words.plans))
        has_time, quarter = 1, rng.randrange(4, 34) * 900 * SECOND
        if slot == "overdue":
            due = hours.instant(rng.randrange(max(stay.since, hours.length - 10 * WORKDAY), hours.length))
            due = max(made, due // (900 * SECOND) * 900 * SECOND)
        elif slot == "today":
            due = hours.coming[0] + quarter
        elif slot == "day":
            due, has_time = instants.day_end(hours.coming_days[0], hours.zone), 0
        else:
            due = hours.coming[rng.randrange(1, len(hours.coming))] + quarter
        dues.append(due)
        text = rng.choice(words.plans[kind])
        rows["activity"].append((client, deal, employee, kind, text, due, has_time, None, None, "", made))
    return min(dues, default=None)


def _amount(rng: Random, words: Words, size: float) -> int | None:
    if rng.random() < 0.06:
        return None
    return max(1, round(words.scale * size * rng.lognormvariate(0, 0.7) / words.unit)) * words.unit


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
