"""What a person does with time, one function each."""

from models.timekeeping.commands.entries import (
    add_entry,
    change_entries,
    delete_entries,
    duplicate_entry,
    edit_entry,
    merge_entries,
    split_entry,
)
from models.timekeeping.commands.followers import follow_deal_deleted, follow_deal_merged
from models.timekeeping.commands.services import add_service
from models.timekeeping.commands.stopwatch import set_note, start_timer, stop_timer, switch_timer

__all__ = [
    "add_entry", "add_service", "change_entries", "delete_entries", "duplicate_entry", "edit_entry", "follow_deal_deleted",
    "follow_deal_merged", "merge_entries", "set_note", "split_entry", "start_timer", "stop_timer", "switch_timer",
]  # fmt: skip
