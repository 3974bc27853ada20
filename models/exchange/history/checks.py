"""Looking at the rows beside what the store knows of their deals: known already, in the middle, barred, on hold."""

from __future__ import annotations

from typing import Any

from models.exchange.files import MOST_REJECTED, Rejected
from models.exchange.names import Names
from models.pipeline.commands import free_deal_id
from models.values.instants import instant_text
from models.values.language import _

# Of a deal that is known `last` is the instant of its last step, `terms_at` that of its last change of owner, amount and
# dates, `seq` the number of its last visit. `import_out` holds the rows that are not to be written, and why; 'known' is
# no fault.
SCRATCH = {
    "import_deal": """
        id INTEGER NOT NULL PRIMARY KEY, type_id INTEGER NOT NULL, deal TEXT NOT NULL, known BOOLEAN NOT NULL,
        owner_id INTEGER, last INTEGER, terms_at INTEGER, seq INTEGER NOT NULL, held BOOLEAN NOT NULL, client TEXT,
        UNIQUE (type_id, deal)
    """,
    "import_out": "row INTEGER NOT NULL PRIMARY KEY, why TEXT NOT NULL",
}

DEALS = """
    INSERT INTO import_deal
    SELECT coalesce(d.id, ? + row_number() OVER (ORDER BY r.type_id, r.deal)), r.type_id, r.deal, d.id IS NOT NULL,
        d.owner_id, coalesce(d.closed_at, d.entered_at),
        (SELECT max(t.at) FROM deal_terms AS t WHERE t.deal_id = d.id),
        coalesce((SELECT max(v.seq) FROM visit AS v WHERE v.deal_id = d.id), 0),
        d.held_at IS NOT NULL, c.name
    FROM (SELECT DISTINCT type_id, deal FROM import_row) AS r
    LEFT JOIN deal AS d ON d.external_type_id = r.type_id AND d.external_id = r.deal
    LEFT JOIN client AS c ON c.id = d.client_id
"""
# The plus keeps the planner from an index on the stage, which took minutes.
OUT = """
    INSERT INTO import_out
    SELECT row, why FROM (
        SELECT r.row, CASE
            WHEN NOT ({covered}) THEN 'barred'
            WHEN r.at <= k.last AND CASE
                WHEN r.outcome <> '' THEN EXISTS (
                    SELECT 1 FROM visit AS v
                    WHERE v.deal_id = k.id AND v.left_at = r.at AND v.left_as = r.outcome
                ) OR EXISTS (
                    SELECT 1 FROM deal AS d WHERE d.id = k.id AND d.closed_at = r.at AND d.outcome = r.outcome
                )
                ELSE EXISTS (
                    SELECT 1 FROM visit AS v
                    WHERE v.deal_id = k.id AND +v.stage_id = r.stage_id AND v.entered_at <= r.at
                        AND (v.left_at IS NULL OR v.left_at >= r.at)
                )
            END THEN 'known'
            WHEN r.at < k.last THEN 'middle'
            WHEN k.held THEN 'held'
        END AS why
        FROM import_row AS r JOIN import_deal AS k ON k.type_id = r.type_id AND k.deal = r.deal
        WHERE k.known
    ) AS judged
    WHERE why IS NOT NULL
"""
REJECTED = """
    SELECT o.row, o.why, r.deal, r.outcome, r.at
    FROM import_out AS o JOIN import_row AS r ON r.row = o.row WHERE o.why <> 'known' ORDER BY o.row LIMIT ?
"""
USED = """
    SELECT DISTINCT {column} FROM import_row
    WHERE {column} IS NOT NULL AND row NOT IN (SELECT row FROM import_out WHERE why <> 'known')
"""
FIRST_TYPE = "SELECT coalesce(min(id), 0) FROM deal_type WHERE id IN (SELECT type_id FROM import_deal)"
IN_USE = {"deal_type": "type_id", "stage": "stage_id", "employee": "owner_id"}


def check(connection: Any, names: Names) -> None:
    """Find the deals in the store, and set the rows of known deals apart that are not to be written."""
    last_id = free_deal_id() - 1
    connection.execute(DEALS, (last_id,))
    if connection.execute("SELECT count(*) FROM import_deal WHERE known").fetchone()[0]:
        owners = names.writable
        covered = "true" if owners is None else f"k.owner_id IN ({', '.join(map(str, sorted(owners)))})"
        connection.execute(OUT.format(covered=covered))


def reject(connection: Any, names: Names) -> None:
    """Tell which rows were set apart for a fault; what was made for their sake alone is taken back."""
    result = names.result
    result.rejected_rows += connection.execute("SELECT count(*) FROM import_out WHERE why <> 'known'").fetchone()[0]
    for row, why, deal, outcome, at in connection.execute(REJECTED, (MOST_REJECTED,)):
        column, value, reason = {
            "barred": ("deal_id", deal, _("There is no such deal.")),
            "middle": ("entered_at", instant_text(at), _("The row lies in the middle of the deal's known history.")),
            "held": ("deal_id", deal, _("The deal is on hold.")),
            "closed": ("outcome", outcome, _("The deal is closed already.")),
            "not_begun": ("outcome", outcome, _("The deal has an outcome before any stage.")),
            "no_client": ("client", "", _("The row names no client; --default-client NAME takes it.")),
        }[why]
        result.rejected.append(Rejected(row, column, value, reason))
    if names.pen.images and result.rejected_rows:
        names.keep_only(
            {
                table: {row[0] for row in connection.execute(USED.format(column=column))}
                for table, column in IN_USE.items()
            }
        )
