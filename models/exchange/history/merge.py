"""Writing the rows that stand: clients, deals with their terms, visits, each table in one sweep.

A table of rows in order of deal and time stands beside itself, one row down: so each row sees the one before it.
(Window functions took three times as long, and a pass in Python half as long again.)
"""

from __future__ import annotations

from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any

from models.exchange.names import Names
from models.exchange.taking import told_other_clients
from models.pipeline import rules
from models.pipeline.commands import title_key
from models.storage.staging import insert

# Row 0 of a deal is how it stands in the store. `import_step` has the rows that start, move, close or reopen a deal.
# `import_terms` has owner, amount and dates where they change, `import_final` how they are in the end.
SCRATCH = {
    "import_event": """
        n INTEGER NOT NULL PRIMARY KEY, deal_id INTEGER NOT NULL, row INTEGER NOT NULL, at INTEGER NOT NULL,
        stage_id INTEGER, outcome TEXT NOT NULL, reason TEXT NOT NULL, client TEXT NOT NULL, owner_id INTEGER,
        amount INTEGER, currency TEXT NOT NULL, expected TEXT, title TEXT NOT NULL
    """,
    "import_way": """
        from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, how TEXT NOT NULL, PRIMARY KEY (from_id, to_id)
    """,
    "import_step": """
        m INTEGER NOT NULL PRIMARY KEY, deal_id INTEGER NOT NULL, row INTEGER NOT NULL, at INTEGER NOT NULL,
        stage_id INTEGER, outcome TEXT NOT NULL, reason TEXT NOT NULL, how TEXT
    """,
    "import_final": """
        deal_id INTEGER NOT NULL PRIMARY KEY, client TEXT NOT NULL, client_id INTEGER, started_at INTEGER NOT NULL,
        owner_id INTEGER NOT NULL, amount INTEGER, currency TEXT NOT NULL, expected TEXT, title TEXT NOT NULL,
        title_key TEXT NOT NULL, is_changed BOOLEAN NOT NULL
    """,
    "import_terms": """
        deal_id INTEGER NOT NULL, at INTEGER NOT NULL, owner_id INTEGER NOT NULL, amount INTEGER, currency TEXT NOT NULL,
        expected TEXT
    """,
}

EVENTS = """
    INSERT INTO import_event (deal_id, row, at, stage_id, outcome, reason, client, owner_id, amount, currency, expected,
        title)
    SELECT * FROM (
        SELECT k.id, r.row, r.at, r.stage_id, r.outcome, r.reason, r.client, r.owner_id, r.amount, r.currency,
            r.expected, r.title
        FROM import_row AS r JOIN import_deal AS k ON k.type_id = r.type_id AND k.deal = r.deal
        WHERE r.row NOT IN (SELECT row FROM import_out)
        {and_known}
    ) AS events
    ORDER BY 1, 3, 2
"""
AND_KNOWN = """
    UNION ALL
    SELECT d.id, 0, k.last, d.stage_id, CASE WHEN d.outcome = 'open' THEN '' ELSE d.outcome END, d.close_reason,
        k.client, d.owner_id, d.amount, d.currency, d.expected_close, d.title
    FROM import_deal AS k JOIN deal AS d ON d.id = k.id WHERE k.known
"""
BESIDE = "FROM import_event AS e LEFT JOIN import_event AS p ON p.n = e.n - 1 AND p.deal_id = e.deal_id"
# A deal begins with a stage and a client; after an outcome comes a stage.
BEGINS = "(e.row = 0 OR e.outcome = '' AND (e.client <> '' OR :default_client <> ''))"
FAULTS = f"SELECT 1 {BESIDE} WHERE p.n IS NULL AND NOT {BEGINS} OR e.outcome <> '' AND p.outcome <> '' LIMIT 1"
NOT_BEGUN = f"""
    INSERT INTO import_out
    SELECT e.row, CASE WHEN e.outcome <> '' THEN 'not_begun' ELSE 'no_client' END
    FROM import_event AS e LEFT JOIN (
        SELECT e.deal_id, min(e.n) AS n FROM import_event AS e WHERE {BEGINS} GROUP BY e.deal_id
    ) AS f ON f.deal_id = e.deal_id
    WHERE f.n IS NULL OR e.n < f.n
"""
CLOSED = f"""
    INSERT INTO import_out SELECT e.row, 'closed' {BESIDE}
    WHERE e.outcome <> '' AND p.outcome <> '' AND e.row NOT IN (SELECT row FROM import_out)
"""
WAYS = f"""
    SELECT s.deal_type_id, w.from_id, w.to_id FROM (
        SELECT DISTINCT p.stage_id AS from_id, e.stage_id AS to_id {BESIDE} WHERE p.outcome = '' AND e.stage_id <> p.stage_id
    ) AS w JOIN stage AS s ON s.id = w.to_id
"""
IS_STEP = "(p.n IS NULL OR e.outcome <> '' OR p.outcome <> '' OR e.stage_id <> p.stage_id)"
STEPS = f"""
    INSERT INTO import_step (deal_id, row, at, stage_id, outcome, reason, how)
    SELECT e.deal_id, e.row, e.at, e.stage_id, e.outcome, e.reason, CASE
        WHEN e.outcome <> '' THEN e.outcome WHEN p.n IS NULL THEN 'start' WHEN p.outcome <> '' THEN 'reopen' ELSE w.how
    END
    {BESIDE} LEFT JOIN import_way AS w ON w.from_id = p.stage_id AND w.to_id = e.stage_id
    WHERE {IS_STEP} ORDER BY e.n
"""
# What is said twice running is no news.
SAID = f"""
    SELECT e.deal_id, e.row, e.at, e.client, e.owner_id, e.amount, e.currency, e.expected, e.title, {IS_STEP},
        k.known, k.terms_at
    {BESIDE} JOIN import_deal AS k ON k.id = e.deal_id
    WHERE p.n IS NULL OR coalesce(e.owner_id, 0) <> coalesce(p.owner_id, 0)
        OR coalesce(e.amount, -1) <> coalesce(p.amount, -1) OR e.currency <> p.currency
        OR coalesce(e.expected, '') <> coalesce(p.expected, '') OR e.title <> p.title OR p.at <= k.terms_at
    ORDER BY e.n
"""
OTHER_CLIENTS = """
    SELECT count(*) FROM import_event AS e JOIN import_final AS f ON f.deal_id = e.deal_id
    WHERE e.client <> '' AND e.client <> f.client
"""
CHANGED = """
    UPDATE import_final SET is_changed = true
    WHERE deal_id IN (SELECT id FROM import_deal WHERE known)
        AND (is_changed OR deal_id IN (SELECT deal_id FROM import_step WHERE row > 0))
    RETURNING deal_id
"""
# The last step of each deal, and the one before it, whose stage is the deal's where the last closed it.
STANDS = """
    SELECT l.deal_id, l.row, l.at, l.reason, CASE WHEN l.outcome = '' THEN 'open' ELSE l.outcome END AS outcome,
        coalesce(l.stage_id, b.stage_id) AS stage_id,
        CASE WHEN l.outcome = '' THEN l.at WHEN l.row > 0 AND b.outcome = '' THEN b.at END AS entered_at,
        CASE WHEN l.outcome <> '' THEN l.at END AS closed_at,
        CASE WHEN l.outcome <> '' THEN l.reason ELSE '' END AS close_reason
    FROM import_step AS l
    LEFT JOIN import_step AS x ON x.m = l.m + 1 AND x.deal_id = l.deal_id
    LEFT JOIN import_step AS b ON b.m = l.m - 1 AND b.deal_id = l.deal_id
    WHERE x.m IS NULL
"""
NEW_DEALS = f"""
    INSERT INTO deal (id, client_id, deal_type_id, stage_id, owner_id, title, title_key, outcome, amount, currency,
        expected_close, source, started_at, entered_at, closed_at, close_reason, external_type_id, external_id,
        version, created_at)
    SELECT k.id, f.client_id, k.type_id, s.stage_id, f.owner_id, f.title, f.title_key, s.outcome, f.amount, f.currency,
        f.expected, '', f.started_at, s.entered_at, s.closed_at, s.close_reason, k.type_id, k.deal, 1, :now
    FROM ({STANDS}) AS s JOIN import_deal AS k ON k.id = s.deal_id JOIN import_final AS f ON f.deal_id = s.deal_id
    WHERE NOT k.known
"""
CHANGED_DEALS = f"""
    UPDATE deal SET stage_id = s.stage_id, owner_id = f.owner_id, title = f.title, title_key = f.title_key,
        outcome = s.outcome, amount = f.amount, currency = f.currency, expected_close = f.expected,
        entered_at = coalesce(s.entered_at, deal.entered_at), closed_at = s.closed_at, close_reason = s.close_reason,
        loss_reason_id = CASE WHEN s.outcome = 'lost' AND s.closed_at = deal.closed_at THEN deal.loss_reason_id END,
        version = deal.version + 1
    FROM ({STANDS}) AS s JOIN import_final AS f ON f.deal_id = s.deal_id
    WHERE deal.id = s.deal_id AND f.is_changed
"""
NEW_TERMS = """
    INSERT INTO deal_terms (deal_id, at, owner_id, amount, currency, expected_close, probability)
    SELECT *, (SELECT probability FROM deal WHERE id = deal_id) FROM import_terms
"""
LEFT_VISITS = """
    UPDATE visit SET left_at = x.at, left_as = x.how, left_by_id = :by, left_recorded_at = :now, left_reason = x.reason
    FROM import_step AS s JOIN import_step AS x ON x.m = s.m + 1 AND x.deal_id = s.deal_id
    WHERE s.row = 0 AND s.outcome = '' AND visit.deal_id = s.deal_id AND visit.left_at IS NULL
"""
# Visits are numbered by themselves, for numbering sorts: two numbers a row are sorted in half the time of whole visits.
NEW_VISITS = """
    INSERT INTO visit (deal_id, seq, deal_type_id, stage_id, entered_at, entered_as, entered_by_id, entered_recorded_at,
        entered_reason, begin_unknown, left_at, left_as, left_by_id, left_recorded_at, left_reason, marks)
    SELECT s.deal_id, k.seq + r.number, k.type_id, s.stage_id, s.at, s.how,
        :by, :now, s.reason, false, x.at, x.how, CASE WHEN x.at IS NOT NULL THEN :by END,
        CASE WHEN x.at IS NOT NULL THEN :now END, coalesce(x.reason, ''), ''
    FROM (
        SELECT m, row_number() OVER (PARTITION BY deal_id ORDER BY m) AS number
        FROM import_step WHERE outcome = '' AND row > 0
    ) AS r CROSS JOIN import_step AS s JOIN import_deal AS k ON k.id = s.deal_id
    LEFT JOIN import_step AS x ON x.m = s.m + 1 AND x.deal_id = s.deal_id
    WHERE s.m = r.m
"""
CHUNK = 1_000


def order(connection: Any, names: Names) -> None:
    """Put the rows that may change something in order, and set apart those that are out of turn."""
    given = {"default_client": names.options.default_client or ""}
    known = connection.execute("SELECT count(*) FROM import_deal WHERE known").fetchone()[0]
    events = EVENTS.format(and_known=AND_KNOWN if known else "")
    connection.execute(events)
    if connection.execute(FAULTS, given).fetchone():
        connection.execute(NOT_BEGUN, given)
        connection.execute(CLOSED)
        connection.execute("DELETE FROM import_event")
        connection.execute(events)


def take_steps(connection: Any, names: Names) -> None:
    """Find the steps, and how each counts by the order of the stages."""
    ways = connection.execute(WAYS).fetchall()
    insert(
        connection, "import_way", [(start, end, rules.way(names.type(of), start, end)) for of, start, end in ways]
    )
    connection.execute(STEPS)


def write(connection: Any, names: Names) -> list[int]:
    """Write what the rows change; returns the ids of the deals known before that did."""
    result, given = names.result, {"by": names.session.actor.id, "now": names.now}
    quiet = _take_terms(connection, names)
    changed = [row[0] for row in connection.execute(CHANGED)]
    result.made("deals", connection.execute(NEW_DEALS, given).rowcount)
    if changed:
        connection.execute(CHANGED_DEALS)
        connection.execute(LEFT_VISITS, given)
        result.updated["deals"] = len(changed)
    steps = connection.execute("SELECT count(*) FROM import_step WHERE row > 0").fetchone()[0]
    # An insert of nothing would still touch the store.
    if connection.execute("SELECT 1 FROM import_terms LIMIT 1").fetchone():
        connection.execute(NEW_TERMS)
    if steps:
        result.made("visits", connection.execute(NEW_VISITS, given).rowcount)
    result.unchanged = result.rows - result.rejected_rows - steps - quiet
    others = connection.execute(OTHER_CLIENTS).fetchone()[0]
    result.notes += told_other_clients(others)
    return changed


def _take_terms(connection: Any, names: Names) -> int:
    """Follow what is said of each deal; a cell that is empty changes nothing. Returns how many rows changed a deal
    without being a step of it."""
    terms: list[tuple[Any, ...]] = []
    finals: list[tuple[Any, ...]] = []
    quiet = 0
    with closing(connection.execute(SAID)) as rows_said:
        for deal_id, rows in groupby(rows_said, key=itemgetter(0)):
            said: tuple[Any, ...] = ()
            changed = False
            for _id, row, at, named, owner, amount, currency, expected, called, is_step, known, terms_at in rows:
                if not said:
                    said = (owner or names.session.actor.id, amount, currency or names.own_currency, expected)
                    client, title, started, first_owner = named or names.options.default_client or "", called, at, said[0]
                    if row:
                        terms.append((deal_id, at, *said))
                    continue
                if known and at <= terms_at:
                    continue
                money = said[1:3] if amount is None else (amount, currency or names.own_currency)
                before, said = said, (owner or said[0], *money, expected or said[3])
                if said != before:
                    terms.append((deal_id, at, *said))
                if said != before or called not in ("", title):
                    title, changed = called or title, True
                    quiet += not is_step
            client_id = None if known else names.client(client, first_owner)
            finals.append((deal_id, client, client_id, started, *said, title, title_key(client, title), known and changed))
            if len(finals) >= CHUNK:
                _keep(connection, terms, finals)
    _keep(connection, terms, finals)
    return quiet


def _keep(connection: Any, terms: list[tuple[Any, ...]], finals: list[tuple[Any, ...]]) -> None:
    insert(connection, "import_terms", terms)
    insert(connection, "import_final", finals)
    terms.clear()
    finals.clear()
