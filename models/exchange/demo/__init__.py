"""A store full of believable sample data, the same for the same seed and day.

Events fall in working hours (Monday to Friday, 9:00 to 18:00 of the company's time zone) and are drawn on an axis of
working seconds. The last of them lie before `at`, by default the first moment of `today`: so the data of a day do not
depend on the hour at which they are made, and nothing has happened in the future. What is due today is still to come.

Rows go to the store by the thousand in one transaction; memory grows with the clients, not with the history.
"""

from __future__ import annotations

from datetime import date
from itertools import cycle
from pathlib import Path
from random import Random

from models.exchange.demo import targets, worth
from models.exchange.demo.deals import write_deal
from models.exchange.demo.entries import most_timed, name_services, remember, write_entries
from models.exchange.demo.hours import Hours, working_time, write_hours
from models.exchange.demo.lives import chosen, live, plans_of
from models.exchange.demo.people import client_name, write_client, write_people
from models.exchange.demo.rows import COLUMNS, Rows, flush
from models.exchange.demo.words import WORDS, Words
from models.journal.commands import record
from models.overview.founding import found_store
from models.storage.store import Store, remove_store
from models.values import instants
from models.values.errors import Refused
from models.values.instants import SECOND, Instant
from models.values.language import LANGUAGES, _

BATCH = 2_000  # deals
REMEMBERED = 250  # deals of a rep of which time entries are drawn, about


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
    hours = working_time(until, today, words.timezone)
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


def _fill(
    store: Store, rng: Random, words: Words, hours: Hours, language: str, admin: str,
    deals: int, reps: int, seed: int, until: Instant,
) -> dict[str, int]:
    admin_id = int(store.database.execute_sql("SELECT id FROM employee").fetchone()[0])
    write_hours(store)
    plans = plans_of(language, admin_id, hours.starts[0] - 3600 * SECOND)
    rows: Rows = {name: [] for name in COLUMNS}
    counts = dict.fromkeys(COLUMNS, 0)
    staff = write_people(rows, rng, words, hours, language, admin, admin_id, reps)
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
            names.append(client_name(rng, words, taken))
            write_client(rows, rng, words, client + 1, names[-1], client_owners[-1], hours.instant(start))
        else:
            client = rng.randrange(len(names))
        owner = client_owners[client] if rng.random() < 0.85 else owners[rng.randrange(len(owners))]
        plan = chosen(rng, plans)
        life = live(rng, plan, words, start, hours.length)
        watched = life.outcome == "open" and rng.random() * deals < 30
        first_visit = counts["visit"] + len(rows["visit"]) + 1
        owner = write_deal(
            rows, rng, apart, words, hours, plan, life, number + 1, client + 1, names[client],
            (owner, owners[rng.randrange(len(owners))]), (admin_id, next(slots)) if watched else None,
            first_visit, staff, reasons, counts["move_request"],
        )
        if rng.random() * deals < REMEMBERED * reps:
            remember(recent[owner], life, hours.length, number + 1, client + 1)
        if number % BATCH == BATCH - 1:
            flush(store, rows, counts)
    flush(store, rows, counts)
    services = worth.write_worth(store, language, words.currency, owners, hours.days[0], hours.starts[0] - SECOND)
    write_entries(rows, rng, words, hours, recent)
    name_services(rows, Random(seed), services)
    most = most_timed(rows)
    if most is not None:
        worth.write_first_client(store, words.currency, most, hours.days[0], hours.starts[0] - SECOND)
    flush(store, rows, counts)
    targets.write_targets(store, words.currency, owners, hours.days[0], hours.days[-1], hours.starts[0] - SECOND)
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
