"""What a person does with time, one function each."""

from models.timekeeping.commands.budgets import drop_budget, set_budget
from models.timekeeping.commands.cells import set_cell
from models.timekeeping.commands.entries import (
    add_entry,
    change_entries,
    delete_entries,
    duplicate_entry,
    edit_entry,
    merge_entries,
    split_entry,
)
from models.timekeeping.commands.followers import (
    follow_category_changed,
    follow_category_deleted,
    follow_deal_deleted,
    follow_deal_merged,
    follow_time_opened,
    follow_zone_changed,
)
from models.timekeeping.commands.services import add_service, archive_service, rename_service, restore_service
from models.timekeeping.commands.stopwatch import (
    assign_timer,
    continue_entry,
    recover_timer,
    start_timer,
    still_there,
    stop_timer,
    switch_timer,
)
from models.timekeeping.commands.undo import redo_time, undo_time
from models.timekeeping.commands.weeks import answer_week, reopen_week, submit_week, withdraw_week

__all__ = [
    "add_entry", "add_service", "answer_week", "archive_service", "assign_timer", "change_entries", "continue_entry",
    "delete_entries", "drop_budget", "duplicate_entry", "edit_entry", "follow_category_changed",
    "follow_category_deleted", "follow_deal_deleted", "follow_deal_merged", "follow_time_opened", "follow_zone_changed", "merge_entries",
    "recover_timer", "redo_time", "rename_service", "reopen_week", "restore_service", "set_budget", "set_cell", "split_entry",
    "start_timer", "still_there", "stop_timer", "submit_week", "switch_timer", "undo_time", "withdraw_week",
]  # fmt: skip
