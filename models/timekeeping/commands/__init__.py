"""What a person does with time, one function each."""

from models.timekeeping.commands.followers import (
    follow_category_changed,
    follow_category_deleted,
    follow_deal_deleted,
    follow_deal_merged,
)
from models.timekeeping.commands.services import add_service, archive_service, rename_service
from models.timekeeping.commands.stopwatch import set_note, start_timer, stop_timer, switch_timer

__all__ = [
    "add_service", "archive_service", "follow_category_changed", "follow_category_deleted", "follow_deal_deleted",
    "follow_deal_merged", "rename_service", "set_note", "start_timer", "stop_timer", "switch_timer",
]  # fmt: skip
