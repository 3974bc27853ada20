"""Whose deals an import may touch, and that rejected rows leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from models.exchange.deals import import_deals
from models.exchange.history import import_history
from models.exchange.taking import ImportOptions, ImportResult
from models.people.commands import add_employee
from models.people.views import acting
from models.session import Session
from models.storage.database import database
from models.storage.doctor import checks
from models.values.errors import NotFound

Take = Callable[..., ImportResult]
HEADER = "deal_id,client,rep,deal_type,stage,entered_at,closed_at,outcome\n"
KINDS = {"history": import_history, "deals": import_deals}


@pytest.fixture(params=["history", "deals"])
def take(request: pytest.FixtureRequest, tmp_path: Path) -> Take:
    """Imports rows as a history and as snapshots."""

    def run(session: Session, rows: str, **options: object) -> ImportResult:
        path = tmp_path / "file.csv"
        path.write_text(HEADER + rows)
        kind = KINDS[request.param]
        return kind(session, path, ImportOptions(**{"create_stages": True, "partial": True, **options}))  # type: ignore[arg-type]

    return run


@pytest.fixture
def manager(session: Session) -> Session:
    """The manager of the team North, in which is also anna; boris is in the team South."""
    for login, role, team in (("mia", "manager", "North"), ("anna", "rep", "North"), ("boris", "rep", "South")):
        add_employee(session, login, name=login.title(), role=role, team=team)
    return Session(session.store, acting("mia", ""))


def dump() -> list[str]:
    return list(database.connection().iterdump())


def names(table: str, column: str = "name") -> list[str]:
    return [row[0] for row in database.execute_sql(f"SELECT {column} FROM {table} ORDER BY id")]


@pytest.mark.parametrize("role", ["rep", "accountant"])
def test_who_may_not_import_is_told_before_the_file_is_opened(session: Session, take: Take, role: str) -> None:
    add_employee(session, "kim", name="Kim", role=role)
    before = dump()
    for file in (Path("/nowhere/file.csv"), Path(__file__)):
        for act in KINDS.values():
            with pytest.raises(NotFound):
                act(Session(session.store, acting("kim", "")), file, ImportOptions())
    assert dump() == before


def test_a_managers_import_makes_no_employee_type_or_stage(manager: Session, take: Take) -> None:
    before = dump()
    result = take(
        manager,
        "1,A,ghost,Quick Sales,Demonstration,2024-01-01,,\n"
        "2,B,anna,Ghost,Demonstration,2024-01-01,,\n"
        "3,C,anna,Quick Sales,Ghost,2024-01-01,,\n"
        "4,D,boris,Quick Sales,Demonstration,2024-01-01,,\n",
    )
    assert [(row.row, row.column) for row in result.rejected] == [(1, "rep"), (2, "deal_type"), (3, "stage"), (4, "rep")]
    assert result.rejected[0].reason == result.rejected[3].reason
    assert dump() == before


def test_a_manager_imports_for_the_team(manager: Session, take: Take) -> None:
    result = take(manager, "1,A,anna,Quick Sales,Demonstration,2024-01-01,,\n2,B,,Quick Sales,Demonstration,2024-01-01,,\n")
    assert (result.rejected, result.created["deals"]) == ([], 2)
    owners = database.execute_sql("SELECT e.login FROM deal d JOIN employee e ON e.id = d.owner_id ORDER BY d.id")
    assert [row[0] for row in owners] == ["anna", "mia"]


def test_a_manager_does_not_touch_another_teams_deal(session: Session, manager: Session, take: Take) -> None:
    take(session, "1,A,boris,Quick Sales,Demonstration,2024-01-01,,\n")
    before = dump()
    for row in ("1,A,anna,Quick Sales,Closing the deal,2024-02-01,,\n", "1,A,,Quick Sales,Demonstration,2024-01-01,,\n"):
        result = take(manager, row)
        assert [row.column for row in result.rejected] == ["deal_id"] and "no such deal" in result.rejected[0].reason
    assert dump() == before


def test_a_client_of_another_team_is_not_found_by_its_name(session: Session, manager: Session, take: Take) -> None:
    take(session, "1,Orion,boris,Quick Sales,Demonstration,2024-01-01,,\n")
    take(manager, "2,Orion,anna,Quick Sales,Demonstration,2024-01-01,,\n")
    owners = database.execute_sql("SELECT e.login FROM client c JOIN employee e ON e.id = c.owner_id ORDER BY c.id")
    assert [row[0] for row in owners] == ["boris", "anna"]


def test_what_only_rejected_rows_name_does_not_stay(session: Session, take: Take) -> None:
    good = "1,A,root,New type,Real,2024-01-01,,\n"
    bad = "2,,ghost,New type,Ghost,2024-01-01,,\n3,,ghost,Ghost type,Ghost,2024-01-02,,\n4,Ghost,,Other ghost,,2024-01-01,,won\n"
    result = take(session, bad + good)
    assert (result.rejected_rows, result.created["deals"], result.created["types"], result.created["stages"]) == (3, 1, 1, 1)
    assert "users" not in result.created
    assert names("employee", "login") == ["root"]
    assert names("deal_type") == ["Quick Sales", "New type"] and names("stage")[3:] == ["Real"]
    assert names("client") == ["A"]
    assert all(check.ok for check in checks(session.store))


def test_a_stage_that_does_not_stay_is_not_skipped_over(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "deal_id,client,deal_type,stage,entered_at\n1,A,T,First,2024-01-01\n2,,T,Ghost,2024-01-01\n1,A,T,Second,2024-01-02\n"
    )
    import_history(session, path, ImportOptions(create_stages=True, partial=True))
    assert database.execute_sql("SELECT entered_as FROM visit ORDER BY seq").fetchall() == [("start",), ("advance",)]


def test_the_stages_of_the_given_order_stay_with_their_type(session: Session, tmp_path: Path) -> None:
    (tmp_path / "stages.txt").write_text("One\nTwo\nThree\nTwo\n")
    path = tmp_path / "events.csv"
    path.write_text("deal_id,client,deal_type,stage,entered_at\n1,A,T,Three,2024-01-01\n2,,T,Ghost,2024-01-01\n3,,G,One,2024-01-01\n")
    options = ImportOptions(create_stages=True, partial=True, stages_file=tmp_path / "stages.txt")
    result = import_history(session, path, options)
    assert names("stage")[3:] == ["One", "Two", "Three"] and names("deal_type")[1:] == ["T"]
    assert (result.created["types"], result.created["stages"]) == (1, 3)
