"""What a person does with time, one function each."""

from models.timekeeping.commands.followers import follow_deal_deleted, follow_deal_merged
from models.timekeeping.commands.services import add_service
from models.timekeeping.commands.stopwatch import set_note, start_timer, stop_timer, switch_timer

__all__ = [
    "add_service", "follow_deal_deleted", "follow_deal_merged", "set_note", "start_timer", "stop_timer", "switch_timer",
]  # fmt: skip
