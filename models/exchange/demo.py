"""A store full of believable sample data, the same for the same seed and day.

Events fall in working hours (Monday to Friday, 9:00 to 18:00 of the company's time zone) and are drawn on an axis of
working seconds. The last of them lie before `at`, by default the first moment of `today`: so the data of a day do not
depend on the hour at which they are made, and nothing has happened in the future. What is due today is still to come.

Rows go to the store by the thousand in one transaction; memory grows with the clients, not with the history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from models.clients.commands import search_text
from models.exchange import demo_stages, demo_targets, demo_time
from models.exchange.demo_names import LATIN, WORDS, Words
from models.journal.commands import record
from models.overview.founding import found_store, write_type
from models.pipeline import facts, rules, views
from models.pipeline.commands import title_key
from models.pipeline.rules import TypeFacts
from models.pipeline.templates import QUICK_SALES
from models.pipeline.views import FieldLine
from models.storage.store import Store, remove_store
from models.values import instants
from models.values.errors import Refused
from models.values.instants import SECOND, Instant
from models.values.language import LANGUAGES, _
from models.values.text import search_key

HISTORY_DAYS = 300
WORKDAY = 9 * 3600  # seconds
ENTRY_DAYS = 25  # working days back for which there are time entries
BATCH = 2_000  # deals
REMEMBERED = 250  # deals of a rep of which time entries are drawn, about
LONGEST_TRAIL = 12
TYPES = ((QUICK_SALES, 0.6), ("consulting", 0.2), ("freight", 0.2))

# Tables in the order in which rows may be inserted, with their columns.
COLUMNS = {
    "team": "id name name_key",
    "employee": "id login name name_key role team_id language timezone can_login created_at",
    "client": (
        "id name name_key search owner_id street city postcode country vat_id registration_id phone mail version"
        " created_at"
    ),
    "contact": "client_id name name_key position phone mail created_at",
    "deal": (
        "id client_id deal_type_id stage_id owner_id title title_key outcome amount currency expected_close probability"
        " source started_at entered_at closed_at close_reason held_at next_due_at version created_at loss_reason_id"
    ),
    "deal_terms": "deal_id at owner_id amount currency expected_close probability",
    "visit": (
        "id deal_id seq deal_type_id stage_id entered_at entered_as entered_by_id entered_recorded_at entered_reason"
        " begin_unknown left_at left_as left_by_id left_recorded_at left_reason marks"
    ),
    "tick": "visit_id stage_action_id at by_id",
    "custom_value": "deal_id custom_field_id value",
    "move_request": "deal_id stage_id reason asked_by_id asked_at state answer",
    "hold": "deal_id started_at ended_at reason started_by_id ended_by_id",
    "activity": "client_id deal_id employee_id kind text due_at has_time done_at done_by_id result created_at",
    "time_entry": "employee_id client_id deal_id service_id started_at ended_at billable note marks created_at",
}
Rows = dict[str, list[tuple[Any, ...]]]


def fill_demo(
    path: Path,
    *,
    deals: int = 200,
    reps: int = 6,
    seed: int = 1,
    today: date | None = None,
    language: str = "en",
    admin: str,
    admin_name: str = "",
    at: Instant | None = None,
) -> dict[str, int]:
    """Make a store at `path` and fill it; returns how many rows of each kind it holds. An empty file is taken over.

    Raises Refused `store_not_empty`, `bad_number`, and what `found_store` raises. After an error there is no store.
    """
    if deals < 0 or reps < 1:
        raise Refused("bad_number", _("A demo needs at least one rep, and no negative number of deals."))
    if language not in LANGUAGES:
        raise Refused("bad_language", _("A language is one of {known}.").format(known=", ".join(LANGUAGES)))
    _make_way(path)
    words = WORDS[language]
    today = today or instants.local_day(instants.now() if at is None else at, words.timezone)
    until = instants.day_start(today, words.timezone) if at is None else at
    hours = _working_time(until, today, words.timezone)
    store = found_store(
        path, language=language, currency=words.currency, admin=admin, admin_name=admin_name,
        timezone=words.timezone, name=words.company, at=hours.starts[0] - 3600 * SECOND,
    )
    try:
        with store.writing():
            return _fill(store, Random(seed), words, hours, language, admin, deals, reps, seed, until)
    except BaseException:
        store.close()
        remove_store(path)
        raise
    finally:
        store.close()


@dataclass(frozen=True)
class Hours:
    """The axis of working seconds: `starts` are the beginnings of past working days, `length` its end; `coming` are
    the beginnings of today and the working days after it.
    """

    starts: list[Instant]
    days: list[date]
    length: int
    coming: list[Instant]
    coming_days: list[date]
    zone: str

    def instant(self, second: int) -> Instant:
        return self.starts[second // WORKDAY] + second % WORKDAY * SECOND

    def day(self, second: int) -> date:
        return self.days[second // WORKDAY]


@dataclass(frozen=True)
class Plan:
    """A deal type as deals pass it. `pace` is the mean stay at each stage in working seconds."""

    type_id: int
    mode: str
    known: TypeFacts
    fields: tuple[FieldLine, ...]
    stages: list[int]
    pace: list[float]
    ways: dict[tuple[int, int], str]
    size: float


@dataclass
class _Stay:
    """A visit on the axis of working seconds."""

    stage: int
    since: int
    how: str
    reason: str
    until: int | None = None
    left_as: str | None = None
    left_reason: str = ""


@dataclass(frozen=True)
class _Staff:
    """The administrator, the manager of each rep (in the order of the reps), and the accountant."""

    admin: int
    managers: dict[int, int]
    accountant: int


@dataclass
class Life:
    """What became of a deal."""

    stays: list[_Stay] = field(default_factory=list)
    holds: list[tuple[int, int | None, str]] = field(default_factory=list)
    outcome: str = "open"


def _fill(
    store: Store, rng: Random, words: Words, hours: Hours, language: str, admin: str,
    deals: int, reps: int, seed: int, until: Instant,
) -> dict[str, int]:
    admin_id = int(store.database.execute_sql("SELECT id FROM employee").fetchone()[0])
    plans = _plans(store, language, admin_id, hours.starts[0] - 3600 * SECOND)
    rows: Rows = {name: [] for name in COLUMNS}
    counts = dict.fromkeys(COLUMNS, 0)
    staff = _write_people(rows, rng, words, hours, language, admin, admin_id, reps)
    owners, apart = [*staff.managers], Random(seed)
    reasons = {name: number for number, name in store.database.execute_sql("SELECT id, name FROM loss_reason").fetchall()}
    recent: dict[int, list[tuple[int, int | None, int, int]]] = {owner: [] for owner in owners}
    names: list[str] = []
    client_owners: list[int] = []
    taken: set[str] = set()
    clients = max(1, deals // 3)
    slots = cycle(("overdue", "today", "today", "day", "coming"))
    starts = sorted(int((hours.length - 60) * (1 - rng.random() ** 3.2)) for _deal in range(deals))
    for number, start in enumerate(starts):
        if len(names) * deals <= number * clients:
            client = len(names)
            client_owners.append(owners[rng.randrange(len(owners))])
            names.append(_client_name(rng, words, taken))
            _write_client(rows, rng, words, client + 1, names[-1], client_owners[-1], hours.instant(start))
        else:
            client = rng.randrange(len(names))
        owner = client_owners[client] if rng.random() < 0.85 else owners[rng.randrange(len(owners))]
        plan = _choose(rng, plans)
        life = _live(rng, plan, words, start, hours.length)
        watched = life.outcome == "open" and rng.random() * deals < 30
        first_visit = counts["visit"] + len(rows["visit"]) + 1
        owner = _write_deal(
            rows, rng, apart, words, hours, plan, life, number + 1, client + 1, names[client],
            (owner, owners[rng.randrange(len(owners))]), (admin_id, next(slots)) if watched else None,
            first_visit, staff, reasons, counts["move_request"],
        )
        if rng.random() * deals < REMEMBERED * reps:
            _remember(recent[owner], life, hours.length, number + 1, client + 1)
        if number % BATCH == BATCH - 1:
            _flush(store, rows, counts)
    _flush(store, rows, counts)
    services = demo_time.write_worth(store, language, words.currency, owners, hours.days[0], hours.starts[0] - SECOND)
    _write_entries(rows, rng, words, hours, recent)
    _name_services(rows, Random(seed), services)
    most = _most_timed(rows)
    if most is not None:
        demo_time.write_first_client(store, words.currency, most, hours.days[0], hours.starts[0] - SECOND)
    _flush(store, rows, counts)
    demo_targets.write_targets(store, words.currency, owners, hours.days[0], hours.days[-1], hours.starts[0] - SECOND)
    counts["employee"] += 1  # the administrator, whom the founding wrote
    record(
        at=until, employee_id=admin_id, command="demo.fill", subject="company", subject_id=1,
        deals=deals, reps=reps, seed=seed,
    )
    return {
        "employees": counts["employee"], "clients": counts["client"], "contacts": counts["contact"],
        "deals": counts["deal"], "visits": counts["visit"], "activities": counts["activity"],
        "entries": counts["time_entry"],
    }


def _make_way(path: Path) -> None:
    """An empty file gives way to the new store; anything else is left alone."""
    if not path.exists():
        return
    if path.is_dir() or path.stat().st_size:
        raise Refused("store_not_empty", _("{path} holds something already; nothing was changed.").format(path=path))
    path.unlink()


def _working_time(until: Instant, today: date, zone: str) -> Hours:
    def nine(day: date) -> Instant:
        return instants.from_datetime(datetime(day.year, day.month, day.day, 9, tzinfo=instants.zone(zone)))

    last = instants.local_day(until, zone)
    past = [last - timedelta(days=back) for back in range(HISTORY_DAYS, -1, -1)]
    days = [day for day in past if day.weekday() < 5 and nine(day) < until]
    starts = [nine(day) for day in days]
    length = (len(days) - 1) * WORKDAY + min(WORKDAY, (until - starts[-1]) // SECOND)
    ahead = [today + timedelta(days=on) for on in range(45)]
    coming = [day for day in ahead if day == today or day.weekday() < 5]
    return Hours(starts, days, length, [nine(day) for day in coming], coming, zone)


def _plans(store: Store, language: str, admin_id: int, at: Instant) -> list[tuple[Plan, float]]:
    """The deal types of the demo with the share of the deals that each has; those beside Quick Sales are made."""
    plans = []
    for (key, share), size in zip(TYPES, (1.0, 2.5, 1.6), strict=True):
        type_id = facts.find_type(None) if key == QUICK_SALES else write_type(key, language, admin_id, at)
        known = facts.type_facts(type_id)
        stages = [stage.id for stage in known.stages]
        ways = {
            (start, end): rules.way(known, stages[start], stages[end])
            for start in range(len(stages)) for end in range(len(stages)) if start != end
        }
        pace = [0.95 * ((stage.norm or 0) / 86_400) * 5 / 7 * WORKDAY for stage in known.stages]
        fields = views.fields_of_deal(type_id, None)
        plans.append((Plan(type_id, known.mode, known, fields, stages, pace, ways, size), share))
    return plans


def _choose(rng: Random, plans: list[tuple[Plan, float]]) -> Plan:
    chance = rng.random()
    for plan, share in plans:
        chance -= share
        if chance < 0:
            return plan
    return plans[0][0]


def _write_people(
    rows: Rows, rng: Random, words: Words, hours: Hours, language: str, admin: str, admin_id: int, reps: int
) -> _Staff:
    """Two teams with a manager each, an accountant, and the reps."""
    rows["team"] += [(number, name, search_key(name)) for number, name in enumerate(words.teams, 1)]
    logins = {admin}
    roles = [("manager", 1), ("manager", 2), ("accountant", None)]
    roles += [("rep", 1 + number % 2) for number in range(reps)]
    managers = {}
    for employee, (role, team) in enumerate(roles, admin_id + 1):
        name = _person(rng, words)
        login = free = search_key(name).translate(LATIN).replace("-", ".", 1)
        count = 1
        while free in logins:
            count += 1
            free = f"{login}{count}"
        logins.add(free)
        rows["employee"].append(
            (employee, free, name, search_key(name), role, team, language, words.timezone, 1, hours.starts[0] - SECOND)
        )
        if role == "rep":
            managers[employee] = admin_id + (team or 1)
    return _Staff(admin_id, managers, admin_id + 3)


def _client_name(rng: Random, words: Words, taken: set[str]) -> str:
    """A name that no other client of the demo has."""
    firm, trade = rng.choice(words.firms), rng.choice(words.trades)
    form = rng.choice(words.forms)
    name = f"{form} «{firm}{trade}»" if words.company == WORDS["ru"].company else f"{firm} {trade} {form}"
    if name in taken:
        name = f"{name}, {rng.choice(words.places).city}"
    if name in taken:
        name = f"{name} {len(taken)}"
    taken.add(name)
    return name


def _write_client(
    rows: Rows, rng: Random, words: Words, client: int, name: str, owner: int, since: Instant
) -> None:
    place = rng.choice(words.places)
    domain = "".join(c for c in search_key(name).translate(LATIN) if c.isascii() and (c.isalnum() or c == "-")) + ".example"
    phone = f"{place.dial} {rng.randrange(200, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}"
    mail = f"info@{domain}"
    if place.country == "RU":
        vat, registration = _inn(rng), f"1{rng.randrange(10**11, 10**12)}{rng.randrange(10)}"
        postcode = f"{place.postcode}{rng.randrange(10**4):04}"
    else:
        vat, registration = f"{place.country}{rng.randrange(10**8, 10**9)}", f"HRB {rng.randrange(1000, 99999)}"
        postcode = f"{place.postcode}{rng.randrange(1000):03}"
    search = search_text(name, {"city": place.city, "phone": phone, "mail": mail})
    street = f"{rng.choice(words.streets)} {rng.randrange(1, 120)}"
    rows["client"].append(
        (
            client, name, search_key(name), search, owner, street, place.city, postcode, place.country, vat,
            registration, phone, mail, 1, since,
        )
    )
    for _contact in range(rng.choice((1, 1, 2, 2, 3))):
        person = _person(rng, words)
        address = "".join(c for c in search_key(person).translate(LATIN).replace("-", ".", 1) if c.isascii())
        direct = f"{place.dial} {rng.randrange(200, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}"
        rows["contact"].append(
            (client, person, search_key(person), rng.choice(words.positions), direct, f"{address}@{domain}", since)
        )


def _person(rng: Random, words: Words) -> str:
    given, family = words.women if rng.random() < 0.5 else words.men
    return f"{rng.choice(given)} {rng.choice(family)}"


def _inn(rng: Random) -> str:
    """A Russian taxpayer number of a company: nine digits and the check digit."""
    digits = [7, *(rng.randrange(10) for _digit in range(8))]
    check = sum(a * b for a, b in zip(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True)) % 11 % 10
    return "".join(map(str, digits)) + str(check)


def _live(rng: Random, plan: Plan, words: Words, start: int, end: int) -> Life:
    """Draw what becomes of a deal that starts at `start`, up to `end`: by the rules of its type's mode."""
    life, visited = Life(), set[int]()
    stage = 0 if plan.mode == "strict" or rng.random() < 0.85 else rng.randrange(len(plan.stages))
    since, how, reason = start, "start", ""
    while True:
        visited.add(stage)
        stay = _Stay(stage, since, how, reason)
        life.stays.append(stay)
        left = since + 900 + int(plan.pace[stage] * rng.lognormvariate(-0.35, 0.85))
        lost_on_hold = False
        if rng.random() < 0.05:
            held = since + (left - since) // 2
            resumed = held + rng.randrange(2 * WORKDAY, 20 * WORKDAY)
            lost_on_hold = rng.random() < 0.2
            left = resumed if lost_on_hold else resumed + left - held
            if held < end:
                life.holds.append((held, resumed if resumed < end else None, rng.choice(words.held)))
        if left >= end:
            return life
        if lost_on_hold or len(life.stays) > LONGEST_TRAIL:
            target: int | str = "lost"
        else:
            target = _next_step(rng, plan, stage, visited)
        stay.until = left
        if isinstance(target, str):
            stay.left_as = target
            stay.left_reason = rng.choice(words.lost) if target == "lost" else ""
            since = left + rng.randrange(WORKDAY, 15 * WORKDAY)
            if since >= end or rng.random() > (0.06 if target == "lost" else 0.02) or len(life.stays) > LONGEST_TRAIL:
                life.outcome = target
                return life
            how, reason = "reopen", rng.choice(words.reopened)
        else:
            how = stay.left_as = plan.ways[stage, target]
            reason = stay.left_reason = rng.choice(words.returned) if how == "return" else ""
            since, stage = left, target


def _next_step(rng: Random, plan: Plan, stage: int, visited: set[int]) -> int | str:
    """The stage a deal goes to next, or `won` or `lost`."""
    last = len(plan.stages) - 1
    chance = rng.random()
    if chance < (0.28 if stage == last else 0.14):
        return "lost"
    if chance > 0.9 and stage:
        return stage - 1 if plan.mode == "strict" else rng.randrange(stage)
    if stage == last:
        missing = [place for place in range(last) if place not in visited]
        return missing[0] if plan.mode == "semi-strict" and missing else "won"
    if plan.mode != "strict" and chance > 0.8 and stage + 2 <= last:
        return rng.randrange(stage + 2, last + 1)
    if plan.mode == "free" and chance > 0.77:
        return "won"
    return stage + 1


def _write_deal(
    rows: Rows, rng: Random, apart: Random, words: Words, hours: Hours, plan: Plan, life: Life,
    deal: int, client: int, client_name: str, colleagues: tuple[int, int], watch: tuple[int, str] | None,
    first_visit: int, staff: _Staff, reasons: dict[str, int], requests: int,
) -> int:
    """Rows of one deal, which the first of the `colleagues` may hand over to the second; returns who owns it in the
    end. `watch` is who else has an activity on it, and due when."""
    owner = colleagues[0]
    start, final = life.stays[0].since, life.stays[-1]
    amount = _amount(rng, words, plan.size)
    wished = demo_stages.wished_keys(plan, life) if requests + len(rows["move_request"]) < demo_stages.REQUESTS else None
    asked = demo_stages.asked_keys(plan, life) | (wished or set())
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
    ticked = demo_stages.ticks(apart, hours, plan, life, first_visit, owners, doers)
    rows["tick"] += ticked
    rows["custom_value"] += demo_stages.custom_values(apart, words, hours, plan, life, deal, asked)
    if wished is not None:
        rows["move_request"].append(demo_stages.request(apart, words, hours, plan, life, deal, owner))
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


def _mover(plan: Plan, stage: int, owner: int, staff: _Staff) -> int:
    """Who brings a deal of that owner to a stage: the owner, or the manager where the stage wants one."""
    return owner if plan.known.stages[stage].enter.covers(owner, "rep") else staff.managers[owner]


def _write_done(
    rows: Rows, rng: Random, words: Words, hours: Hours, stay: _Stay, deal: int, client: int, owner: int
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
    rows: Rows, rng: Random, words: Words, hours: Hours, stay: _Stay, deal: int, client: int, owner: int,
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


def _remember(kept: list[tuple[int, int | None, int, int]], life: Life, end: int, deal: int, client: int) -> None:
    """Keep a deal that its owner may have booked time on lately: since when, until when (open: None), ids."""
    since, until = life.stays[0].since, life.stays[-1].until
    if until is not None and until < end - ENTRY_DAYS * WORKDAY:
        return
    if life.holds and life.holds[-1][1] is None:
        until = life.holds[-1][0]
    kept.append((since, until, deal, client))


def _write_entries(
    rows: Rows, rng: Random, words: Words, hours: Hours, recent: dict[int, list[tuple[int, int | None, int, int]]]
) -> None:
    """Time of the reps on the last working days, one entry after the other; the timers of two of them run."""
    running = 0
    for rep, deals in recent.items():
        end = hours.length
        still_open = [memory for memory in deals if memory[1] is None and memory[0] < end - 1]
        timer = None
        if running < 2 and still_open:
            running += 1
            since, _until, deal, client = rng.choice(still_open)
            end = max(since, end - rng.randrange(600, 2400))
            timer = _entry(rng, words, hours, rep, client, deal, end, None)
        for memory, begin, until in _booked(rng, deals, end):
            rows["time_entry"].append(_entry(rng, words, hours, rep, memory[3], memory[2], begin, until))
        if timer:
            rows["time_entry"].append(timer)


def _booked(
    rng: Random, deals: list[tuple[int, int | None, int, int]], end: int
) -> Iterator[tuple[tuple[int, int | None, int, int], int, int]]:
    """Stretches of working time up to `end` on deals that were alive then, in order and apart."""
    first = max(0, end // WORKDAY - ENTRY_DAYS)
    for day in range(first, end // WORKDAY + 1):
        second, stop = day * WORKDAY + rng.randrange(3600), min(end, (day + 1) * WORKDAY - 600)
        while deals and second < stop:
            until = min(second + rng.randrange(480, 5700), stop)
            drawn = rng.choices(deals, k=6)
            for memory in drawn:
                if memory[0] <= second and (memory[1] is None or until <= memory[1]):
                    yield memory, second, until
                    break
            second = until + rng.choice((0, 0, 420, 1260, 2700))


def _entry(
    rng: Random, words: Words, hours: Hours, rep: int, client: int, deal: int, begin: int, until: int | None
) -> tuple[Any, ...]:
    start = hours.instant(begin)
    end = None if until is None else hours.instant(until - 1) + SECOND
    return (rep, client, deal, 1, start, end, int(rng.random() < 0.85), rng.choice(words.entries), "", start)


def _name_services(rows: Rows, rng: Random, services: list[int]) -> None:
    """Give each entry the service that it was for."""
    at = COLUMNS["time_entry"].split().index("service_id")
    rows["time_entry"] = [
        (*row[:at], demo_time.service_of(rng, services), *row[at + 1 :]) for row in rows["time_entry"]
    ]


def _most_timed(rows: Rows) -> int | None:
    """The client with the most entries."""
    at = COLUMNS["time_entry"].split().index("client_id")
    counts = Counter(row[at] for row in rows["time_entry"])
    return min(counts, key=lambda client: (-counts[client], client), default=None)


def _flush(store: Store, rows: Rows, counts: dict[str, int]) -> None:
    """Write what has gathered, and forget it."""
    live = store.database.connection()
    for name, columns in COLUMNS.items():
        if rows[name]:
            names = columns.split()
            live.executemany(
                f"INSERT INTO {name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows[name]
            )
            counts[name] += len(rows[name])
            rows[name].clear()
