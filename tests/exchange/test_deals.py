"""Importing snapshots: a CRM's export as it comes."""

from __future__ import annotations

from pathlib import Path

from models.exchange.deals import import_deals
from models.exchange.examples import example_file
from models.exchange.history import ImportOptions, import_history
from models.session import Session
from models.storage.database import database


def test_the_maven_export_is_taken_but_for_what_is_told(session: Session, data: Path) -> None:
    path = data / "maven" / "sales_pipeline.csv"
    options = ImportOptions(create_stages=True, type_name="Maven", partial=True)
    first = import_deals(session, path, options)
    assert first.rows == 8800 and first.created["deals"] == 8800 - first.rejected_rows
    assert first.rejected_rows == 1425 and {row.column for row in first.rejected} == {"client"}
    rest = import_deals(session, path, ImportOptions(type_name="Maven", default_client="(none)"))
    assert (rest.created["deals"], rest.unchanged) == (1425, 7375)
    again = import_deals(session, path, ImportOptions(type_name="Maven", default_client="(none)"))
    assert (again.created, again.unchanged) == ({}, 8800)
    counts = dict(database.execute_sql("SELECT outcome, count(*) FROM deal GROUP BY outcome").fetchall())
    assert counts == {"won": 4238, "lost": 2473, "open": 2089}
    unknown = database.execute_sql("SELECT count(*) FROM visit WHERE begin_unknown").fetchone()[0]
    assert unknown == 500 and database.execute_sql("SELECT count(*) FROM visit").fetchone()[0] == 2089


def test_the_examples_can_be_imported(session: Session, tmp_path: Path) -> None:
    for kind, take in (("history", import_history), ("deals", import_deals)):
        path = tmp_path / f"{kind}.csv"
        example_file(kind, path)
        result = take(session, path, ImportOptions(dry_run=True))
        assert result.rows and result.rejected == []
