"""What is written, gathered by table."""

from __future__ import annotations

from typing import Any

from models.storage.store import Store

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


def flush(store: Store, rows: Rows, counts: dict[str, int]) -> None:
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
