"""What a person does with time, one function each."""

from models.timekeeping.commands.followers import (
    follow_category_changed,
    follow_category_deleted,
    follow_deal_deleted,
    follow_deal_merged,
)
from models.timekeeping.commands.services import add_service, archive_service, rename_service
from models.timekeeping.commands.stopwatch import (
    assign_timer,
    continue_entry,
    note_timer,
    recover_timer,
    set_note,
    start_timer,
    still_there,
    stop_timer,
    switch_timer,
)

__all__ = [
    "add_service", "archive_service", "assign_timer", "continue_entry", "follow_category_changed",
    "follow_category_deleted", "follow_deal_deleted", "follow_deal_merged", "note_timer", "recover_timer",
    "rename_service", "set_note", "start_timer", "still_there", "stop_timer", "switch_timer",
]  # fmt: skip
